"""Country keys, keys of records, sealed fields, and the keyed marks by which a sealed number is found."""
