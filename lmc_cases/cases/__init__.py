"""Cases, their texts, and sharing."""
