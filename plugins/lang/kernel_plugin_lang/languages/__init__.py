"""Languages described by files: reading a file and making the class of its language."""
