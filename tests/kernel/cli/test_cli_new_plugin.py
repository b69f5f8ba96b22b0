"""`kernel plugins new` writes a plugin that can be installed and keeps the rules."""

import os
import subprocess
import sys

import pytest


def test_location_of_new_plugin_is_printed(kernel, tmp_path):
    result = kernel("plugins", "new", "acme", tmp_path)
    assert result.exit_code == 0
    assert str(tmp_path / "acme") in result.stderr
    assert 'acme = "kernel_plugin_acme.component:make_acme"' in (
        (tmp_path / "acme" / "pyproject.toml").read_text()
    )
    assert (tmp_path / "acme" / "kernel_plugin_acme" / "py.typed").exists()
    left = [path for path in (tmp_path / "acme").rglob("*") if path.is_file()]
    assert not [path for path in left if "$" in path.read_text()]


def test_printed_commands_are_quoted(kernel, tmp_path):
    folder = tmp_path / "my; folder"
    folder.mkdir()
    result = kernel("plugins", "new", "quoted", folder)
    assert f"pip install -e '{folder}/quoted'" in result.stderr


@pytest.mark.parametrize("name", ["Acme", "my-plugin", "2nd", "class", "", "a/b"])
def test_name_that_is_not_a_valid_module_is_refused(kernel, tmp_path, name):
    result = kernel("plugins", "new", name, tmp_path)
    assert result.exit_code == 1
    assert f"`{name}` cannot be the name of a plugin" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_name_of_one_of_our_plugins_is_refused(kernel, tmp_path):
    result = kernel("plugins", "new", "ner", tmp_path)
    assert result.exit_code == 1
    assert "there is a plugin kernel-plugin-ner already" in result.stderr


def test_existing_folder_is_not_changed(kernel, tmp_path):
    (tmp_path / "acme").mkdir()
    result = kernel("plugins", "new", "acme", tmp_path)
    assert result.exit_code == 1
    assert "this folder or file already exists" in result.stderr
    assert list((tmp_path / "acme").iterdir()) == []


@pytest.mark.slow
def test_written_plugin_passes_its_own_tests_once_installed(kernel, tmp_path):
    kernel("plugins", "new", "acme_words", tmp_path)
    project, site = tmp_path / "acme_words", tmp_path / "site"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*pip, "--no-build-isolation", "--target", site, project], check=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-q", "tests"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout
