"""The module `spacy.compat`: names of the standard library and of optional packages."""

import copyreg as copy_reg
import importlib.metadata as importlib_metadata
import pickle  # noqa: TID251 — a name that programs import; nothing is read here
import sys
from typing import Any, Literal, Protocol, runtime_checkable

from thinc.api import Optimizer
from thinc.compat import cupy

__all__ = [
    "Literal",
    "Optimizer",
    "Protocol",
    "copy_reg",
    "cupy",
    "importlib_metadata",
    "is_linux",
    "is_osx",
    "is_python2",
    "is_python3",
    "is_windows",
    "pickle",
    "runtime_checkable",
    "unicode_",
]

is_windows = sys.platform.startswith("win")
is_linux = sys.platform.startswith("linux")
is_osx = sys.platform == "darwin"
is_python2 = False
is_python3 = True
unicode_: Any = str
