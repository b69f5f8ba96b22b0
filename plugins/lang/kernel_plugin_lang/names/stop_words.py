"""The module `kernel.lang.en.stop_words`."""

from kernel_plugin_lang.en.stop_words import STOP_WORDS

__all__ = ["STOP_WORDS"]
