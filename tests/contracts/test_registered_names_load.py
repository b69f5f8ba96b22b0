"""Each name in the index is a function that can be imported."""

import json
from importlib.resources import files

import pytest

from kernel import registry

INDEX = json.loads(files("kernel").joinpath("first_party.json").read_text(encoding="utf8"))
KINDS = registry.get_registry_names()
NAMES = [(kind, name) for kind in KINDS for name in INDEX.get(kind, ())]


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=[f"{kind}-{name}" for kind, name in NAMES])
def test_name_is_registered_and_loads(kind, name):
    found = registry.get(kind, name)
    assert callable(getattr(found, "func", found))


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=[f"{kind}-{name}" for kind, name in NAMES])
def test_function_behind_a_name_is_documented(kind, name):
    assert registry.find(kind, name)["docstring"]
