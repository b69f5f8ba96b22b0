"""The sections of a config, which are described by classes, and checks of their values."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Collection, Iterator, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, get_args

import attrs
from attrs import evolve, frozen

from kernel.config.describe import describe_value, nearest, take_nearest
from kernel.config.literals import has_variable
from kernel.config.place import Place
from kernel.config.schema import (
    ComponentSettings,
    CorpusSettings,
    InitializeSettings,
    NlpSettings,
    PathSettings,
    SystemSettings,
    TrainingSettings,
)
from kernel.config.settings import Setting, owner_of, settings_of
from kernel.config.signature import summary_of
from kernel.config.tree import UNRESOLVED, Block, function_of, get_at, is_block, is_given
from kernel.config.type_problems import type_problems
from kernel.errors import PluginError
from kernel.plugins import hooks
from kernel.registry import canonical_name, first_party_names, missing_hint, missing_names, registry

if TYPE_CHECKING:
    from kernel.problems import Path, Problem


@frozen(kw_only=True)
class Section:
    """A top-level section: the class that describes it, and the other keys that it may have.

    others         the setting that describes all other keys; None if there may be no others
    is_referred    other keys are allowed only if a variable refers to them
    is_optional    the section may be left out, and filling does not add it
    """

    cls: type
    others: Setting | None = None
    is_referred: bool = False
    is_optional: bool = False

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The settings that the class describes, by key."""
        return settings_of(self.cls)

    def allows(self, key: str, referred: Collection[str]) -> bool:
        """Return whether the section may have the unknown `key`; variables refer to `referred`."""
        return self.others is not None and (key in referred or not self.is_referred)


_ANYTHING: Final = Setting(hint=Any)
_READER: Final = Setting(hint=Callable[..., Any], registry="readers")
OWN: Final = {
    "paths": Section(cls=PathSettings, others=_ANYTHING),
    "system": Section(cls=SystemSettings, others=_ANYTHING, is_referred=True),
    "nlp": Section(cls=NlpSettings),
    "components": Section(cls=ComponentSettings, others=_ANYTHING),
    "corpora": Section(cls=CorpusSettings, others=_READER),
    "training": Section(cls=TrainingSettings),
    "initialize": Section(cls=InitializeSettings),
}


_OPEN: Final = {name for name, each in OWN.items() if each.others and not each.is_referred}


def sections() -> Mapping[str, Section]:
    """Return every section that the kernel or a plugin describes, in the order of a config.

    Raises `PluginError` for a plugin whose sections cannot be added.
    """
    answers = hooks().gather("kernel_sections")
    added = [(plugin, name, cls) for plugin, classes in answers for name, cls in classes.items()]
    for plugin, name, cls in added:
        if name in _OPEN:
            raise PluginError(
                f"`kernel_sections` of the plugin `{plugin}` adds settings to [{name}]",
                hint="the keys of this section belong to the user; describe a section of your own",
            )
        if not (isinstance(name, str) and name and isinstance(cls, type | UnionType)):
            raise PluginError(
                f"`kernel_sections` of the plugin `{plugin}` returned {{{name!r}: {cls!r}}}",
                hint="a key is the name of a section, and its value the class that describes it",
            )
    return _with_plugins(tuple(added))


def section_of(cls: type) -> str | None:
    """Return the name of the section that the class describes; None if there is none."""
    # In the second table, sections to which plugins add settings have classes of their own.
    known = (*OWN.items(), *sections().items())
    return next((name for name, section in known if section.cls is cls), None)


@functools.lru_cache(maxsize=8)
def _with_plugins(added: tuple[tuple[str, str, Any], ...]) -> Mapping[str, Section]:
    table = dict(OWN)
    for plugin, name, described in added:
        with _naming(plugin, name):
            _add(table, name, described)
    # The innermost first: a section must be complete before it becomes a key of another.
    for plugin, name, _ in sorted(added, key=lambda each: -each[1].count(".")):
        if "." in name and name in table:
            with _naming(plugin, name):
                _add_to_parent(table, name)
    return table


