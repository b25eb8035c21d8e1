"""The web site and its SPARQL endpoint: one snapshot of one knowledge-graph folder, read-only."""
