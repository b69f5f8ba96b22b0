"""Calling hooks, in a way that keeps the contract of each kind."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, Final

import pluggy
from attrs import define, frozen

from kernel import hooks as own_hooks
from kernel.errors import KernelError, PluginError
from kernel.hooks import PROJECT

log: Final = logging.getLogger("kernel.plugins")

_MARKERS: Final = pluggy.PluginManager(PROJECT)  # reads what `hookimpl` has marked


@frozen(kw_only=True)
class Specification:
    """A hook: its kind, its arguments, and what may be answered."""

    kind: str
    answer: Any
    items: Sequence[str]
    arguments: Sequence[str]
    expected: str

    def accepts(self, answer: Any) -> bool:
        """Return whether a plugin may answer this."""
        is_text = isinstance(answer, str)  # which is a sequence too
        if not isinstance(answer, self.answer) or is_text != (self.answer is str):
            return False
        items = answer.values() if isinstance(answer, Mapping) else answer
        classes = tuple(map(_import, self.items))
        return not classes or all(isinstance(item, classes) for item in items)


@define(eq=False, kw_only=True)
class Implementation:
    """What one plugin does at one hook; those of the lowest `rank` are called first."""

    plugin: str
    hook: str
    function: Callable[..., Any]
    takes: Sequence[str]
    rank: int
    is_optional: bool
    is_required: bool
    has_failed: bool = False

    def __call__(self, arguments: Mapping[str, Any]) -> Any:
        """Call the function with those of `arguments` that it takes."""
        return self.function(*[arguments[name] for name in self.takes])

    def __str__(self) -> str:
        return f"`{self.hook}` of the plugin `{self.plugin}`"


class Hooks:
    """The hooks that there are, and the plugins that implement them.

    listeners  objects with methods marked with `kernel.hookimpl`, called in their order
    required   the same, called before all others; what they raise is passed on, from a *watch*
               hook too
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
        self._implementations: Final[dict[str, list[Implementation]]] = {}
        self.specifications: Final[dict[str, Specification]] = (
            dict(_specifications(own_hooks)) if beneath is None else beneath.specifications
        )
        for listener in required:
            self.register(listener, type(listener).__name__, is_required=True)
        for listener in listeners:
            self.register(listener, type(listener).__name__)

    def specify(self, namespace: object) -> None:
        """Add the hooks that the module or class `namespace` specifies.

        Raises `PluginError` if it specifies none, or one that there is already.
        """
        added = dict(_specifications(namespace))
        if not added:
            raise PluginError(f"{namespace!r} specifies no hooks")
        taken = added.keys() & self.specifications.keys()
        if taken:
            raise PluginError(f"there is already a hook `{min(taken)}`")
        self.specifications.update(added)

    def register(self, plugin: object, name: str, *, is_required: bool = False) -> None:
        """Call what `plugin` implements from now on; messages call it `name`.

        Raises `PluginError` for a hook, or an argument of one, that does not exist.
        """
        found = list(implementations(plugin, name, is_required=is_required))
        for implementation in found:
            self._check(implementation)
        for implementation in found:
            known = self._implementations.setdefault(implementation.hook, [])
            known.append(implementation)
            known.sort(key=lambda each: each.rank)

    def unregister(self, name: str) -> None:
        """Call nothing of the plugin called `name` any more."""
        for known in self._implementations.values():
            known[:] = [each for each in known if each.plugin != name]

    def gather(
        self, hook: str, *, on_error: Callable[[PluginError], None] | None = None, **arguments: Any
    ) -> list[tuple[str, Any]]:
        """Ask every plugin, and return each answer with the name of the plugin.

        Raises `PluginError` for a plugin that fails or answers with the wrong type; `on_error`
        gets it instead, and the plugin has no answer.
        """
        answers = []
        for implementation in self.implementing(hook, "gather"):
            try:
                answer = self.ask(implementation, arguments)
            except PluginError as error:
                if on_error is None:
                    raise
                on_error(error)
            else:
                answers += [] if answer is None else [(implementation.plugin, answer)]
        return answers

    def first(self, hook: str, **arguments: Any) -> Any:
        """Return the first answer that is not None; None if there is none.

        Raises `PluginError` as `gather` does; another `KernelError`, which is about what was
        asked, is passed on.
        """
        answers = (self.ask(each, arguments) for each in self.implementing(hook, "first"))
        return next((answer for answer in answers if answer is not None), None)

    def watch(self, hook: str, **arguments: Any) -> None:
        """Tell every plugin; one that raises is reported, and left out from then on."""
        for implementation in self.implementing(hook, "watch"):
            if implementation.is_required:
                implementation(arguments)
            elif not implementation.has_failed:
                _tell(implementation, arguments)

    def ask(self, implementation: Implementation, arguments: Mapping[str, Any]) -> Any:
        """Return one plugin's answer; raises as `gather` or `first` does."""
        specification = self.specifications[implementation.hook]
        try:
            answer = implementation(arguments)
        except (Exception, SystemExit) as error:
            if isinstance(error, KernelError) and specification.kind == "first":
                error.add_note(f"raised in {implementation}")
                raise
            problem = f"{type(error).__name__}: {getattr(error, 'message', error)}"
            hint = getattr(error, "hint", None)
            raise PluginError(f"{implementation} failed: {problem}", hint=hint) from error
        if answer is None or specification.accepts(answer):
            return answer
        expected = f"expected {specification.expected}"
        raise PluginError(f"{implementation} returned {answer!r}, {expected}")

    def implementing(self, hook: str, kind: str) -> Iterator[Implementation]:
        """Yield what implements the hook, which has to be of this kind, in the order of calling."""
        specification = self.specifications.get(hook)
        if specification is None or specification.kind != kind:
            raise PluginError(f"there is no hook `{hook}` to {kind}")
        yield from self._implementations.get(hook, ())
        if self._beneath is not None:
            yield from self._beneath.implementing(hook, kind)

    def _check(self, implementation: Implementation) -> None:
        name = implementation.hook
        specification = self.specifications.get(name)
        if specification is None:
            if implementation.is_optional:
                return
            close = get_close_matches(name, self.specifications, n=1)
            hint = f"did you mean `{close[0]}`?" if close else "docs/plugins.md lists all hooks"
            raise PluginError(f"there is no hook `{name}`", hint=hint)
        unknown = [each for each in implementation.takes if each not in specification.arguments]
        if unknown:
            known = ", ".join(f"`{each}`" for each in specification.arguments) or "none"
            raise PluginError(
                f"the hook `{name}` has no argument `{unknown[0]}`", hint=f"there are: {known}"
            )


