"""People in a case."""
