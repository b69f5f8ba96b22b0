"""Calls of hooks, with the rules of each kind of hook.

Specifications and plugins are registered with pluggy. The calls are made here, because a call by
pluggy ends at the first plugin that raises, calls the newest plugin first, and does not return the
names of the plugins.
"""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import ModuleType
from typing import Any, Final

import pluggy
from attrs import frozen
from pluggy import HookImpl, HookimplOpts

from kernel import hooks as own_hooks
from kernel.errors import KernelError, PluginError, did_you_mean
from kernel.hooks import PROJECT

log: Final = logging.getLogger("kernel.plugins")


@frozen(kw_only=True)
class Specification:
    """A hook: its kind, its arguments, and the type of its answer."""

    kind: str
    answer: Any
    items: Sequence[str]
    passes_errors: bool
    arguments: Sequence[str]
    expected: str

    def accepts(self, answer: Any) -> bool:
        """Return whether `answer` has the right type."""
        is_text = isinstance(answer, str)  # a string is a sequence too
        if not isinstance(answer, self.answer) or is_text != (self.answer is str):
            return False
        items = answer.values() if isinstance(answer, Mapping) else answer
        classes = tuple(map(_import, self.items))
        return not classes or all(isinstance(item, classes) for item in items)


class Hooks:
    """The specified hooks, and the plugins that implement them.

    listeners  objects with methods marked with `kernel.hookimpl`, called in their order
    required   the same, but called before all others; their errors are raised, also in *watch*
               hooks
    beneath    more hooks; their plugins are called after these
    """

    def __init__(
        self,
        listeners: Iterable[object] = (),
        *,
        required: Iterable[object] = (),
        beneath: Hooks | None = None,
    ) -> None:
        self._beneath: Final = beneath
        self._manager: Final = pluggy.PluginManager(PROJECT)
        self._failed: Final[set[HookImpl]] = set()
        self._required: Final = list(required)
        self.specifications: Final[dict[str, Specification]] = {}
        self.namespaces: Final[list[ModuleType | type]] = []
        for namespace in [own_hooks] if beneath is None else beneath.namespaces:
            self.specify(namespace)
        for listener in (*self._required, *listeners):
            self.register(listener)

    def specify(self, namespace: ModuleType | type) -> None:
        """Add the hooks specified in the module or class `namespace`.

        Raises `PluginError` if it specifies no hooks, or a hook that already exists.
        """
        added = dict(_specifications(namespace))
        if not added:
            raise PluginError(f"{namespace!r} specifies no hooks")
        taken = added.keys() & self.specifications.keys()
        if taken:
            raise PluginError(f"the hook `{min(taken)}` already exists")
        self._manager.add_hookspecs(namespace)
        self.namespaces.append(namespace)
        self.specifications.update(added)

    def register(self, plugin: object, name: str | None = None) -> None:
        """Call the hooks of `plugin` from now on; messages use `name`, or the name of its class.

        Raises `PluginError` for a hook, or an argument of one, that does not exist.
        """
        for attribute in dir(plugin):
            options = getattr(getattr(plugin, attribute, None), f"{PROJECT}_impl", None)
            if options is not None:
                self._check(options["specname"] or attribute, getattr(plugin, attribute), options)
        try:
            self._manager.register(plugin, name)
        except ValueError:
            raise PluginError(f"`{name or plugin}` is registered already") from None

    def unregister(self, name: str) -> None:
        """Stop calling the hooks of the plugin `name`."""
        self._manager.unregister(name=name)

    def gather(
        self, hook: str, *, on_error: Callable[[PluginError], None] | None = None, **arguments: Any
    ) -> list[tuple[str, Any]]:
        """Call every plugin, and return each answer with the name of the plugin.

        Raises `PluginError` for a plugin that fails or returns the wrong type. If `on_error` is
        given, it is called with the error instead, and the plugin's answer is left out. The hook
        may pass on other errors of its plugins (`passes_errors`).
        """
        answers = []
        for implementation in self.implementing(hook, "gather"):
            try:
                answer = self.ask(hook, implementation, arguments)
            except PluginError as error:
                if on_error is None:
                    raise
                on_error(error)
            else:
                answers += [] if answer is None else [(_title(implementation), answer)]
        return answers

    def first(self, hook: str, **arguments: Any) -> Any:
        """Return the first answer that is not None; None if there is none.

        Raises `PluginError` as `gather` does; any other `KernelError`, which concerns the
        arguments, is passed on.
        """
        answers = (self.ask(hook, each, arguments) for each in self.implementing(hook, "first"))
        return next((answer for answer in answers if answer is not None), None)

    def watch(self, hook: str, **arguments: Any) -> None:
        """Notify every plugin; a plugin that raises is reported, and not called again."""
        for implementation in self._own(hook, "watch"):
            if implementation.plugin in self._required:
                _call(implementation, arguments)
            else:
                self._tell(hook, implementation, arguments)
        if self._beneath is not None:
            self._beneath.watch(hook, **arguments)

    def ask(self, hook: str, implementation: HookImpl, arguments: Mapping[str, Any]) -> Any:
        """Return one plugin's answer; raises as `gather` or `first` does."""
        where = f"`{hook}` of the plugin `{_title(implementation)}`"
        specification = self.specifications[hook]
        try:
            answer = _call(implementation, arguments)
        except (Exception, SystemExit) as error:
            if isinstance(error, KernelError) and specification.passes_errors:
                error.add_note(f"raised in {where}")
                raise
            problem = f"{type(error).__name__}: {getattr(error, 'message', error)}"
            hint = getattr(error, "hint", None)
            raise PluginError(f"{where} failed: {problem}", hint=hint) from error
        if answer is None or specification.accepts(answer):
            return answer
        raise PluginError(f"{where} returned {answer!r}, expected {specification.expected}")

    def implementing(self, hook: str, kind: str) -> list[HookImpl]:
        """Return the implementations of the hook, in the order of calling."""
        own = self._own(hook, kind)
        return own if self._beneath is None else own + self._beneath.implementing(hook, kind)

    def _own(self, hook: str, kind: str) -> list[HookImpl]:
        specification = self.specifications.get(hook)
        if specification is None or specification.kind != kind:
            raise PluginError(f"there is no hook `{hook}` to {kind}")
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return sorted(caller.get_hookimpls(), key=self._rank)

    def _rank(self, implementation: HookImpl) -> int:
        is_required = implementation.plugin in self._required
        return implementation.trylast - implementation.tryfirst - 2 * is_required

    def _tell(self, hook: str, implementation: HookImpl, arguments: Mapping[str, Any]) -> None:
        if implementation in self._failed:
            return
        try:
            _call(implementation, arguments)
        except (Exception, SystemExit) as error:
            self._failed.add(implementation)
            log.warning(
                "`%s` of the plugin `%s` failed and is left out from now on: %s",
                hook,
                _title(implementation),
                f"{type(error).__name__}: {error}",
                exc_info=log.isEnabledFor(logging.DEBUG),
            )

    def _check(self, name: str, function: Callable[..., Any], options: HookimplOpts) -> None:
        if options["wrapper"] or options["hookwrapper"]:
            raise PluginError(f"`{name}` is implemented as a wrapper, which hooks of kernel lack")
        specification = self.specifications.get(name)
        if specification is None:
            if options["optionalhook"]:
                return
            hint = did_you_mean(name, self.specifications, "docs/plugins.md lists all hooks")
            raise PluginError(f"there is no hook `{name}`", hint=hint)
        unknown = [each for each in _arguments(function) if each not in specification.arguments]
        by_keyword = [
            parameter.name
            for parameter in inspect.signature(function).parameters.values()
            if parameter.kind is parameter.KEYWORD_ONLY
        ]
        if by_keyword:
            raise PluginError(f"`{name}` must not take `{by_keyword[0]}` by keyword only")
        if unknown:
            known = ", ".join(f"`{each}`" for each in specification.arguments) or "none"
            raise PluginError(
                f"the hook `{name}` has no argument `{unknown[0]}`", hint=f"there are: {known}"
            )


