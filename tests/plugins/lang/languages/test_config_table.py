"""Settings of pipelines that a language file changes."""

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
