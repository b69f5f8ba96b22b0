"""The module `kernel.lang.xx`."""

from kernel import registry

__all__ = ["MultiLanguage", "MultiLanguageDefaults"]

MultiLanguage = registry.languages.get("xx")
MultiLanguageDefaults = MultiLanguage.Defaults
