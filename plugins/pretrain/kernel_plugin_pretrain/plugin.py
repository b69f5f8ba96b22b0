"""What this package tells the kernel. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from kernel import hookimpl
from kernel.cli import Command

if TYPE_CHECKING:
    from kernel.config import Config
    from kernel.pipeline import Language


@hookimpl
def kernel_commands() -> Sequence[Command]:
    return [
        Command(
            "pretrain",
            "Learn a layer's weights from raw text.",
            "kernel_plugin_pretrain.command:pretrain",
        )
    ]


@hookimpl
def kernel_sections() -> Mapping[str, Any]:
    from kernel_plugin_pretrain.settings import PretrainedSettings, PretrainingSettings

    return {"pretraining": PretrainingSettings | None, "initialize": PretrainedSettings}


@hookimpl
def kernel_recommend_pretraining(config: Config) -> Mapping[str, Any]:
    from kernel_plugin_pretrain.recommend import recommend_config

    return recommend_config(config)


@hookimpl
def kernel_initialize(nlp: Language) -> Callable[[], str] | None:
    if nlp.config.get("initialize", {}).get("init_tok2vec") is None:
        return None
    config = nlp.config.interpolate()
    path = config["initialize"]["init_tok2vec"]
    if path is None:
        return None
    from kernel_plugin_pretrain.init_tok2vec import prepare

    return prepare(nlp, config, path)
