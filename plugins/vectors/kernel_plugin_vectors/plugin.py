"""Hook implementations of this package. Cheap to import: no arrays, no models."""

from __future__ import annotations

from collections.abc import Sequence

from kernel.cli import Command
from kernel.hooks import hookimpl


@hookimpl
def kernel_commands() -> Sequence[Command]:
    return [
        Command(
            "init vectors",
            "Create a pipeline with word vectors.",
            "kernel_plugin_vectors.command:init_vectors",
        )
    ]
