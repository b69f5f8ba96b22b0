"""Making the class of a language from its file."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from kernel.errors import PluginError
from kernel.pipeline import Language
from kernel_plugin_lang.defaults import RuleDefaults
from kernel_plugin_lang.languages.file import LanguageFile, read_language
from kernel_plugin_lang.languages.tables import Makers
from kernel_plugin_lang.lazy import lazy
from kernel_plugin_lang.lexical import make_getters


@functools.cache
def language_of_package(package: ModuleType, code: str) -> type[Language]:
    """Return the class of the language whose file `<code>.toml` is in the folder of `package`.

    Raises PluginError if there is no such file, DataError if it is invalid.
    """
    folders = [Path(folder) for folder in getattr(package, "__path__", ())]
    path = next((folder / f"{code}.toml" for folder in folders), None)
    if path is None or not path.exists():
        raise PluginError(
            f"`{package.__name__}` has no file `{code}.toml` for the language `{code}`",
            hint="the entry point must name a package with the file, or a class",
        )
    return language_from_file(path)


def language_from_file(path: str | Path) -> type[Language]:
    """Return the class of the language that a file describes; its name is `<code>.toml`.

    Raises DataError, with the key and the line, if the file is invalid.
    """
    file = read_language(Path(path))
    return _make_class(file.class_name, Language, file, lang=file.code, Defaults=_defaults(file))


def _defaults(file: LanguageFile) -> type[RuleDefaults]:
    members: dict[str, Any] = {}
    for table in file.tables.values():
        members.update((name, lazy(make)) for name, make in table.defaults().items())
    members["stop_words"] = lazy(lambda: set(file.stop_words))
    members["lex_attr_getters"] = lazy(lambda: _lex_attr_getters(file))
    return _make_class(f"{file.class_name}Defaults", RuleDefaults, file, **members)


def _lex_attr_getters(file: LanguageFile) -> dict[int, Callable[[str], Any]]:
    makers: Makers = {}
    for table in file.tables.values():
        makers |= table.lex_attr_getters()
    getters = {name: make() for name, make in makers.items()}
    return make_getters(file.code, frozenset(file.stop_words), **getters)


def _make_class(name: str, base: type[Any], file: LanguageFile, **members: Any) -> type[Any]:
    about = {
        "__module__": f"kernel.lang.{file.code}",
        "__doc__": f"{file.name}, as described by `{file.path.name}`.",
        "__file__": str(file.path),
    }
    return type(name, (base,), {**about, **members})
