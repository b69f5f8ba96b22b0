"""The component that finds base phrases, and its factory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from thinc.api import Model

import kernel
from kernel import Doc, Language, Vocab
from kernel.scoring import Score
from kernel.text import Example, Span
from kernel_plugin_phrases.system import CLOSE, NAMES, OPEN, OUT, SPANS, TAKE, Phrases, PhraseSystem
from kernel_plugin_transition.component import TransitionParser, features_of
from kernel_plugin_transition.defaults import HASH_EMBED_CNN, model_block
from kernel_plugin_transition.scorer import StateScorer


class Chunker(TransitionParser):
    """Finds phrases that do not overlap, and writes them into `doc.spans["phrases"]`."""

    system: PhraseSystem

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "chunker",
        *,
        update_with_oracle_cut_size: int = 100,
        scorer: Any = None,
    ) -> None:
        features_of(model, PhraseSystem, name)
        super().__init__(
            vocab,
            model,
            name,
            PhraseSystem(),
            scorer=scorer,
            update_with_oracle_cut_size=update_with_oracle_cut_size,
        )

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of phrases, sorted."""
        return tuple(sorted(self.system.moves.labels[CLOSE]))

    @property
    def move_names(self) -> list[str]:
        """The names of the classes, such as `CLOSE-NP`."""
        classes = self.system.moves.classes
        return [f"{NAMES[action]}-{label}".rstrip("-") for action, label in classes]

    def add_label(self, label: str) -> int:
        """Add a label; returns 1 if it is new, else 0. The model is resized."""
        is_new = self.system.moves.add(CLOSE, self.check_label(label))
        if is_new:
            self.resize()
        return int(is_new)

    def count_labels(self, examples: Iterable[Example]) -> Mapping[Any, Mapping[str, int]]:
        """Return {action: {label: frequency}} of the gold phrases."""
        counts: Counter[str] = Counter()
        for example in examples:
            if SPANS in example.reference.spans:
                counts.update(span.label_ for span in example.reference.spans[SPANS])
        without_label = {action: {"": 1} for action in (OUT, OPEN, TAKE)}
        return {**without_label, CLOSE: dict(counts)}

    def set_annotations(self, docs: Sequence[Doc], predictions: Phrases | None) -> None:
        """Write the phrases into `docs`."""
        found: list[list[tuple[int, int, str]]] = [[] for _ in docs]
        if predictions is not None:
            labels = [label for _, label in self.system.moves.classes]
            owner, first = 0, 0
            for start, end, row in zip(
                predictions.starts.tolist(),
                predictions.ends.tolist(),
                predictions.classes.tolist(),
                strict=True,
            ):
                while start >= first + len(docs[owner]):
                    first += len(docs[owner])
                    owner += 1
                found[owner].append((start - first, end - first, labels[row]))
        for doc, phrases in zip(docs, found, strict=True):
            doc.spans[SPANS] = [Span(doc, start, end, label) for start, end, label in phrases]


@kernel.factory(
    "chunker",
    default_config={
        "update_with_oracle_cut_size": 100,
        "scorer": {"@scorers": "phrases.scorer.v1"},
        "model": model_block("phrases", HASH_EMBED_CNN),
    },
    assigns=["doc.spans"],
    scores={
        "phrases_f": Score(1.0, title="PHRASES F", help="F-score of phrases"),
        "phrases_p": Score(
            0.0, title="PHRASES P", help="share of predicted phrases that are correct"
        ),
        "phrases_r": Score(0.0, title="PHRASES R", help="share of the gold phrases that are found"),
        "phrases_per_type": Score(
            title="PHRASES", help="precision, recall and F-score of each label", per="type"
        ),
    },
)
def make_chunker(
    nlp: Language,
    name: str,
    model: Model[list[Doc], StateScorer],
    update_with_oracle_cut_size: int,
    scorer: Callable[..., dict[str, Any]] | None,
) -> Chunker:
    """Create a component that finds base phrases.

    model                        scores the next action
    update_with_oracle_cut_size  approximate number of actions that docs are cut into in training
    scorer                       compares the predictions with the gold docs
    """
    return Chunker(
        nlp.vocab,
        model,
        name,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        scorer=scorer,
    )
