"""The layer that is pretrained: where it is in a pipeline, and whether it computes word vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import frozen

from kernel.config import Place
from kernel.errors import ConfigError, KernelError, did_you_mean
from kernel.pipeline import upstream_of

if TYPE_CHECKING:
    from kernel.pipeline import Language
    from kernel.text import Doc

_SECTION = "pretraining"


@frozen
class PretrainedLayer:
    """A layer, and the component that it belongs to.

    `component` is the shared component if the config names a layer that listens to it.
    """

    component: str
    model: Any

    def __str__(self) -> str:
        return f"the layer `{self.model.name}` of the component `{self.component}`"


def find_layer(nlp: Language, config: Mapping[str, Any]) -> PretrainedLayer:
    """Return the layer that `[pretraining]` of the `config` of `nlp` names.

    Without the section, it is the whole model of the component `tok2vec`. Raises `ConfigError` for
    a component or a layer that does not exist, or a layer that cannot be pretrained.
    """
    section = config.get(_SECTION) or {}
    component, name = section.get("component", "tok2vec"), section.get("layer", "")
    components = dict(nlp.components)
    if component not in components:
        hint = did_you_mean(component, components)
        raise problem(config, "component", f"the pipeline has no component `{component}`", hint)
    model = getattr(components[component], "model", None)
    if not hasattr(model, "walk"):
        message = f"the component `{component}` has no model of Thinc that could be pretrained"
        raise problem(config, "component", message, _hint(components))
    layer: Any = _per_doc(_reference(config, component, model, name)) if name else model
    if "listens_to" not in layer.attrs:
        return PretrainedLayer(component, layer)
    upstream = upstream_of(nlp, component, layer)
    if upstream is None:
        message = f"`{component}` listens to a component that the pipeline does not have"
        raise problem(config, "layer" if name else "component", message)
    return PretrainedLayer(upstream, components[upstream].model)


def check_layer(layer: PretrainedLayer, docs: Sequence[Doc], config: Mapping[str, Any]) -> None:
    """Raise `ConfigError` unless an initialized layer returns one vector per token of `docs`."""
    try:
        vectors = layer.model.predict(docs)
        is_good = len(vectors) == len(docs) and all(
            array.ndim == 2 and len(array) == len(doc)
            for array, doc in zip(vectors, docs, strict=True)
        )
    except Exception as error:  # the layer can be of any kind
        raise not_word_vectors(layer, config, error) from error
    if not is_good:
        raise not_word_vectors(layer, config, "it returns other arrays")


def not_word_vectors(
    layer: PretrainedLayer, config: Mapping[str, Any], why: Exception | str
) -> ConfigError:
    """Return the error for a layer that does not compute one vector per token."""
    is_named = bool((config.get(_SECTION) or {}).get("layer"))
    hint = None if is_named else 'most models have such a layer as `layer = "tok2vec"`'
    if isinstance(why, KernelError):
        hint, why = why.hint or hint, why.message
    elif isinstance(why, Exception):
        why = f"{type(why).__name__}: {why}"
    message = f"{layer} cannot be pretrained, because it does not compute word vectors: {why}"
    return problem(config, "layer" if is_named else "component", message, hint)


def problem(
    config: Mapping[str, Any], key: str, message: str, hint: str | None = None
) -> ConfigError:
    """Return an error about a setting of `[pretraining]`, with its place."""
    has_section = isinstance(config.get(_SECTION), Mapping)
    place = Place.of(config, _SECTION, key) if has_section else Place((_SECTION, key))
    return ConfigError([place.problem(message, hint=hint)])


def _reference(config: Mapping[str, Any], component: str, model: Any, name: str) -> Any:
    known = [each for each in model.ref_names if model.maybe_get_ref(each) is not None]
    if name not in known:
        message = f"the model of `{component}` has no layer `{name}`"
        raise problem(config, "layer", message, did_you_mean(name, known))
    return model.get_ref(name)


def _per_doc(layer: Any) -> Any:
    """Return the part of a layer before the vectors of all docs are joined, as the parser does."""
    names = [each.name for each in layer.layers]
    return layer.layers[0] if names[1:2] == ["list2array"] else layer


def _hint(components: Mapping[str, Any]) -> str | None:
    others = [name for name, each in components.items() if hasattr(each, "model")]
    return f"components with a model: {', '.join(others)}" if others else None
