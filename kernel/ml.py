"""spaCy's package of layers: `from kernel.ml.staticvectors import StaticVectors`.

Its modules are those of the plugins that have the layers.
"""

from typing import Any, Final

from kernel.plugin_modules import added_name

__all__: list[str] = []
__path__: Final[list[str]] = []


def __getattr__(name: str) -> Any:
    return added_name("kernel.ml", name)
