"""The stages of a pipeline: components with their names, factories, settings and state."""

from __future__ import annotations

import contextlib
import copy
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from kernel.config import Config, call, fill_block
from kernel.errors import ArgumentError, UnknownComponentError, WrongTypeError, did_you_mean
from kernel.names import check_component_name
from kernel.pipeline.factories import Factory, get_factory
from kernel.pipeline.protocols import Component
from kernel.pipeline.vocab_data import fingerprint, warn_of_others

if TYPE_CHECKING:
    from kernel.pipeline.language import Language


@define(kw_only=True, eq=False)
class Stage:
    """A component in a pipeline, the factory that created it and its complete settings.

    `vectors` is the fingerprint of the word vectors with which a component of another pipeline was
    trained, None if unknown or if there were none.
    """

    name: str
    component: Component
    factory: Factory
    settings: dict[str, Any]
    enabled: bool = True
    vectors: str | None = None

    def block(self) -> dict[str, Any]:
        """Return the section `[components.<name>]` of the config; a copy."""
        return {"factory": self.factory.name, **copy.deepcopy(self.settings)}

    def rename(self, name: str) -> None:
        """Rename the stage, and the component if it has a `name`."""
        self.name = name
        if hasattr(self.component, "name"):
            self.component.name = name


class Stages(list[Stage]):
    """The stages of a pipeline, in order; their names are distinct."""

    @property
    def names(self) -> list[str]:
        """The names of all stages, in order."""
        return [stage.name for stage in self]

    @property
    def enabled(self) -> list[Stage]:
        """The enabled stages, in order."""
        return [stage for stage in self if stage.enabled]

    def find(self, name: str) -> Stage:
        """Return the stage `name`; raises `UnknownComponentError` if there is none."""
        for stage in self:
            if stage.name == name:
                return stage
        names = self.names
        everything = f"the components are: {', '.join(names) or 'none'}"
        hint = did_you_mean(str(name), names, everything)
        raise UnknownComponentError(f"the pipeline has no component `{name}`", hint=hint)

    def check_is_new(self, name: str) -> None:
        """Raise `ArgumentError` if a stage `name` exists or the name is not allowed."""
        check_component_name(name)
        if name in self.names:
            raise ArgumentError(
                f"the pipeline already has a component `{name}`", hint="give this one a `name`"
            )

    def insertion_index(
        self,
        *,
        before: str | int | None,
        after: str | int | None,
        first: bool | None,
        last: bool | None,
    ) -> int:
        """Return the index for a new stage, given at most one of the arguments; default: the end.

        Raises `ArgumentError` for several arguments, or for an unknown stage.
        """
        if (before is not None) + (after is not None) + bool(first) + bool(last) > 1:
            raise ArgumentError("give at most one of `before`, `after`, `first` and `last`")
        if first:
            return 0
        if before is not None:
            return self._index_of(before)
        if after is not None:
            return self._index_of(after) + 1
        return len(self)

    def _index_of(self, stage: str | int) -> int:
        if isinstance(stage, str):
            return self.index(self.find(stage))
        if isinstance(stage, bool) or not 0 <= stage < len(self):
            raise ArgumentError(
                f"there is no component number {stage}; the pipeline has {len(self)}"
            )
        return stage


def as_list(names: str | Iterable[str]) -> list[str]:
    """Return `names`, one name or several names, as a list."""
    return [names] if isinstance(names, str) else list(names)


class DisabledPipes(list[str]):
    """The names of components that were just disabled.

    `restore`, or the end of a `with` block, enables the components again.
    """

    def __init__(
        self,
        stages: Stages,
        *,
        disable: str | Iterable[str] | None,
        enable: str | Iterable[str] | None,
    ) -> None:
        if disable is None and enable is None:
            raise ArgumentError("give `disable` or `enable`")
        for name in as_list(enable or ()):
            stages.find(name)
        wanted = names_to_disable(stages.names, disable=disable, enable=enable)
        self._stages = stages
        self._disabled = [stage for stage in map(stages.find, wanted) if stage.enabled]
        super().__init__(stage.name for stage in self._disabled)
        for stage in self._disabled:
            stage.enabled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: object) -> None:
        self.restore()

    def restore(self) -> None:
        """Enable the components again; raises `ArgumentError` if one of them was removed."""
        # A stage may have another name by now.
        for stage in [self._stages.find(each.name) for each in self._disabled]:
            stage.enabled = True
        self._disabled.clear()
        self.clear()


