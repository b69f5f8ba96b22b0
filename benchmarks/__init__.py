"""Benchmarks of kernel and spaCy on the same texts, each measurement in its own process."""
