"""A language as its file describes it."""

from __future__ import annotations

import re
from keyword import iskeyword
from pathlib import Path

from attrs import frozen

from kernel_plugin_lang.languages.reading import (
    Place,
    check_keys,
    key,
    read_table,
    read_text,
    read_toml,
    read_words,
)
from kernel_plugin_lang.languages.tables import TABLES, Table, table_class


@frozen(kw_only=True)
class _Head:
    """The keys of a file that are in no table."""

    name: str = key(read_text)
    class_: str = key(read_text, default="")
    stop_words: list[str] = key(read_words, default=())


@frozen(kw_only=True)
class LanguageFile:
    """What a file says about a language.

    code        the code of the language, such as "de"
    name        its English name
    class_name  the name of its class
    stop_words  frequent words, in lower case
    tables      the other tables, in the order of TABLES
    """

    path: Path
    code: str
    name: str
    class_name: str
    stop_words: list[str]
    tables: dict[str, Table]


def read_language(path: Path) -> LanguageFile:
    """Return what a language file says; the name of the file is the code of the language.

    Raises DataError, with the key and the line, if the file is invalid.
    """
    place = Place(path)
    if not re.fullmatch(r"[\w-]+", path.stem):
        raise place.error("the name of the file is not the code of a language, such as `de.toml`")
    content = read_toml(path)
    check_keys(content, ["name", "class", "stop_words", *TABLES], place)
    tables = {name: content.pop(name) for name in TABLES if name in content}
    head = read_table(_Head, content, place)
    return LanguageFile(
        path=path,
        code=path.stem,
        name=head.name,
        class_name=_class_name(head, place),
        stop_words=head.stop_words,
        tables={name: _table(name, table, place.at(name)) for name, table in tables.items()},
    )


def _table(name: str, value: object, place: Place) -> Table:
    table = read_table(table_class(name), value, place)
    table.check(place)
    return table


def _class_name(head: _Head, place: Place) -> str:
    name = head.class_ or head.name.replace(" ", "")
    if not name.isidentifier() or iskeyword(name):
        raise place.at("class" if head.class_ else "name").error(
            f"{name!r} cannot be the name of a class", hint="give another one with the key `class`"
        )
    return name
