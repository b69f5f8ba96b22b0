"""Pretrained models that a language file recommends for `kernel init config`."""

import catalogue
import pytest

from kernel.cli.recommend import recommend_config
from kernel.errors import DataError
from kernel.pipeline import RecommendedModels
from kernel.registry import registry
from kernel_plugin_lang.languages.classes import language_from_file

TABLE = """
name = "Klingon"
[recommended]
vectors = "tlh_core_lg"
transformer = "acme/klingon-bert"
size_factor = 4
"""


@pytest.fixture(scope="module")
def language(tmp_path_factory):
    file = tmp_path_factory.mktemp("klingon") / "tlh.toml"
    file.write_text(TABLE, encoding="utf8")
    language = registry.languages.register("tlh", func=language_from_file(file))
    yield language
    del catalogue.REGISTRY[*registry.languages._local.namespace, "tlh"]


def test_class_has_the_recommendation(language):
    assert language.Defaults.recommended == RecommendedModels(
        vectors="tlh_core_lg", transformer="acme/klingon-bert", size_factor=4
    )


def test_recommended_config_of_a_third_party_language(language):
    config = recommend_config(language.lang, ["ner"], optimize="accuracy").config

    assert config["paths"]["vectors"] == "tlh_core_lg"
    assert config["components"]["tok2vec"]["model"]["embed"]["include_static_vectors"] is True


def test_language_without_table_has_no_recommendation(tmp_path):
    file = tmp_path / "tlh.toml"
    file.write_text('name = "Klingon"', encoding="utf8")

    assert language_from_file(file).Defaults.recommended == RecommendedModels()


def test_wrong_key_is_reported(tmp_path):
    file = tmp_path / "tlh.toml"
    file.write_text(TABLE.replace("vectors", "vector"), encoding="utf8")

    with pytest.raises(DataError, match=r"tlh.toml:4: `recommended.vector`: unknown key"):
        language_from_file(file)


@pytest.mark.parametrize("value", ["0", "-1", "true", "1.5"])
def test_factor_of_the_size_of_batches_is_at_least_one(tmp_path, value):
    file = tmp_path / "tlh.toml"
    file.write_text(TABLE.replace("size_factor = 4", f"size_factor = {value}"), encoding="utf8")

    with pytest.raises(DataError, match=r"`recommended\.size_factor`: expected a whole number"):
        language_from_file(file)
