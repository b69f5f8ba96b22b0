"""Writing a pipeline as a folder that spaCy 3.8 loads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from kernel.errors import UnsupportedError
from kernel.files import read_file, replace_folder, unpack
from kernel.pipeline import Sharing, upstream_of
from kernel_plugin_spacy.pipelines.spacy_config import SpacyConfig, for_spacy
from kernel_plugin_spacy.pipelines.writing import (
    dump_for_spacy,
    missing_layers,
    untrained_labels,
)

if TYPE_CHECKING:
    from kernel.pipeline import Language

_SPACY_VERSION: Final = ">=3.8.0,<3.9.0"
# Fields of `meta.json` that only kernel has.
_OWN_FIELDS: Final = ("requires", "weights")
# The table with what users set of words, other than norms, probabilities and clusters.
_WORDS: Final = "kernel_lexemes"


def export(nlp: Language, path: Path) -> Sequence[str]:
    """Write a pipeline to the folder `path`, from which `spacy.load` loads it.

    returns  a sentence about each part of the pipeline that spaCy works without or cannot change

    Raises `UnsupportedError`, before anything is written, with all parts that spaCy would need and
    does not have.
    """
    models = {
        name: component.model
        for name, component in nlp.components
        if hasattr(getattr(component, "model", None), "walk")
    }
    found = for_spacy(nlp.config)
    _check(_missing(nlp, found, models))
    found.config.interpolate()  # raises ConfigError for variables of sections that are left out
    weights = {name: dump_for_spacy(model) for name, model in models.items()}
    with replace_folder(path, manifest=False) as folder:  # spaCy changes files in place
        nlp.to_disk(folder, exclude=["config.cfg", "meta.json"])
        found.config.to_disk(folder / "config.cfg", interpolate=False)
        folder.joinpath("meta.json").write_text(json.dumps(_meta(nlp), indent=2), encoding="utf8")
        for name, data in weights.items():
            folder.joinpath(name, "model").write_bytes(data)
        if any(node.name == "static_vectors" for model in models.values() for node in model.walk()):
            _write_as_float32(nlp.vocab.vectors.data, folder / "vocab" / "vectors")
    return [*_unused(path, found.left_out), *_fixed(nlp, models)]


def _missing(nlp: Language, found: SpacyConfig, models: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return what spaCy does not have, for each component and for `nlp`."""
    layers = {
        name: [*missing_layers(model), *_unheard(nlp, name)] for name, model in models.items()
    }
    names = dict.fromkeys([*found.missing, *(name for name in layers if layers[name])])
    return {name: [*found.missing.get(name, ()), *layers.get(name, ())] for name in names}


def _unheard(nlp: Language, name: str) -> Iterator[str]:
    """Yield the shared layers that a component listens to and does not read in spaCy.

    In predictions, a listener of spaCy reads `doc.tensor`, which the last shared layer has set.
    """
    before = nlp.component_names[: nlp.component_names.index(name)]
    *_, last = [None, *(each for each in before if isinstance(nlp.get_pipe(each), Sharing))]
    nodes = nlp.get_pipe(name).model.walk()
    for node in [node for node in nodes if "listens_to" in node.attrs]:
        upstream = upstream_of(nlp, name, node)
        if upstream is None:
            yield f"a component before it to listen to (`{node.attrs['listens_to']}`)"
        elif upstream != last:
            yield (
                f"the output of `{upstream}` after that of `{last}`, by which spaCy replaces it "
                f"(move `{last}` behind `{name}`, or use `nlp.replace_listeners`)"
            )


def _write_as_float32(vectors: Any, file: Path) -> None:
    """Write vectors of another type, which layers of spaCy cannot read."""
    if vectors.dtype != np.float32:
        with file.open("wb") as stream:
            np.save(stream, vectors.astype(np.float32), allow_pickle=False)


def _check(missing: Mapping[str, Sequence[str]]) -> None:
    if missing:
        named = "; ".join(f"`{name}` needs {', '.join(parts)}" for name, parts in missing.items())
        components = ",".join(name for name in missing if name != "nlp")
        raise UnsupportedError(
            f"spaCy 3.8 does not have these parts of the pipeline: {named}",
            hint=f"leave them out with --exclude {components}" if components else None,
        )


def _meta(nlp: Language) -> dict[str, Any]:
    """Return `meta.json` for spaCy; it requires the distributions of third-party functions."""
    kept = {name: value for name, value in nlp.meta.items() if name not in _OWN_FIELDS}
    required = [
        f"{name}>={version}"
        for name, version in nlp.meta["requires"].items()
        if not name.startswith("kernel-")
    ]
    if required:
        kept["requirements"] = sorted({*kept.get("requirements", ()), *required})
    return {**kept, "spacy_version": _SPACY_VERSION}


def _unused(path: Path, left_out: Mapping[str, Sequence[str]]) -> Iterator[str]:
    named = [f"[{name}]: {', '.join(parts)}" for name, parts in left_out.items() if parts]
    if named:
        yield (
            f"the sections about training ({', '.join(left_out)}) are not written, because spaCy "
            f"does not have these parts of them: {'; '.join(named)}"
        )
    file = path / "vocab" / "lookups.bin"
    if _WORDS in unpack(read_file(file)):
        yield f"spaCy does not load the attributes of words in the table `{_WORDS}` of {file}"


def _fixed(nlp: Language, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        if labels := untrained_labels(nlp.get_pipe(name)):
            yield (
                f"no example for `{name}` had all actions of the labels {', '.join(labels)}, such "
                "as those for longer spans; spaCy does not predict actions that were in no "
                "example, and cannot learn them from the exported weights"
            )
