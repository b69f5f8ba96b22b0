from __future__ import annotations

import itertools
import json
import re
import sys
import tomllib

import pytest

from kernel.cli.recommend import recommend_config
from kernel.config import Config, load_config
from kernel.errors import RegistryError


@pytest.fixture
def config_file(kernel, tmp_path):
    path = tmp_path / "config.cfg"
    assert kernel("init", "config", path, "--pipeline", "ner").exit_code == 0
    return path


def test_ner_gets_a_tok2vec_to_listen_to():
    config = recommend_config("en", ["ner"]).config
    assert config["nlp"]["pipeline"] == ["tok2vec", "ner"]
    assert config["nlp"]["lang"] == "en"
    assert config["nlp"]["batch_size"] == 1000
    tok2vec = config["components"]["tok2vec"]["model"]
    assert tok2vec["@architectures"] == "kernel.Tok2Vec.v2"
    assert tok2vec["embed"]["attrs"] == ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
    assert tok2vec["embed"]["rows"] == [5000, 1000, 2500, 2500]
    assert tok2vec["embed"]["include_static_vectors"] is False
    assert tok2vec["embed"]["width"] == "${components.tok2vec.model.encode.width}"
    encode = {"width": 96, "depth": 4, "window_size": 1, "maxout_pieces": 3}
    assert encode.items() <= tok2vec["encode"].items()
    ner = config["components"]["ner"]["model"]
    assert (ner["hidden_width"], ner["maxout_pieces"], ner["use_upper"]) == (64, 2, True)
    assert ner["tok2vec"]["@architectures"] == "kernel.Tok2VecListener.v1"
    assert ner["tok2vec"]["width"] == "${components.tok2vec.model.encode.width}"


def test_recommended_config_is_complete():
    config = recommend_config("en", ["ner"]).config
    batcher = config["training"]["batcher"]
    assert batcher["@batchers"] == "kernel.batch_by_words.v1"
    assert (batcher["discard_oversize"], batcher["tolerance"]) == (False, 0.2)
    size = {"@schedules": "compounding.v1", "start": 100, "stop": 1000, "compound": 1.001}
    assert size.items() <= batcher["size"].items()
    assert config["corpora"]["train"]["@readers"] == "kernel.Corpus.v1"
    assert config["corpora"]["train"]["path"] == "${paths.train}"
    assert config["training"]["optimizer"]["@optimizers"] == "Adam.v1"
    assert config["training"]["score_weights"]["ents_f"] == 1.0
    assert config["initialize"]["vectors"] == "${paths.vectors}"


def test_accuracy_asks_for_a_larger_model():
    config = recommend_config("en", ["ner"], optimize="accuracy").config
    encode = config["components"]["tok2vec"]["model"]["encode"]
    assert (encode["width"], encode["depth"]) == (256, 8)


def test_gpu_means_smaller_batches():
    assert recommend_config("en", ["ner"], gpu=True).config["nlp"]["batch_size"] == 128


def test_unknown_component_is_an_error():
    with pytest.raises(RegistryError, match="no `nre` in the registry `factories`") as caught:
        recommend_config("en", ["nre"])
    assert "did you mean `ner`?" in caught.value.hint


def test_component_that_is_not_installed_has_its_distribution_named(monkeypatch):
    names = {"factories": {"dowser": "kernel-plugin-dowser"}}
    # `kernel.registry`, the attribute, is the registries themselves.
    monkeypatch.setattr(sys.modules["kernel.registry"], "first_party_names", lambda: names)
    with pytest.raises(RegistryError) as caught:
        recommend_config("en", ["dowser"])
    assert "pip install kernel-plugin-dowser" in caught.value.hint


def test_written_config_is_valid(kernel, config_file):
    result = kernel("debug", "config", config_file)
    assert result.stderr == f"ok: {config_file} is valid\n"
    assert result.exit_code == 0


def test_toml_and_cfg_say_the_same(kernel, config_file, tmp_path):
    toml = tmp_path / "config.toml"
    assert kernel("init", "config", toml, "-p", "ner").exit_code == 0
    assert kernel("config", "diff", config_file, toml).exit_code == 0
    assert tomllib.loads(toml.read_text())["nlp"]["pipeline"] == ["tok2vec", "ner"]


