"""The functions of `kernel.training` that exist only for code written for spaCy."""
