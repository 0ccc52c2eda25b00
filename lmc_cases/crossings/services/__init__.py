"""Writes and readings of crossings."""
