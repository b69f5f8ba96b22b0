"""The lemmatizer, which learns the edit tree that turns a token into its lemma.

Axes: B docs, N tokens of all of them, K tokens of one step, C labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from attrs import frozen
from thinc.api import Model

from kernel.errors import ArgumentError, DataError, LoadError
from kernel.ops import Floats, array_module, as_numpy
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import Doc, DocBatch, Example, ExampleBatch, LexemeTable, Vocab, attributes
from kernel_plugin_tagger import tree_files
from kernel_plugin_tagger.edit_trees import EditTrees
from kernel_plugin_tagger.gold import MISSING, Gold, Ids, Ints, Masks, gold_column
from kernel_plugin_tagger.lemma_lookup import LemmaLookup
from kernel_plugin_tagger.scorers import make_lemmatizer_scorer
from kernel_plugin_tagger.tagger import MODEL
from kernel_plugin_tagger.token_classifier import GetExamples, TokenClassifier, best_classes

SCORER = make_lemmatizer_scorer()


@factory(
    "trainable_lemmatizer",
    default_config={
        "backoff": "orth",
        "min_tree_freq": 3,
        "overwrite": False,
        "top_k": 1,
        "scorer": {"@scorers": "kernel.lemmatizer_scorer.v1"},
        "model": MODEL,
    },
    assigns=["token.lemma"],
    scores={"lemma_acc": Score(1.0, title="LEMMA", help="share of tokens with the correct lemma")},
)
def make_edit_tree_lemmatizer(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats]],
    backoff: str | None,
    min_tree_freq: int,
    overwrite: bool,
    top_k: int,
    scorer: Callable[..., dict[str, Any]] | None,
) -> EditTreeLemmatizer:
    """Create a component that finds base forms, by edits of words learned from training data.

    model          scores the edit trees of each token
    backoff        token attribute used as lemma if no tree fits; null: no lemma
    min_tree_freq  minimum number of tokens with a tree for it to be learned
    overwrite      whether to replace lemmas that are already set
    top_k          number of best trees that are tried on a token until one fits
    scorer         compares the predictions with the gold docs
    """
    return EditTreeLemmatizer(
        nlp.vocab,
        model,
        name,
        backoff=backoff,
        min_tree_freq=min_tree_freq,
        overwrite=overwrite,
        top_k=top_k,
        scorer=scorer,
    )


@frozen(eq=False)
class Lemmas:
    """The predicted lemmas of a batch.

    ids   (N,)
    fits  (N,)  whether a tree fitted the token; otherwise the id is 0
    """

    ids: Ids
    fits: Masks


class EditTreeLemmatizer(TokenClassifier):
    """Predicts the edit tree that turns each token into its lemma. Labels are ids of trees."""

    hide_labels = True
    cfg_types: ClassVar[Mapping[str, Any]] = {"labels": list[int]}

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "trainable_lemmatizer",
        *,
        backoff: str | None = "orth",
        min_tree_freq: int = 3,
        overwrite: bool = False,
        top_k: int = 1,
        scorer: Any = SCORER,
    ) -> None:
        super().__init__(vocab, model, name, scorer=scorer, labels=[])
        if top_k < 1:
            raise ArgumentError(f"`top_k` of `{name}` must be at least 1, got {top_k!r}")
        self.backoff = None if backoff is None else attributes.attr_id(backoff)
        self.min_tree_freq = min_tree_freq
        self.overwrite = overwrite
        self.top_k = top_k
        self.trees = EditTrees()
        self._lookup = LemmaLookup(self.trees, [])

    # Labels

    @property
    def labels(self) -> tuple[Any, ...]:
        """The ids of the trees that the model can predict, in the order of its classes."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> dict[str, Any]:
        """All trees, and the labels, in the form that `initialize` takes."""
        return {"trees": self.trees.to_list(), "labels": list(self.labels)}

    def initialize(
        self,
        get_examples: GetExamples,
        *,
        nlp: Language | None = None,
        labels: Any = None,
    ) -> None:
        """Find the trees and initialize the weights of the model.

        `labels` is a value of `label_data`; by default, trees are collected from all examples.
        Raises `DataError` for malformed labels, `ArgumentError` if there are no labels or no
        examples.
        """
        if labels is None:
            self._set_trees(*self._count_trees(get_examples()))
        else:
            self._take_labels(labels)
        self.initialize_model(get_examples)

    def labels_read(self) -> None:
        """Do nothing: the trees of the labels are read later, from a separate file."""

    def _count_trees(self, examples: Iterable[Example]) -> tuple[EditTrees, list[int]]:
        """Return the trees of all gold lemmas, and the ids of those that are frequent enough."""
        trees, counts = EditTrees(), dict[int, int]()
        known: dict[tuple[str, int], int] = {}
        for example in examples:
            lemmas = example.reference.annotations.get("lemma")
            if lemmas is None:
                continue
            strings = example.reference.vocab.strings
            # A loop over tokens, only in initialization: labels are numbered in the order of the
            # text.
            for pair in zip(example.reference.words(), lemmas.tolist(), strict=True):
                if not pair[1]:
                    continue
                if pair not in known:
                    known[pair] = trees.add(pair[0], strings[pair[1]])
                counts[known[pair]] = counts.get(known[pair], 0) + 1
        return trees, [tree for tree, count in counts.items() if count >= self.min_tree_freq]

    def _take_labels(self, labels: Any) -> None:
        expected = f"`initialize.components.{self.name}.labels` takes a value of `label_data`"
        if not isinstance(labels, Mapping) or labels.keys() != {"trees", "labels"}:
            raise DataError(f"labels of `{self.name}` need `trees` and `labels`", hint=expected)
        if not isinstance(labels["trees"], list):
            raise DataError(f"`trees` of `{self.name}` must be a list", hint=expected)
        try:
            trees = EditTrees.from_list(labels["trees"])
            tree_files.check_labels(trees, labels["labels"])
        except DataError as error:
            message = f"labels of `{self.name}` are damaged: {error.message}"
            raise DataError(message, hint=expected) from error
        self._set_trees(trees, list(labels["labels"]))

    def _set_trees(self, trees: EditTrees, labels: list[int]) -> None:
        self.trees = trees
        self.cfg["labels"] = labels
        self._lookup = LemmaLookup(trees, labels)
        # Files store ids instead of strings.
        self.vocab.strings.add_all(tree_files.strings_of(trees))

    # Training

    def gold_classes(self, examples: Sequence[Example]) -> Gold:
        """Return the tree that gives the gold lemma of each predicted token."""
        ids, known = gold_column(examples, "lemma")
        tokens = np.flatnonzero(known & (ids != 0))
        classes = np.full(len(ids), MISSING, np.int64)
        for table, part, rows in _by_table(ExampleBatch.of(examples).predicted, tokens):
            classes[tokens[part]] = self._lookup.labels_of(table, rows, ids[tokens[part]])
        return Gold(classes)

    # Prediction

    def predict(self, docs: Sequence[Doc]) -> Any:
        """Return the lemmas given by the best tree that fits each token."""
        docs = DocBatch.of(docs)
        if self.top_k == 1:
            best = super().predict(docs)
            return self._apply(docs, np.arange(len(best)), best)
        scores = self.predict_scores(docs).data
        lemmas = self._apply(docs, np.arange(len(scores)), best_classes(scores))
        tokens = np.flatnonzero(~lemmas.fits)
        if not len(tokens):
            return lemmas
        ranked = _next_best(scores[array_module(scores).asarray(tokens)], self.top_k)
        for labels in ranked.T:
            left = ~lemmas.fits[tokens]
            found = self._apply(docs, tokens[left], labels[left])
            lemmas.ids[tokens[left]], lemmas.fits[tokens[left]] = found.ids, found.fits
        return lemmas

    def _apply(self, docs: DocBatch, tokens: Ints, labels: Ints) -> Lemmas:
        """Apply a tree to each of the given tokens.

        tokens   (K,)  ascending
        labels   (K,)
        returns  (K,)
        """
        ids, fits = np.zeros(len(tokens), np.uint64), np.zeros(len(tokens), np.bool_)
        for table, part, rows in _by_table(docs, tokens):
            ids[part], fits[part] = self._lookup.lemmas_of(table, rows, labels[part])
        return Lemmas(ids, fits)

    def set_annotations(self, docs: Sequence[Doc], predictions: Lemmas) -> None:
        """Write lemmas into `docs`; tokens without a fitting tree get the backoff attribute."""
        ids = predictions.ids
        if not predictions.fits.all():
            others = np.concatenate([self._back_off(doc) for doc in docs])  # (N,)
            ids = np.where(predictions.fits, ids, others)
        self.write_column(docs, "lemma", ids, overwrite=self.overwrite)

    def _back_off(self, doc: Doc) -> Ids:
        values = doc.to_array(attributes.LEMMA if self.backoff is None else self.backoff)
        return values.astype(np.uint64, copy=False)

    # Storage

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        write_trees = lambda: tree_files.dump(self.trees, self.vocab.strings)  # noqa: E731
        return {**super()._writers(), "trees": write_trees}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        readers = super()._readers()

        def read_model(data: bytes) -> None:
            self._use_trees(self.trees)  # which may have been left out
            readers["model"](data)

        return {"cfg": readers["cfg"], "trees": self._read_trees, "model": read_model}

    def _read_trees(self, data: bytes) -> None:
        try:
            trees = tree_files.load(data, self.vocab.strings)
        except DataError as error:
            raise LoadError(error.message) from error
        self._use_trees(trees)

    def _use_trees(self, trees: EditTrees) -> None:
        """Take these trees for the labels; raises `LoadError` if those are not among them."""
        labels: Any = self.cfg.get("labels")
        try:
            tree_files.check_labels(trees, labels)
        except DataError as error:
            raise LoadError(error.message) from error
        self._set_trees(trees, labels)


def _next_best(scores: Any, top_k: int) -> Ints:
    """Return the classes with the highest scores, from the second best on.

    scores   (K, C)
    returns  (K, min(top_k, C) - 1)  on the host
    """
    # A stable sort keeps equal scores in the order of their classes; argpartition would not.
    host = as_numpy(scores)
    ranked: Ints = np.argsort(-host, axis=1, kind="stable")[:, 1:top_k]
    return ranked


def _by_table(docs: DocBatch, tokens: Ints) -> Iterator[tuple[LexemeTable, slice, Ints]]:
    """Group tokens by the lexeme table of their docs; yield table, tokens and rows.

    tokens   (K,)  ascending
    yields   a table, a part of `tokens`, and the row of each of them
    """
    if not len(tokens):
        return
    rows = docs.lex()[tokens]
    first = docs[0].lexemes
    if all(doc.lexemes is first for doc in docs):
        yield first, slice(None), rows
        return
    bounds = np.searchsorted(tokens, docs.offsets).tolist()
    for doc, start, stop in zip(docs, bounds, bounds[1:], strict=False):
        if start < stop:
            part = slice(start, stop)
            yield doc.lexemes, part, rows[part]
