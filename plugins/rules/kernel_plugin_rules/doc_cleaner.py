"""The doc cleaner, which frees what docs no longer need, such as the output of a transformer."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, ClassVar, Final

from kernel.pipeline import Language, Pipe, dump_json, factory
from kernel.text import Doc

_EXTENSION: Final = "_."


@factory(
    "doc_cleaner",
    default_config={"attrs": {"tensor": None, "_.trf_data": None}, "silent": True},
)
def make_doc_cleaner(nlp: Language, name: str, attrs: dict[str, Any], silent: bool) -> DocCleaner:
    """Create a component that sets attributes of docs, to free memory.

    attrs   the attributes, `_.` before those of extensions, with the values that they get
    silent  whether attributes that a doc does not have are left out without a warning
    """
    made = DocCleaner(attrs, silent=silent)
    made.name = name
    return made


class DocCleaner(Pipe):
    """Sets the attributes `attrs` of docs, by default to free the output of neural layers.

    An attribute that a doc does not have is left out, with a warning unless `silent`.
    """

    name = "doc_cleaner"
    cfg_types: ClassVar[dict[str, Any]] = {"attrs": dict[str, Any], "silent": bool}

    def __init__(self, attrs: dict[str, Any], *, silent: bool = True) -> None:
        self.cfg: dict[str, Any] = {"attrs": dict(attrs), "silent": bool(silent)}

    def __call__(self, doc: Doc) -> Doc:
        """Set the attributes of `doc`."""
        for name, value in self.cfg["attrs"].items():
            if name.startswith(_EXTENSION):
                extension = name.removeprefix(_EXTENSION)
                if is_known := doc.has_extension(extension):
                    doc._.set(extension, value)
            elif is_known := hasattr(doc, name):
                setattr(doc, name, value)
            if not is_known and not self.cfg["silent"]:
                # Python shows equal warnings once.
                warnings.warn(f"`{self.name}`: docs have no attribute `{name}`", stacklevel=2)
        return doc

    def _writers(self) -> dict[str, Callable[[], bytes]]:
        return {"cfg": lambda: dump_json(self.cfg)}

    def _readers(self) -> dict[str, Callable[[bytes], object]]:
        return {"cfg": self._read_cfg}
