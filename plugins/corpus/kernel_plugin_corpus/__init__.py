"""Corpus readers, batchers, augmenters and file converters for kernel pipelines."""
