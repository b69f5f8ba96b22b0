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
    """Leaves its vectors with the batch, and learns from the gradients that come back."""

    def __init__(self, nlp: Language, name: str, model: Any) -> None:
        self.vocab = nlp.vocab
        self.name = name
        self.model = model
        self.cfg: dict[str, Any] = {}

    def initialize(
        self, get_examples: Callable[[], Iterable[Example]], *, nlp: Language | None = None
    ) -> None:
        """Give the model its shape."""
        self.model.initialize(X=[example.predicted for example in first_examples(get_examples)])

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Any]) -> None:
        """Keep the vectors as `doc.tensor` (n_i, W), and share them with the batch."""
        for doc, vectors in zip(docs, predictions, strict=True):
            doc.tensor = vectors
        if isinstance(docs, DocBatch):
            docs.shared[self.name] = SharedOutput(predictions)

    def share(self, docs: DocBatch) -> None:
        """Share the vectors of a batch without learning from it."""
        docs.shared[self.name] = SharedOutput(self.predict(docs))

    def learn(self, examples: ExampleBatch) -> float:
        """Share the vectors of a batch; the gradient is applied when all readers are done."""
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
    """Make the component.

    model: Gives one vector a word.
    """
    return Affixes(nlp, name, model)
