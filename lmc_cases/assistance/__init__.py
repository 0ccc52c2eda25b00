"""Requests of one country to another for evidence, records, data or assets in a case they share."""
