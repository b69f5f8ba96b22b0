"""`TransformerData` in MessagePack, as spacy-transformers writes it.

These functions are entry points of srsly, so that files can be read before a transformer was used.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

_KEY: Final = "__transformerdata__"
_DATA: Final = "kernel_plugin_transformer.data"

Chain = Callable[[Any], Any] | None


def encode(obj: Any, chain: Chain = None) -> Any:
    """Return `TransformerData` as a dict; pass other objects on."""
    # If the module was not imported, the object is of another type.
    data = sys.modules.get(_DATA)
    if data is not None and isinstance(obj, data.TransformerData):
        return {_KEY: obj.to_dict()}
    return obj if chain is None else chain(obj)


def decode(obj: Any, chain: Chain = None) -> Any:
    """Return the `TransformerData` that a dict describes; pass other dicts on."""
    if isinstance(obj, dict) and _KEY in obj:
        from kernel_plugin_transformer.data import TransformerData

        return TransformerData.from_dict(obj[_KEY])
    return obj if chain is None else chain(obj)
