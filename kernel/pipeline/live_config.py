"""The config of a pipeline: it follows the components, and keeps edits."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kernel.config import Config, combine_score_weights
from kernel.config.place import Place
from kernel.errors import ConfigError

if TYPE_CHECKING:
    from kernel.pipeline.language import Language
    from kernel.pipeline.stages import Stage


class LiveConfig:
    """A config, and the state of the components at its last update."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self._stages: dict[str, dict[str, Any]] | None = None
        self._own_weights: Mapping[str, Any] = {}
        self._combined_weights: Mapping[str, Any] | None = None

    def follow(self, nlp: Language) -> Config:
        """Update the config from the components of `nlp` and return it."""
        stages = {stage.name: _state(stage) for stage in nlp.stages}
        if stages != self._stages or list(stages) != list(self._stages):
            self._update(nlp)
            self._stages = copy.deepcopy(stages)
        return self.config

    def rename(self, name: str, new_name: str | None) -> None:
        """Move the settings in `[initialize.components]` with a component; None removes them."""
        settings = self.config.get("initialize", {}).get("components")
        if isinstance(settings, dict) and name in settings:
            block = settings.pop(name)
            if new_name is not None:
                settings[new_name] = block

    def _update(self, nlp: Language) -> None:
        before, blocks = self._stages or {}, self.config.get("components", {})
        settings = self.config["nlp"]
        # The base class has no language; the config names it.
        settings["lang"] = nlp.lang or settings.get("lang")
        settings["pipeline"] = list(nlp.component_names)
        settings["disabled"] = list(nlp.disabled)
        self.config["components"] = {
            stage.name: blocks[stage.name]
            if stage.name in blocks and _same_block(stage, before.get(stage.name))
            else stage.block()
            for stage in nlp.stages
        }
        self._combine_weights(nlp)

    def _combine_weights(self, nlp: Language) -> None:
        """Set the weights of all scores of the components; weights set in the config are kept."""
        training = self.config.get("training")
        given = training.get("score_weights") or {} if isinstance(training, dict) else None
        if not isinstance(training, dict) or not isinstance(given, Mapping):
            return
        for name, weight in given.items():
            if not isinstance(weight, int | float | None):
                place = Place.of(self.config, "training", "score_weights", name)
                raise ConfigError([place.wrong_type(weight, "a number or null")])
        if given != self._combined_weights:  # set, or edited, by the user
            self._own_weights = dict(given)
        weights = [dict(stage.factory.default_score_weights) for stage in nlp.stages]
        training["score_weights"] = combine_score_weights(weights, self._own_weights)
        self._combined_weights = dict(training["score_weights"])


def _state(stage: Stage) -> dict[str, Any]:
    return {
        "factory": stage.factory.name,
        "settings": stage.settings,
        "enabled": stage.enabled,
        "scores": dict(stage.factory.default_score_weights),
    }


def _same_block(stage: Stage, before: Mapping[str, Any] | None) -> bool:
    now = _state(stage)
    return before is not None and all(before[key] == now[key] for key in ("factory", "settings"))
