"""A plugin adds a language with a file alone, as the page on languages says."""

import re
import subprocess
import sys

import attrs
import pytest

from kernel_plugin_lang.languages.exception_groups import SpecialCaseGroup
from kernel_plugin_lang.languages.tables import TABLES, table_class
from kernel_plugin_lang.languages.word_lists import WordList

USE = """
import sys
sys.path.insert(0, {folder!r})
import kernel
from kernel.cli import main
from kernel.lang.tlh import Klingon

nlp = kernel.blank("tlh")
assert type(nlp) is Klingon
print([token.text for token in nlp("nuqneH, joH. 'ej~")], nlp.vocab["je"].is_stop)
main(["info", "--lang", "tlh"])
"""
METADATA = "Metadata-Version: 2.1\nName: kernel-klingon\nVersion: 1.0\n"


@pytest.fixture(scope="module")
def page(repository):
    return (repository / "docs" / "languages.md").read_text(encoding="utf8")


@pytest.fixture
def package(tmp_path, page):
    """The folder of the project on the page."""
    file, project = re.findall(r"(?ms)^```toml\n(.*?)^```", page)
    folder = tmp_path / "klingon" / "kernel_klingon"
    folder.mkdir(parents=True)
    folder.joinpath("__init__.py").touch()
    folder.joinpath("tlh.toml").write_text(file, encoding="utf8")
    folder.with_name("pyproject.toml").write_text(project, encoding="utf8")
    return folder.parent


def check_use(printed):
    tokens, *described = printed.splitlines()
    assert tokens == """['nuq', 'neH', ',', 'joH.', "'ej", '~'] True"""
    entries = dict(line.split(maxsplit=1) for line in described if len(line.split()) == 2)
    assert entries["distribution"] == "kernel-klingon"
    assert entries["class"] == "Klingon"
    assert entries["file"].endswith("tlh.toml")


def test_package_with_a_file_is_a_language(package, run_python):
    info = package / "kernel_klingon-1.0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text(METADATA)
    info.joinpath("entry_points.txt").write_text("[kernel_languages]\ntlh = kernel_klingon\n")

    check_use(run_python(USE.format(folder=str(package))))


def test_package_without_the_file_is_an_error(package, run_python):
    info = package / "kernel_klingon-1.0.dist-info"
    info.mkdir()
    info.joinpath("METADATA").write_text(METADATA)
    info.joinpath("entry_points.txt").write_text("[kernel_languages]\ntlh = kernel_klingon\n")
    package.joinpath("kernel_klingon", "tlh.toml").unlink()
    code = f"import sys; sys.path.insert(0, {str(package)!r})\nimport kernel\n"
    code += "try: kernel.blank('tlh')\nexcept kernel.KernelError as error: print(error)"

    assert run_python(code).startswith(
        "`kernel_klingon` has no file `tlh.toml` for the language `tlh`\nhint: "
    )


@pytest.mark.slow
def test_wheel_with_a_file_is_a_language(package, tmp_path, run_python):
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", tmp_path, package], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    subprocess.run(
        [*pip, "install", "--no-deps", "--no-index", "--target", site, wheel], check=True
    )

    check_use(run_python(USE.format(folder=str(site))))


@pytest.mark.parametrize(
    ("heading", "cls"),
    [
        *((f"[{name}]", table_class(name)) for name in TABLES),
        ("[[tokenizer.exceptions]]", SpecialCaseGroup),
        ("[tokenizer.lists.NAME]", WordList),
    ],
)
def test_every_key_is_on_the_page(heading, cls, page):
    section = page.partition(f"\n### `{heading}`\n")[2].partition("\n##")[0]
    keys = re.findall(r"(?m)^\| `(\w+)` \|", section)
    assert keys == [field.name.rstrip("_") for field in attrs.fields(cls)]
