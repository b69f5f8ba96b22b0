"""The module `kernel.lang.norm_exceptions`: the NORM of signs that are written in several ways."""

from kernel.text import lexical

__all__ = ["BASE_NORMS"]

BASE_NORMS = lexical.BASE_NORMS