@contextlib.contextmanager
def _naming(plugin: str, section: str) -> Iterator[None]:
    try:
        yield
    except PluginError as error:
        message = f"the section [{section}] of the plugin `{plugin}`: {error.message}"
        raise PluginError(message, hint=error.hint) from None


def _add(table: dict[str, Section], name: str, described: Any) -> None:
    classes = [arm for arm in get_args(described) or [described] if arm is not type(None)]
    settings = settings_of(classes[0])
    for key, setting in settings.items():
        _check_default(key, setting)
    if name in table:
        table[name] = _extended(table[name], settings)
    else:
        is_optional = type(None) in get_args(described)
        table[name] = Section(cls=classes[0], is_optional=is_optional)


def _check_default(key: str, setting: Setting) -> None:
    """Raise `PluginError` for a default that is not valid; null means that there is none."""
    default = setting.default
    if default is None or has_variable(default) or setting.table is not None:
        return
    for problem in _value_problems(default, setting, Place((key,)), complete=False):
        raise PluginError(f"the default of `{key}` is not valid: {problem.message}")


def _add_to_parent(table: dict[str, Section], name: str) -> None:
    """Add the section with the dotted `name` as a key to its parent section."""
    parent, _, key = name.rpartition(".")
    if parent not in table:
        raise PluginError(f"there is no section [{parent}]")
    cls = table.pop(name).cls
    made = Setting(hint=cls, default={}, help=summary_of(cls) or "", owner=owner_of(cls))
    table[parent] = _extended(table[parent], {key: made})


def _extended(section: Section, settings: Mapping[str, Setting]) -> Section:
    taken = section.settings.keys() & settings.keys()
    if taken:
        raise PluginError(f"there is already a setting `{min(taken)}`")
    fields = {name: each.field for name, each in settings.items()}
    cls = section.cls
    made = attrs.make_class(cls.__name__, fields, bases=(cls,), frozen=True, kw_only=True)
    made.__doc__, made.__module__ = cls.__doc__, cls.__module__
    return evolve(section, cls=made)


def class_at(path: Path) -> type | None:
    """Return the class that describes the table of settings at `path`, if one does."""
    section = sections().get(path[0]) if path else None
    cls = section.cls if section is not None else None
    for key in path[1:]:
        setting = settings_of(cls).get(key) if cls is not None else None
        cls = setting.table if setting is not None else None
    return cls


def elsewhere() -> Mapping[Path, str]:
    """Return the sections and settings of first-party plugins that are not installed, or planned.

    The values of the mapping are the distributions of the plugins.
    """
    known = sections()
    found = {}
    planned, provided = (
        index.get("sections", {}) for index in (missing_names(), first_party_names())
    )
    for name, distribution in {**planned, **provided}.items():
        section, *keys = name.split(".")
        if section not in known or (keys and keys[0] not in known[section].settings):
            found[(section, *keys)] = distribution
    return found


