"""From a config to a pipeline, and from a pipeline back to its config."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from kernel.config import (
    Config,
    Values,
    check_component_names,
    default_config,
    fill_weights,
    listeners_in,
    merge,
    resolve,
    upstream_of,
)
from kernel.errors import ConfigError
from kernel.pipeline.sharing import replace_listeners, unheard_upstreams, upstreams_of
from kernel.pipeline.vocab_data import fingerprint
from kernel.registry import registry
from kernel.text import Doc, Vectors, Vocab, attributes

if TYPE_CHECKING:
    from kernel.pipeline.language import Language

LanguageT = TypeVar("LanguageT", bound="Language")

log: Final = logging.getLogger("kernel.pipeline")


def make_vocab(language: type[Language]) -> Vocab:
    """Return an empty vocabulary with the lexical attributes of `language`."""
    defaults = language.Defaults
    getters = {
        **defaults.lex_attr_getters,
        attributes.LANG: lambda _: language.lang or "",
        # Looked up at each call, because scripts change the stop words of a language.
        attributes.IS_STOP: lambda text: text.lower() in language.Defaults.stop_words,
    }
    return Vocab(
        lex_attr_getters=getters,
        writing_system=defaults.writing_system,
        get_noun_chunks=defaults.syntax_iterators.get("noun_chunks"),
    )


def tokenizer_maker(language: type[Language]) -> Callable[[Language], Callable[[str], Doc]]:
    """Return the function that makes the tokenizer of `language`, by its own config."""
    own: Any = language.Defaults.config.get("nlp", {}).get("tokenizer")
    if own is None:
        return registry.tokenizers.get("kernel.Tokenizer.v1")()
    block = Config({"nlp": {"tokenizer": own}}).interpolate()["nlp"]["tokenizer"]
    return resolve(block, where="nlp.tokenizer")


def add_components(
    nlp: Language, names: Iterable[str], raw: Config, values: Values, *, validate: bool
) -> None:
    """Add the components `names` of a config, given with variables and with their values."""
    sources: dict[str, _Source] = {}
    for name in names:
        _add_configured(nlp, name, raw, values, sources, validate=validate)


def prepare(
    language: type[Language], config: Mapping[str, Any], *, auto_fill: bool
) -> tuple[Config, Values]:
    """Return the config with variables, and the same config with their values.

    Raises `ConfigError` for a config of another language or with a wrong name of a component.
    """
    if auto_fill:
        own = language.Defaults.config
        raw = merge(merge(default_config(), own) if own else default_config(), config)
        fill_weights(raw)
    else:
        raw = Config(config)
    if "nlp" not in raw:
        raise ConfigError("the config has no section [nlp], so it does not describe a pipeline")
    lang = raw["nlp"].get("lang")
    if language.lang is not None and lang not in (None, language.lang):
        raise ConfigError(
            f"[nlp] lang is {lang!r}, but the language of the class is {language.lang!r}"
        )
    raw["nlp"]["lang"] = language.lang or lang or ""
    values = raw.interpolate()
    check_component_names(values)
    return raw, values


def _add_configured(
    nlp: Language,
    name: str,
    raw: Config,
    values: Values,
    sources: dict[str, _Source],
    *,
    validate: bool,
) -> None:
    blocks = values.get("components", {})
    if name not in blocks:
        raise ConfigError(
            f"[nlp] pipeline names `{name}`, but there is no section [components.{name}]"
        )
    block = blocks[name]
    if "factory" in block:
        nlp.add_pipe(
            block["factory"],
            name,
            config=block,
            raw_config=raw["components"][name],
            validate=validate,
        )
    elif "source" in block:
        _add_sourced(nlp, name, block, sources)
    else:
        raise ConfigError(f"[components.{name}] has neither `factory` nor `source`")


class _Source(NamedTuple):
    """A pipeline whose components are copied, and the fingerprint of its word vectors.

    `taken` has the names of those components: they are not copies, so the next copy of one of them
    needs the pipeline to be loaded again.
    """

    nlp: Language
    vectors: str | None
    taken: set[str]


def _add_sourced(
    nlp: Language, name: str, block: Mapping[str, Any], sources: dict[str, _Source]
) -> None:
    path, source_name = str(block["source"]), block.get("component", name)
    own = {
        f"components.{source_name}.{key}": value
        for key, value in block.items()
        if key not in {"source", "component", "replace_listeners"}
    }
    key = f"{path} for {name}" if own else path
    source = sources.get(key)
    if source is None or source_name in source.taken:
        source = sources[key] = _load_source(nlp, path, own)
    source.taken.add(source_name)
    if block.get("replace_listeners"):
        _detach(source.nlp, source_name, block["replace_listeners"])
    for upstream in unheard_upstreams(nlp, source.nlp, source_name):
        log.warning(
            "`%s` listens to `%s` in %s, but that is not before it in this pipeline: it gets its "
            "own copy of that layer",
            *(name, upstream, path),
        )
        _detach_all(source.nlp, source_name, upstream)
    nlp.add_pipe(source_name, name, source=source.nlp)
    nlp.stages.find(name).vectors = source.vectors


def _load_source(nlp: Language, path: str, config: Mapping[str, Any]) -> _Source:
    """Load a pipeline that shares the vocabulary, except its lookups and vectors.

    `config` overrides settings of the pipeline.
    """
    from kernel.pipeline.loading import load  # imports the language, which imports this module

    own = nlp.vocab.vectors
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings)
    loaded = load(path, vocab=nlp.vocab, exclude=["lookups"], config=config)
    source = _Source(loaded, fingerprint(nlp.vocab), set())
    nlp.vocab.vectors = own
    return source


def _detach(source: Language, name: str, listeners: Sequence[str]) -> None:
    """Replace the listeners of a component; one without listeners is independent already."""
    if upstreams := upstreams_of(source, name):
        replace_listeners(source, upstreams[-1], name, listeners)


def _detach_all(source: Language, name: str, upstream: str) -> None:
    """Replace all layers of a component that listen to the component `upstream`."""
    paths = [
        ".".join(path)
        for path, listener in listeners_in(source.config.interpolate()["components"][name])
        if upstream_of(listener) in {"*", upstream}
    ]
    replace_listeners(source, upstream, name, paths)


def class_from(language: type[LanguageT], callback: Any) -> type[LanguageT]:
    """Return the result of the callback `before_creation`, or `language` without a callback."""
    result = language if callback is None else callback(language)
    if not (isinstance(result, type) and issubclass(result, language)):
        raise ConfigError(
            "[nlp] before_creation must return the language class it was given, "
            f"got {type(result).__name__}"
        )
    return result


def call_back(callback: Any, nlp: LanguageT, where: str) -> LanguageT:
    """Return the result of a callback of the config, at the key `where`, called with `nlp`."""
    result = nlp if callback is None else callback(nlp)
    if not isinstance(result, type(nlp)):
        section, key = where.split(".")
        raise ConfigError(
            f"[{section}] {key} must return the pipeline, got {type(result).__name__}"
        )
    return result
