"""The services of cases. Import the module that names the act."""
