"""Officers, roles, sign-in, invitations."""
