"""Word vectors: tables, files, and search by cosine similarity."""
