"""Orthographic variants of words: single words, and pairs such as quotes."""

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
    """Words that can replace each other in tokens with one of `tags`.

    Each variant is a tuple: one word, or the left and the right word of a pair.
    """

    tags: tuple[str, ...]
    variants: tuple[tuple[str, ...], ...]

    def side(self, word: str, tag: str) -> int | None:
        """Return the index of `word` in its variant, 0 for a single word; None for another word.

        If there are two tags, the first one means the left word. Otherwise the last variant with
        the word decides.
        """
        sides = [variant.index(word) for variant in self.variants if word in variant]
        if tag not in self.tags or not sides:
            return None
        is_told = len(self.variants[0]) == len(self.tags) == 2
        return self.tags.index(tag) if is_told else sides[-1]


@frozen
class OrthVariants:
    """The variant groups of a config: single words, and pairs."""

    single: tuple[VariantGroup, ...] = ()
    paired: tuple[VariantGroup, ...] = ()


def read_variants(data: Mapping[str, Any]) -> OrthVariants:
    """Return the variants that a config gives.

    Raises ConfigError if `data` does not have the expected form.
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
    """Return the words; all words of a group are replaced by one of its variants, drawn at random.

    Words without tags are not changed.
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
