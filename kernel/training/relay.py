"""Calling the *watch* hooks of a run: its own listeners first, then those of plugins."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import pluggy
from attrs import frozen

from kernel import hooks
from kernel.plugins import manager

if TYPE_CHECKING:
    from kernel.training.run import TrainingRun

log: Final = logging.getLogger("kernel.training")


@frozen
class _Watcher:
    """One implementation of one hook."""

    owner: str
    function: Callable[..., Any]
    takes: Sequence[str]

    def __call__(self, arguments: dict[str, Any]) -> None:
        self.function(*[arguments[name] for name in self.takes])


class Relay:
    """Passes the moments of a run on to whoever listens.

    keepers   listeners that the run depends on (checkpoints, stopping): they come first, in
              their order, and what they raise ends the run
    watchers  listeners of this run only; then come the installed plugins. One that raises is
              reported once, and not called at that hook again

    Listeners are objects whose methods are marked with `kernel.hookimpl`.
    """

    def __init__(self, keepers: Iterable[object] = (), watchers: Iterable[object] = ()) -> None:
        self._keepers = _own_manager(keepers)
        self._watchers = _own_manager(watchers)
        self._calls: dict[str, tuple[list[_Watcher], list[_Watcher]]] = {}

    def watch(self, hook: str, **arguments: Any) -> None:
        """Call every implementation of the watch hook called `hook`."""
        keepers, watchers = self._implementations(hook)
        for keeper in keepers:
            keeper(arguments)
        for watcher in list(watchers):
            try:
                watcher(arguments)
            except Exception as error:
                watchers.remove(watcher)
                log.warning(
                    "%s of %s failed and is left out from now on: %s: %s",
                    *(hook, watcher.owner, type(error).__name__, error),
                    exc_info=log.isEnabledFor(logging.DEBUG),
                )

    def take_over(self, run: TrainingRun) -> str | None:
        """Let a listener or plugin run the whole loop; None if none wants to."""
        for source in (self._watchers, manager()):
            reason: str | None = source.hook.kernel_train(run=run)
            if reason is not None:
                return reason
        return None

    def _implementations(self, hook: str) -> tuple[list[_Watcher], list[_Watcher]]:
        if hook not in self._calls:
            plugins = reversed(_watchers_of(manager(), hook))  # pluggy's order of calling
            watchers = [*_watchers_of(self._watchers, hook), *plugins]
            self._calls[hook] = (_watchers_of(self._keepers, hook), watchers)
        return self._calls[hook]


def _own_manager(listeners: Iterable[object]) -> pluggy.PluginManager:
    made = pluggy.PluginManager(hooks.PROJECT)
    made.add_hookspecs(hooks)
    for number, listener in enumerate(listeners):
        made.register(listener, name=f"{type(listener).__name__} ({number})")
    made.check_pending()
    return made


def _watchers_of(source: pluggy.PluginManager, hook: str) -> list[_Watcher]:
    return [
        _Watcher(implementation.plugin_name, implementation.function, implementation.argnames)
        for implementation in getattr(source.hook, hook).get_hookimpls()
        # Around a hook that has no answer, a wrapper has nothing to do.
        if not (implementation.wrapper or implementation.hookwrapper)
    ]
