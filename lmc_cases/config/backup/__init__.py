"""Backup and restore of everything the product cannot make again: the database, and the files of its records."""
