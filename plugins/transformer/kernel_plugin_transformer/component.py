"""The component that runs a pretrained transformer once, for all its listeners."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from thinc.api import Model

from kernel.errors import ArgumentError
from kernel.pipeline import SharingPipe, factory, first_examples
from kernel.text import Doc, DocBatch, Example, ExampleBatch, Vocab
from kernel_plugin_transformer.annotation_setters import AnnotationSetter, null_annotation_setter
from kernel_plugin_transformer.data import FullTransformerBatch
from kernel_plugin_transformer.listener import TransformerListener, set_width
from kernel_plugin_transformer.model import encoder_shims, tokenizer_of
from kernel_plugin_transformer.shared import SharedPieces
from kernel_plugin_transformer.shim import MAX_BATCH_ITEMS

DEFAULT_MODEL: Final = {
    "@architectures": "kernel.TransformerModel.v3",
    "name": "roberta-base",
    "tokenizer_config": {"use_fast": True},
    "transformer_config": {},
    "mixed_precision": False,
    "grad_scaler_config": {},
    "get_spans": {"@span_getters": "kernel.wordpiece_spans.v1"},
}
DEFAULT_SETTER: Final = {"@annotation_setters": "kernel.null_annotation_setter.v1"}


@factory(
    "transformer",
    assigns=["doc._.trf_data"],
    shares=True,
    default_config={
        "max_batch_items": MAX_BATCH_ITEMS,
        "set_extra_annotations": DEFAULT_SETTER,
        "model": DEFAULT_MODEL,
    },
)
def make_transformer(
    nlp: Any,
    name: str,
    model: Model[list[Doc], Any],
    set_extra_annotations: AnnotationSetter,
    max_batch_items: int,
) -> Transformer:
    """Create the shared transformer.

    model                  computes vectors of word pieces
    set_extra_annotations  is called with each batch of docs and its `FullTransformerBatch`, after
                           `doc._.trf_data` was set
    max_batch_items        most padded word pieces whose activations are in memory at once
    """
    return Transformer(
        nlp.vocab, model, set_extra_annotations, name=name, max_batch_items=max_batch_items
    )


class Transformer(SharingPipe):
    """Runs a transformer once per batch, for all components that listen.

    It stores `doc._.trf_data`, a `TransformerData`. In training, the gradients of all listeners are
    summed and passed back through the transformer once, after the last listener. The component has
    no loss of its own: it reports the sum of squares of that gradient.
    """

    listener_class = TransformerListener

    def __init__(
        self,
        vocab: Vocab,
        model: Model[list[Doc], Any],
        set_extra_annotations: AnnotationSetter = null_annotation_setter,
        *,
        name: str = "transformer",
        max_batch_items: int = MAX_BATCH_ITEMS,
    ) -> None:
        super().__init__(vocab, model, name)
        if max_batch_items < 1:
            raise ArgumentError(f"`max_batch_items` must be at least 1, got {max_batch_items!r}")
        self.set_extra_annotations = set_extra_annotations
        self.max_batch_items = max_batch_items
        if not Doc.has_extension("trf_data"):
            Doc.set_extension("trf_data", default=None)

    # Training

    def initialize(self, get_examples: Callable[[], Iterable[Example]], *, nlp: Any = None) -> None:
        """Load the encoder that the settings name, and tell the listeners its width.

        Raises `ArgumentError` if it cannot be found.
        """
        self.model.initialize(X=[example.predicted for example in first_examples(get_examples)])
        self.link()

    def link(self) -> None:
        """Tell the listeners the size of the vectors, if it is known."""
        width = self.model.maybe_get_dim("nO")
        for listener in self.listeners if width is not None else ():
            set_width(listener, width)

    def learn(self, examples: ExampleBatch) -> float:
        """Share the word pieces of a batch, and learn from their gradient once it is complete.

        Returns 0: the loss is known only after the listeners have returned their gradients. If
        `grad_factor` of all listeners is 0 at this step, the transformer is not trained, and the
        vectors are those of prediction.
        """
        docs = examples.predicted
        if not any(listener.factor for listener in self.listeners):
            self.share(docs)
            return 0.0
        self._set_budget()
        output, backprop = self.model.begin_update(docs)
        examples.shared[self.name] = SharedPieces(self._described(output, docs), backprop)
        return 0.0

    # Prediction

    def predict(self, docs: Iterable[Doc]) -> FullTransformerBatch:
        """Return the word pieces of docs, their vectors, and which of them each token has.

        Raises `NotInitializedError` if the model has no weights.
        """
        self.check_initialized()
        self._set_budget()
        batch = DocBatch.of(docs)
        return self._described(self.model.predict(batch), batch)

    def set_annotations(self, docs: Sequence[Doc], predictions: FullTransformerBatch) -> None:
        """Store `doc._.trf_data`, share the batch, and call `set_extra_annotations`."""
        for doc, data in zip(docs, predictions.doc_data, strict=True):
            doc._.trf_data = data
        if isinstance(docs, DocBatch):
            docs.shared[self.name] = SharedPieces(predictions)
        self.set_extra_annotations(docs, predictions)

    def share(self, docs: DocBatch) -> None:
        """Share the word pieces of a batch without training on it."""
        docs.shared[self.name] = SharedPieces(self.predict(docs))

    def _described(self, output: Any, docs: Iterable[Doc]) -> FullTransformerBatch:
        if isinstance(output, FullTransformerBatch):
            return output
        return FullTransformerBatch.of(output, docs, tokenizer_of(self.model))

    def _set_budget(self) -> None:
        for shim in encoder_shims(self.model):
            shim.max_batch_items = self.max_batch_items
