"""Every night: what is new in an inbox becomes a snapshot and a report."""
