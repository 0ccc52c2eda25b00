"""The services of handovers. Import the module that names the act."""
