"""The desk of those who answer for a dossier: reviewed by a side, returned or approved, compared, printed as a copy."""
