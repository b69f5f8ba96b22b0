"""Trained pipelines of spaCy: their weights in the layers of kernel's models."""
