"""The hook implementations of this package. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import EntryPoint
from typing import Any

import kernel
from kernel.cli import Command


@kernel.hookimpl
def kernel_entry_points(kind: str) -> list[EntryPoint]:
    """Return the entry points of distributions for spaCy that belong to the registry `kind`."""
    from kernel_plugin_spacy.third_party import entry_points

    return entry_points(kind)


@kernel.hookimpl
def kernel_add_registries() -> Sequence[str]:
    return ["exporters"]


@kernel.hookimpl
def kernel_translate_weights(model: Any, weights: Mapping[str, Any]) -> Mapping[str, Any] | None:
    from kernel_plugin_spacy.pipelines.weights import translate

    return translate(model, weights)


@kernel.hookimpl
def kernel_commands() -> Sequence[Command]:
    return [
        Command(
            "import",
            "Save a pipeline of spaCy in the format of kernel.",
            "kernel_plugin_spacy.pipelines.command:import_pipeline",
        ),
        Command(
            "export",
            "Write a pipeline for another library.",
            "kernel_plugin_spacy.pipelines.command:export_pipeline",
        ),
    ]
