"""Hook implementations of this package. Cheap to import: no arrays, no models."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel import hookimpl
from kernel.cli import Command, Group
from kernel.text import Column


@hookimpl
def kernel_doc_columns() -> Sequence[Column]:
    return [
        Column(name="reading_level", kind="label"),
        Column(name="reading_ease", kind="number", dtype="float32"),
    ]


@hookimpl
def kernel_sections() -> Mapping[str, type]:
    from kernel_plugin_reading.settings import ReadingSettings

    return {"reading": ReadingSettings}


@hookimpl
def kernel_recommend_component(component: str) -> Mapping[str, Any] | None:
    return {"factory": "reading"} if component == "reading" else None


@hookimpl
def kernel_commands() -> Sequence[Command | Group]:
    return [
        Group("reading", "How hard words are to read."),
        Command(
            "reading label",
            "Label the words of a corpus as easy or hard.",
            "kernel_plugin_reading.command:label",
        ),
    ]
