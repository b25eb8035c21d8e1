"""What printed words mean: target values, vagueness, numbering, names of organisations."""