def unset_elsewhere(values: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the paths of `elsewhere` that are null or an empty section in `values`.

    spaCy writes such settings into every config.
    """
    for path in elsewhere():
        if get_at(values, path, UNRESOLVED) in (None, {}):
            yield path


def section_problems(
    values: Mapping[str, Any],
    section: Section,
    place: Place,
    *,
    complete: bool = False,
    referred: Collection[str] = (),
) -> Iterator[Problem]:
    """Yield the problems of the `values` of the section at `place`.

    complete  whether settings that have defaults must be there too
    referred  the keys that variables refer to, which some sections may have
    """
    missing = [name for name in section.settings if not is_given(values, name)]
    absent = [name for name in missing if name not in values]
    required = [name for name in absent if section.settings[name].is_required]
    for key, value in values.items():
        setting = section.settings.get(key)
        if setting is None:
            at = place.inside(values, key)
            close = _meant(key, section, missing, referred)
            if close or not section.allows(key, referred):
                yield _unknown_key(at, close)
                continue
            if at.origin.layer in {"override", "env"} and key not in referred:
                yield _unused_key(at, nearest(key, {*values, *section.settings}))
                continue
        described = setting or section.others
        if described is not None and value is not UNRESOLVED:
            yield from _value_problems(value, described, place.inside(values, key), complete)
    for key in [name for name in required if name in missing] if complete else ():
        default = describe_value(section.settings[key].default)
        yield place.lacking(key).left_out(f"its default, {default}")


def _meant(key: str, section: Section, missing: list[str], referred: Collection[str]) -> str | None:
    """Return the setting that the unknown `key` is probably a misspelling of."""
    if section.allows(key, referred):
        # `pretrain` is a name of its own, not a misspelled `train`.
        alike = [name for name in missing if name not in key or len(key) - len(name) < 2]
        close = None if key in referred else take_nearest(key, alike)
        missing[:] = [name for name in missing if name != close]
        return close
    return take_nearest(key, missing, section.settings)


def _value_problems(
    value: Any, setting: Setting, place: Place, complete: bool
) -> Iterator[Problem]:
    if setting.table is not None and isinstance(value, Block) and not is_block(value):
        yield from section_problems(value, Section(cls=setting.table), place, complete=complete)
        return
    problems = list(_registry_problems(value, setting.registry, place))
    problems = problems or list(type_problems(value, setting.hint, place))
    if not problems and setting.range is not None and not setting.range.holds(value):
        expected, received = f"a number {setting.range.words}", describe_value(value)
        problems = [place.problem("out of range", expected=expected, received=received)]
    yield from problems


def _registry_problems(value: Any, wanted: str | None, place: Place) -> Iterator[Problem]:
    if wanted is None or not isinstance(value, dict):
        return
    if not is_block(value):
        yield place.no_function(value, wanted)
        return
    kind, name = function_of(value)
    # Functions of `@misc` may return any type.
    if kind not in (wanted, "misc") and registry.has(kind, str(name)):
        yield place.inside(value, f"@{kind}").problem(
            "a function of the wrong kind",
            expected=f"one of the registry `{wanted}`",
            received=f'@{kind} = "{name}"',
            suggestion=f"@{wanted}",
        )


def _unknown_key(place: Place, close: str | None) -> Problem:
    *section, key = place.path
    if place.path == ("training", "batch_size"):
        return place.problem(
            "`batch_size` only has an effect if [training.batcher] has no `size`",
            hint="set the `size` in [training.batcher]",
        )
    return of_another_plugin(place) or place.problem(
        f"[{'.'.join(section)}] has no `{key}`",
        suggestion=close,
        hint=None if close else "remove it",
    )


def _unused_key(place: Place, close: str | None) -> Problem:
    """Return the problem of an override that has no effect."""
    *section, key = place.path
    return place.problem(
        f"nothing refers to `{key}` in [{'.'.join(section)}]",
        suggestion=close,
        hint=None if close else f"refer to it: `${{{'.'.join(place.path)}}}`, or leave it out",
    )


def of_another_plugin(place: Place) -> Problem | None:
    """Return the problem of a section or setting of a plugin that is not installed, or None."""
    distribution = elsewhere().get(place.path)
    if distribution is None:
        return None
    *section, key = place.path
    what = f"`{key}`" if section else f"the section [{key}]"
    planned = missing_hint("sections", ".".join(place.path))
    if planned is not None:
        return place.problem(
            f"{what} has no effect without its plugin", hint=f"remove it: {planned}"
        )
    return place.problem(
        f"{what} needs the plugin `{distribution}`, which is not installed",
        hint=f"remove it, or pip install {distribution}",
    )


def without_absent_vectors(nlp: Block) -> Block:
    """Return `[nlp]` without vectors if it asks for the default ones and no plugin has them.

    spaCy writes this block into every config, also for pipelines that have no vectors.
    """
    block = nlp.get("vectors")
    if not (isinstance(block, dict) and set(block) == {"@vectors"}):
        return nlp
    name = str(block["@vectors"])
    if canonical_name(name) != "kernel.Vectors.v1" or registry.vectors.has(name):
        return nlp
    return Block({**nlp, "vectors": None}, nlp.origins)
