"""Programs that run as if Python itself had been called, except that `spacy` is kernel."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Final, NoReturn

from kernel_plugin_spacy.shim.activation import as_spacy

_USAGE: Final = """\
usage: python -m kernel_plugin_spacy (SCRIPT | -m MODULE | -c CODE) [ARGUMENT]...

Run a Python program for which `import spacy` finds kernel.
"""
# The frames above those of the program.
_OWN_FILES: Final = {
    "<frozen runpy>",
    __file__,
    str(Path(__file__).parents[1] / "__main__.py"),
}


def main(arguments: Sequence[str]) -> None:
    """Run the program that the arguments of Python name: a file, `-m module` or `-c code`.

    Exit codes and tracebacks are those of Python.
    """
    if not arguments or arguments[0] in {"-h", "--help"}:
        _stop(_USAGE, 0 if arguments else 2)
    kind, *rest = arguments
    if kind in {"-m", "-c"} and not rest:
        _stop(f"Argument expected for the {kind} option\n{_USAGE}", 2)
    as_spacy()
    sys.excepthook = _print_traceback
    if kind == "-m":
        _run_module(rest)
    elif kind == "-c":
        _run_code(rest)
    elif kind.startswith("-"):
        _stop(f"Unknown option: {kind}\n{_USAGE}", 2)
    else:
        _run_file(arguments)


def _run_module(arguments: Sequence[str]) -> None:
    sys.argv[:] = arguments
    if importlib.util.find_spec(arguments[0].partition(".")[0]) is None:
        _stop(f"{sys.executable}: No module named {arguments[0]}\n", 1)
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _run_code(arguments: Sequence[str]) -> None:
    sys.argv[:] = ["-c", *arguments[1:]]
    _search_first("")
    main_module = ModuleType("__main__")
    sys.modules["__main__"] = main_module
    exec(compile(arguments[0], "<string>", "exec"), vars(main_module))  # noqa: S102 — as Python


def _run_file(arguments: Sequence[str]) -> None:
    sys.argv[:] = arguments
    path = Path(arguments[0])
    if not path.exists():
        _stop(f"{sys.executable}: can't open file {str(path.absolute())!r}\n", 2)
    if path.is_file():
        _search_first(str(path.resolve().parent))
    runpy.run_path(arguments[0], run_name="__main__")


def _search_first(folder: str) -> None:
    """Put the program's folder in the place of the current one, which `python -m` has put first."""
    if not sys.flags.safe_path:
        sys.path[0] = folder


def _stop(message: str, code: int) -> NoReturn:
    (sys.stderr if code else sys.stdout).write(message)
    sys.exit(code)


def _print_traceback(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback that begins with the program."""
    while trace is not None and trace.tb_frame.f_code.co_filename in _OWN_FILES:
        trace = trace.tb_next
    sys.__excepthook__(kind, error.with_traceback(trace), trace)
