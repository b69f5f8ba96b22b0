"""Docs: columns of annotations, and tokens and spans as views of them."""
