"""Questions and judgements, one SPARQL file each, and what runs them."""
