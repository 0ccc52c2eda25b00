"""Lists that are too long to be written while their reader waits: owed, made by a worker, fetched, removed."""
