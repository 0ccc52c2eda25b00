"""Start and supervise the embedded services, and set a fresh machine up."""
