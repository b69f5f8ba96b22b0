"""`kernel config explain`: the meaning of a setting, its origin, and its use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kernel.cli.options import ALLOW_OVERRIDES, code_option

if TYPE_CHECKING:
    from kernel.config import Explanation


@click.command(context_settings=ALLOW_OVERRIDES)
@click.argument("config_path", type=click.Path(path_type=Path, allow_dash=True))
@click.argument("setting")
@code_option
@click.pass_context
def explain(ctx: click.Context, /, config_path: Path, setting: str, *, code: Path | None) -> None:
    """Explain SETTING, a dotted name such as training.optimizer.learn_rate, of a config."""
    from kernel import config
    from kernel.cli import console
    from kernel.cli.code import import_code
    from kernel.cli.config_files import read_config

    import_code(code)
    found = config.explain(config.fill(read_config(config_path, ctx.args)), setting)
    rows = list(_entries(found).items())
    console.show(console.make_table(setting, ["", ""], rows, right=(), header=False))


def _entries(found: Explanation) -> dict[str, str]:
    entries = {
        "value": _show(found.value),
        "written as": _show(found.raw) if found.raw != found.value else None,
        "set by": " from ".join(
            "default" if origin.layer == "default" else f"{origin.layer} {origin}"
            for origin in found.origins
        ),
        "default": _show(found.default),
        "meaning": found.help,
        "expected": ", ".join(words for words in (found.expected, found.range) if words),
        "goes to": found.function,
        "called as": found.signature,
    }
    return {name: text for name, text in entries.items() if text}


def _show(value: Any) -> str | None:
    try:
        return json.dumps(value, ensure_ascii=False)
    except TypeError:
        return None  # a default that cannot be written in a config
