"""What the matchers of tokens and of trees have in common: rules by key."""

from __future__ import annotations

from typing import Any

from kernel.text import Vocab


class RulesByKey:
    """Rules, each under the id of a string, its key."""

    vocab: Vocab
    _rules: dict[int, Any]

    def __len__(self) -> int:
        """Return the number of rules."""
        return len(self._rules)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str | int) and self._id(key) in self._rules

    def has_key(self, key: str | int) -> bool:
        """Return whether there is a rule with this key."""
        return key in self

    def _id(self, key: str | int) -> int:
        return self.vocab.strings.as_int(key)
