"""How hard each word of a text is to read."""
