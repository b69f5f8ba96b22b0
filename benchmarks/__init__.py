"""kernel beside spaCy: the same texts, each measurement in a process of its own."""
