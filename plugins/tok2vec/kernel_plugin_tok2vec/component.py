"""The component that computes word vectors in context once, for all its listeners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from thinc.api import Model

from kernel.ops import Floats, Packed, packed
from kernel.pipeline import SharedOutput, SharingPipe, factory, first_examples
from kernel.text import Doc, DocBatch, Example, ExampleBatch, Vocab
from kernel_plugin_tok2vec.listener import Tok2VecListener


@factory(
    "tok2vec",
    assigns=["doc.tensor"],
    shares=True,
    default_config={"model": {"@architectures": "kernel.HashEmbedCNN.v2"}},
)
def make_tok2vec(nlp: Any, name: str, model: Model[list[Doc], list[Floats]]) -> Tok2Vec:
    """Create the shared component.

    model  computes one vector per token
    """
    return Tok2Vec(nlp.vocab, model, name)


class Tok2Vec(SharingPipe):
    """Computes word vectors in context once per batch, for all components that listen.

    In training, the gradients of all listeners are summed and passed back through the model once,
    after the last listener. The component has no loss of its own: it reports the sum of squares of
    that gradient.
    """

    listener_class = Tok2VecListener

    def __init__(
        self, vocab: Vocab, model: Model[list[Doc], list[Floats]], name: str = "tok2vec"
    ) -> None:
        super().__init__(vocab, model, name)

    # Training

    def initialize(self, get_examples: Callable[[], Iterable[Example]], *, nlp: Any = None) -> None:
        """Initialize the model with the first examples.

        Raises `ArgumentError` if there are none.
        """
        sample = first_examples(get_examples)
        self.model.initialize(X=[example.predicted for example in sample])

    def learn(self, examples: ExampleBatch) -> float:
        """Share the vectors of a batch, and learn from their gradient once it is complete.

        Returns 0: the loss is known only after the listeners have returned their gradients.
        """
        vectors, backprop = self.model.begin_update(examples.predicted)
        width, xp = self._width(), self.model.ops.xp

        def finish(gradients: Sequence[Floats]) -> float:
            d_vectors = packed(gradients, width=width, xp=xp)
            loss = float((d_vectors.data**2).sum())
            backprop(d_vectors)
            return loss

        examples.shared[self.name] = SharedOutput(packed(vectors, width=width, xp=xp), finish)
        return 0.0

    # Prediction

    def predict(self, docs: Sequence[Doc]) -> Packed:
        """Return the vectors of each doc's tokens: B of (n_i, width).

        Raises `NotInitializedError` if the model has no weights.
        """
        self.check_initialized()
        vectors = self.model.predict(DocBatch.of(docs))
        return packed(vectors, width=self._width(), xp=self.model.ops.xp)

    def set_annotations(self, docs: Sequence[Doc], predictions: Sequence[Floats]) -> None:
        """Store the vectors as `doc.tensor`, and share them with the rest of the batch."""
        for doc, vectors in zip(docs, predictions, strict=True):
            doc.tensor = vectors
        if isinstance(docs, DocBatch):
            docs.shared[self.name] = SharedOutput(predictions, None)

    def share(self, docs: DocBatch) -> None:
        """Share the vectors of a batch without training on it."""
        docs.shared[self.name] = SharedOutput(self.predict(docs), None)

    def _width(self) -> int | None:
        width: int | None = self.model.maybe_get_dim("nO")
        return width
