"""Calls `as_spacy` at the start of a Python process, and then the environment's `sitecustomize`."""

import contextlib
import importlib
import sys
from importlib.machinery import PathFinder
from pathlib import Path


def start() -> None:
    """Activate, if this Python has the plugin, and import the next module of the same name."""
    with contextlib.suppress(ImportError):  # the Python of another environment
        from kernel_plugin_spacy import as_spacy

        as_spacy()
    here = str(Path(__file__).parent)
    sys.path[:] = [folder for folder in sys.path if folder != here]
    if PathFinder.find_spec(__name__) is not None:
        del sys.modules[__name__]
        importlib.import_module(__name__)


if __name__ == "sitecustomize":  # not when it is imported as a part of its package
    start()
