"""The settings of a run: the objects of `[training]` and `[corpora]`, created once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from kernel.config import TrainingSettings, Values, resolve_dot_names, resolve_section

if TYPE_CHECKING:
    from kernel.pipeline import Language


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
        names = [training.train_corpus, training.dev_corpus]
        train_corpus, dev_corpus = resolve_dot_names(config, names)
        return cls(
            config=config, training=training, train_corpus=train_corpus, dev_corpus=dev_corpus
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
