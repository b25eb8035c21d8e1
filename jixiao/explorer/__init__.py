"""The graph as people walk it: things of a few kinds, what joins them, and pictures of all of it."""
