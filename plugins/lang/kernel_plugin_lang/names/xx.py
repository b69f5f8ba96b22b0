"""The module `kernel.lang.xx`."""

from kernel_plugin_lang.xx import MultiLanguage, MultiLanguageDefaults

__all__ = ["MultiLanguage", "MultiLanguageDefaults"]