def test_toml_has_a_comment_for_each_setting(kernel, tmp_path):
    toml = tmp_path / "config.toml"
    kernel("init", "config", toml, "-p", "ner")
    text = toml.read_text()
    assert "# share of the activations that are dropped in an update\ndropout = 0.2" in text
    training = text.split("\n[training]\n")[1].split("\n[")[0]
    lines = training.strip().splitlines()
    for above, line in itertools.pairwise(lines):
        if re.match(r"\w+ = ", line):
            assert above.startswith("# "), line


def test_stdout_gets_the_config_only(kernel, config_file):
    result = kernel("init", "config", "-", "-p", "ner")
    assert Config().from_str(result.stdout) == load_config(config_file, interpolate=True)
    assert "Pipeline:" in result.stderr


def test_existing_file_needs_force(kernel, config_file):
    before = config_file.read_text()
    result = kernel("init", "config", config_file, "-l", "xx")
    assert result.exit_code == 1
    assert result.stderr == f"error: {config_file} exists\nhint: replace it with --force\n"
    assert config_file.read_text() == before
    assert kernel("init", "config", config_file, "-l", "xx", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-l", "qq"], "no language `qq`"),
        (["-p", "ner,nre"], "no `nre` in the registry `factories`"),
        (["-p", ","], "the pipeline has no components"),
    ],
    ids=["language", "component", "none"],
)
def test_missing_recommendation_is_reported(kernel, options, message):
    result = kernel("init", "config", "-", *options)
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stdout == ""


def test_fill_config_adds_missing_settings(kernel, config_file, tmp_path):
    base = tmp_path / "base.cfg"
    base.write_text(
        '[nlp]\nlang = "en"\npipeline = ["ner"]\n\n[components]\n\n[components.ner]\nfactory = "ner"\n'
    )
    result = kernel("init", "fill-config", base, tmp_path / "full.cfg")
    assert result.exit_code == 0
    filled = load_config(tmp_path / "full.cfg")
    assert filled["training"]["dropout"] == 0.1
    assert filled["components"]["ner"]["model"]["hidden_width"] == 64
    again = kernel("init", "fill-config", tmp_path / "full.cfg", "--diff")
    assert again.stdout == ""
    assert "nothing to add" in again.stderr


def test_fill_config_replaces_a_file_only_with_force(kernel, tmp_path):
    base = tmp_path / "base.cfg"
    base.write_text('[nlp]\nlang = "en"\n')
    refused = kernel("init", "fill-config", base, base)
    assert refused.exit_code == 1
    assert f"{base} exists\nhint: replace it with --force" in refused.stderr
    assert base.read_text() == '[nlp]\nlang = "en"\n'
    assert kernel("init", "fill-config", base, base, "--force").exit_code == 0
    assert load_config(base)["training"]["dropout"] == 0.1


def test_fill_config_shows_added_settings(kernel, tmp_path):
    base = tmp_path / "base.cfg"
    base.write_text('[nlp]\nlang = "en"\n')
    result = kernel("init", "fill-config", base, "--diff")
    assert "+ training.dropout = 0.1" in result.stdout.splitlines()
    assert "nlp.lang" not in result.stdout


def test_problems_are_shown_all_at_once(kernel, config_file):
    text = config_file.read_text().replace("dropout = 0.2", 'dropout = "much"')
    config_file.write_text(text.replace("patience", "patiense"))
    result = kernel("debug", "config", config_file)
    assert result.exit_code == 1
    assert "problems in the config" in result.stderr
    assert "patiense" in result.stderr
    assert "did you mean `patience`?" in result.stderr
    assert "dropout" in result.stderr
    assert result.stdout == ""


