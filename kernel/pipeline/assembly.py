"""From a config to a pipeline, and from a pipeline back to its config."""

from __future__ import annotations

import contextlib
import copy
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import frozen

from kernel.errors import ConfigError, KernelError, PluginError
from kernel.pipeline.factories import Factory, get_factory
from kernel.pipeline.sharing import replace_listeners, upstream_of
from kernel.pipeline.vectors import fingerprint, warn_of_others
from kernel.text import Vectors, Vocab, attributes

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.pipeline.components import Components
    from kernel.pipeline.language import Language

LanguageT = TypeVar("LanguageT", bound="Language")


@frozen(kw_only=True)
class Created:
    """A new component, the factory that made it and its complete settings."""

    component: Any
    factory: Factory
    config: dict[str, Any]


@frozen(kw_only=True)
class Names:
    """Which components are loaded but not run, run alone, or not loaded at all."""

    disable: tuple[str, ...] = ()
    enable: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        disable: str | Iterable[str],
        enable: str | Iterable[str],
        exclude: str | Iterable[str],
    ) -> Names:
        """Return the names given, each as one name or several."""
        return cls(disable=_listed(disable), enable=_listed(enable), exclude=_listed(exclude))

    def disabled(self, pipeline: Sequence[str], configured: Sequence[str]) -> set[str]:
        """Return which of `pipeline` do not run; raises `KernelError` if names contradict."""
        both = set(self.disable) & set(self.enable)
        if both:
            raise KernelError(f"both enabled and disabled: {', '.join(sorted(both))}")
        off = {*self.disable, *configured}
        if self.enable:
            off |= set(pipeline) - set(self.enable)
        return off & set(pipeline)


@functools.cache
def add_plugin_columns() -> None:
    """Let docs have the columns that plugins add; once a process, before the first doc.

    Raises `PluginError` naming the plugin whose column has the name of another.
    """
    from kernel.plugins import manager

    owners: dict[str, str] = {}
    for hook in manager().hook.kernel_doc_columns.get_hookimpls():
        plugin = hook.plugin_name
        columns: list[attributes.Column] = list(hook.function())  # type: ignore[call-overload]
        taken = [column.name for column in columns if column.name in owners]
        if taken:
            raise PluginError(
                f"the plugins `{owners[taken[0]]}` and `{plugin}` both add the doc column "
                f"`{taken[0]}`",
                hint="uninstall one of them",
            )
        try:
            attributes.add_columns(columns)
        except PluginError as error:
            raise PluginError(f"the plugin `{plugin}`: {error.message}", hint=error.hint) from error
        owners.update((column.name, plugin) for column in columns)


def make_vocab(language: type[Language]) -> Vocab:
    """Return an empty vocabulary with the lexical attributes of `language`."""
    defaults = language.Defaults
    lang, stop_words = language.lang or "", frozenset(defaults.stop_words)
    getters = {
        attributes.LANG: lambda _: lang,
        **defaults.lex_attr_getters,
        attributes.IS_STOP: lambda text: text.lower() in stop_words,
    }
    return Vocab(
        lex_attr_getters=getters,
        writing_system=defaults.writing_system,
        get_noun_chunks=defaults.syntax_iterators.get("noun_chunks"),
    )


def from_config(
    language: type[LanguageT],
    config: Mapping[str, Any],
    *,
    vocab: Vocab | bool,
    names: Names,
    meta: Mapping[str, Any],
    auto_fill: bool,
    validate: bool,
) -> LanguageT:
    """Return the pipeline of the class `language` that `config` describes, not initialized."""
    raw, filled = _prepared(language, config, auto_fill=auto_fill)
    settings = _resolved_nlp(filled)
    if settings.before_creation is not None:
        language = _checked_class(language, settings.before_creation(language))
    nlp = language(
        vocab,
        meta=meta,
        create_tokenizer=settings.tokenizer,
        create_vectors=settings.vectors,
        batch_size=settings.batch_size or 1000,
    )
    nlp.config = raw
    nlp = _called(settings.after_creation, nlp, "nlp.after_creation")
    sources: dict[str, Language] = {}
    for name in settings.pipeline:
        if name not in names.exclude:
            _add_configured(nlp, name, raw, filled, sources, validate=validate)
    nlp._disabled = names.disabled(nlp.component_names, settings.disabled)  # noqa: SLF001
    return _called(settings.after_pipeline_creation, nlp, "nlp.after_pipeline_creation")


def create_component(
    nlp: Components,
    factory_name: str,
    name: str,
    config: Mapping[str, Any],
    raw_config: Mapping[str, Any] | None,
    validate: bool,
) -> Created:
    """Return a new component of `nlp`, made by the factory `factory_name`.

    Raises `ConfigError` for settings that the factory does not take.
    """
    from kernel.config import call, fill_block

    factory = get_factory(factory_name, nlp.lang)
    where = f"components.{name}"
    given = {"nlp": nlp, "name": name}
    settings = {key: value for key, value in config.items() if key not in ("factory", "name")}
    filled = fill_block(factory.func, settings, defaults=factory.default_config, given=given)
    with _array_backend(filled):
        component = call(factory.func, filled, where=where, given=given, validate=validate)
    if raw_config is not None:
        kept = {key: value for key, value in raw_config.items() if key != "factory"}
        filled = fill_block(factory.func, kept, defaults=factory.default_config, given=given)
    return Created(component=component, factory=factory, config=filled)


