"""Corpus readers, batchers and file converters for kernel pipelines."""
