"""Evaluation of a pipeline on gold examples, with memory use independent of their number."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from kernel.pipeline.pipe import checked_examples
from kernel.scoring import PipelineScores
from kernel.text import Example

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


# A batch takes about 6 kB per word; larger batches are not faster.
MAX_BATCH_WORDS: Final = 2048


def evaluate(
    nlp: Language,
    examples: Iterable[Example],
    *,
    batch_size: int | None = None,
    scorer: Any = None,
    component_cfg: Mapping[str, Mapping[str, Any]] | None = None,
    scorer_cfg: Mapping[str, Any] | None = None,
    per_component: bool = False,
) -> dict[str, Any]:
    """Return the scores of every enabled component on `examples`, and the `speed`.

    `scorer` is a custom `Scorer`; otherwise one is created with the settings `scorer_cfg`.
    `speed` is in words per second, including tokenization, without scoring and reading. Copies of
    at most `batch_size` examples at a time, fewer if they are long, are run through the enabled
    components, counted and released. Only a scorer that is a plain function without an
    accumulator needs all examples at once; they are kept in memory for it.
    """
    if scorer is not None:
        counts = scorer.accumulator(per_component=per_component)
    else:
        counts = PipelineScores.of(nlp.pipeline, scorer_cfg, per_component=per_component)
    n_words, seconds = 0, 0.0
    given = checked_examples(examples, "evaluate")
    for batch in _batches(given, batch_size or nlp.batch_size):
        start = time.perf_counter()
        predicted = _predict(nlp, batch, component_cfg)
        seconds += time.perf_counter() - start
        n_words += sum(len(example.predicted) for example in predicted)
        counts.update(predicted)
    scores = {name: _plain(value) for name, value in counts.result().items()}
    scores["speed"] = n_words / seconds if n_words else None
    return scores


def _batches(examples: Iterable[Example], max_size: int) -> Iterator[list[Example]]:
    """Yield at most `max_size` examples, and `MAX_BATCH_WORDS` words, at a time."""
    batch: list[Example] = []
    n_words = 0
    for example in examples:
        n_words += len(example.predicted)
        if batch and (len(batch) >= max_size or n_words > MAX_BATCH_WORDS):
            yield batch
            batch, n_words = [], len(example.predicted)
        batch.append(example)
    if batch:
        yield batch


def _predict(
    nlp: Language,
    batch: Sequence[Example],
    component_cfg: Mapping[str, Mapping[str, Any]] | None,
) -> list[Example]:
    """Return `batch` with predictions of the pipeline, without docs dropped by error handlers."""
    for example in batch:
        # The predicted docs are already tokenized. This is only timed, so that `speed` is the speed
        # on texts.
        nlp.make_doc(example.reference.text)
    docs = ((example.predicted.copy(), example) for example in batch)
    annotated = nlp.pipe(docs, as_tuples=True, batch_size=len(batch), component_cfg=component_cfg)
    return [Example(doc, example.reference) for doc, example in annotated]


def _plain(value: Any) -> Any:
    """Return a numpy number as a Python number, so that scores can be written as JSON."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value
