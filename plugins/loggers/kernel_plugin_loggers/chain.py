"""A logger that runs several loggers in order."""

import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

from kernel import Language
from kernel.errors import ConfigError
from kernel.training import TrainingRun, pass_step
from kernel_plugin_loggers.console import Setup

LogStep = Callable[[dict[str, Any] | None], None]


class ChainLog:
    """Calls each logger with the same info; a logger may add keys for those after it."""

    def __init__(self, logs: Sequence[LogStep]) -> None:
        self._logs = logs

    def __call__(self, info: dict[str, Any] | None) -> None:
        """Pass an evaluation, or None, to each logger."""
        for log in self._logs:
            log(info)

    def watch_step(self, run: TrainingRun) -> None:
        """Pass the step to each logger."""
        for log in self._logs:
            pass_step(log, run)


def chain_logger(
    logger1: Setup | None = None,
    logger2: Setup | None = None,
    logger3: Setup | None = None,
    logger4: Setup | None = None,
    logger5: Setup | None = None,
    logger6: Setup | None = None,
    logger7: Setup | None = None,
    logger8: Setup | None = None,
    logger9: Setup | None = None,
    logger10: Setup | None = None,
) -> Setup:
    """Return a logger that runs the given loggers in order.

    Raises `ConfigError` if no logger is given.
    """
    first_half = [logger1, logger2, logger3, logger4, logger5]
    second_half = [logger6, logger7, logger8, logger9, logger10]
    loggers = [logger for logger in first_half + second_half if logger is not None]
    if not loggers:
        raise ConfigError(
            "`kernel.ChainLogger.v1` has no logger to run",
            hint="add at least one: [training.logger.logger1]",
        )

    def setup(
        nlp: Language, stdout: IO[str] = sys.stdout, stderr: IO[str] = sys.stderr
    ) -> tuple[ChainLog, Callable[[], None]]:
        made = [logger(nlp, stdout, stderr) for logger in loggers]

        def finalize() -> None:
            for _, close in made:
                close()

        return ChainLog([log for log, _ in made]), finalize

    return setup
