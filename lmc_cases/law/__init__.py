"""Profiles of countries and pairs of countries, and the change of law by two officers of a country."""
