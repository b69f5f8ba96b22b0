"""Word vectors: tables of them, their files, and search by cosine."""
