"""Pages of the exhibits of a case."""
