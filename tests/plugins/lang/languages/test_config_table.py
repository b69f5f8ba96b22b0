"""Settings of pipelines that a language file changes."""

import pytest

from kernel.errors import DataError
from kernel_plugin_lang.languages.classes import language_from_file

TABLE = """
name = "Klingon"
[config.nlp]
batch_size = 7
[config.nlp.tokenizer]
"@tokenizers" = "kernel.Tokenizer.v1"
[config.training]
seed = "${null}"
"""


def test_settings_are_those_of_the_pipeline(tmp_path):
    file = tmp_path / "tlh.toml"
    file.write_text(TABLE, encoding="utf8")
    config = language_from_file(file)().config

    assert config["nlp"]["batch_size"] == 7
    assert config["training"]["seed"] is None
    assert config["training"]["patience"] == 1600


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("batch_size", "batch_sise", "tlh.toml:4: `config.nlp.batch_sise`: unknown key"),
        ("seed", "sead", "tlh.toml:8: `config.training.sead`: unknown key"),
    ],
)
def test_unknown_keys_are_refused(tmp_path, old, new, place):
    file = tmp_path / "tlh.toml"
    file.write_text(TABLE.replace(old, new), encoding="utf8")
    with pytest.raises(DataError, match=place) as error:
        language_from_file(file)
    assert error.value.hint == f"did you mean `{old}`?"
