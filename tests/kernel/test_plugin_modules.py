"""Modules that plugins provide below `kernel`, found by import and as attributes."""

import pytest

POINTS = {"kernel": {"acme": "acme"}, "kernel_modules": {"acme": "acme_api"}}
API = "spoons = 3"
OUTCOME = """
import sys
sys.path.insert(0, {folder!r})
{before}
try:
    {code}
except Exception as error:
    print(f"{{type(error).__name__}}: {{error}}")
"""


@pytest.fixture
def said(run_python, tmp_path):
    """The output of an interpreter that finds the installed distributions; errors by name."""

    def run(code, before=""):
        text = run_python(OUTCOME.format(folder=str(tmp_path), code=code, before=before))
        return text.strip()

    return run


@pytest.fixture
def acme(distribution):
    distribution("kernel-plugin-acme", POINTS, acme="", acme_api=API)


@pytest.mark.parametrize(
    "code",
    [
        "import kernel.acme; print(kernel.acme.spoons)",
        "from kernel.acme import spoons; print(spoons)",
        "from kernel import acme; print(acme.spoons)",
        "import kernel; print(kernel.acme.spoons)",
    ],
)
@pytest.mark.usefixtures("acme")
def test_module_of_a_plugin_is_imported_from_kernel(said, code):
    assert said(code) == "3"


@pytest.mark.usefixtures("acme")
def test_both_names_are_one_module(said):
    code = "import acme_api, kernel.acme, importlib; print(kernel.acme is importlib.reload(acme_api), acme_api.__name__)"
    assert said(code) == "True acme_api"


def test_function_of_a_plugin_makes_modules(distribution, said):
    points = {**POINTS, "kernel_modules": {"acme": "acme_api", "acme.*": "acme_api:find"}}
    api = """
import types
__path__ = []
forks = types.ModuleType("forks")
forks.number = 2
def find(name):
    return {"forks": forks}.get(name)
"""
    distribution("kernel-plugin-acme", points, acme="", acme_api=api)

    assert said("import kernel.acme.forks; print(kernel.acme.forks.number)") == "2"
    assert said("import kernel.acme.knives").startswith("ModuleNotFoundError: No module named")


def test_names_are_added_to_a_package_of_the_kernel(said):
    before = "import kernel.training, kernel_plugin_spacy.names.training as added"
    code = "print(kernel.training.docs_to_json is added.docs_to_json, hasattr(kernel.training, 'Any_'))"
    assert said(code, before=before) == "True False"
    error = "AttributeError: module 'kernel.training' has no attribute 'nothing'"
    assert said("kernel.training.nothing", before=before) == error


def test_modules_of_the_kernel_come_first(distribution, said):
    points = {"kernel_modules": {"errors": "acme_errors"}}
    distribution("kernel-plugin-acme", points, acme_errors="KernelError = None")

    assert said("import kernel.errors; print(kernel.errors.__file__[-9:])") == "errors.py"


@pytest.mark.parametrize("code", ["import kernel.nothing", "import kernel.errors.util"])
def test_unknown_module_is_not_found(said, code):
    name = code.removeprefix("import ")
    assert said(code).startswith(f"ModuleNotFoundError: No module named '{name}'")


def test_unknown_attribute_is_an_attribute_error(said):
    code = "import kernel; print(hasattr(kernel, 'nothing')); kernel.nothing"
    error = "AttributeError: module 'kernel' has no attribute 'nothing'"
    assert said(code).splitlines() == ["False", error]


HIDE = """
import kernel.registry, sys
sys.modules["kernel.registry"]._entry_points = lambda kind: {}
"""


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import kernel.util", "ModuleNotFoundError"),
        ("from kernel.util import filter_spans", "ModuleNotFoundError"),
        ("from kernel import util", "ModuleNotFoundError"),
        ("import kernel; kernel.util.filter_spans", "AttributeError"),
        ("from kernel.training import docs_to_json", "ModuleNotFoundError"),
        ("import kernel.training; kernel.training.docs_to_json", "AttributeError"),
    ],
)
def test_module_of_a_plugin_that_is_not_installed_names_it(said, code, error):
    told = said(code, before=HIDE)
    assert told.startswith(f"{error}: ")
    assert told.endswith("it is provided by `kernel-plugin-spacy`: pip install kernel-plugin-spacy")


def test_module_that_two_distributions_declare_names_both(distribution, said):
    for name in ("beta", "alpha"):
        points = {"kernel": {name: name}, "kernel_modules": {"acme": name}}
        distribution(f"kernel-plugin-{name}", points, **{name: ""})
    owners = "`kernel-plugin-alpha` and `kernel-plugin-beta`"

    error = f"RegistryError: `acme` in the registry `modules` is declared by {owners}"
    assert said("import kernel.acme").startswith(error)
    assert said("import kernel; kernel.acme").startswith(error)
    listing = said(
        "main(['plugins'])", before="sys.stderr = sys.stdout; from kernel.cli import main"
    )
    assert (
        "`acme` in `modules` is declared by kernel-plugin-alpha and kernel-plugin-beta" in listing
    )


def test_module_that_cannot_be_imported_names_its_distribution(distribution, said):
    distribution("kernel-plugin-acme", POINTS, acme="", acme_api="1 / 0")
    error = "`acme` (modules) cannot be imported from `kernel-plugin-acme`: ZeroDivisionError"
    assert said("import kernel.acme").startswith(f"PluginError: {error}")


def test_import_kernel_reads_no_entry_points(run_python):
    code = "import kernel, sys; print(sys.modules['kernel.registry']._entry_points.cache_info().currsize)"
    assert run_python(code).strip() == "0"
