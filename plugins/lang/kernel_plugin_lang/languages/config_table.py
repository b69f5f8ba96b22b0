"""The table `[config]` of a language file: settings of pipelines that differ for the language."""

from __future__ import annotations

from typing import Any, Final

from attrs import asdict, fields_dict, frozen

from kernel.config import InitializeSettings, NlpSettings, TrainingSettings
from kernel_plugin_lang.languages.reading import Place, Read, check_keys, key
from kernel_plugin_lang.languages.tables import Makers, Table

_NULL: Final = "${null}"


def _section(settings: type) -> Read:
    """Return what reads a section of a config, with some of the keys of `settings`.

    The values are checked when a pipeline is made.
    """

    def read(value: object, place: Place) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise place.error("expected a table, the section of a config")
        check_keys(value, fields_dict(settings), place)
        return {name: _with_null(each) for name, each in value.items()}

    return read


def _with_null(value: Any) -> Any:
    """Return a value of a TOML file in which `"${null}"` stands for None."""
    if isinstance(value, dict):
        return {name: _with_null(each) for name, each in value.items()}
    return None if value == _NULL else value


@frozen(kw_only=True)
class ConfigTable(Table):
    """Sections of a config, as in a config file; settings that are not there have their defaults.

    nlp         such as `[config.nlp.tokenizer]`, with the name of the tokenizer's function
    initialize  such as `[config.initialize.tokenizer]`
    training    how pipelines of the language are trained
    """

    nlp: dict[str, Any] = key(_section(NlpSettings), default={})
    initialize: dict[str, Any] = key(_section(InitializeSettings), default={})
    training: dict[str, Any] = key(_section(TrainingSettings), default={})

    def defaults(self) -> Makers:
        """Return `config`."""
        return {"config": lambda: {name: each for name, each in asdict(self).items() if each}}