def names_to_disable(
    names: Sequence[str],
    *,
    disable: str | Iterable[str] | None,
    enable: str | Iterable[str] | None,
) -> list[str]:
    """Return which of `names` to disable: `disable`, or all except `enable`.

    None is not given. Raises `ArgumentError` if both are given and disagree.
    """
    off = as_list(disable or ())
    if enable is None:
        return off
    on = as_list(enable)
    others = [name for name in names if name not in on]
    if disable is not None and set(off) != set(others):
        raise ArgumentError(f"`enable` {on} and `disable` {off} contradict each other")
    return others


def disabled_from_start(
    names: Sequence[str],
    *,
    configured: Iterable[str],
    disable: Sequence[str],
    enable: Sequence[str],
) -> set[str]:
    """Return which of `names` a new pipeline has disabled: some, or all except `enable`.

    Raises `ArgumentError` if the config or `disable` disables what `enable` names.
    """
    off = {*configured, *disable}
    both = [name for name in enable if name in off]
    if both:
        reason = "`disable`" if off.issubset(disable) else "`disable`, or `disabled` in [nlp],"
        raise ArgumentError(
            f"`enable` has {', '.join(map(repr, both))}, but {reason} has it too",
            hint="give `config={'nlp.disabled': []}` to enable what the config disables",
        )
    return {name for name in names if name not in enable} if enable else off


def make_stage(
    nlp: Language,
    factory_name: str,
    name: str,
    *,
    config: Mapping[str, Any],
    raw_config: Mapping[str, Any] | None = None,
    validate: bool = True,
) -> Stage:
    """Return a stage with a new component, created for `nlp` by the factory `factory_name`.

    `config` holds the settings; `raw_config` the same settings with variables, which are stored.
    Raises `ConfigError` for settings that the factory does not accept.
    """
    check_component_name(name)
    factory = get_factory(factory_name, nlp.lang)
    if not isinstance(config, Mapping):
        raise WrongTypeError(f"expected a dict as `config` of `{name}`, got {config!r:.80}")
    given = {"nlp": nlp, "name": name}
    if config.get("name", name) != name:
        warnings.warn(
            f"the setting `name` ({config['name']!r}) of the component `{name}` has no effect: "
            "give the name to `add_pipe`, or use it as the name of the config section",
            stacklevel=3,
        )

    def filled(settings: Mapping[str, Any]) -> dict[str, Any]:
        # Filled first, which keeps the lines of the config for messages.
        block = fill_block(factory.func, settings, defaults=factory.default_config, given=given)
        block.pop("factory", None)
        block.pop("name", None)
        return block

    settings = filled(config)
    with _array_backend(settings):
        where = f"components.{name}"
        component = call(factory.func, settings, where=where, given=given, validate=validate)
    return Stage(
        name=name,
        component=component,
        factory=factory,
        settings=settings if raw_config is None else filled(raw_config),
    )


def check_source(source: Any) -> None:
    """Raise `WrongTypeError` unless `source` is a pipeline."""
    if not hasattr(source, "stages"):
        raise WrongTypeError(
            f"`source` must be a loaded pipeline, got a {type(source).__name__}",
            hint="load it first: `source=kernel.load(...)`",
        )


def copy_stage(nlp: Language, source_name: str, name: str, source: Language) -> Stage:
    """Return a stage for `nlp` with the component `source_name` of another pipeline.

    The component is the same object, and gets the name of the stage. Its strings are added to the
    vocabulary. Its settings have values for variables, which refer to the config of `source`. Warns
    if it was trained with other word vectors. Raises `WrongTypeError` for a `source` that is not
    loaded.
    """
    check_component_name(name)
    check_source(source)
    stage = source.stages.find(source_name)
    nlp.vocab.strings.add_all(list(source.vocab.strings))
    if source.vocab is not nlp.vocab:
        warn_of_others(name, fingerprint(source.vocab), nlp.vocab)
    if hasattr(stage.component, "name"):
        stage.component.name = name
    return Stage(
        name=name,
        component=stage.component,
        factory=stage.factory,
        settings=_values_of(source, source_name),
    )


def _values_of(nlp: Language, name: str) -> dict[str, Any]:
    """Return the settings of the component `name` of a pipeline, without variables."""
    block = Config(nlp.config.interpolate())["components"][name]
    return copy.deepcopy({key: value for key, value in block.items() if key != "factory"})


@contextlib.contextmanager
def _array_backend(block: Mapping[str, Any]) -> Iterator[None]:
    """Let models use kernel's array operations in the block; imports Thinc only if needed.

    A factory that creates its model itself has already imported Thinc.
    """
    names_model = any(
        isinstance(value, Mapping) and "@architectures" in value for value in block.values()
    )
    if not names_model and "thinc" not in sys.modules:
        yield
        return
    from kernel.ops import use_kernel_ops

    with use_kernel_ops():
        yield
