"""The services of exchange. Import the module that names the act."""
