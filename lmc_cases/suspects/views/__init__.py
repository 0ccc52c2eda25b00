"""Pages of the people of a case."""
