"""What every test stands on: own PostgreSQL and Valkey, a database per worker, real processes, a browser."""
