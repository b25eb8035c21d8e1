"""Records become triples, and triples a store that is published by an atomic switch."""
