"""The services of requests for assistance: drafted, sent, answered, read, printed."""