def take_component(nlp: Components, source_name: str, name: str, source: Language) -> Any:
    """Return the component `source_name` of another pipeline, to be added to `nlp` as `name`."""
    component = source.get_pipe(source_name)
    nlp._factories[name] = source.get_pipe_meta(source_name)  # noqa: SLF001
    nlp._pipe_configs[name] = source.get_pipe_config(source_name)  # noqa: SLF001
    nlp.vocab.strings.add_all(list(source.vocab.strings))
    if source.vocab is not nlp.vocab:
        warn_of_others(name, fingerprint(source.vocab), nlp.vocab)
    return component


def announce_component(nlp: Components, name: str, component: Any) -> None:
    """Tell the plugins that `component` is part of `nlp` now."""
    from kernel.plugins import manager

    manager().hook.kernel_component_created(nlp=nlp, name=name, component=component)


def current_config(nlp: Language) -> Config:
    """Return the config that describes `nlp` as it stands."""
    from kernel.config import combine_score_weights

    if nlp._config is None:  # noqa: SLF001 — made without a config
        nlp._config, _ = _prepared(type(nlp), {}, auto_fill=True)  # noqa: SLF001
    config: Config = nlp._config.copy()  # noqa: SLF001
    # The class that is of no language leaves it to the config to name one.
    config["nlp"]["lang"] = nlp.lang or config["nlp"].get("lang")
    config["nlp"]["pipeline"] = nlp.component_names
    config["nlp"]["disabled"] = nlp.disabled
    config["components"] = {
        name: {"factory": nlp._factories[name].name, **copy.deepcopy(nlp._pipe_configs[name])}  # noqa: SLF001
        for name in nlp.component_names
    }
    training = config.get("training")
    if isinstance(training, dict):
        weights = [dict(nlp._factories[name].default_score_weights) for name in nlp.component_names]  # noqa: SLF001
        given = training.get("score_weights") or {}
        if isinstance(given, Mapping):
            training["score_weights"] = combine_score_weights(weights, given)
    return config


def _prepared(
    language: type[Language], config: Mapping[str, Any], *, auto_fill: bool
) -> tuple[Config, Config]:
    """Return the config with its variables, and the same with their values."""
    from kernel.config import Config, default_config, merge

    raw = config.copy() if isinstance(config, Config) else Config(copy.deepcopy(dict(config)))
    if auto_fill:
        defaults = merge(default_config(), dict(language.Defaults.config))
        raw = merge(defaults, raw)
    if "nlp" not in raw:
        raise ConfigError("the config has no section [nlp]: it describes no pipeline")
    lang = raw["nlp"].get("lang")
    if language.lang is not None and lang not in (None, language.lang):
        raise ConfigError(f"[nlp] lang is {lang!r}, but the language class is of {language.lang!r}")
    raw["nlp"]["lang"] = language.lang or lang
    return raw, raw.interpolate()


def _resolved_nlp(filled: Config) -> Any:
    from kernel.config import resolve_section

    return resolve_section(filled, "nlp")


def _add_configured(
    nlp: Language,
    name: str,
    raw: Config,
    filled: Config,
    sources: dict[str, Language],
    *,
    validate: bool,
) -> None:
    blocks = filled.get("components", {})
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


def _add_sourced(
    nlp: Language, name: str, block: Mapping[str, Any], sources: dict[str, Language]
) -> None:
    from kernel.pipeline.loading import load

    path = str(block["source"])
    if path not in sources:
        # They share the vocabulary, but its lookups and its vectors stay this pipeline's.
        own = nlp.vocab.vectors
        nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings)
        sources[path] = load(path, vocab=nlp.vocab, exclude=["lookups"])
        sources[path]._vectors_fingerprint = fingerprint(nlp.vocab)  # noqa: SLF001
        nlp.vocab.vectors = own
    nlp._sourced_vectors[name] = sources[path]._vectors_fingerprint  # noqa: SLF001
    source_name = block.get("component", name)
    if block.get("replace_listeners"):
        _detach(sources[path], source_name, block["replace_listeners"])
    component = nlp.add_pipe(source_name, name, source=sources[path])
    if hasattr(component, "name"):
        component.name = name


def _detach(source: Language, name: str, listeners: Sequence[str]) -> None:
    upstream = upstream_of(source, name)
    if upstream is None:
        raise KernelError(
            f"`replace_listeners` of `{name}` names {', '.join(listeners)}, but in its pipeline "
            f"{source.path} the component listens to none"
        )
    replace_listeners(source, upstream, name, listeners)


@contextlib.contextmanager
def _array_backend(block: Mapping[str, Any]) -> Iterator[None]:
    """Build models on kernel's own array operations; imports Thinc only if there are any."""
    if not any(
        isinstance(value, Mapping) and "@architectures" in value for value in block.values()
    ):
        yield
        return
    from kernel.ops import use_kernel_ops

    with use_kernel_ops():
        yield


def _checked_class(language: type[LanguageT], result: Any) -> type[LanguageT]:
    if not (isinstance(result, type) and issubclass(result, language)):
        raise ConfigError(
            "[nlp] before_creation must return the language class it was given, "
            f"got {type(result).__name__}"
        )
    return result


def _called(callback: Any, nlp: LanguageT, where: str) -> LanguageT:
    if callback is None:
        return nlp
    result = callback(nlp)
    if not isinstance(result, type(nlp)):
        section, key = where.split(".")
        raise ConfigError(
            f"[{section}] {key} must return the pipeline, got {type(result).__name__}"
        )
    return result


def _listed(names: str | Iterable[str]) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)
