"""Augmenters: variations of training examples that make a pipeline robust to real text.

An augmenter is called with the pipeline and an example, and yields one example: the original or a
variation of it. Random choices are drawn from the current random stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from kernel import random
from kernel.errors import ConfigError
from kernel.text import Doc, Example
from kernel_plugin_corpus.augmenters_docs import insert_space, replace_words
from kernel_plugin_corpus.augmenters_orth import OrthVariants, read_variants, vary_words

if TYPE_CHECKING:
    from kernel.pipeline import Language

Augmenter = Callable[[Any, Example], Iterator[Example]]


def create_lower_casing_augmenter(level: float) -> Augmenter:
    """Convert some texts to lower case.

    level  the share of the examples that are converted, from 0 to 1
    """
    check_share("level", level)

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        yield lower_case(nlp, example) if _happens(level) else example

    return augment


def create_orth_variants_augmenter(
    level: float, lower: float, orth_variants: dict[str, Any]
) -> Augmenter:
    """Replace words, such as quotes and dashes, by other ways to write them.

    level          the share of the examples that are changed, from 0 to 1
    lower          the share of the changed examples that are also converted to lower case
    orth_variants  the variants, `{"single": [{"tags": […], "variants": […]}], "paired": […]}`,
                   a paired variant is `[left, right]`; one is drawn for each group and doc
    """
    check_share("level", level)
    check_share("lower", lower)
    variants = read_variants(orth_variants)

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        if not _happens(level):
            yield example
            return
        words = example.reference.words()
        if _happens(lower):
            words = [word.lower() for word in words]
        yield _rewritten(nlp, example, vary_words(words, tags_of(example.reference), variants))

    return augment


def create_combined_augmenter(
    lower_level: float,
    orth_level: float,
    orth_variants: dict[str, Any] | None,
    whitespace_level: float,
    whitespace_per_token: float,
    whitespace_variants: list[str] | None,
) -> Augmenter:
    """Change case, word variants and whitespace, each with its own probability.

    lower_level           the share of the examples that are converted to lower case, from 0 to 1
    orth_level            the share of the examples whose words are replaced by variants
    orth_variants         the variants, as for `kernel.orth_variants.v1`; null: none
    whitespace_level      the share of the examples that whitespace tokens are inserted into
    whitespace_per_token  how many to insert for each token of the doc; the total is rounded down
    whitespace_variants   texts of the whitespace tokens, such as a line break; null: none
    """
    for name, share in (("lower_level", lower_level), ("orth_level", orth_level)):
        check_share(name, share)
    check_share("whitespace_level", whitespace_level)
    variants = read_variants(orth_variants or {})
    spaces = list(whitespace_variants or ())
    if not all(space.isspace() for space in spaces):
        raise ConfigError(f"expected whitespace only in `whitespace_variants`, got {spaces!r}")

    def augment(nlp: Language, example: Example) -> Iterator[Example]:
        if _happens(lower_level):
            example = lower_case(nlp, example)
        if orth_variants and _happens(orth_level):
            example = vary_orth(nlp, example, variants)
        if spaces and _happens(whitespace_level):
            n_spaces = int(len(example.reference) * whitespace_per_token)
            example = add_spaces(nlp, example, spaces, n_spaces)
        yield example

    return augment


def lower_case(nlp: Language, example: Example) -> Example:
    """Return the example with its text in lower case; labels and lemmas are not changed."""
    return _rewritten(nlp, example, [word.lower() for word in example.reference.words()])


def vary_orth(nlp: Language, example: Example, variants: OrthVariants) -> Example:
    """Return the example with words replaced by their variants, where tags allow it."""
    doc = example.reference
    return _rewritten(nlp, example, vary_words(doc.words(), tags_of(doc), variants))


def add_spaces(nlp: Language, example: Example, spaces: list[str], n_spaces: int) -> Example:
    """Return the example with `n_spaces` whitespace tokens inserted before randomly drawn tokens.

    Docs with entity links, spans or incomplete trees are returned unchanged, because it is unclear
    how to annotate the new tokens there.
    """
    doc = example.reference
    if n_spaces < 1 or not _is_spaceable(doc):
        return example
    draw = random.generator()
    for _ in range(n_spaces):
        space = spaces[int(draw.integers(len(spaces)))]
        doc = insert_space(doc, space, int(draw.integers(len(doc))))
    return _tokenized(nlp, doc)


def tags_of(doc: Doc) -> list[str] | None:
    """Return the tag of each token, None if no token has one."""
    column = doc.annotations.get("tag")
    if column is None or not column.any():
        return None
    strings = doc.vocab.strings
    return [strings[tag] for tag in column.tolist()]


def check_share(name: str, share: float) -> None:
    """Raise ConfigError if `share` is not between 0 and 1."""
    if not 0 <= share <= 1:
        raise ConfigError(f"expected a share from 0 to 1 as `{name}`, got {share!r}")


def _happens(share: float) -> bool:
    return bool(random.generator().random() < share)


def _is_spaceable(doc: Doc) -> bool:
    links = doc.annotations.get("ent_kb_id")
    has_links = links is not None and bool(links.any())
    has_spans = any(len(group) for group in doc.spans.values())
    has_gaps = doc.has_annotation("DEP") and not doc.has_annotation("DEP", require_complete=True)
    return bool(len(doc)) and not (has_links or has_spans or has_gaps)


def _rewritten(nlp: Language, example: Example, words: list[str]) -> Example:
    if words == example.reference.words():
        return example
    return _tokenized(nlp, replace_words(example.reference, words))


def _tokenized(nlp: Language, reference: Doc) -> Example:
    # Build the text from the reference's words: their lower case can differ from that of the text,
    # as a Greek sigma depends on the next letter. Without known spaces there is no text to
    # tokenize.
    if reference.has_unknown_spaces:
        spaces = reference.spaces.tolist()
        return Example(Doc(nlp.vocab, words=reference.words(), spaces=spaces), reference)
    return Example(nlp.make_doc(reference.text), reference)
