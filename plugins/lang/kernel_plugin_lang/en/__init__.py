"""English."""

from kernel_plugin_lang.en.language import English, EnglishDefaults

__all__ = ["English", "EnglishDefaults"]
