"""`kernel info`: the installation, or a pipeline."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

import click

from kernel.errors import LoadError

SCORES = ("accuracy", "performance", "speed")


@click.command()
@click.argument("model", required=False)
@click.option("--markdown", "-md", is_flag=True, help="Print Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--exclude", "-e", default="labels", show_default=True, help="Keys to leave out, by commas."
)
def info(model: str | None, *, markdown: bool, as_json: bool, exclude: str) -> None:
    """Describe the installation, or the pipeline MODEL (a folder or an installed package)."""
    from kernel.cli import console

    entries = describe_installation() if model is None else describe_pipeline(model)
    left_out = {name.strip() for name in exclude.split(",")}
    entries = {name: value for name, value in entries.items() if name not in left_out}
    if as_json:
        console.data(json.dumps(entries, indent=2, ensure_ascii=False))
    elif markdown:
        for name, value in entries.items():
            console.data(f"- **{name}:** {_show(value)}")
    else:
        rows = [(name, _show(value)) for name, value in entries.items()]
        console.show(console.make_table(None, ["", ""], rows, right=(), header=False))


def describe_installation() -> dict[str, Any]:
    """Return version and place of kernel, of the Python that runs it, and of its plugins."""
    import kernel
    from kernel.plugins import distributions
    from kernel.registry import registry

    return {
        "kernel version": kernel.__version__,
        "location": str(Path(kernel.__file__).parent),
        "platform": platform.platform(),
        "python version": platform.python_version(),
        "plugins": distributions(),
        "pipelines": registry.models.names(),
    }


def describe_pipeline(name: str) -> dict[str, Any]:
    """Return the meta data of a pipeline without its scores, and where it is.

    Raises `LoadError` if there is no such pipeline or its meta data cannot be read.
    """
    path = Path(name)
    file = path / "meta.json"
    if not path.is_dir():
        raise LoadError(f"no pipeline {name!r}: there is no such folder")
    if not file.is_file():
        raise LoadError(f"{path} is no pipeline: it has no meta.json")
    try:
        meta = json.loads(file.read_text(encoding="utf8"))
    except ValueError as error:
        raise LoadError(f"{file} is not valid JSON: {error}") from error
    described = {key: value for key, value in meta.items() if key not in SCORES}
    return {**described, "source": str(path.absolute())}


def _show(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} ({_show(inner)})" for key, inner in value.items()) or "-"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "-"
    return "-" if value is None or value == "" else str(value)
