"""Countries and their agencies as data, the law of each, and THE access rule."""
