"""The recommended config for a language, the components it shall have, and a machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kernel.config import Config, fill
from kernel.errors import KernelError
from kernel.pipeline import get_lang_class
from kernel.plugins import hooks
from kernel.registry import registry

Path = tuple[str, ...]

# Shared layers: put first, and only where something listens to them.
SHARED: Final = ("tok2vec", "transformer")
EMBEDDING: Final = ("components", "tok2vec", "model", "embed")

# Evaluating and saving averaged weights: a score then depends far less on the step at which it
# was taken. The default config leaves it off, as spaCy's does.
AVERAGED: Final = {"use_averages": True}

REMARKS: Final[dict[Path, str]] = {
    ("training", "optimizer", "use_averages"): (
        "true, where the default is false: scores then swing less from one evaluation to the next"
    ),
}
VECTORS: Final[dict[Path, str]] = {
    ("paths", "vectors"): (
        "none come with kernel; with some, and `include_static_vectors` of the embedding true, "
        "the pipeline is more accurate"
    ),
    (*EMBEDDING, "include_static_vectors"): "true once `vectors` in [paths] names some",
}


def recommend(
    lang: str, pipeline: Sequence[str], *, optimize: str = "efficiency", gpu: bool = False
) -> Config:
    """Return a complete config for the components in `pipeline`.

    `optimize` is "efficiency" or "accuracy". The blocks come from the plugins; a component
    that has no recommendation gets its factory's defaults. Raises `RegistryError` for a
    language or component that no installed plugin has.
    """
    get_lang_class(lang)
    wanted = [name for name in dict.fromkeys(pipeline) if name not in SHARED]
    if not wanted:
        raise KernelError(
            "the pipeline has no components",
            hint=f"name some of: {', '.join(_known_components())}; what they share is added",
        )
    blocks = {name: _block(name, lang, optimize, gpu) for name in wanted}
    if any(_listens(block) for block in blocks.values()):
        blocks = {"tok2vec": _block("tok2vec", lang, optimize, gpu), **blocks}
    nlp = {"lang": lang, "pipeline": list(blocks), "batch_size": 128 if gpu else 1000}
    training = {"optimizer": AVERAGED, **_training(list(blocks))}
    return fill(Config({"nlp": nlp, "components": blocks, "training": training}))


def remarks(optimize: str) -> dict[Path, str]:
    """Return why settings that `recommend` gives are what they are, by their paths."""
    return {**REMARKS, **(VECTORS if optimize == "accuracy" else {})}


def reservations(pipeline: Sequence[str], config: Config, *, gpu: bool) -> Iterator[str]:
    """Yield what was asked for, by `pipeline` and `gpu`, and is not what `config` has."""
    for name in dict.fromkeys(pipeline):
        if name in SHARED and name not in config["nlp"]["pipeline"]:
            yield f"`{name}` is left out: no other component of this pipeline listens to it"
    if gpu and "transformer" not in config["nlp"]["pipeline"]:
        yield (
            "no installed plugin has a transformer, which is what a GPU is for: this is the config "
            "for the CPU, with batches for a GPU"
        )


def _training(components: Sequence[str]) -> dict[str, Any]:
    found = hooks().gather("kernel_recommend_training", components=components)
    return {key: value for _, settings in found for key, value in settings.items()}


def _block(name: str, lang: str, optimize: str, gpu: bool) -> dict[str, Any]:
    found = hooks().first(
        "kernel_recommend_component", component=name, lang=lang, optimize=optimize, gpu=gpu
    )
    if found is not None:
        return dict(found)
    registry.factories.get(name)
    return {"factory": name}


def _listens(block: Any) -> bool:
    """Say whether a layer called `tok2vec` in the block listens to a component."""
    if not isinstance(block, Mapping):
        return False
    layer = block.get("tok2vec")
    name = layer.get("@architectures", "") if isinstance(layer, Mapping) else ""
    return "Listener" in name or any(_listens(value) for value in block.values())


def _known_components() -> list[str]:
    return [name for name in registry.factories.names() if name not in SHARED]
