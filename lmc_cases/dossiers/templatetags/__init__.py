"""Template tags of the dossier PDF."""
