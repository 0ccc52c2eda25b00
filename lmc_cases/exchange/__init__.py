"""Reads and writes formats: CASE/UCO bundles, spreadsheets."""
