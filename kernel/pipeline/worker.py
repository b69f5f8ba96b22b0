"""The worker process: loads the saved pipeline, and runs it over the messages it receives.

Messages in both directions are MessagePack. A request holds texts, or docs as bytes; an answer
holds the docs, and the errors of docs that failed.
"""

from __future__ import annotations

import contextlib
import importlib
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kernel.files import import_file, pack, unpack
from kernel.pipeline.process import as_docs, run_batch
from kernel.text import Doc, DocBatch, Span, Token, pack_docs

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.text import Extensible

EXTENSIBLE: Final[dict[str, type[Extensible]]] = {"Doc": Doc, "Span": Span, "Token": Token}


def serve(
    path: str, connection: Connection, packed_settings: bytes, inherited: Sequence[Connection] = ()
) -> None:
    """Answer every message until the connection is closed; `path` is the pipeline's folder.

    `inherited` are connections of the main process, which a forked process must close.
    """
    for other in inherited:
        other.close()
    # Only the main process handles Ctrl-C, which is sent to all processes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A forked process inherits the handlers of the main process.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _use_one_thread_of_torch()
    try:
        worker = Worker(path, unpack(packed_settings))
    except BaseException as error:  # noqa: BLE001 — every error is sent to the main process
        with contextlib.suppress(OSError):  # the main process may have closed the connection
            connection.send_bytes(pack({"failed": [_said(error), traceback.format_exc()]}))
        return
    inbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    # Reading must not wait for writing, or both sides could block on full pipes.
    threading.Thread(target=_receive, args=(connection, inbox), daemon=True).start()
    while (message := inbox.get()) is not None:
        answer = worker.answer(unpack(message))
        try:
            connection.send_bytes(answer)
        except OSError:  # the main process has closed the connection
            return


def _receive(connection: Connection, inbox: queue.SimpleQueue[bytes | None]) -> None:
    try:
        while True:
            inbox.put(connection.recv_bytes())
    except (EOFError, OSError):
        inbox.put(None)


def _use_one_thread_of_torch() -> None:
    """Let torch compute in the calling thread.

    A forked process inherits its pool of threads, but not the threads, and would wait for them
    forever. A new process reads the number from its environment.
    """
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(1)


class Worker:
    """A pipeline and the settings for running it."""

    def __init__(self, path: str, settings: Mapping[str, Any]) -> None:
        from kernel.pipeline.loading import load_folder  # its imports include this module

        for name, file in settings["modules"]:
            _import_module(name, file)
        for kind, defaults in settings["extensions"].items():
            for name, default in defaults.items():
                if not EXTENSIBLE[kind].has_extension(name):
                    EXTENSIBLE[kind].set_extension(name, default=default)
            EXTENSIBLE[kind].inherit_extensions()
        self.nlp = load_folder(Path(path), _find_class(*settings["language"]))
        self.nlp.max_length = settings["max_length"]
        self.nlp.set_error_handler(self._note_component)
        self._disable: list[str] = settings["disable"]
        self._component_cfg: dict[str, Any] = settings["component_cfg"]
        self._failed: str | None = None

    def answer(self, items: Sequence[str | bytes]) -> bytes:
        """Return the docs of a batch; if it fails, run its items one by one."""
        # Find the docs that fail below, so that errors are reported with their doc.
        with contextlib.suppress(Exception):
            return pack({"docs": [pack_docs(self._run(items))], "errors": []})
        docs: list[bytes] = []
        errors: list[tuple[int, str | None, str, str]] = []
        for index, item in enumerate(items):
            self._failed = None
            try:
                docs.append(pack_docs(self._run([item])))
            except Exception as error:  # noqa: BLE001 — reported with its doc
                errors.append((index, self._failed, _said(error), traceback.format_exc()))
        return pack({"docs": docs, "errors": errors})

    def _run(self, items: Sequence[str | bytes]) -> Sequence[Doc]:
        batch = DocBatch(as_docs(self.nlp, items))
        return run_batch(self.nlp, batch, self._disable, self._component_cfg)

    def _note_component(self, name: str, component: Any, docs: list[Doc], error: Exception) -> None:
        self._failed = name
        raise error


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {getattr(error, 'message', None) or error}"


def _find_class(module: str, name: str) -> type[Language] | None:
    """Return the class of the pipeline; None if it is not at the top of a module."""
    found: type[Language] | None = getattr(sys.modules.get(module), name, None)
    return found


def _import_module(name: str, file: str | None) -> None:
    """Import a module that registered functions in the main process, by its file if given."""
    if name in sys.modules:
        return
    try:
        importlib.import_module(name)
    except ImportError:
        if file is None:
            raise
        import_file(name, file)
