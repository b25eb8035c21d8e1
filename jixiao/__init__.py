"""jixiao (绩效): read performance targets of Chinese budget disclosures, ask questions of them, judge them."""
