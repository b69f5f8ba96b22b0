"""Each name in the index is a function that can be imported."""

import json
from importlib.resources import files

import pytest

from kernel import registry

pytestmark = pytest.mark.installed

INDEX = json.loads(files("kernel").joinpath("first_party.json").read_text(encoding="utf8"))
KINDS = sorted({*registry.get_registry_names(), *INDEX["registries"]})
TORCH = "kernel-plugin-transformer"

each_name = pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(
            kind,
            name,
            id=f"{kind}-{name}",
            marks=[pytest.mark.needs("torch", "kernel_plugin_transformer")]
            if owner == TORCH
            else [],
        )
        for kind in KINDS
        for name, owner in INDEX.get(kind, {}).items()
    ],
)


@each_name
def test_name_is_registered_and_loads(kind, name):
    found = registry.get(kind, name)
    assert callable(getattr(found, "func", found))


@each_name
def test_function_behind_a_name_is_documented(kind, name):
    assert registry.find(kind, name)["docstring"]
