"""Transfer dossiers: what was disclosed, rendered and stored."""