def implementations(
    plugin: object, name: str, *, is_required: bool = False
) -> Iterator[Implementation]:
    """Yield what `plugin` implements; raises `PluginError` for a wrapper."""
    for attribute in dir(plugin):
        options = _MARKERS.parse_hookimpl_opts(plugin, attribute)
        if options is None:
            continue
        hook = options["specname"] or attribute
        if options["wrapper"] or options["hookwrapper"]:
            raise PluginError(f"`{hook}` is implemented as a wrapper, which hooks of kernel lack")
        function = getattr(plugin, attribute)
        yield Implementation(
            plugin=name,
            hook=hook,
            function=function,
            takes=_arguments(function),
            rank=options["trylast"] - options["tryfirst"] - 2 * is_required,
            is_optional=options["optionalhook"],
            is_required=is_required,
        )


def _tell(implementation: Implementation, arguments: Mapping[str, Any]) -> None:
    try:
        implementation(arguments)
    except (Exception, SystemExit) as error:
        implementation.has_failed = True
        problem = f"{type(error).__name__}: {error}"
        is_verbose = log.isEnabledFor(logging.DEBUG)
        log.warning(
            "%s failed and is left out from now on: %s",
            implementation,
            problem,
            exc_info=is_verbose,
        )


def _specifications(namespace: object) -> Iterator[tuple[str, Specification]]:
    for name, function in vars(namespace).items():
        if hasattr(function, "kernel_hook"):
            kind, answer, items = function.kernel_hook
            expected = inspect.signature(function).return_annotation
            yield (
                name,
                Specification(
                    kind=kind,
                    answer=answer,
                    items=items,
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
