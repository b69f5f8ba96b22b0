"""The table `[writing_system]` of a language file."""

from __future__ import annotations

from attrs import asdict, frozen

from kernel_plugin_lang.languages.reading import key, one_of, read_flag
from kernel_plugin_lang.languages.tables import Makers, Table


@frozen(kw_only=True)
class WritingSystemTable(Table):
    """How the language is written.

    direction    "ltr" from left to right, "rtl" from right to left
    has_case     whether there are upper-case and lower-case letters
    has_letters  whether words are spelled with letters, not with a sign for each word or syllable
    """

    direction: str = key(one_of("ltr", "rtl"), default="ltr")
    has_case: bool = key(read_flag, default=True)
    has_letters: bool = key(read_flag, default=True)

    def defaults(self) -> Makers:
        """Return `writing_system`."""
        return {"writing_system": lambda: asdict(self)}
