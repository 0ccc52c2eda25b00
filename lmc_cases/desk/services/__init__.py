"""The services of the desk: review, comments, translations asked for, comparison, numbered copies."""