def test_settings_that_are_left_out_do_not_hide_mistakes(kernel, tmp_path):
    path = tmp_path / "part.cfg"
    path.write_text('[nlp]\nlang = "en"\npipleine = []\n')
    result = kernel("debug", "config", path)
    assert result.exit_code == 1
    assert "error: 1 problem in the config" in result.stderr
    assert "did you mean `pipeline`?" in result.stderr
    result = kernel("debug", "config", "--strict", path)
    assert result.exit_code == 1
    assert "did you mean `pipeline`?" in result.stderr
    assert "settings are missing: nlp.disabled, nlp.before_creation" in result.stderr
    assert result.stderr.count("fill-config") == 1


PARTIAL = """
[nlp]
lang = "en"
pipeline = ["tok2vec", "ner"]

[components]

[components.tok2vec]
factory = "tok2vec"

[components.ner]
factory = "ner"

[training]
max_steps = 3
"""
STRAY = f'{PARTIAL}\n[optimizer]\n@optimizers = "Adam.v1"\n'


@pytest.fixture
def partial(tmp_path):
    def write(text):
        path = tmp_path / "partial.cfg"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize("command", [("debug", "config"), ("train",)])
def test_missing_settings_are_added_with_one_line(kernel, partial, command):
    path = partial(PARTIAL)
    result = kernel(*command, path)
    added = [line for line in result.stderr.splitlines() if line.startswith("added")]
    listed = r"nlp\.disabled, nlp\.before_creation, nlp\.after_creation and \d+ others"
    line = rf"added the default of \d+ missing settings: {listed} \(see `kernel config explain`\)"
    assert re.fullmatch(line, added[0])
    assert len(added) == 1
    result = kernel("config", "explain", path, "training.before_update")
    assert re.search(r"^set by +default$", result.stdout, re.MULTILINE)


def test_single_missing_setting_is_named(kernel, config_file):
    config_file.write_text(config_file.read_text().replace("before_update = null\n", ""))
    result = kernel("debug", "config", config_file)
    assert result.exit_code == 0
    added = "the default of 1 missing setting: training.before_update"
    assert result.stderr == (
        f"added {added} (see `kernel config explain`)\nok: {config_file} is valid\n"
    )


def test_missing_settings_are_refused_if_strict(kernel, config_file):
    config_file.write_text(config_file.read_text().replace("before_update = null\n", ""))
    for command in (("debug", "config"), ("train",)):
        result = kernel(*command, "--strict", config_file)
        assert result.exit_code == 1
        assert "[training] before_update: `before_update` is missing" in result.stderr


def test_unread_section_is_a_warning_in_training(kernel, partial):
    path = partial(STRAY)
    line = STRAY.splitlines().index("[optimizer]") + 1
    message = f"{path}:{line}:1: [optimizer]: nothing reads the section [optimizer]"
    result = kernel("train", path)
    assert f"warning: {message}\n    did you mean `[training.optimizer]`?" in result.stderr
    assert "Using CPU" in result.stderr
    for command in (("train", "--strict"), ("debug", "config"), ("debug", "config", "--strict")):
        result = kernel(*command, path)
        assert result.exit_code == 1
        assert "nothing reads the section [optimizer]" in result.stderr
        assert "warning" not in result.stderr


def test_unread_section_is_kept_when_filling(kernel, partial):
    result = kernel("init", "fill-config", partial(STRAY))
    assert result.exit_code == 0
    assert "warning: " in result.stderr
    assert "[optimizer]" in result.stdout


@pytest.mark.parametrize(
    ("override", "hint"),
    [
        ("--paths.trian", "did you mean `train`?"),
        ("--paths.xyz", "hint: refer to it: `${paths.xyz}`, or leave it out"),
        ("--system.sede", "did you mean `seed`?"),
    ],
)
def test_override_without_effect_is_refused(kernel, config_file, override, hint):
    for command in (("debug", "config"), ("train",)):
        result = kernel(*command, config_file, override, "7")
        assert result.exit_code == 1
        assert hint in result.stderr


def test_override_of_a_path_that_is_referred_to_has_effect(kernel, partial):
    path = partial(f"[paths]\n{PARTIAL}\n[system]\nseed = ${{paths.start}}\n")
    result = kernel("config", "explain", path, "system.seed", "--paths.start", "7")
    assert re.search(r"^value +7$", result.stdout, re.MULTILINE)
    assert kernel("debug", "config", path, "--paths.start", "7").exit_code == 0


