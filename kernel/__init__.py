"""Train and run NLP pipelines.

    import kernel

    nlp = kernel.load("training/model-best")
    for doc in nlp.pipe(texts):
        print([(ent.text, ent.label_) for ent in doc.ents])

Names are imported at their first use, so that the command line, or a plugin that needs only
`hookimpl`, starts quickly.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any, Final

from kernel.plugin_modules import PluginModules

# Imported at once, because the module `kernel.registry` has the same name.
from kernel.registry import registry

if TYPE_CHECKING:
    from kernel.about import explain, info
    from kernel.device import prefer_gpu, require_cpu, require_gpu
    from kernel.errors import KernelError
    from kernel.hooks import hookimpl
    from kernel.pipeline import Language, blank, factory, load
    from kernel.scoring import Score
    from kernel.shared_layers import SHARED, SharedLayer, listens
    from kernel.text import Doc, DocBin, Example, Span, Token, Vocab

__version__ = "0.1.0"

sys.meta_path.append(PluginModules())

__all__ = [
    "SHARED",
    "Doc",
    "DocBin",
    "Example",
    "KernelError",
    "Language",
    "Score",
    "SharedLayer",
    "Span",
    "Token",
    "Vocab",
    "__version__",
    "blank",
    "explain",
    "factory",
    "hookimpl",
    "info",
    "listens",
    "load",
    "prefer_gpu",
    "registry",
    "require_cpu",
    "require_gpu",
]

_HOMES: Final = {
    "kernel.about": ("explain", "info"),
    "kernel.device": ("prefer_gpu", "require_cpu", "require_gpu"),
    "kernel.errors": ("KernelError",),
    "kernel.hooks": ("hookimpl",),
    "kernel.scoring": ("Score",),
    "kernel.pipeline": ("Language", "blank", "factory", "load"),
    "kernel.shared_layers": ("SHARED", "SharedLayer", "listens"),
    "kernel.text": ("Doc", "DocBin", "Example", "Span", "Token", "Vocab"),
}
_HOME_OF: Final = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name in _HOME_OF:
        value = getattr(importlib.import_module(_HOME_OF[name]), name)
    else:
        value = _submodule(name)
    globals()[name] = value  # later look-ups do not call this function
    return value


def _submodule(name: str) -> ModuleType:
    """Import `kernel.<name>`, so that `kernel.util.filter_spans` needs only `import kernel`."""
    qualified = f"{__name__}.{name}"
    try:
        found = importlib.util.find_spec(qualified)
    except ModuleNotFoundError as error:  # says which plugin to install
        raise AttributeError(str(error)) from None
    if found is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return importlib.import_module(qualified)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
