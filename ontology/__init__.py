"""What we say: the vocabulary, its code lists, its shapes and the lexicons, and where to find them."""
