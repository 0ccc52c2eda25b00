"""The law on personal data, done: review dates, erasure by two persons, what a country holds on one person."""
