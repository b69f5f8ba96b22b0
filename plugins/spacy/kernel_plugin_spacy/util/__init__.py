"""The functions of `kernel.util` that exist only for code written for spaCy."""