def _call(implementation: HookImpl, arguments: Mapping[str, Any]) -> Any:
    # An argument with a default is passed too if the hook has it.
    optional = {name: arguments[name] for name in implementation.kwargnames if name in arguments}
    return implementation.function(
        *[arguments[name] for name in implementation.argnames], **optional
    )


def _title(implementation: HookImpl) -> str:
    """Return the name of the plugin, or its class if it was registered without one."""
    named = implementation.plugin_name != str(id(implementation.plugin))
    return implementation.plugin_name if named else type(implementation.plugin).__name__


def _specifications(namespace: object) -> Iterator[tuple[str, Specification]]:
    for name, function in vars(namespace).items():
        if hasattr(function, "kernel_hook"):
            kind, answer, items, passes_errors = function.kernel_hook
            expected = inspect.signature(function).return_annotation
            yield (
                name,
                Specification(
                    kind=kind,
                    answer=answer,
                    items=items,
                    passes_errors=passes_errors,
                    arguments=_arguments(function),
                    expected=inspect.formatannotation(expected).strip("'"),
                ),
            )


def _arguments(function: Callable[..., Any]) -> list[str]:
    """Return the names of the arguments that `function` must be called with."""
    parameters = inspect.signature(function).parameters.values()
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        parameter.name
        for parameter in parameters
        if parameter.default is parameter.empty and parameter.kind not in variadic
    ]


def _import(name: str) -> Any:
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)
