"""Lines become fragments, and fragments the cells of tables."""
