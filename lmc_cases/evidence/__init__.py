"""Exhibits, files and chain of custody."""
