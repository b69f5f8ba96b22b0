"""`kernel plugins`: list installed plugins, what they provide, and their errors."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from kernel.cli.commands import Command
from kernel.cli.new_plugin import new

if TYPE_CHECKING:
    from kernel.plugins import InstalledPlugin


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def plugins(ctx: click.Context, /, *, as_json: bool) -> None:
    """List the installed plugins, what they provide, and the errors of broken ones."""
    if ctx.invoked_subcommand is not None:
        return
    import attrs

    from kernel.cli import console
    from kernel.plugin_modules import MODULES
    from kernel.plugins import installed
    from kernel.registry import registry

    found = [*(_with_commands(plugin) for plugin in installed()), *_others()]
    if as_json:
        console.data(json.dumps([attrs.asdict(plugin) for plugin in found], indent=2))
        return
    if not found:
        console.say("no plugins are installed")
        return
    rows = [
        (
            plugin.name,
            plugin.distribution,
            plugin.version,
            "not loaded" if plugin.error else "ok",
            ", ".join(f"{kind} {len(names)}" for kind, names in plugin.provides.items()) or "-",
        )
        for plugin in found
    ]
    columns = ["Name", "Distribution", "Version", "State", "Provides"]
    console.show(console.make_table(None, columns, rows, right=()))
    for plugin in found:
        if plugin.error:
            console.warn(f"`{plugin.name}` of {plugin.distribution} is not loaded: {plugin.error}")
    for each in [*map(registry.of, registry.get_registry_names()), MODULES]:
        for name, owners in each.clashes().items():
            console.warn(f"`{name}` in `{each.kind}` is declared by {' and '.join(owners)}")


def _others() -> list[InstalledPlugin]:
    """Return the distributions without a plugin whose entry points a plugin reads."""
    from kernel.entry_points import distribution
    from kernel.plugins import InstalledPlugin
    from kernel.registry import registry

    provides: dict[str, dict[str, list[str]]] = {}
    versions = {}
    for kind in registry.get_registry_names():
        for name, points in registry.of(kind).others().items():
            for point in points:
                owner = distribution(point)
                provides.setdefault(owner, {}).setdefault(kind, []).append(name)
                versions[owner] = point.dist.version if point.dist is not None else "?"
    return [
        InstalledPlugin(
            name="-",
            distribution=owner,
            version=versions[owner],
            module="",
            provides={kind: sorted(names) for kind, names in provides[owner].items()},
        )
        for owner in sorted(provides)
    ]


def _with_commands(plugin: InstalledPlugin) -> InstalledPlugin:
    """Return `plugin` with the names of its commands, which entry points do not name."""
    import attrs

    from kernel.plugins import hooks

    answers = hooks().gather("kernel_commands", on_error=lambda error: None)
    names = sorted(
        command.name
        for owner, answer in answers
        for command in answer
        if owner == plugin.distribution and isinstance(command, Command)
    )
    provides = {**plugin.provides, **({"commands": names} if names else {})}
    return attrs.evolve(plugin, provides=dict(sorted(provides.items())))


plugins.add_command(new)
