"""The part-of-speech tagger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from thinc.api import Model

from kernel.errors import DataError
from kernel.ops import Floats
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import Doc, Example, Vocab
from kernel_plugin_tagger.gold import Gold, Ids, Ints, LabelNumbers, gold_column
from kernel_plugin_tagger.token_classifier import GetExamples, TokenClassifier

MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "nO": None,
    "normalize": False,
    "tok2vec": {"@architectures": "kernel.HashEmbedCNN.v2"},
}


@factory(
    "tagger",
    default_config={
        "overwrite": False,
        "neg_prefix": "!",
        "label_smoothing": 0.0,
        "scorer": {"@scorers": "kernel.tagger_scorer.v1"},
        "model": MODEL,
    },
    assigns=["token.tag"],
    scores={
        "tag_acc": Score(1.0, title="TAG", help="share of tokens whose tag is right"),
        "pos_acc": Score(0.0, title="POS", help="share of tokens whose part of speech is right"),
        "tag_micro_p": Score(help="precision of all tags together"),
        "tag_micro_r": Score(help="recall of all tags together"),
        "tag_micro_f": Score(help="F-score of all tags together"),
    },
)
def make_tagger(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats]],
    overwrite: bool,
    neg_prefix: str,
    label_smoothing: float,
    scorer: Callable[..., dict[str, Any]] | None,
) -> Tagger:
    """Make a component that gives each token a fine-grained part of speech.

    model            scores the tags of each token
    overwrite        whether tags that were set before are replaced
    neg_prefix       begins a gold tag that says which one a token does not have
    label_smoothing  share of probability that gold leaves to all other tags
    scorer           compares what is predicted with the gold docs
    """
    return Tagger(
        nlp.vocab,
        model,
        name,
        overwrite=overwrite,
        neg_prefix=neg_prefix,
        label_smoothing=label_smoothing,
        scorer=scorer,
    )


class Tagger(TokenClassifier):
    """Gives each token a fine-grained part of speech."""

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "tagger",
        *,
        overwrite: bool = False,
        neg_prefix: str = "!",
        label_smoothing: float = 0.0,
        scorer: Any = None,
    ) -> None:
        super().__init__(
            vocab,
            model,
            name,
            scorer=scorer,
            labels=[],
            overwrite=overwrite,
            neg_prefix=neg_prefix,
            label_smoothing=label_smoothing,
        )
        self._numbers: tuple[tuple[str, ...], LabelNumbers] | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The tags, in the order of the model's classes."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> tuple[str, ...]:
        """The tags, as `initialize` takes them."""
        return self.labels

    @property
    def numbers(self) -> LabelNumbers:
        """The classes of the tags."""
        if self._numbers is None or self._numbers[0] != self.labels:
            prefix = self.cfg["neg_prefix"]
            self._numbers = (self.labels, LabelNumbers(self.labels, neg_prefix=prefix))
        return self._numbers[1]

    def add_label(self, label: str) -> int:
        """Add a tag; returns 1 if it is new, else 0. A trained model grows with it."""
        if self.check_label(label) in self.cfg["labels"]:
            return 0
        self.check_growth()
        self.cfg["labels"].append(label)
        self.vocab.strings.add(label)
        self.grow()
        return 1

    def initialize(
        self,
        get_examples: GetExamples,
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        """Find the tags and give the model its weights.

        `labels` is what `label_data` returned; without it tags come from all examples, sorted.
        Those that were added before stay. Raises `KernelError` if there are none, or no
        examples.
        """
        found = self._find_tags(get_examples()) if labels is None else labels
        known = dict.fromkeys([*self.labels, *map(self.check_label, found)])
        self.cfg["labels"] = list(known)
        self.labels_read()
        self.initialize_model(get_examples)

    def gold_classes(self, examples: Sequence[Example]) -> Gold:
        """Return the tag that gold gives each predicted token.

        Raises `DataError` for one that is no label.
        """
        ids, known = gold_column(examples, "tag")
        gold, unknown = self.numbers.find(ids, known=known)
        if len(unknown):
            self._check_unknown(unknown, examples)
        return gold

    def set_annotations(self, docs: Sequence[Doc], predictions: Ints) -> None:
        """Write the tags whose numbers are `predictions`, (N,), into `docs`."""
        tags = self.numbers.hashes[predictions]
        self.write_column(docs, "tag", tags, overwrite=self.cfg["overwrite"])

    def labels_read(self) -> None:
        """Make the tags known to the vocabulary."""
        self.vocab.strings.add_all(self.labels)

    def _find_tags(self, examples: Iterable[Example]) -> list[str]:
        tags: set[str] = set()
        for example in examples:
            column = example.reference.column("tag")
            strings = example.reference.vocab.strings
            tags.update(strings[tag] for tag in np.unique(column[column != 0]).tolist())
        return sorted(tag for tag in tags if not self._is_denied(tag))

    def _is_denied(self, tag: str) -> bool:
        prefix = self.cfg["neg_prefix"]
        return bool(prefix) and tag.startswith(prefix) and tag != prefix

    def _check_unknown(self, ids: Ids, examples: Sequence[Example]) -> None:
        strings = examples[0].reference.vocab.strings
        tags = sorted(strings[tag] for tag in ids.tolist())
        # That a token does not have a tag which nobody predicts teaches nothing.
        unknown = [tag for tag in tags if not self._is_denied(tag)]
        if unknown:
            raise DataError(
                f"component `{self.name}` has no label {', '.join(map(repr, unknown))}, which "
                "gold has",
                hint="labels that are given in `[initialize]` must be all; others may be added "
                "with `add_label`",
            )
