"""Files of a pipeline with invalid content are reported by name; see also `tests/fuzz`."""

import json
import os
from typing import ClassVar

import pytest

import kernel
from kernel.errors import ConfigError, LoadError
from kernel.pipeline import Language, Pipe
from kernel.plugins import Hooks


class Counting(Pipe):
    """A component with a file of settings and one that only it can read."""

    cfg_types: ClassVar = {"labels": list[str], "size": int}

    def __init__(self, name):
        self.name = name
        self.cfg = {"labels": [], "size": 1, "new": 0}

    def __call__(self, doc):
        return doc

    def _writers(self):
        return {"cfg": lambda: json.dumps(self.cfg).encode(), "count": lambda: b"1"}

    def _readers(self):
        return {"cfg": self._read_cfg, "count": int}


class Translator:
    """A plugin that knows weights of another library."""

    @kernel.hookimpl
    def kernel_translate_weights(self, model, weights):
        return None


@pytest.fixture(scope="module", autouse=True)
def factories():
    Language.factory("damaged_counting", func=lambda nlp, name: Counting(name))


@pytest.fixture
def folder(tmp_path):
    """A saved pipeline without a manifest, which may be edited."""
    nlp = kernel.blank("xx")
    nlp.add_pipe("damaged_counting", "counting")
    nlp.to_disk(tmp_path / "model")
    (tmp_path / "model" / "manifest.json").unlink()
    return tmp_path / "model"


def test_folder_that_is_not_a_pipeline_is_refused_before_it_is_searched(folder):
    output = folder.parent
    output.joinpath("link").symlink_to("/")
    with pytest.raises(LoadError, match=r"is not a pipeline: it has no config.cfg") as caught:
        kernel.load(output)
    assert caught.value.hint is None
    folder.rename(output / "model-last")
    with pytest.raises(LoadError, match="is not a pipeline") as caught:
        kernel.load(output)
    assert caught.value.hint == f"did you mean `{output / 'model-last'}`?"


@pytest.mark.parametrize(
    ("meta", "plugins", "hint"),
    [
        ({"spacy_version": ">=3.8.0,<3.9.0"}, [], "install kernel-plugin-spacy"),
        ({"spacy_version": ">=3.8.0,<3.9.0"}, [Translator()], None),
        ({}, [], None),
    ],
)
def test_error_in_a_pipeline_of_spacy_names_the_plugin_that_reads_it(
    folder, monkeypatch, meta, plugins, hint
):
    folder.joinpath("meta.json").write_text(json.dumps(meta))
    folder.joinpath("counting", "count").write_text("one")
    monkeypatch.setattr("kernel.pipeline.serialization.hooks", lambda: Hooks(plugins))
    with pytest.raises(LoadError, match=r"count.*cannot be read") as caught:
        kernel.load(folder)
    assert (hint is None) == (caught.value.hint is None)
    assert hint is None or hint in caught.value.hint


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("meta.json", "[]", "is a list, expected dict"),
        ("meta.json", "[" * 100_000, "is nested too deeply"),
        ("meta.json", '{"version": ' + "9" * 5000 + "}", "is not JSON: Exceeds the limit"),
        ("meta.json", '{"requires": ["a"]}', "`requires` is a list, expected dict"),
        ("meta.json", '{"requires": {"a; rm -rf ~": "1"}}', "which cannot be installed"),
        ("meta.json", '{"requires": {"--index-url=x": "1"}}', "which cannot be installed"),
        ("meta.json", '{"requires": {"": "1"}}', "which cannot be installed"),
        ("meta.json", '{"requires": {"no-such-thing": "1"}}', "no-such-thing 1, not installed"),
        ("meta.json", '{"vectors": {"name": 3}}', "`vectors.name` is 3, expected str | None"),
        ("meta.json", '{"disabled": "ner"}', "`disabled` is 'ner', expected list"),
        ("meta.json", '{"labels": {"ner": {}}}', "`labels.ner` is a dict, expected list"),
        ("tokenizer", "x", "is 120, expected dict"),
        ("counting/cfg", "[]", "the file of settings is a list, expected dict"),
        ("counting/cfg", '{"labels": ["A", 1]}', "`labels[1]` is 1, expected str"),
        ("counting/cfg", '{"size": true}', "`size` is True, expected int"),
        ("counting/count", "one", "cannot be read: ValueError: invalid literal for int"),
    ],
)
def test_invalid_content_is_reported_with_its_file(folder, name, text, message):
    folder.joinpath(name).write_text(text)
    with pytest.raises(LoadError) as caught:
        kernel.load(folder)
    assert str(folder / name) in str(caught.value)
    assert message in str(caught.value)


def test_settings_that_a_file_does_not_have_are_kept(folder):
    folder.joinpath("counting", "cfg").write_text('{"labels": ["A"]}')
    loaded = kernel.load(folder).get_pipe("counting")
    assert loaded.cfg == {"labels": ["A"], "size": 1, "new": 0}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('factory = "damaged_counting"', 'factori = "damaged_counting"'),
        ('pipeline = ["counting"]', 'pipeline = ["../counting"]'),
        ('pipeline = ["counting"]', 'pipeline = ["vocab"]'),
        ("batch_size = 1000", "batch_size = many"),
    ],
)
def test_problems_of_the_config_name_its_file(folder, old, new):
    config = folder / "config.cfg"
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))
    with pytest.raises(ConfigError, match=rf"^`?{config}"):
        kernel.load(folder).config.to_str()


def test_other_objects_in_the_folder_are_not_read(folder):
    folder.joinpath("counting", "count").unlink()
    os.mkfifo(folder / "counting" / "count")
    with pytest.raises(LoadError, match="counting/count` is not a regular file"):
        kernel.load(folder)
    folder.joinpath("counting", "count").unlink()
    folder.joinpath("counting", "count").symlink_to("/dev/zero")
    with pytest.raises(LoadError, match="counting/count` is a link that leaves the folder"):
        kernel.load(folder)


def test_from_disk_checks_the_manifest(tmp_path):
    nlp = kernel.blank("xx")
    nlp.to_disk(tmp_path / "model")
    tmp_path.joinpath("model", "tokenizer").write_bytes(b"x")
    with pytest.raises(LoadError, match="tokenizer has 1 bytes, expected"):
        nlp.from_disk(tmp_path / "model")


def test_bytes_of_another_pipeline_are_a_load_error():
    nlp = kernel.blank("xx")
    for data in (b"", b"\x90", nlp.to_bytes() + b"\0", nlp.to_bytes()[:-1]):
        with pytest.raises(LoadError):
            kernel.blank("xx").from_bytes(data)


def test_pipeline_in_the_working_directory_can_be_loaded(folder, monkeypatch):
    monkeypatch.chdir(folder)
    assert kernel.load(".").pipe_names == ["counting"]
