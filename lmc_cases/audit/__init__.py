"""Who did what, on whose record, why: append-only."""
