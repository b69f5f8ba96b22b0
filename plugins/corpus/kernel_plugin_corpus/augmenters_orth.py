"""Other ways to write a word: single ones, and pairs such as quotes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from kernel import random
from kernel.errors import ConfigError

_FORM: Final = 'expected {"tags": [tag, …], "variants": [variant, …]}'
_PAIR_FORM: Final = 'expected {"tags": [tag, …], "variants": [[left, right], …]}'


@frozen
class VariantGroup:
    """Words that stand for each other if they have one of `tags`.

    Each variant is a tuple: of one word, or of the left and the right word of a pair.
    """

    tags: tuple[str, ...]
    variants: tuple[tuple[str, ...], ...]

    def side(self, word: str, tag: str) -> int | None:
        """Return which of a pair's words this is, 0 for a single one; None if it is no variant.

        Of two tags the first is the left word's. Else the last variant with the word tells.
        """
        sides = [variant.index(word) for variant in self.variants if word in variant]
        if tag not in self.tags or not sides:
            return None
        is_told = len(self.variants[0]) == len(self.tags) == 2
        return self.tags.index(tag) if is_told else sides[-1]


@frozen
class OrthVariants:
    """The groups of a config, single words apart from pairs."""

    single: tuple[VariantGroup, ...] = ()
    paired: tuple[VariantGroup, ...] = ()


def read_variants(data: Mapping[str, Any]) -> OrthVariants:
    """Return the variants that a config gives.

    Raises ConfigError for what does not have the form.
    """
    unknown = sorted(set(data) - {"single", "paired"})
    if unknown:
        raise ConfigError(f"expected `single` and `paired` in `orth_variants`, got {unknown}")
    return OrthVariants(
        single=tuple(_read_single(group) for group in data.get("single") or ()),
        paired=tuple(_read_paired(group) for group in data.get("paired") or ()),
    )


def vary_words(
    words: Sequence[str], tags: Sequence[str] | None, variants: OrthVariants
) -> list[str]:
    """Return the words with one variant, drawn at random, for all that are of one group.

    Without tags they stay as they are.
    """
    varied = list(words)
    if tags is None:
        return varied
    for group in (*variants.single, *variants.paired):
        chosen = group.variants[int(random.generator().integers(len(group.variants)))]
        for i, (word, tag) in enumerate(zip(varied, tags, strict=True)):
            side = group.side(word, tag) if tag in group.tags else None
            if side is not None:
                varied[i] = chosen[side]
    return varied


def _read_single(group: Any) -> VariantGroup:
    tags, variants = _parts(group, _FORM)
    if not all(isinstance(variant, str) for variant in variants):
        raise ConfigError(f"{_FORM} in `single` of `orth_variants`, got {group!r}")
    return VariantGroup(tags, tuple((variant,) for variant in variants))


def _read_paired(group: Any) -> VariantGroup:
    tags, variants = _parts(group, _PAIR_FORM)
    if not all(_is_pair(variant) for variant in variants):
        raise ConfigError(f"{_PAIR_FORM} in `paired` of `orth_variants`, got {group!r}")
    return VariantGroup(tags, tuple(tuple(variant) for variant in variants))


def _parts(group: Any, form: str) -> tuple[tuple[str, ...], list[Any]]:
    if not isinstance(group, Mapping) or set(group) != {"tags", "variants"}:
        raise ConfigError(f"{form} in `orth_variants`, got {group!r}")
    if not group["variants"] or isinstance(group["variants"], str):
        raise ConfigError(f"{form} in `orth_variants`, got {group!r}")
    return tuple(group["tags"]), list(group["variants"])


def _is_pair(variant: Any) -> bool:
    is_list = isinstance(variant, list | tuple)
    return is_list and [type(word) for word in variant] == [str, str]
