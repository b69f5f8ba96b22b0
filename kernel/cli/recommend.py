"""The recommended config for a language, its components, and a machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from kernel.config import Config, check, fill, merge
from kernel.errors import ConfigError, KernelError, PluginError
from kernel.pipeline import get_factory, get_lang_class
from kernel.plugins import hooks
from kernel.registry import registry
from kernel.shared_layers import SHARED, SharedLayer

_Place = tuple[str, ...]

# Evaluate and save averaged weights: scores then depend much less on the step of the evaluation.
# The default config does not, like spaCy's.
_AVERAGED: Final = {"use_averages": True}
_REMARKS: Final[dict[_Place, str]] = {
    ("training", "optimizer", "use_averages"): (
        "true instead of the default false: scores vary less between evaluations"
    ),
}


@frozen(kw_only=True)
class Recommendation:
    """A complete config, remarks about some of its settings, and warnings."""

    config: Config
    remarks: Mapping[_Place, str]
    warnings: Sequence[str]


def recommend_config(
    lang: str,
    pipeline: Sequence[str],
    *,
    optimize: str = "efficiency",
    gpu: bool = False,
    pretraining: bool = False,
) -> Recommendation:
    """Return a complete config for the components in `pipeline`.

    `optimize` is "efficiency" or "accuracy"; with `pretraining`, there is a section for it. The
    blocks come from the plugins; a component without a recommendation gets the defaults of its
    factory. If a component listens to a shared layer, that layer is added first: the one named in
    `pipeline`, or one that a plugin recommends. Raises `RegistryError` for a language or component
    that no installed plugin provides.
    """
    get_lang_class(lang)
    asked = list(dict.fromkeys(pipeline))
    sharing = [name for name in asked if _shares(name, lang)]
    wanted = [name for name in asked if name not in sharing]
    if not wanted:
        raise KernelError(
            f"a pipeline of {' and '.join(f'`{name}`' for name in sharing)} alone does nothing: "
            "other components share this layer"
            if sharing
            else "the pipeline has no components",
            hint=f"name some of: {', '.join(_known_components(lang))}; shared layers are added",
        )
    machine: dict[str, Any] = {"lang": lang, "optimize": optimize, "gpu": gpu}
    layer = _shared_layer(sharing, **machine)
    for_gpu = layer is not None and layer.for_gpu
    blocks = {name: _block(name, **{**machine, "gpu": for_gpu}) for name in wanted}
    if not any(map(_listens, blocks.values())):
        layer = None
    elif layer is None:
        raise _no_layer(sharing, wanted)
    else:
        placed = {name: _placed(block, layer.listener) for name, block in blocks.items()}
        blocks = {layer.component: dict(layer.block), **placed}
    nlp = {"lang": lang, "pipeline": list(blocks), "batch_size": 128 if gpu else 1000}
    training = merge({"optimizer": _AVERAGED, **_training(wanted)}, layer.training if layer else {})
    system = {"gpu_allocator": layer.allocator if layer and gpu else None}
    paths = {"vectors": layer.vectors if layer else None}
    tables = {"paths": paths, "system": system, "nlp": nlp, "components": blocks}
    config = Config({**tables, "training": training})
    config = fill(with_pretraining(config) if pretraining else config)
    try:
        check(config, complete=False)
    except ConfigError as error:
        message = f"the recommendations of plugins do not make a valid config: {error.message}"
        raise PluginError(message) from error
    return Recommendation(
        config=config,
        remarks={**_REMARKS, **_remarks_about(layer)},
        warnings=list(warnings_about(sharing, layer, gpu=gpu)),
    )


def with_pretraining(config: Config) -> Config:
    """Return `config` with the sections that prepare it for pretraining.

    Raises `KernelError` if no plugin has them, or if nothing in the pipeline can be pretrained.
    """
    found = hooks().first("kernel_recommend_pretraining", config=config)
    if found is None:
        raise KernelError(
            "no installed plugin pretrains", hint="pip install kernel-plugin-pretrain"
        )
    return merge(found, config)


def warnings_about(
    sharing: Sequence[str], layer: SharedLayer | None, *, gpu: bool
) -> Iterator[str]:
    """Yield warnings about `sharing` components that are left out, and what is missing."""
    for name in sharing:
        if layer is None:
            yield f"`{name}` is left out: no other component of this pipeline listens to it"
        elif name != layer.component:
            yield f"`{name}` is left out: the other components listen to `{layer.component}`"
    if gpu and (layer is None or not layer.for_gpu):
        yield (
            "no installed plugin recommends a shared layer for the GPU: this is "
            "the config for the CPU, with batches for a GPU"
        )
    if layer is not None and layer.vectors is not None and not _is_there(layer.vectors):
        yield (
            f"the word vectors `{layer.vectors}` are not installed: install their package, or set "
            "`vectors` in [paths] to other vectors"
        )


def _is_there(vectors: str) -> bool:
    return registry.models.has(vectors) or Path(vectors).exists()


def _shares(name: str, lang: str) -> bool:
    is_known = registry.factories.has(name) or registry.factories.has(f"{lang}.{name}")
    return is_known and get_factory(name, lang).shares


def _shared_layer(sharing: Sequence[str], **machine: Any) -> SharedLayer | None:
    """Return the first of the requested layers, or the recommended one; None if there is none."""
    asked = sharing[0] if sharing else None
    return hooks().first("kernel_recommend_shared_layer", component=asked, **machine)


def _no_layer(sharing: Sequence[str], listeners: Sequence[str]) -> KernelError:
    which = f"the shared layer `{sharing[0]}`" if sharing else "a shared layer"
    return KernelError(
        f"no installed plugin recommends {which}, which {', '.join(listeners)} would listen to",
        hint="install a plugin that does; `kernel plugins` lists installed plugins",
    )


def _remarks_about(layer: SharedLayer | None) -> dict[_Place, str]:
    remarks = {} if layer is None else layer.remarks
    return {tuple(path.split(".")): text for path, text in remarks.items()}


def _training(components: Sequence[str]) -> dict[str, Any]:
    found = hooks().gather("kernel_recommend_training", components=components)
    return {key: value for _, settings in found for key, value in settings.items()}


def _block(name: str, **machine: Any) -> dict[str, Any]:
    found = hooks().first("kernel_recommend_component", component=name, **machine)
    if found is not None:
        return dict(found)
    registry.factories.get(name)
    return {"factory": name}


def _listens(block: Any) -> bool:
    """Return whether the block contains `SHARED`."""
    if isinstance(block, Mapping):
        return any(map(_listens, block.values()))
    return block is SHARED


def _placed(block: Any, listener: Mapping[str, Any]) -> Any:
    """Return the block with `SHARED` replaced by `listener`."""
    if isinstance(block, Mapping):
        return {key: _placed(value, listener) for key, value in block.items()}
    return dict(listener) if block is SHARED else block


def _known_components(lang: str) -> list[str]:
    return [name for name in registry.factories.names() if not _shares(name, lang)]
