"""The part-of-speech tagger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from thinc.api import Model

from kernel.errors import DataError
from kernel.ops import Floats
from kernel.pipeline import Language, check_labels, factory
from kernel.scoring import Score
from kernel.text import Doc, Example, Vocab
from kernel_plugin_tagger.gold import Gold, Ids, Ints, LabelNumbers, gold_column
from kernel_plugin_tagger.scorers import make_tagger_scorer
from kernel_plugin_tagger.token_classifier import GetExamples, TokenClassifier

MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "nO": None,
    "normalize": False,
    "tok2vec": {"@architectures": "kernel.HashEmbedCNN.v2"},
}


SCORER = make_tagger_scorer()


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
        "tag_acc": Score(1.0, title="TAG", help="share of tokens with the correct tag"),
        "pos_acc": Score(0.0, title="POS", help="share of tokens with the correct part of speech"),
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
    """Create a component that predicts a fine-grained part-of-speech tag for each token.

    model            scores the tags of each token
    overwrite        whether to replace tags that are already set
    neg_prefix       prefix of a gold tag that the token does not have
    label_smoothing  share of the probability that is spread over all other tags
    scorer           compares the predictions with the gold docs
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
    """Predicts a fine-grained part-of-speech tag for each token."""

    cfg_types: ClassVar[Mapping[str, Any]] = {
        **TokenClassifier.cfg_types,
        "labels": list[str],
        "neg_prefix": str,
    }

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "tagger",
        *,
        overwrite: bool = False,
        neg_prefix: str = "!",
        label_smoothing: float = 0.0,
        scorer: Any = SCORER,
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
        """The tags, in the form that `initialize` takes."""
        return self.labels

    @property
    def numbers(self) -> LabelNumbers:
        """The classes of the tags."""
        if self._numbers is None or self._numbers[0] != self.labels:
            prefix = self.cfg["neg_prefix"]
            self._numbers = (self.labels, LabelNumbers(self.labels, neg_prefix=prefix))
        return self._numbers[1]

    def add_label(self, label: str) -> int:
        """Add a tag; returns 1 if it is new, else 0. A trained model is resized."""
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
        """Find the tags and initialize the weights of the model.

        `labels` is a value of `label_data`; by default, tags are collected from all examples and
        sorted. Tags added before are kept. Raises `ArgumentError` if there are no tags or no
        examples.
        """
        found = self._find_tags(get_examples()) if labels is None else labels
        known = dict.fromkeys([*self.labels, *check_labels(found, self.name)])
        self.cfg["labels"] = list(known)
        self.labels_read()
        self.initialize_model(get_examples)

    def gold_classes(self, examples: Sequence[Example]) -> Gold:
        """Return the gold tag of each predicted token.

        Raises `DataError` for an unknown tag.
        """
        ids, known = gold_column(examples, "tag")
        gold, unknown = self.numbers.find(ids, known=known)
        if len(unknown):
            self._check_unknown(unknown, examples)
        return gold

    def set_annotations(self, docs: Sequence[Doc], predictions: Ints) -> None:
        """Write the tags of the classes `predictions`, (N,), into `docs`."""
        tags = self.numbers.hashes[predictions]
        self.write_column(docs, "tag", tags, overwrite=self.cfg["overwrite"])

    def labels_read(self) -> None:
        """Add the tags to the vocabulary."""
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
        # A negative tag of an unknown class carries no signal.
        unknown = [tag for tag in tags if not self._is_denied(tag)]
        if unknown:
            raise DataError(
                f"component `{self.name}` has no label {', '.join(map(repr, unknown))}, which "
                "occurs in the gold data",
                hint="labels given in `[initialize]` must include all gold tags; more can be "
                "added with `add_label`",
            )
