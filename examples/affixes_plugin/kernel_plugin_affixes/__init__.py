"""Word vectors from prefixes, suffixes and shapes."""
