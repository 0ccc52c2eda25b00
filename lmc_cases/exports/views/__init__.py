"""The pages of an officer's files."""
