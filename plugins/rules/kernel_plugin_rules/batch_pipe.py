"""The base class of components that annotate a batch of docs at once, without a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kernel.pipeline import Pipe, minibatch
from kernel.text import Doc, DocBatch


class BatchPipe(Pipe):
    """A component that annotates batches: a subclass defines `annotate`.

    If a batch fails, its docs are annotated one by one, so that only those that fail go to the
    error handler. `annotate` can thus be called twice for a doc.
    """

    def annotate(self, docs: DocBatch) -> None:
        """Annotate `docs`."""
        raise NotImplementedError

    def check_ready(self) -> None:
        """Raise an error if no doc can be annotated; it does not go to the error handler."""

    def __call__(self, doc: Doc) -> Doc:
        """Annotate `doc` and return it."""
        self.check_ready()
        try:
            self.annotate(DocBatch([doc]))
        except Exception as error:  # noqa: BLE001 — passed to the error handler
            self.get_error_handler()(self.name, self, [doc], error)
        return doc

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 128) -> Iterator[Doc]:
        """Yield each doc of `stream`, annotated; docs that fail go to the error handler."""
        if type(self).__call__ is not BatchPipe.__call__:
            yield from super().pipe(stream, batch_size=batch_size)
            return
        self.check_ready()
        for docs in minibatch(stream, batch_size):
            try:
                self.annotate(DocBatch(docs))
            except Exception:  # noqa: BLE001 — of one of the docs, which is found now
                yield from self._annotate_each(docs)
            else:
                yield from docs

    def _annotate_each(self, docs: Iterable[Doc]) -> Iterator[Doc]:
        for doc in docs:
            try:
                self.annotate(DocBatch([doc]))
            except Exception as error:  # noqa: BLE001 — passed to the error handler
                self.get_error_handler()(self.name, self, [doc], error)
            else:
                yield doc
