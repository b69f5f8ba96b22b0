"""The component `affixes`, which computes word vectors once for all that read them.

Axes: n_i tokens of doc i, W width.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import kernel
from kernel import Doc, Example, Language
from kernel.pipeline import SharedOutput, TrainablePipe, first_examples
from kernel.text import DocBatch, ExampleBatch


class Affixes(TrainablePipe):
    """Shares its vectors with the batch, and learns from the gradients of their readers."""

    def __init__(self, nlp: Language, name: str, model: Any) -> None:
        self.vocab = nlp.vocab
        self.name = name
        self.model = model
        self.cfg: dict[str, Any] = {}

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Initialize the model and infer its shapes."""
        self.model.initialize(X=[example.predicted for example in first_examples(get_examples)])

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Any]) -> None:
        """Store the vectors in `doc.tensor` (n_i, W), and share them with the batch."""
        for doc, vectors in zip(docs, predictions, strict=True):
            doc.tensor = vectors
        if isinstance(docs, DocBatch):
            docs.shared[self.name] = SharedOutput(predictions)

    def share(self, docs: DocBatch) -> None:
        """Share the vectors of a batch without training on it."""
        docs.shared[self.name] = SharedOutput(self.predict(docs))

    def learn(self, examples: ExampleBatch) -> float:
        """Share the vectors of a batch; `finish` is called after all readers."""
        vectors, backprop = self.model.begin_update(examples.predicted)

        def finish(gradient: Sequence[Any]) -> float:
            backprop(list(gradient))
            return sum(float((each**2).sum()) for each in gradient)

        examples.shared[self.name] = SharedOutput(vectors, finish)
        return 0.0


@kernel.factory(
    "affixes",
    shares=True,
    assigns=["doc.tensor"],
    default_config={"model": {"@architectures": "affixes.Encoder.v1"}},
)
def make_affixes(nlp: Language, name: str, model: Any) -> Affixes:
    """Create the component.

    model: Computes one vector per word.
    """
    return Affixes(nlp, name, model)
