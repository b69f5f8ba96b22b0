"""The strings under the name that spaCy has for them: `from kernel.strings import StringStore`."""

from kernel.text import StringStore, hash_string

__all__ = ["StringStore", "hash_string"]
