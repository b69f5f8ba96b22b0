"""Words of a vocabulary under the name that spaCy has: `from kernel.lexeme import Lexeme`."""

from kernel.text import Lexeme

__all__ = ["Lexeme"]