def test_overrides_reach_the_config(kernel, config_file):
    result = kernel("debug", "config", config_file, "--training.dropout", "no")
    assert result.exit_code == 1
    assert "[training] dropout" in result.stderr


def test_config_comes_from_stdin(kernel, config_file):
    result = kernel("debug", "config", "-", stdin=config_file.read_text())
    assert result.exit_code == 0


def test_missing_config_is_one_message(kernel, tmp_path):
    result = kernel("debug", "config", tmp_path / "none.cfg")
    assert result.exit_code == 1
    assert "none.cfg: there is no such file" in result.stderr


def test_variables_and_functions_are_listed(kernel, config_file):
    result = kernel("debug", "config", config_file, "-V", "-F")
    assert result.exit_code == 0
    assert re.search(
        r"^\$\{components\.tok2vec\.model\.encode\.width\} +96$", result.stdout, re.MULTILINE
    )
    row = r"^readers +kernel\.Corpus\.v1 +kernel_plugin_corpus\.readers +.*readers\.py:\d+$"
    assert re.search(row, result.stdout, re.MULTILINE)


def test_explain_shows_the_origin_of_a_setting(kernel, config_file):
    def explain(setting, *more):
        result = kernel("config", "explain", config_file, setting, *more)
        assert result.exit_code == 0
        return dict(
            re.findall(
                r"^(value|set by|meaning|goes to|written as) +(.*?) *$", result.stdout, re.MULTILINE
            )
        )

    entries = explain("training.dropout", "--training.dropout", "0.3")
    assert entries["value"] == "0.3"
    assert "override" in entries["set by"]
    assert entries["meaning"] == "share of the activations that are dropped in an update"
    entries = explain("corpora.train.path", "--paths.train", "x.spacy")
    assert entries["value"] == '"x.spacy"'
    assert entries["written as"] == '"${paths.train}"'
    assert entries["goes to"] == "kernel_plugin_corpus.readers.create_docbin_reader"


def test_explain_lists_existing_settings(kernel, config_file):
    result = kernel("config", "explain", config_file, "training.droput")
    assert result.exit_code == 1
    assert "there is no `training.droput` in the config" in result.stderr
    assert "did you mean `training.dropout`?" in result.stderr


def test_diff_shows_both_sides(kernel, config_file, tmp_path):
    other = tmp_path / "other.cfg"
    other.write_text(config_file.read_text().replace("dropout = 0.2", "dropout = 0.3"))
    result = kernel("config", "diff", config_file, other)
    assert result.exit_code == 1
    assert result.stdout == "- training.dropout = 0.2\n+ training.dropout = 0.3\n"


def test_config_is_converted_both_ways(kernel, config_file, tmp_path):
    toml, cfg = tmp_path / "x.toml", tmp_path / "x.cfg"
    assert kernel("config", "convert", config_file, toml).exit_code == 0
    assert kernel("config", "convert", toml, cfg).exit_code == 0
    assert load_config(cfg) == load_config(config_file)
    assert kernel("config", "convert", toml, cfg).exit_code == 1


def test_schema_describes_the_functions_of_the_config(kernel, config_file, tmp_path):
    path = tmp_path / "schema.json"
    assert kernel("config", "schema", config_file, path).exit_code == 0
    properties = json.loads(path.read_text())["properties"]
    assert properties["training"]["properties"]["dropout"]["exclusiveMaximum"] == 1
    moves = properties["components"]["properties"]["ner"]["properties"]
    assert moves["update_with_oracle_cut_size"]["description"]
    assert kernel("config", "schema", config_file).stdout == path.read_text()
    assert kernel("config", "schema", config_file, path).exit_code == 1


