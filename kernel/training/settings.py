"""The settings of a run: what `[training]` and `[corpora]` name, made once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from attrs import frozen

from kernel.config import Config, TrainingSettings, resolve_dot_names, resolve_section

if TYPE_CHECKING:
    from kernel.pipeline import Language


@frozen(kw_only=True, eq=False)
class RunSettings:
    """What a run is made with; `config` is the config, with values instead of variables."""

    config: Config
    training: TrainingSettings
    train_corpus: Any
    dev_corpus: Any

    @classmethod
    def of(cls, nlp: Language) -> RunSettings:
        """Return the settings in the config of `nlp`, with everything in them made."""
        config = nlp.config.interpolate()
        training: TrainingSettings = resolve_section(config, "training")
        names = [training.train_corpus, training.dev_corpus]
        train_corpus, dev_corpus = resolve_dot_names(config, names)
        return cls(
            config=config, training=training, train_corpus=train_corpus, dev_corpus=dev_corpus
        )


# What initialization has made is what the run after it uses: readers, an optimizer and the like
# are a user's functions, which are not to be called twice.
_kept: WeakKeyDictionary[Language, RunSettings] = WeakKeyDictionary()


def keep_settings(nlp: Language, settings: RunSettings) -> None:
    """Keep what `nlp` was initialized with for the run that follows."""
    _kept[nlp] = settings


def take_settings(nlp: Language) -> RunSettings:
    """Return the settings of a new run: those kept, unless the config was edited since."""
    kept = _kept.pop(nlp, None)
    if kept is not None and kept.config == nlp.config.interpolate():
        return kept
    return RunSettings.of(nlp)
