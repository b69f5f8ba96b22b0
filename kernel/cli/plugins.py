"""`kernel plugins`: list installed plugins, what they provide, and their errors."""

from __future__ import annotations

import json

import click

from kernel.cli.new_plugin import new


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

    found = installed()
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
            ", ".join(f"{len(names)} {kind}" for kind, names in plugin.provides.items()) or "-",
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


plugins.add_command(new)