def test_every_key_of_a_commented_config_is_explained(kernel, tmp_path):
    toml = tmp_path / "config.toml"
    kernel("init", "config", toml, "-p", "ner")
    lines = toml.read_text().splitlines()
    bare = [
        line
        for above, line in itertools.pairwise(lines)
        if re.match(r'["\w@]+ = ', line) and not above.startswith("# ")
    ]
    assert bare == []


def test_errors_of_models_are_found_without_training(kernel, partial):
    embed = """
[components.tok2vec.model]
@architectures = "spacy.Tok2Vec.v2"

[components.tok2vec.model.embed]
@architectures = "spacy.MultiHashEmbed.v2"
width = 96
attrs = ["NORM", "PREFIX", "SUFFIX", "SHAPE"]
rows = [100, 100, 100]
include_static_vectors = false

[components.tok2vec.model.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"
width = 96
depth = 1
window_size = 1
maxout_pieces = 2
"""
    result = kernel(
        "debug", "config", partial(PARTIAL.replace("[components.ner]", f"{embed}[components.ner]"))
    )
    assert result.exit_code == 1
    assert "`attrs` names 4 attributes" in result.stderr


def test_listener_without_a_shared_layer_is_reported_with_its_line(kernel, partial):
    text = PARTIAL.replace('"tok2vec", ', "").replace(
        '[components.tok2vec]\nfactory = "tok2vec"\n', ""
    )
    listener = """
[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
state_type = "ner"
extra_state_tokens = false
hidden_width = 8
maxout_pieces = 2
use_upper = true

[components.ner.model.tok2vec]
@architectures = "spacy.Tok2VecListener.v1"
width = 96
"""
    path = partial(f"{text}{listener}")
    line = path.read_text().splitlines().index('@architectures = "spacy.Tok2VecListener.v1"') + 1
    result = kernel("debug", "config", path)
    assert result.exit_code == 1
    assert f"{path}:{line}:1: [components.ner.model.tok2vec] upstream" in result.stderr


def test_labels_of_a_component_are_settings_of_its_initialization(kernel, partial):
    text = PARTIAL.replace('factory = "ner"', 'factory = "ner"\nlabels = ["A"]')
    result = kernel("debug", "config", partial(text))
    assert "did you mean `[initialize.components.ner] labels`?" in result.stderr


@pytest.mark.parametrize("size", ["8", '{"@schedules": "constant.v1", "rate": 8}'])
def test_batch_size_is_the_size_of_the_batcher(kernel, partial, size):
    path = partial(PARTIAL.replace("max_steps = 3", f"max_steps = 3\nbatch_size = {size}"))
    assert kernel("debug", "config", path).exit_code == 0
    filled = Config().from_str(kernel("init", "fill-config", path).stdout, interpolate=False)
    batcher = filled["training"]["batcher"]
    assert batcher["@batchers"] == "kernel.batch_by_words.v1"
    assert batcher["size"] == json.loads(size)
    assert "batch_size" not in filled["training"]


def test_batch_size_beside_a_batcher_with_a_size_is_refused(kernel, partial):
    text = PARTIAL.replace("max_steps = 3", "max_steps = 3\nbatch_size = 8")
    batcher = '[training.batcher]\n@batchers = "spacy.batch_by_sequence.v1"\n'
    path = partial(f"{text}{batcher}size = 4\n")
    result = kernel("debug", "config", path)
    assert result.exit_code == 1
    assert "[training] batch_size" in result.stderr
    filled = Config().from_str(kernel("init", "fill-config", partial(text + batcher)).stdout)
    assert filled["training"]["batcher"] == {
        "@batchers": "spacy.batch_by_sequence.v1",
        "size": 8,
        "get_length": None,
    }


@pytest.mark.parametrize("name", ["config.yaml", "config", "config.json"])
def test_names_that_are_not_of_configs_are_refused(kernel, partial, tmp_path, name):
    path = tmp_path / name
    for command in (("init", "config"), ("init", "fill-config", partial(PARTIAL))):
        result = kernel(*command, path)
        assert result.exit_code == 1
        assert result.stderr.endswith(
            f"error: {path} is not the name of a config\n"
            "hint: its suffix determines the format: .cfg or .toml\n"
        )
        assert not path.exists()
