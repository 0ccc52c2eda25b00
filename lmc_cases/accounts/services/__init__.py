"""The services of accounts: rights, invitations, leaving. Import the module that names the act."""
