"""Crossings: persons who cross a border together, on one vehicle or flight, marked and counted by both sides."""
