"""Settings, URLs, processes and demo: the top of the line of apps."""
