"""Word vectors made of prefixes, suffixes and shapes."""
