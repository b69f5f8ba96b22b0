"""The strings under the name that spaCy has for them: `from kernel.strings import StringStore`."""

from kernel.text import StringStore, hash_string
from kernel_plugin_spacy.attributes import get_string_id

__all__ = ["StringStore", "get_string_id", "hash_string"]
