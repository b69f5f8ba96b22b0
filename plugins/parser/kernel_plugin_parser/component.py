"""The dependency parser.

Axes: N tokens of a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from thinc.api import Model

from kernel.errors import LoadError
from kernel.pipeline import Language, factory
from kernel.scoring import Score
from kernel.text import DELIMITER, Doc, Example, Vocab
from kernel_plugin_parser.decoding import Arcs
from kernel_plugin_parser.labels import count_actions
from kernel_plugin_parser.rules import BREAK, LEFT, NAMES, REDUCE, RIGHT, ROOT, SHIFT
from kernel_plugin_parser.scorer import make_parser_scorer
from kernel_plugin_parser.system import ArcEagerSystem
from kernel_plugin_parser.trees import merge_subtokens, write_trees
from kernel_plugin_transition.component import TransitionParser, features_of
from kernel_plugin_transition.defaults import HASH_EMBED_CNN, model_block
from kernel_plugin_transition.scorer import StateScorer

SCORER = make_parser_scorer()


@factory(
    "parser",
    default_config={
        "moves": None,
        "update_with_oracle_cut_size": 100,
        "learn_tokens": False,
        "min_action_freq": 30,
        "scorer": {"@scorers": "kernel.parser_scorer.v1"},
        "model": model_block("parser", HASH_EMBED_CNN),
    },
    assigns=["token.dep", "token.head", "token.is_sent_start", "doc.sents"],
    scores={
        "dep_uas": Score(0.5, title="UAS", help="share of tokens with the correct head"),
        "dep_las": Score(0.5, title="LAS", help="share of tokens with the correct head and label"),
        "dep_las_per_type": Score(
            title="LAS", help="precision, recall and F-score of each label", per="type"
        ),
        "sents_p": Score(title="SENT P", help="share of the predicted sentences that are correct"),
        "sents_r": Score(title="SENT R", help="share of the annotated sentences that are found"),
        "sents_f": Score(0.0, title="SENT F", help="F-score of sentences"),
    },
)
def make_parser(
    nlp: Language,
    name: str,
    model: Model[list[Doc], StateScorer],
    moves: ArcEagerSystem | None,
    update_with_oracle_cut_size: int,
    learn_tokens: bool,
    min_action_freq: int,
    scorer: Callable[..., dict[str, Any]] | None,
) -> DependencyParser:
    """Create a component that finds the head of each token; the trees give the sentences.

    model                        scores the next action, which includes the label of an arc
    moves                        the transition system; null: made from the labels of the data
    update_with_oracle_cut_size  approximate number of actions that docs are cut into in training
    learn_tokens                 whether to merge tokens that are joined by the label `subtok`
    min_action_freq              labels that are rarer than this with an action become `dep`
    scorer                       compares the predictions with the gold docs
    """
    return DependencyParser(
        nlp.vocab,
        model,
        name,
        moves,
        update_with_oracle_cut_size=update_with_oracle_cut_size,
        learn_tokens=learn_tokens,
        min_action_freq=min_action_freq,
        scorer=scorer,
    )


class DependencyParser(TransitionParser):
    """Finds the head and the label of each token. Preset sentence starts are kept."""

    system: ArcEagerSystem

    def __init__(
        self,
        vocab: Vocab,
        model: Any,
        name: str = "parser",
        moves: ArcEagerSystem | None = None,
        *,
        update_with_oracle_cut_size: int = 100,
        learn_tokens: bool = False,
        min_action_freq: int = 30,
        scorer: Any = SCORER,
    ) -> None:
        features = features_of(model, ArcEagerSystem, name)
        super().__init__(
            vocab,
            model,
            name,
            moves if moves is not None else ArcEagerSystem(features),
            scorer=scorer,
            update_with_oracle_cut_size=update_with_oracle_cut_size,
            learn_tokens=learn_tokens,
            min_action_freq=min_action_freq,
        )

    # Labels

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of arcs, sorted; for lifted arcs, only the part that names the head."""
        named = {label for action, label in self.system.moves.classes if label}
        return tuple(sorted({label.split(DELIMITER)[-1] for label in named}))

    @property
    def move_names(self) -> list[str]:
        """The names of the classes, such as `L-nsubj`."""
        return [
            f"{NAMES[action]}-{label}" if label else NAMES[action]
            for action, label in self.system.moves.classes
        ]

    def has_labels(self) -> bool:
        """Return whether any label was seen in the data, or was added."""
        labels = self.system.moves.labels
        seen = any(any(labels[action].values()) for action in (LEFT, RIGHT, BREAK))
        # Labels that are too rare to be kept still count as Shift and Reduce, which begin at 1.
        return seen or any(labels[action].get("", 0) > 1 for action in (SHIFT, REDUCE))

    def add_label(self, label: str) -> int:
        """Add a label of arcs; returns 1 if it is new, else 0. The model grows with it."""
        is_new = self.system.add_label(self.check_label(label))
        if is_new:
            self.vocab.strings.add(label)
            self.resize()
        return int(is_new)

    def count_labels(self, examples: Iterable[Example]) -> Mapping[Any, Mapping[str, int]]:
        """Return {action: {label: frequency}} of gold trees, made projective."""
        return count_actions(
            examples,
            min_freq=self.cfg["min_action_freq"],
            learn_tokens=self.cfg["learn_tokens"],
        )

    def checked_labels(self, labels: Any) -> Mapping[Any, Mapping[str, int]]:
        """Return a value of `label_data`; raises `LoadError` for any other value."""
        checked = super().checked_labels(labels)
        counts = {int(action): known for action, known in checked.items()}
        for action, name in enumerate(NAMES):
            if not counts.get(action):
                raise LoadError(f"the labels of `{self.name}` have none for the action {name}")
        return checked

    def _read_moves(self, data: bytes) -> None:
        super()._read_moves(data)
        actions = {action for action, _ in self.system.moves.classes}
        if actions and not {SHIFT, REDUCE} <= actions:
            raise LoadError(
                "`moves` has no Shift or no Reduce, without which a parser cannot reach the end",
                hint="spaCy saves this if a parser had too little data for `min_action_freq`, and "
                "cannot train it; initialize it with more data, or leave it out with `exclude`",
            )

    # Prediction

    def set_annotations(self, docs: Sequence[Doc], predictions: Arcs | None) -> None:
        """Write heads, labels and sentence starts into `docs`."""
        if predictions is None:
            return
        classes = self.system.classes
        self.vocab.strings.add(ROOT)
        write_trees(docs, predictions.heads, predictions.classes, classes)
        if self.cfg["learn_tokens"]:
            for doc in docs:
                merge_subtokens(doc)
