"""A file becomes records: read, laid out, recognised by its labels, every value with its place."""
