"""The documentation of the vocabulary: what its Turtle says, arranged as pages. Templates alone know how pages look."""
