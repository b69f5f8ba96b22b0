"""Batched transition systems and the models that drive them."""
