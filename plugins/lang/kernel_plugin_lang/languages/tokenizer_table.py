"""The table `[tokenizer]` of a language file: rules for affixes, and special cases."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from attrs import frozen

from kernel_plugin_lang.exceptions import Rules, make_base_exceptions, with_curly_apostrophes
from kernel_plugin_lang.languages.exception_groups import SpecialCaseGroup
from kernel_plugin_lang.languages.patterns import (
    alternatives,
    check_names,
    check_width,
    compile_alternatives,
    expand_rules,
    patterns,
    word_lists,
)
from kernel_plugin_lang.languages.reading import Place, key, list_of, read_flag, table
from kernel_plugin_lang.languages.tables import Makers, Table
from kernel_plugin_lang.languages.word_lists import WordList, read_patterns
from kernel_plugin_lang.punctuation import make_infixes, make_prefixes, make_suffixes


def _base_exceptions(value: object, place: Place) -> list[str]:
    """Read words that are special cases of all languages; `true` stands for all of them."""
    if value is True:
        return list(make_base_exceptions())
    removed = list(dict.fromkeys(read_patterns(value, place)))
    unknown = [word for word in removed if word not in make_base_exceptions()]
    if unknown:
        raise place.error(f"{unknown[0]!r} is not a base exception", near=unknown[0])
    return removed


@frozen(kw_only=True)
class TokenizerTable(Table):
    """How the tokenizer splits words of the language.

    prefixes, suffixes, infixes  regular expressions, in order; by default, the base rules
    token_match                  what is a single token, whatever the other rules say
    lists                        lists of words that these rules can name
    without_base_exceptions      special cases of all languages that this one does not have;
                                 `true` for all of them
    exceptions                   groups of special cases; a later group overrides earlier ones
    apostrophes                  whether special cases with an apostrophe also get a curly one
    """

    prefixes: list[str] | None = key(patterns, default=None)
    suffixes: list[str] | None = key(patterns, default=None)
    infixes: list[str] | None = key(patterns, default=None)
    token_match: list[str] | None = key(alternatives, default=None)
    lists: dict[str, WordList] = key(word_lists, default={})
    without_base_exceptions: list[str] = key(_base_exceptions, default=())
    exceptions: list[SpecialCaseGroup] = key(list_of(table(SpecialCaseGroup)), default=())
    apostrophes: bool = key(read_flag, default=False)

    def check(self, place: Place) -> None:
        """Raise DataError for a rule with an unknown name in braces, or that matches anywhere."""
        for name in (*_BASES, "token_match"):
            rules = getattr(self, name) or ()
            check_names(rules, self.lists, place.at(name))
            check_width(rules, place.at(name))

    def defaults(self) -> Makers:
        """Return the attributes that differ from the rules of all languages."""
        makers: Makers = {"tokenizer_exceptions": self.rules}
        for name, base in _BASES.items():
            rules = getattr(self, name)
            if rules is not None:
                makers[name] = functools.partial(expand_rules, rules, base, self.lists)
        if self.token_match is not None:
            makers["token_match"] = self._match
        return makers

    def rules(self) -> Rules:
        """Return the special cases, with those of all languages."""
        rules = make_base_exceptions()
        for text in self.without_base_exceptions:
            del rules[text]
        for group in self.exceptions:
            rules |= group.rules()
        return with_curly_apostrophes(rules) if self.apostrophes else rules

    def _match(self) -> Callable[[str], Any]:
        return compile_alternatives(self.token_match or (), self.lists).match


_BASES = {"prefixes": make_prefixes, "suffixes": make_suffixes, "infixes": make_infixes}
