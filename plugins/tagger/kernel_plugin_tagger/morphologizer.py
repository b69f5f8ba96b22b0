"""The morphologizer: predicts the features and the part of speech of each token as one class.

Axes: N tokens of all docs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import attrs
import numpy as np
from thinc.api import Model

from kernel.errors import DataError, LoadError
from kernel.ops import Floats
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import Doc, DocBatch, Example, Morphology, Vocab, symbols
from kernel_plugin_tagger.gold import MISSING, Gold, Ints, gold_column
from kernel_plugin_tagger.morph_labels import (
    POS_FEATURE,
    POS_NAMES,
    MorphLabels,
    features_of,
    make_label,
)
from kernel_plugin_tagger.scorers import make_morphologizer_scorer
from kernel_plugin_tagger.token_classifier import GetExamples, TokenClassifier

TOK2VEC = {
    "@architectures": "kernel.Tok2Vec.v2",
    "embed": {
        "@architectures": "kernel.CharacterEmbed.v2",
        "width": 128,
        "rows": 7000,
        "nM": 64,
        "nC": 8,
        "include_static_vectors": False,
    },
    "encode": {
        "@architectures": "kernel.MaxoutWindowEncoder.v2",
        "width": 128,
        "depth": 4,
        "window_size": 1,
        "maxout_pieces": 3,
    },
}
MODEL = {
    "@architectures": "kernel.Tagger.v2",
    "nO": None,
    "normalize": False,
    "tok2vec": TOK2VEC,
}


SCORER = make_morphologizer_scorer()


@factory(
    "morphologizer",
    default_config={
        "overwrite": True,
        "extend": False,
        "label_smoothing": 0.0,
        "scorer": {"@scorers": "kernel.morphologizer_scorer.v1"},
        "model": MODEL,
    },
    assigns=["token.morph", "token.pos"],
    scores={
        "pos_acc": Score(0.5, title="POS", help="share of tokens with the correct part of speech"),
        "morph_acc": Score(0.5, title="MORPH", help="share of tokens with all features correct"),
        "morph_micro_p": Score(help="precision of all features together", listed=False),
        "morph_micro_r": Score(help="recall of all features together", listed=False),
        "morph_micro_f": Score(help="F-score of all features together", listed=False),
        "morph_per_feat": Score(
            title="MORPH", help="precision, recall and F-score of each feature", per="feature"
        ),
    },
)
def make_morphologizer(
    nlp: Language,
    name: str,
    model: Model[list[Doc], list[Floats]],
    overwrite: bool,
    extend: bool,
    label_smoothing: float,
    scorer: Callable[..., dict[str, Any]] | None,
) -> Morphologizer:
    """Create a component that predicts the morphological features and part of speech of tokens.

    model            scores the combinations of features and part of speech
    overwrite        whether to replace annotation that is already set
    extend           whether to merge predicted features with those already set; if both have a
                     field, `overwrite` decides
    label_smoothing  share of the probability that is spread over all other combinations
    scorer           compares the predictions with the gold docs
    """
    return Morphologizer(
        nlp.vocab,
        model,
        name,
        overwrite=overwrite,
        extend=extend,
        label_smoothing=label_smoothing,
        scorer=scorer,
    )


# The tokenizer of Japanese sets readings and inflections, which stay.
make_japanese_morphologizer = attrs.evolve(
    make_morphologizer, default_config={**make_morphologizer.default_config, "extend": True}
)


class Morphologizer(TokenClassifier):
    """Predicts morphological features and a coarse part of speech for each token.

    A label is the features in normal form, including the part of speech as `POS`.
    """

    cfg_types: ClassVar[Mapping[str, Any]] = {
        **TokenClassifier.cfg_types,
        "labels_morph": dict[str, str],
        "labels_pos": dict[str, int],
        "extend": bool,
    }

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "morphologizer",
        *,
        overwrite: bool = True,
        extend: bool = False,
        label_smoothing: float = 0.0,
        scorer: Any = SCORER,
    ) -> None:
        super().__init__(
            vocab,
            model,
            name,
            scorer=scorer,
            labels_morph={},
            labels_pos={},
            overwrite=overwrite,
            extend=extend,
            label_smoothing=label_smoothing,
        )
        self._table: MorphLabels | None = None

    # Labels

    @property
    def labels(self) -> tuple[str, ...]:
        """The combinations of features and part of speech, in the order of the classes."""
        return tuple(self.cfg["labels_morph"])

    @property
    def label_data(self) -> dict[str, dict[str, Any]]:
        """The features and part of speech of each label, in the form that `initialize` takes."""
        return {"morph": self.cfg["labels_morph"], "pos": self.cfg["labels_pos"]}

    @property
    def table(self) -> MorphLabels:
        """The labels as arrays."""
        if self._table is None or self._table.labels != self.labels:
            cfg = self.cfg
            self._table = MorphLabels(self.vocab, cfg["labels_morph"], cfg["labels_pos"])
        return self._table

    def add_label(self, label: str) -> int:
        """Add a label such as `Number=Sing|POS=NOUN`; returns 1 if it is new, else 0.

        A trained model is resized. Raises `DataError` for an unknown part of speech.
        """
        features = Morphology.feats_to_dict(self.check_label(label))
        pos = features.pop(POS_FEATURE, "")
        if pos not in symbols.POS_IDS:
            raise DataError(
                f"{pos!r} is not a part of speech, in a label of `{self.name}`: {label!r}",
                hint=f"expected one of {', '.join(filter(None, symbols.POS_IDS))}",
            )
        if make_label(self.vocab, features, pos) in self.cfg["labels_morph"]:
            return 0
        self.check_growth()
        self._add(features, pos)
        self.labels_read()
        self.grow()
        return 1

    def initialize(
        self,
        get_examples: GetExamples,
        *,
        nlp: Language | None = None,
        labels: dict[str, dict[str, Any]] | None = None,
    ) -> None:
        """Find the labels and initialize the weights of the model.

        `labels` is a value of `label_data`; by default, labels are collected from all examples, in
        the order in which they occur. Labels added before are kept. Raises `ArgumentError` if there
        are no labels or no examples.
        """
        if labels is None:
            self._find_labels(get_examples())
        else:
            self._take_labels(labels)
        self.labels_read()
        self.initialize_model(get_examples)

    def _find_labels(self, examples: Iterable[Example]) -> None:
        seen: set[tuple[int, int]] = set()
        for example in examples:
            gold = example.reference
            columns = (gold.column(name).tolist() for name in ("pos", "morph"))
            # A loop over tokens, once per run: labels are numbered in the order in which they
            # occur.
            for pair in zip(*columns, strict=True):
                if pair not in seen and pair != (0, 0):
                    self._add(features_of(pair[1], gold.vocab.strings), POS_NAMES[pair[0]])
                seen.add(pair)

    def _take_labels(self, labels: Any) -> None:
        if not isinstance(labels, Mapping) or labels.keys() != {"morph", "pos"}:
            raise DataError(
                f"labels of `{self.name}` need `morph` and `pos`, two maps from labels",
                hint=f"give `initialize.components.{self.name}.labels` the output of `init labels`",
            )
        self.cfg["labels_morph"] = {**self.cfg["labels_morph"], **labels["morph"]}
        self.cfg["labels_pos"] = {**self.cfg["labels_pos"], **labels["pos"]}

    def _add(self, features: Mapping[str, str], pos: str) -> None:
        label = make_label(self.vocab, features, pos)
        self.cfg["labels_morph"].setdefault(label, Morphology.dict_to_feats(features))
        self.cfg["labels_pos"].setdefault(label, int(symbols.POS_IDS[pos]))

    # Training

    def gold_classes(self, examples: Sequence[Example]) -> Gold:
        """Return the gold label of each predicted token.

        It is missing where gold has neither features nor a part of speech, or an unknown
        combination of them.
        """
        pos, pos_known = gold_column(examples, "pos")
        morph, morph_known = gold_column(examples, "morph")
        known = pos_known & morph_known & ((pos != 0) | (morph != 0))
        if not known.any():
            return Gold(np.full(len(known), MISSING, np.int32))
        classes = self.table.find(pos, morph, examples[0].reference.vocab.strings)
        return Gold(np.where(known, classes, np.int32(MISSING)))

    # Prediction

    def set_annotations(self, docs: Sequence[Doc], predictions: Ints) -> None:
        """Write features and parts of speech of the classes `predictions`, (N,), into `docs`."""
        overwrite, table = self.cfg["overwrite"], self.table
        if self.cfg["extend"]:
            morph = table.merge(DocBatch(docs).column("morph"), predictions, overwrite=overwrite)
            self.write_column(docs, "morph", morph, overwrite=True)
        else:
            self.write_column(docs, "morph", table.morph[predictions], overwrite=overwrite)
        self.write_column(docs, "pos", table.pos[predictions], overwrite=overwrite)

    # Storage

    def labels_read(self) -> None:
        """Add the labels and their features to the vocabulary.

        Raises `LoadError` for a number that is not a part of speech.
        """
        for label, pos in self.cfg["labels_pos"].items():
            if pos not in POS_NAMES:
                raise LoadError(f"{pos} is not a part of speech: the label {label!r}")
        self.vocab.strings.add_all(self.labels)
        for features in self.cfg["labels_morph"].values():
            self.vocab.morphology.add(features)

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        # Labels are in the order of the classes.
        def write_cfg() -> bytes:
            return json.dumps(dict(sorted(self.cfg.items())), indent=2).encode("utf8")

        return {**super()._writers(), "cfg": write_cfg}
