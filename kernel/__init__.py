"""Train and run NLP pipelines.

    import kernel

    nlp = kernel.load("training/model-best")
    for doc in nlp.pipe(texts):
        print([(ent.text, ent.label_) for ent in doc.ents])

A name is imported when it is first used: the command line, and a plugin that only needs
`hookimpl`, pay for nothing else.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

# Not late like the others: a module has the same name, and would take its place.
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.about import info
    from kernel.device import prefer_gpu, require_cpu, require_gpu
    from kernel.errors import KernelError
    from kernel.hooks import hookimpl
    from kernel.pipeline import Language, blank, factory, load
    from kernel.text import Doc, DocBin, Example, Span, Token, Vocab
    from kernel.util import explain

__version__ = "0.1.0"

__all__ = [
    "Doc",
    "DocBin",
    "Example",
    "KernelError",
    "Language",
    "Span",
    "Token",
    "Vocab",
    "__version__",
    "blank",
    "explain",
    "factory",
    "hookimpl",
    "info",
    "load",
    "prefer_gpu",
    "registry",
    "require_cpu",
    "require_gpu",
]

_HOMES: Final = {
    "kernel.about": ("info",),
    "kernel.device": ("prefer_gpu", "require_cpu", "require_gpu"),
    "kernel.errors": ("KernelError",),
    "kernel.hooks": ("hookimpl",),
    "kernel.pipeline": ("Language", "blank", "factory", "load"),
    "kernel.util": ("explain",),
    "kernel.text": ("Doc", "DocBin", "Example", "Span", "Token", "Vocab"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'kernel' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value  # from now on it is found without asking here
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
