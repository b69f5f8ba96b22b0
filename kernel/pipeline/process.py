"""Running a pipeline over text."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

from kernel.blas import single_threaded_blas
from kernel.errors import ArgumentError, TextError
from kernel.pipeline.batching import minibatch
from kernel.pipeline.pipe import TrainablePipe
from kernel.pipeline.protocols import Batched, ErrorHandler, ErrorHandling, Streaming
from kernel.text import Doc, DocBatch

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

ComponentCfg = Mapping[str, Mapping[str, Any]]


@single_threaded_blas
def process_one(
    nlp: Language,
    text: str | Doc,
    *,
    disable: Iterable[str] = (),
    component_cfg: ComponentCfg | None = None,
) -> Doc:
    """Return `text` as a Doc, annotated by every enabled component."""
    batch = DocBatch([as_doc(nlp, text)])
    for name, component in nlp.pipeline:
        if name in disable:
            continue
        settings = (component_cfg or {}).get(name, {})
        if not settings and _predicts_batches(component, "__call__"):
            # A batch, because it carries the shared outputs of components.
            annotated = _annotate_batch(nlp, name, component, batch)
        else:
            annotated = _call_each(nlp, name, component, batch, settings, keep=True)
        batch = _carry_over(batch, annotated)
    return batch[0] if batch else as_doc(nlp, text)


def process_stream(
    nlp: Language,
    texts: Iterable[Any],
    *,
    as_tuples: bool = False,
    batch_size: int | None = None,
    disable: Iterable[str] = (),
    component_cfg: ComponentCfg | None = None,
    n_process: int = 1,
) -> Iterator[Any]:
    """Yield a Doc for each of `texts`, in their order, processed `batch_size` at a time.

    With `as_tuples`, `texts` are pairs of a text and a context, and pairs of Doc and context are
    yielded. With `n_process`, that many processes share the work (-1: one per processor). Each of
    them loads the pipeline, which takes seconds. A doc that fails raises `WorkerError` (of
    `kernel.pipeline.parallel`) unless an error handler is set.
    """
    size, settings = batch_size or nlp.batch_size, component_cfg or {}
    if n_process != 1:
        from kernel.pipeline.parallel import process_parallel

        pairs = texts if as_tuples else ((text, None) for text in texts)
        done = process_parallel(nlp, pairs, n_process, size, disable, settings)
        # Closed together with this generator, so that the workers end.
        with contextlib.closing(done):
            yield from done if as_tuples else (doc for doc, _ in done)
    elif as_tuples:
        for items in minibatch(texts, size):
            yield from _run_pairs(nlp, items, disable, settings)
    else:
        for items in minibatch(texts, size):
            yield from run_batch(nlp, DocBatch(as_docs(nlp, items)), disable, settings)


def _run_pairs(
    nlp: Language,
    pairs: Sequence[tuple[Any, Any]],
    disable: Iterable[str],
    component_cfg: ComponentCfg,
) -> Iterable[tuple[Doc, Any]]:
    batch = DocBatch(as_docs(nlp, [text for text, _ in pairs]))
    contexts = {id(doc): context for doc, (_, context) in zip(batch, pairs, strict=True)}
    annotated = run_batch(nlp, batch, disable, component_cfg)
    if len(annotated) == len(pairs):
        return zip(annotated, [context for _, context in pairs], strict=True)
    # An error handler dropped docs.
    return [(doc, contexts.get(id(doc))) for doc in annotated]


@single_threaded_blas
def run_batch(
    nlp: Language, batch: DocBatch, disable: Iterable[str], component_cfg: ComponentCfg
) -> DocBatch:
    """Return the docs of `batch`, annotated by every enabled component."""
    for name, component in nlp.pipeline:
        if name in disable:
            continue
        annotated = run_component(nlp, name, component, batch, component_cfg.get(name, {}))
        batch = _carry_over(batch, annotated)
    return batch


def run_component(
    nlp: Language, name: str, component: Any, batch: DocBatch, settings: Mapping[str, Any]
) -> list[Doc]:
    """Return the docs of `batch` after one component; docs that failed may be dropped."""
    if not settings and _predicts_batches(component, "pipe"):
        return _annotate_batch(nlp, name, component, batch)
    if isinstance(component, Streaming):
        return list(component.pipe(iter(batch), **{"batch_size": len(batch), **settings}))
    return _call_each(nlp, name, component, batch, settings, keep=False)


def _annotate_batch(nlp: Language, name: str, component: Batched, batch: DocBatch) -> list[Doc]:
    """Return the batch annotated, or nothing if that failed and the error was handled."""
    try:
        component.set_annotations(batch, component.predict(batch))
    except Exception as error:  # noqa: BLE001 — passed to the error handler
        error_handler(nlp, component)(name, component, batch, error)
        return []
    return batch


def as_doc(nlp: Language, text: str | bytes | Doc) -> Doc:
    """Return `text` as a tokenized Doc; a Doc is returned unchanged, bytes are loaded as a Doc."""
    if isinstance(text, Doc):
        return text
    if isinstance(text, str):
        return make_doc(nlp, text)
    if isinstance(text, bytes):
        return Doc(nlp.vocab).from_bytes(text)
    raise TextError(f"expected a text or a Doc, got a {type(text).__name__}: {text!r:.60}")


def as_docs(nlp: Language, texts: Sequence[Any]) -> list[Doc]:
    """Apply `as_doc` to each of `texts`; if all are strings, tokenize them together."""
    if not all(isinstance(text, str) for text in texts) or not hasattr(nlp.tokenizer, "pipe"):
        return [as_doc(nlp, text) for text in texts]
    for text in texts:
        _check_length(nlp, text)
    return list(nlp.tokenizer.pipe(texts, batch_size=max(1, len(texts))))


def make_doc(nlp: Language, text: str) -> Doc:
    """Return `text` tokenized; raises `TextError` if it is longer than `nlp.max_length`."""
    _check_length(nlp, text)
    return nlp.tokenizer(text)


def _check_length(nlp: Language, text: str) -> None:
    if len(text) > nlp.max_length:
        raise TextError(
            f"the text has {len(text)} characters, `nlp.max_length` is {nlp.max_length}"
        )


def error_handler(nlp: Language, component: Any) -> ErrorHandler:
    """Return the handler for docs on which `component` fails."""
    if isinstance(component, ErrorHandling):
        return component.get_error_handler()
    return nlp.default_error_handler


def _predicts_batches(component: Any, method: str) -> TypeGuard[Batched]:
    """Return whether `predict` and `set_annotations` of a batch can replace `method`.

    They cannot if a subclass of `TrainablePipe` overrides it, or if another component has its own
    `pipe`.
    """
    if isinstance(component, TrainablePipe):
        return getattr(type(component), method) is getattr(TrainablePipe, method)
    return isinstance(component, Batched) and not isinstance(component, Streaming)


def _carry_over(batch: DocBatch, annotated: list[Doc]) -> DocBatch:
    if annotated is batch:
        return batch
    result = DocBatch(annotated)
    same = len(result) == len(batch) and all(a is b for a, b in zip(result, batch, strict=True))
    if same:
        result.shared.update(batch.shared)
    return result


def _call_each(
    nlp: Language,
    name: str,
    component: Any,
    docs: Iterable[Doc],
    settings: Mapping[str, Any],
    *,
    keep: bool,
) -> list[Doc]:
    if not callable(component):
        raise ArgumentError(
            f"component `{name}` cannot be called: it is a {type(component).__name__}"
        )
    handle = error_handler(nlp, component)
    annotated = []
    for doc in docs:
        try:
            result = component(doc, **settings)
        except Exception as error:  # noqa: BLE001 — passed to the error handler
            handle(name, component, [doc], error)
            annotated += [doc] if keep else []
            continue
        if not isinstance(result, Doc):
            raise ArgumentError(
                f"component `{name}` returned a {type(result).__name__} instead of a Doc",
                hint="check that its function ends with `return doc`",
            )
        annotated.append(result)
    return annotated
