"""For other countries: ``verify.py`` runs alone, without this package."""
