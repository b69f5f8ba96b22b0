"""Embedding and encoding architectures, and the shared tok2vec component."""
