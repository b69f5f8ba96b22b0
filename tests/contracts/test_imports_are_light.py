"""What costs time is imported by whoever needs it, not by whoever says `import kernel`."""

import json

import pytest

pytestmark = pytest.mark.installed

# Importing Thinc also imports PyTorch and CuPy wherever they are installed.
HEAVY = {"thinc", "torch", "cupy", "transformers", "tokenizers", "safetensors", "ray", "spacy"}
TOOLS = {"click", "rich", "tomlkit"}
LOADED = "import json, sys; print(json.dumps(sorted({n.partition('.')[0] for n in sys.modules})))"


@pytest.fixture(scope="session")
def loaded_by(run_python):
    """The top-level packages that are loaded once `code` has run."""
    return lambda code: set(json.loads(run_python(f"{code}\n{LOADED}").splitlines()[-1]))


def test_import_kernel_loads_no_tool_and_nothing_heavy(loaded_by):
    assert not loaded_by("import kernel") & (HEAVY | TOOLS)


def test_import_kernel_loads_no_plugin(loaded_by):
    assert not [name for name in loaded_by("import kernel") if name.startswith("kernel_plugin")]


def test_help_loads_nothing_heavy(loaded_by):
    code = """
import sys
from kernel.cli import main
sys.argv = ["kernel", "--help"]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert not loaded_by(code) & HEAVY


def test_loading_the_plugins_loads_no_arrays(loaded_by):
    code = "from kernel.plugins import plugins; assert not plugins().errors"
    before = loaded_by("import kernel")
    assert not (loaded_by(code) - before) & (HEAVY | TOOLS | {"numpy"})


def test_finding_a_registered_name_loads_no_plugin(loaded_by):
    code = "from kernel import registry; assert registry.factories.has('ner')"
    assert not [name for name in loaded_by(code) if name.startswith("kernel_plugin")]


def test_listing_registered_names_loads_no_arrays(loaded_by):
    code = "from kernel import registry; assert 'ner' in registry.factories.names()"
    before = loaded_by("import kernel")
    assert not (loaded_by(code) - before) & (HEAVY | TOOLS | {"numpy"})


def test_a_pipeline_without_models_loads_nothing_heavy(loaded_by):
    assert not loaded_by("import kernel; kernel.blank('en')('Some words.')") & HEAVY
