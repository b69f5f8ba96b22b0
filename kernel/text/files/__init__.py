"""Docs as bytes, as JSON and in `.spacy` files."""
