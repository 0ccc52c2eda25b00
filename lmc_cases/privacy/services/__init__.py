"""The services of data protection."""
