"""Running a pipeline over text in several processes.

The pipeline is saved once, to a temporary folder from which each worker loads it; no objects are
pickled. Texts are sent, and docs returned, in batches and in order.
"""

from __future__ import annotations

import contextlib
import itertools
import multiprocessing
import os
import re
import sys
import tempfile
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import define, field

from kernel.errors import ArgumentError, KernelError
from kernel.files import pack, unpack
from kernel.pipeline.process import as_doc, error_handler
from kernel.pipeline.worker import EXTENSIBLE, serve
from kernel.registry import registry
from kernel.text import Doc, unpack_docs

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

# Batches per worker: one in progress and one waiting.
_BATCHES_PER_WORKER: Final = 2
_FIRST_BATCH_SIZE: Final = 16
_MAX_BATCH_CHARACTERS: Final = 1_000_000
# The line `if __name__ == "__main__":` of a script.
_GUARD: Final = re.compile(r"^if [^\n]*__name__", re.MULTILINE)
_EXIT_TIMEOUT_SECONDS: Final = 5.0
_ONE_THREAD: Final = (
    "KERNEL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class WorkerError(KernelError, ValueError):
    """A doc failed in a worker process; `traceback`, also added as a note, is from there.

    A ValueError for whatever happened there, as in spaCy.
    """

    def __init__(self, message: str, traceback: str, *, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.traceback = traceback
        self.add_note(f"In the worker process:\n{traceback}")


@define(eq=False)
class _Worker:
    process: BaseProcess
    connection: Connection
    # The batches sent but not answered yet, the oldest first.
    waiting: deque[_Batch] = field(factory=deque)


@define(eq=False)
class _Batch:
    """Items of the stream, from number `first` on, and their answer when it has arrived."""

    first: int
    texts: Sequence[Any]
    contexts: Sequence[Any]
    answer: dict[str, Any] | None = None

    def about(self) -> str:
        """Describe which documents these are."""
        last = self.first + len(self.texts) - 1
        return f"documents {self.first} to {last}, the first {_start_of(self.texts[0])}"


def process_parallel(
    nlp: Language,
    pairs: Iterable[tuple[Any, Any]],
    n_process: int,
    batch_size: int,
    disable: Iterable[str],
    component_cfg: Mapping[str, Mapping[str, Any]],
) -> Generator[tuple[Doc, Any], None, None]:
    """Yield a Doc for each text of `pairs`, with its context, in order.

    Contexts stay here. A doc that fails goes to the error handler as a `WorkerError`, with
    its number and the worker's traceback; a worker that dies raises `ArgumentError` at once, as
    does a wrong `n_process`.
    """
    if n_process < 1 and n_process != -1:
        raise ArgumentError(f"expected `n_process` of 1 or more, or -1 for all, got {n_process}")
    count = n_process if n_process != -1 else os.cpu_count() or 1
    _refuse_gpu(nlp)
    settings = pack(_settings(nlp, disable, component_cfg))
    with tempfile.TemporaryDirectory(prefix="kernel-") as folder:
        path = Path(folder) / "pipeline"
        nlp.to_disk(path)
        with _workers(count, str(path), settings, start_method(nlp)) as workers:
            batches = _batches(pairs, batch_size, count)
            for batch in _answered(workers, batches):
                yield from _finished(nlp, batch)


def _answered(workers: list[_Worker], batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """Yield the answered batches in order; only a few are in progress at any time."""
    under_way: deque[_Batch] = deque()
    most = 2 * _BATCHES_PER_WORKER * len(workers)
    exhausted = False
    while True:
        while under_way and under_way[0].answer is not None:
            yield under_way.popleft()
        worker = min(workers, key=lambda each: len(each.waiting))
        if not exhausted and len(worker.waiting) < _BATCHES_PER_WORKER and len(under_way) < most:
            batch = next(batches, None)
            exhausted = batch is None
            if batch is not None:
                _send(worker, batch)
                under_way.append(batch)
            continue
        if not under_way:
            return
        _receive(workers)


def _send(worker: _Worker, batch: _Batch) -> None:
    worker.waiting.append(batch)
    items = [item.to_bytes() if isinstance(item, Doc) else item for item in batch.texts]
    message = pack(items)
    try:
        worker.connection.send_bytes(message)
    except OSError:
        # It may have sent the reason before it ended.
        _read(worker)


def _receive(workers: list[_Worker]) -> None:
    """Wait for answers and store them; the end of a worker closes its connection, which counts."""
    by_connection = {worker.connection: worker for worker in workers if worker.waiting}
    for connection in wait(list(by_connection)):
        _read(by_connection[connection])  # type: ignore[index]  # only connections were given


def _read(worker: _Worker) -> None:
    try:
        message = worker.connection.recv_bytes()
    except (EOFError, OSError) as error:
        raise _death(worker) from error
    answer = unpack(message)
    if "failed" in answer:
        message, traceback = answer["failed"]
        raise WorkerError(
            f"a worker process could not load the pipeline: {message}",
            traceback,
            hint="it is saved and loaded there: components that a script or a notebook registers "
            "must be in a module that can be imported",
        )
    worker.waiting.popleft().answer = answer


def _death(worker: _Worker) -> KernelError:
    worker.process.join(_EXIT_TIMEOUT_SECONDS)
    code = worker.process.exitcode
    how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with {code}"
    return KernelError(
        f"the worker process {worker.process.pid} {how} at {worker.waiting[0].about()}",
        hint="if it ran out of memory, fewer processes or a smaller `batch_size` help; if it could "
        'not start, put the work of the script below `if __name__ == "__main__":`',
    )


def _finished(nlp: Language, batch: _Batch) -> Iterator[tuple[Doc, Any]]:
    """Yield the docs of an answered batch; pass those that failed to the error handler."""
    answer = batch.answer or {}
    failed = set()
    for index, name, message, traceback in answer["errors"]:
        failed.add(index)
        text = batch.texts[index]
        where = "the tokenizer" if name is None else f"component `{name}`"
        error = WorkerError(
            f"{where} failed on document {batch.first + index}, {_start_of(text)}: {message}",
            traceback,
        )
        _handle(nlp, name, text, error)
    docs = [doc for packed in answer["docs"] for doc in unpack_docs(packed, nlp.vocab)]
    kept = [context for index, context in enumerate(batch.contexts) if index not in failed]
    yield from zip(docs, kept, strict=True)


def _handle(nlp: Language, name: str | None, text: Any, error: WorkerError) -> None:
    component: Any = nlp.get_pipe(name) if name is not None else None
    docs = [] if name is None else [as_doc(nlp, text)]
    error_handler(nlp, component)(name or "tokenizer", component, docs, error)


def _batches(pairs: Iterable[tuple[Any, Any]], batch_size: int, n_process: int) -> Iterator[_Batch]:
    """Split the stream into batches: small ones first, so that a short stream uses all workers."""
    stream = iter(pairs)
    first, size = 0, min(batch_size, _FIRST_BATCH_SIZE)
    for number in itertools.count(1):
        texts: list[Any] = []
        contexts: list[Any] = []
        characters = 0
        while len(texts) < size and characters < _MAX_BATCH_CHARACTERS:
            pair = next(stream, None)
            if pair is None:
                break
            texts.append(pair[0])
            contexts.append(pair[1])
            characters += len(pair[0]) if isinstance(pair[0], str | bytes) else 0
        if not texts:
            return
        yield _Batch(first, texts, contexts)
        first += len(texts)
        if number % n_process == 0:
            size = min(batch_size, 2 * size)


@contextlib.contextmanager
def _workers(n_process: int, path: str, settings: bytes, method: str) -> Iterator[list[_Worker]]:
    """Start the workers, and end them at the end of the block, also after an error."""
    context: Any = multiprocessing.get_context(method)
    workers: list[_Worker] = []
    try:
        with _one_thread():
            for _ in range(n_process):
                ours, theirs = context.Pipe()
                # A forked process inherits our ends, which would keep the pipes open.
                inherited = [*(each.connection for each in workers), ours]
                process = context.Process(
                    target=serve,
                    args=(path, theirs, settings, inherited if method == "fork" else ()),
                    daemon=True,
                )
                workers.append(_Worker(process, ours))
                process.start()
                # Now only the worker holds its end, so our end is closed when it dies.
                theirs.close()
        yield workers
    finally:
        for worker in workers:
            worker.connection.close()
        for worker in workers:
            _end(worker.process)


def start_method(nlp: Language) -> str:
    """Return how to start processes: "fork" if they need what the script did, else "spawn".

    A new process runs a script again, except what is below `if __name__ == "__main__"`. It cannot
    run the code of `python -c`, of standard input or of a notebook. Only on Linux, where other
    libraries can be forked; a method set with `multiprocessing.set_start_method` is used instead.
    """
    chosen: Any = multiprocessing.get_start_method(allow_none=True)
    if chosen is not None:
        return chosen
    is_needed = "__main__" in _needed_modules(nlp) or not _is_guarded(sys.modules["__main__"])
    return "fork" if sys.platform == "linux" and is_needed else "spawn"


def _is_guarded(main: Any) -> bool:
    """Return whether new processes can import the main module without running its work again."""
    if getattr(main, "__spec__", None) is not None:  # python -m
        return True
    file = getattr(main, "__file__", None)
    if file is None:  # not imported by new processes
        return True
    with contextlib.suppress(OSError, ValueError):
        return _GUARD.search(Path(file).read_text(encoding="utf8")) is not None
    return False


def _end(process: BaseProcess) -> None:
    if process.pid is None:
        return
    # A busy worker does not notice that its answer is not needed any more.
    process.terminate()
    process.join(_EXIT_TIMEOUT_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
    process.close()


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes started inside the block compute with one thread each."""
    # Set here, because libraries read it when they are loaded, before the worker's code runs.
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _settings(
    nlp: Language, disable: Iterable[str], component_cfg: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "disable": list(disable),
        "component_cfg": {name: dict(own) for name, own in component_cfg.items()},
        "max_length": nlp.max_length,
        "language": [type(nlp).__module__, type(nlp).__qualname__],
        "modules": [
            # Each worker already imports the main module.
            (module.__name__, getattr(module, "__file__", None))
            for name in sorted(_needed_modules(nlp) - {"__main__"})
            if (module := sys.modules.get(name)) is not None
        ],
        "extensions": {kind: _defaults(owner) for kind, owner in EXTENSIBLE.items()},
    }


def _needed_modules(nlp: Language) -> set[str]:
    """Return the modules that registered functions in this process or have the pipeline's class."""
    # A mapping of lookup tables has no module.
    functions = {
        getattr(getattr(func, "func", func), "__module__", None) or "__main__"
        for kind in registry.get_registry_names()
        for func in registry.of(kind).registered().values()
    }
    return functions | {type(nlp).__module__}


def _defaults(owner: Any) -> dict[str, Any]:
    """Return extension attributes with plain values; functions are registered by their modules."""
    found = {}
    for name, extension in owner.extensions.items():
        if extension.method is None and extension.getter is None:
            with contextlib.suppress(TypeError, ValueError, OverflowError):
                pack(extension.default)
                found[name] = extension.default
    return found


def _refuse_gpu(nlp: Language) -> None:
    for name, component in nlp.pipeline:
        ops = getattr(getattr(component, "model", None), "ops", None)
        if getattr(ops, "device_type", "cpu") != "cpu":
            raise ArgumentError(
                f"component `{name}` is on the GPU, which several processes cannot share",
                hint="use n_process=1 with a large `batch_size`, or load the pipeline on the CPU",
            )


def _start_of(text: Any) -> str:
    if isinstance(text, bytes):
        return "a doc as bytes"
    return f"{str(text)!r:.60}"
