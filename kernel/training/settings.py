"""The settings of a run: the objects of `[training]` and `[corpora]`, created once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from kernel.config import TrainingSettings, Values, resolve_dot_names, resolve_section
from kernel.errors import ConfigError
from kernel.pipeline import check_learn_rates, is_trainable

if TYPE_CHECKING:
    from kernel.pipeline import Language

_OPTIMIZER: Final = ("__call__", "step_schedules", "averages")


@frozen(kw_only=True, eq=False)
class RunSettings:
    """The settings of a run; `config` holds the values of the whole config."""

    config: Values
    training: TrainingSettings
    train_corpus: Any
    dev_corpus: Any

    @classmethod
    def of(cls, nlp: Language) -> RunSettings:
        """Return the settings in the config of `nlp`, with all their objects created."""
        config = nlp.config.interpolate()
        training: TrainingSettings = resolve_section(config, "training")
        check_optimizer(training.optimizer)
        trained = [
            name
            for name, component in nlp.pipeline
            if name not in training.frozen_components and is_trainable(component)
        ]
        check_learn_rates(config, training.optimizer, trained)
        names = [training.train_corpus, training.dev_corpus]
        train_corpus, dev_corpus = resolve_dot_names(config, names)
        return cls(
            config=config, training=training, train_corpus=train_corpus, dev_corpus=dev_corpus
        )


def check_optimizer(optimizer: Any, where: str = "training.optimizer") -> None:
    """Raise `ConfigError` for an object, made by `where`, that a run cannot use as optimizer."""
    missing = [name for name in _OPTIMIZER if not hasattr(optimizer, name)]
    if missing:
        raise ConfigError(
            f"[{where}] makes an object of type `{type(optimizer).__name__}`, which is "
            f"not an optimizer: it has no {' and no '.join(f'`{name}`' for name in missing)}",
            hint="`thinc.api.Optimizer` has the methods that an optimizer needs",
        )


def take_settings(nlp: Language) -> RunSettings:
    """Return the settings of a new run.

    Readers, optimizers and so on can be functions of users, which must be called once per run. The
    run therefore uses the objects that `init_nlp` created, unless the config was edited since.
    """
    prepared, nlp.prepared_settings = nlp.prepared_settings, None
    if prepared is not None and prepared.config == nlp.config.interpolate():
        return prepared
    return RunSettings.of(nlp)
