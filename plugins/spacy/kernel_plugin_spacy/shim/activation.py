"""Turning `import spacy` into an import of kernel, in this process and those that it starts."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from kernel_plugin_spacy.shim.finder import SpacyModules

_FINDER: Final = SpacyModules()
# Has a `sitecustomize` module, which Python imports when it starts.
_SITE: Final = str(Path(__file__).with_name("site"))
_SEARCHED: Final = "PYTHONPATH"
_OVERRIDES: Final = "KERNEL_CONFIG_OVERRIDES"
_THEIR_OVERRIDES: Final = "SPACY_CONFIG_OVERRIDES"
_CHANGED: Final = (_SEARCHED, _OVERRIDES)


def as_spacy() -> ExitStack:
    """Make `import spacy` find kernel, from now on or to the end of a `with` block.

        from kernel_plugin_spacy import as_spacy

        as_spacy()
        import spacy  # kernel, under the name of spaCy

    The modules of spaCy are found, too, and have kernel's own classes: `spacy.tokens.Doc` is
    `kernel.Doc`. Python processes that this one starts find them as well, because the call adds a
    folder to the environment variable PYTHONPATH. It replaces an installed spaCy, and
    SPACY_CONFIG_OVERRIDES stands for KERNEL_CONFIG_OVERRIDES if that is not set.

    A call while it is active has no effect. At the end of the `with` block, modules named `spacy`
    are removed from `sys.modules`; what was imported from them stays usable.

    Raises PluginError if spaCy itself is already imported.
    """
    ended = ExitStack()
    if is_active():
        return ended
    if "spacy" in sys.modules:
        from kernel.errors import PluginError

        raise PluginError(
            "spaCy is already imported in this process",
            hint="call `as_spacy()` before anything imports `spacy`",
        )
    sys.meta_path.insert(0, _FINDER)
    ended.callback(_deactivate)
    ended.callback(_restore_environment, {name: os.environ.get(name) for name in _CHANGED})
    searched = os.environ.get(_SEARCHED, "")
    if _SITE not in searched.split(os.pathsep):
        os.environ[_SEARCHED] = os.pathsep.join(filter(None, (_SITE, searched)))
    if _THEIR_OVERRIDES in os.environ:
        os.environ.setdefault(_OVERRIDES, os.environ[_THEIR_OVERRIDES])
    return ended


def is_active() -> bool:
    """Return whether `import spacy` finds kernel."""
    return _FINDER in sys.meta_path


def _deactivate() -> None:
    sys.meta_path.remove(_FINDER)
    for name in [name for name in sys.modules if name.partition(".")[0] == "spacy"]:
        del sys.modules[name]


def _restore_environment(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
