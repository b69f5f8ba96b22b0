"""The module `kernel.tokenizer`."""

from kernel_plugin_lang.tokenizer import Tokenizer

__all__ = ["Tokenizer"]
