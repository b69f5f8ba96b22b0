"""Dependency parsing for kernel pipelines."""
