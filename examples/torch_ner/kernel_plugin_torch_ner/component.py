"""The component: its labels, its training, its files, and its factory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar

import torch
from torch import Tensor

import kernel
from kernel import Doc, Language, Vocab
from kernel.errors import NotInitializedError
from kernel.ops import TorchWeights
from kernel.pipeline import TrainablePipe, dump_json, first_examples
from kernel.scoring import Score
from kernel.text import Example, ExampleBatch, Span
from kernel_plugin_torch_ner.network import MakeNetwork, Tagger, features_of
from kernel_plugin_torch_ner.tags import entities_of, tags_of


class TorchEntityRecognizer(TrainablePipe):
    """Finds entities by the best tag sequence of a conditional random field.

    `weights` is all that training needs to check, update, average, save and resume the network.
    """

    cfg_types: ClassVar[Mapping[str, Any]] = {"labels": list[str]}

    def __init__(
        self, vocab: Vocab, make_network: MakeNetwork, name: str, *, scorer: Any = None
    ) -> None:
        self.vocab = vocab
        self.name = name
        self.scorer = scorer
        self.cfg: dict[str, Any] = {"labels": []}
        self._make_network = make_network
        self._build()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of entities, sorted."""
        return tuple(self.cfg["labels"])

    @property
    def label_data(self) -> list[str]:
        """The labels, as `initialize` takes them."""
        return list(self.labels)

    @property
    def device(self) -> torch.device:
        """The device of the network."""
        return self.network.output.weight.device

    def initialize(
        self,
        get_examples: Callable[[], Iterable[Example]],
        *,
        nlp: Language | None = None,
        labels: Sequence[str] | None = None,
    ) -> None:
        """Create the network for the labels of the examples, or for `labels`."""
        first_examples(get_examples)
        if labels is None:
            labels = {ent.label_ for example in get_examples() for ent in example.reference.ents}
        self.cfg["labels"] = sorted(labels)
        self._build()

    def check_initialized(self) -> None:
        """Raise `NotInitializedError` if there are no labels yet."""
        if not self.labels:
            raise NotInitializedError(self.name)

    def set_dropout(self, rate: float) -> None:
        """Set the dropout rate of the next updates."""
        self.network.dropout.p = rate

    def learn(self, examples: ExampleBatch) -> float:
        """Add the gradients of the examples, and return their loss."""
        examples = [example for example in examples if len(example.predicted)]
        features, lengths = features_of([eg.predicted for eg in examples], self.network.rows)
        self.network.train()
        scores = self.network(features.to(self.device), lengths)
        gold = self._gold_tags(examples, scores)
        loss = self.network.crf.loss(scores, lengths.to(self.device), gold) / len(examples)
        loss.backward()
        return float(loss.detach())

    def predict(self, docs: Sequence[Doc]) -> list[list[int]]:
        """Return the number of the tag of each token."""
        self.check_initialized()
        filled = [doc for doc in docs if len(doc)]
        if not filled:
            return [[] for _ in docs]
        features, lengths = features_of(filled, self.network.rows)
        self.network.eval()
        with torch.inference_mode():
            scores = self.network(features.to(self.device), lengths)
            tags = self.network.crf.best_tags(scores, lengths.to(self.device)).tolist()
        rows = iter(zip(tags, lengths.tolist(), strict=True))
        cut = (row[:length] for row, length in rows)
        return [next(cut) if len(doc) else [] for doc in docs]

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Sequence[int]]) -> None:
        """Write entities into `docs`."""
        names = tags_of(self.labels)
        for doc, tags in zip(docs, predictions, strict=True):
            found = entities_of([names[tag] for tag in tags])
            doc.ents = [Span(doc, start, end, label) for start, end, label in found]

    def finish_update(self, sgd: Any) -> None:
        """Let the optimizer update the network."""
        self.weights.finish_update(sgd)

    def use_params(self, params: Mapping[Any, Any]) -> AbstractContextManager[None]:
        """Use other weights, such as averages, inside the block."""
        return self.weights.use_params(params)

    def _build(self) -> None:
        self.network: Tagger = self._make_network(tags_of(self.labels))
        self.weights = TorchWeights(self.network)

    def _gold_tags(self, examples: Sequence[Example], scores: Tensor) -> Tensor:
        """Return the tags that each token may have: one, or all if the annotation is unknown.

        scores   (B, L, T)
        returns  (B, L, T)  bool
        """
        numbers = {tag: number for number, tag in enumerate(tags_of(self.labels))}
        gold = torch.ones(scores.shape, dtype=torch.bool)
        for row, example in enumerate(examples):
            for token, tag in enumerate(example.get_aligned_ner()):
                if tag in numbers:
                    gold[row, token] = False
                    gold[row, token, numbers[tag]] = True
        return gold.to(scores.device)

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {"cfg": lambda: dump_json(self.cfg), "model": self.weights.to_bytes}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        return {"cfg": self._read_labels, "model": self._read_network}

    def _read_labels(self, data: bytes) -> None:
        self._read_cfg(data)
        self._build()

    def _read_network(self, data: bytes) -> None:
        self.weights.from_bytes(data)


@kernel.factory(
    "torch_ner",
    default_config={
        "network": {
            "@architectures": "torch_ner.BiLSTM.v1",
            "width": 96,
            "rows": 5000,
            "depth": 1,
        },
        "scorer": {"@scorers": "kernel.ner_scorer.v1"},
    },
    assigns=["doc.ents", "token.ent_iob", "token.ent_type"],
    scores={
        "ents_f": Score(1.0, title="NER F", help="F-score of entities"),
        "ents_p": Score(0.0, title="NER P", help="share of predicted entities that are correct"),
        "ents_r": Score(0.0, title="NER R", help="share of the annotated entities that are found"),
        "ents_per_type": Score(
            title="NER", help="precision, recall and F-score of each entity type", per="type"
        ),
    },
)
def make_torch_ner(
    nlp: Language,
    name: str,
    network: MakeNetwork,
    scorer: Callable[..., dict[str, Any]] | None,
) -> TorchEntityRecognizer:
    """Create a component that finds named entities with a network in plain PyTorch.

    network  makes the network for a list of tags
    scorer   compares the predictions with the gold docs
    """
    return TorchEntityRecognizer(nlp.vocab, network, name, scorer=scorer)
