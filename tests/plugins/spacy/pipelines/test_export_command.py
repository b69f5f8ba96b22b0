"""`kernel export --to spacy` writes the folder that spaCy would, or names what spaCy lacks."""

import json

import numpy as np
import pytest
from thinc.shims import Shim

import kernel
from kernel.config import load_config
from kernel.errors import ConfigError, UnsupportedError
from kernel.files import unpack
from tests.plugins.spacy.pipelines.spacy_pipelines import (
    LISTENER,
    PIPELINES,
    SHARED,
    TEXTS,
    annotations,
    maxout,
    mish,
    multi_hash_embed,
    tagger,
    tok2vec,
    train,
)

# Those that kernel trains have predictions that spaCy cannot compute.
EXPORTED = [name for name in PIPELINES if name != "one_piece"]


def export(nlp, path):
    return kernel.registry.exporters.get("spacy")(nlp, path)


def predict(nlp):
    return [annotations(doc) for doc in nlp.pipe(TEXTS)]


def files_of(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def own(pipeline, tmp_path):
    """The folder of a pipeline that spaCy trained, in the layers of kernel."""
    kernel.load(pipeline).to_disk(tmp_path / "own")
    return tmp_path / "own"


def test_it_writes_the_files_that_spacy_had_written(pipeline, own, tmp_path, run_kernel):
    exported = tmp_path / "exported"
    done = run_kernel("export", own, exported, "--to", "spacy")
    assert done.returncode == 0, done.stderr
    assert "tagger" in done.stdout
    assert files_of(exported) == files_of(pipeline)
    ours, theirs = (load_config(path / "config.cfg") for path in (exported, pipeline))
    assert ours == theirs
    ours, theirs = (
        json.loads(path.joinpath("meta.json").read_text()) for path in (exported, pipeline)
    )
    assert ours.pop("spacy_version") == ">=3.8.0,<3.9.0"
    assert ours.items() <= theirs.items()


@pytest.mark.parametrize("component", PIPELINES["all"])
def test_weights_are_in_the_layers_of_spacy(pipeline, own, tmp_path, component):
    export(kernel.load(own), tmp_path / "exported")
    files = (path / component / "model" for path in (tmp_path / "exported", pipeline))
    ours, theirs = (unpack(file.read_bytes()) for file in files)
    assert [node["name"] for node in ours["nodes"]] == [node["name"] for node in theirs["nodes"]]
    for node, expected in zip(ours["nodes"], theirs["nodes"], strict=True):
        assert node["dims"].items() <= expected["dims"].items()
    for attrs, expected in zip(ours["attrs"], theirs["attrs"], strict=True):
        assert attrs.items() <= expected.items()
    for params, expected in zip(ours["params"], theirs["params"], strict=True):
        np.testing.assert_equal(params, expected)


@pytest.mark.parametrize("name", EXPORTED)
def test_kernel_reads_what_it_exported(tmp_path, name):
    nlp = train(name, n_steps=2, library="kernel")
    assert not export(nlp, tmp_path / name)
    names = unpack((tmp_path / name / nlp.pipe_names[0] / "model").read_bytes())["nodes"]
    assert not [node for node in names if node["name"] in ("multi_hash_embed", "find_ngrams")]
    assert predict(kernel.load(tmp_path / name)) == predict(nlp)


def test_names_of_kernel_are_written_as_those_of_spacy(tmp_path):
    nlp = kernel.blank("en")
    embed = {"@architectures": "kernel.HashEmbedCNN.v1", "width": 8, "depth": 1, "embed_size": 9}
    embed |= {"window_size": 1, "maxout_pieces": 2, "subword_features": True}
    model = {"@architectures": "kernel.Tagger.v2", "tok2vec": {**embed, "pretrained_vectors": None}}
    nlp.add_pipe(
        "tagger", config={"model": model, "scorer": {"@scorers": "kernel.tagger_scorer.v1"}}
    )
    nlp.add_pipe("sentencizer", name="sentences")
    export(nlp, tmp_path / "exported")
    blocks = load_config(tmp_path / "exported" / "config.cfg")["components"]
    assert blocks["tagger"]["model"]["@architectures"] == "spacy.Tagger.v2"
    # spaCy finds the first versions under this name, too.
    assert blocks["tagger"]["model"]["tok2vec"]["@architectures"] == "spacy.HashEmbedCNN.v1"
    assert blocks["tagger"]["scorer"] == {"@scorers": "spacy.tagger_scorer.v1"}
    assert blocks["sentences"]["factory"] == "sentencizer"


LOW_DATA = {"@architectures": "spacy.TextCatLowData.v1", "width": 8, "dropout": None}


@kernel.Language.component("unknown_to_spacy")
def unknown_to_spacy(doc):
    return doc


def test_all_that_spacy_lacks_is_named_before_anything_is_written(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("parser", config={"scorer": {"@scorers": "kernel.deps_scorer.v1"}})
    nlp.add_pipe("unknown_to_spacy")
    nlp.add_pipe("textcat", config={"model": LOW_DATA})
    nlp.add_pipe("sentencizer")
    with pytest.raises(UnsupportedError) as caught:
        export(nlp, tmp_path / "exported")
    assert caught.value.message.endswith(
        "`parser` needs `kernel.deps_scorer.v1` of `scorer`; "
        "`unknown_to_spacy` needs the component `unknown_to_spacy`; "
        "`textcat` needs `spacy.TextCatLowData.v1` of `model`"
    )
    assert caught.value.hint.endswith("--exclude parser,unknown_to_spacy,textcat")
    assert not tmp_path.joinpath("exported").exists()


def test_settings_that_spacy_lacks_must_have_their_default(tmp_path):
    nlp = kernel.blank("ja")
    nlp.add_pipe("morphologizer")
    export(nlp, tmp_path / "exported")
    block = load_config(tmp_path / "exported" / "config.cfg")["components"]["morphologizer"]
    assert "overwrite" in block
    assert "label_smoothing" not in block
    nlp.add_pipe("morphologizer", name="smoothed", config={"label_smoothing": 0.1})
    with pytest.raises(UnsupportedError, match=r"`smoothed` needs `label_smoothing = 0\.1`"):
        export(nlp, tmp_path / "exported")


def test_functions_that_a_program_registered_are_not_those_of_spacy(tmp_path):
    @kernel.Language.factory("tok2vec_of_test")
    def make(nlp, name):
        return unknown_to_spacy

    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec_of_test")
    with pytest.raises(UnsupportedError, match="needs the component `tok2vec_of_test`"):
        export(nlp, tmp_path / "exported")


@pytest.mark.parametrize("component", ["ner", "parser"])
@pytest.mark.parametrize("name", ["all", "no_upper"])
def test_actions_that_were_never_trained_are_not_predicted(tmp_path, name, component):
    nlp = train(name, n_steps=1, library="kernel")
    pipe = nlp.get_pipe(component)
    n_actions = pipe.model.get_dim("nO")
    pipe.add_label("NEW")
    [remark] = export(nlp, tmp_path / "exported")
    assert remark.startswith(f"no example for `{component}` had all actions of the labels NEW,")
    loaded = kernel.load(tmp_path / "exported")
    assert predict(loaded) == predict(nlp)
    output = "upper" if pipe.model.attrs["has_upper"] else "lower"
    bias = loaded.get_pipe(component).model.get_ref(output).get_param("b")
    assert pipe.model.get_dim("nO") > n_actions
    assert (bias[n_actions:] == np.float32(-1e9)).all()
    assert (bias[:n_actions] > -1e9).all()


def test_categories_that_were_never_trained_are_named(tmp_path):
    nlp = train("bow", n_steps=1, library="kernel")
    nlp.get_pipe("textcat_multilabel").add_label("NEW")
    with pytest.raises(UnsupportedError, match="`textcat_multilabel` needs a way to hold back"):
        export(nlp, tmp_path / "exported")


def test_labels_of_a_tagger_score_at_once_as_in_spacy(tmp_path):
    nlp = train("senter", n_steps=1, library="kernel")
    nlp.add_pipe("tagger", source=train("normalized", n_steps=1, library="kernel"))
    nlp.get_pipe("tagger").add_label("NEW")
    export(nlp, tmp_path / "exported")
    assert predict(kernel.load(tmp_path / "exported")) == predict(nlp)


def test_weights_of_another_library_are_named(tmp_path):
    nlp = train("senter", n_steps=1, library="kernel")
    nlp.get_pipe("senter").model.shims.append(Shim(None))
    with pytest.raises(UnsupportedError, match="`senter` needs weights of another library"):
        export(nlp, tmp_path / "exported")


def test_weights_of_other_types_are_named(tmp_path):
    nlp = train("senter", n_steps=1, library="kernel")
    softmax = nlp.get_pipe("senter").model.get_ref("softmax")
    softmax.set_param("W", softmax.get_param("W").astype("float64"))
    with pytest.raises(UnsupportedError, match="`senter` needs weights of the type float64"):
        export(nlp, tmp_path / "exported")


@pytest.mark.parametrize("encode", [maxout(0), mish(depth=0)])
def test_encoders_without_layers_are_named(tmp_path, encode):
    nlp = kernel.blank("en")
    nlp.add_pipe("tagger", config=tagger(tok2vec(multi_hash_embed(["NORM"]), encode)))
    with pytest.raises(UnsupportedError, match=r"`tagger` needs encoders without layers \(`depth"):
        export(nlp, tmp_path / "exported")


def test_names_that_configs_of_spacy_cannot_have_are_named(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer", name="by.rules")
    with pytest.raises(UnsupportedError, match=r"`by\.rules` needs names with dots"):
        export(nlp, tmp_path / "exported")
    nlp.rename_pipe("by.rules", "by-rules 2")
    export(nlp, tmp_path / "exported")
    assert kernel.load(tmp_path / "exported").pipe_names == ["by-rules 2"]


def test_a_shared_layer_must_be_the_last_one_before_its_listeners(tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("tok2vec", name="first", config=SHARED)
    nlp.add_pipe("tagger", config=tagger({**LISTENER, "upstream": "first"}))
    nlp.add_pipe("tok2vec", name="second", config=SHARED)
    nlp.add_pipe("morphologizer", config=tagger({**LISTENER, "upstream": "second"}))
    export(nlp, tmp_path / "exported")
    nlp.add_pipe("senter", config=tagger({**LISTENER, "upstream": "first"}))
    with pytest.raises(
        UnsupportedError, match="`senter` needs the output of `first` after that of"
    ):
        export(nlp, tmp_path / "refused")


def test_a_shared_layer_that_is_missing_is_named(own, tmp_path, run_kernel):
    options = ["--to", "spacy", "--exclude", "tok2vec"]
    done = run_kernel("export", own, tmp_path / "exported", *options)
    assert done.returncode == 1
    assert "`tagger` needs a component before it to listen to (`*`)" in done.stderr
    assert not tmp_path.joinpath("exported").exists()


@pytest.mark.parametrize("command", [("export", "--to", "spacy"), ("import",)])
def test_components_that_cannot_be_excluded_are_named(own, tmp_path, run_kernel, command):
    done = run_kernel(*command, own, tmp_path / "output", "--exclude", "ner,tager")
    assert done.returncode == 1
    assert "has no component 'tager'" in done.stderr
    assert "did you mean `tagger`?" in done.stderr
    assert not tmp_path.joinpath("output").exists()


def test_vectors_get_the_type_that_layers_of_spacy_read(tmp_path):
    nlp = train("vectors", n_steps=1, library="kernel")
    halves = nlp.vocab.vectors.data.astype("float16")
    nlp.vocab.vectors.data = halves
    expected = predict(nlp)
    export(nlp, tmp_path / "exported")
    vectors = np.load(tmp_path / "exported" / "vocab" / "vectors")
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors, halves)
    assert predict(kernel.load(tmp_path / "exported")) == expected


def test_files_of_an_exported_pipeline_may_change(pipeline, tmp_path, run_kernel):
    exported = tmp_path / "exported"
    assert run_kernel("export", pipeline, exported, "--to", "spacy").returncode == 0
    exported.joinpath("meta.json").write_text('{"lang": "en", "name": "saved again"}')
    assert kernel.load(exported).meta["name"] == "saved again"
    # What kernel saves in its place has a manifest.
    done = run_kernel("import", exported, exported, "--force")
    assert done.returncode == 0, done.stderr
    assert files_of(exported) == files_of(pipeline) | {"manifest.json"}


def test_replaced_listeners(tmp_path):
    nlp = train("all", n_steps=1, library="kernel")
    nlp.replace_listeners("tok2vec", "tagger", ["model.tok2vec"])
    expected = predict(nlp)
    export(nlp, tmp_path / "exported")
    blocks = load_config(tmp_path / "exported" / "config.cfg")["components"]
    assert blocks["tagger"]["model"]["tok2vec"]["@architectures"] == "spacy.Tok2Vec.v2"
    assert predict(kernel.load(tmp_path / "exported")) == expected


def test_third_party_components_are_requirements(distribution, run_python, tmp_path):
    code = "from kernel import Language\nlower = Language.component('lower', func=lambda doc: doc)"
    distribution("acme-for-spacy", {"spacy_factories": {"lower": "acme:lower"}}, acme=code)
    said = run_python(f"""
import sys; sys.path.insert(0, {str(tmp_path)!r})
import json, kernel
from pathlib import Path
nlp = kernel.blank("en")
nlp.add_pipe("lower")
nlp.add_pipe("sentencizer")
kernel.registry.exporters.get("spacy")(nlp, Path("{tmp_path}", "exported"))
meta = json.loads(Path("{tmp_path}", "exported", "meta.json").read_text())
print(meta["requirements"], meta["components"], "requires" in meta)
""")
    assert said.strip() == "['acme-for-spacy>=1.0'] ['lower', 'sentencizer'] False"


def test_variables_of_sections_that_are_left_out_are_errors(own, tmp_path):
    nlp = kernel.load(own)
    nlp.config["training"]["optimizer"]["learn_rates"] = {"tagger": 0.01}
    nlp.config["paths"]["train"] = "${training.dropout}"
    with pytest.raises(ConfigError, match=r"training\.dropout"):
        export(nlp, tmp_path / "exported")
    assert not tmp_path.joinpath("exported").exists()


def test_sections_about_training_are_left_out_if_spacy_cannot_read_them(own, tmp_path):
    nlp = kernel.load(own)
    nlp.config["training"]["optimizer"]["learn_rates"] = {"tagger": 0.01}
    (remark,) = export(nlp, tmp_path / "exported")
    assert "`optimizer.learn_rates = {'tagger': 0.01}`" in remark
    assert list(load_config(tmp_path / "exported" / "config.cfg")) == [
        "paths",
        "system",
        "nlp",
        "components",
    ]


def test_attributes_of_words_that_spacy_does_not_load_are_named(tmp_path):
    nlp = kernel.blank("en")
    nlp.vocab["acme"].is_stop = True
    nlp.vocab["acme"].norm_ = "company"
    (remark,) = export(nlp, tmp_path / "exported")
    assert "does not load the attributes of words" in remark
    lookups = unpack(tmp_path.joinpath("exported", "vocab", "lookups.bin").read_bytes())
    assert [*lookups["lexeme_norm"].values()] == ["company"]


def test_existing_folder_is_kept(own, tmp_path, run_kernel):
    output = tmp_path / "exported"
    output.mkdir()
    output.joinpath("notes.txt").write_text("mine")
    assert run_kernel("export", own, output, "--to", "spacy").returncode == 1
    assert run_kernel("export", own, output, "--to", "spaci").returncode == 1
    assert [path.name for path in output.iterdir()] == ["notes.txt"]


def test_parsers_with_one_piece_compute_what_spacy_does(tmp_path):
    nlp = train("one_piece", library="kernel")
    with pytest.raises(UnsupportedError, match="`parser` needs the same function in pre"):
        export(nlp, tmp_path / "exported")
    rectified = predict(nlp)
    for _, component in nlp.components:
        component.model.attrs["linear_prediction"] = True
        component.model.get_ref("lower").mark_changed()
    assert predict(nlp) != rectified
    export(nlp, tmp_path / "exported")
    assert predict(kernel.load(tmp_path / "exported")) == predict(nlp)


def rules():
    """Return a pipeline of components that work by rules."""
    nlp = kernel.blank("en")
    nlp.add_pipe("sentencizer", config={"punct_chars": [".", ";"]})
    ruler = nlp.add_pipe("attribute_ruler")
    ruler.add(
        [[{"LOWER": "boats"}], [{"TEXT": "cat"}]], {"POS": "NOUN", "TAG": "NN", "MORPH": "A=B"}
    )
    nlp.add_pipe("lemmatizer", config={"mode": "lookup"})
    lookups = kernel.lookups.Lookups()
    lookups.add_table("lemma_lookup", {"boats": "boat", "bought": "buy", "": "no"})
    nlp.get_pipe("lemmatizer").initialize(lookups=lookups)
    entities = nlp.add_pipe("entity_ruler", config={"phrase_matcher_attr": "LOWER"})
    entities.add_patterns([{"label": "GPE", "pattern": "paris", "id": "P"}])
    entities.add_patterns([{"label": "GPE", "pattern": [{"TEXT": {"FUZZY": "Londn"}}]}])
    spans = nlp.add_pipe("span_ruler", config={"annotate_ents": True})
    spans.add_patterns([{"label": "PER", "pattern": [{"LOWER": {"REGEX": "^(anna|ben)$"}}]}])
    nlp.add_pipe("merge_entities")
    nlp.add_pipe("doc_cleaner")
    nlp.tokenizer.add_special_case("naïve", [{"ORTH": "na"}, {"ORTH": "ïve", "NORM": "ive"}])
    return nlp


def check_equal(folder, expected):
    for name, docs in expected.items():
        found = json.loads((folder / f"{name}.json").read_text())
        for ours, theirs in zip(docs, found, strict=True):
            assert ours["tokens"] == theirs["tokens"], name
            assert ours["cats"] == pytest.approx(theirs["cats"], abs=2e-4), name


@pytest.mark.slow
def test_spacy_predicts_the_same(run_with_spacy, tmp_path):
    expected = {}
    for name in [*EXPORTED, "rules"]:
        nlp = rules() if name == "rules" else train(name, library="kernel")
        export(nlp, tmp_path / name)
        expected[name] = predict(nlp)
    run_with_spacy("predict", tmp_path)
    check_equal(tmp_path, expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["all", "no_upper"])
def test_spacy_does_not_predict_actions_that_were_never_trained(run_with_spacy, tmp_path, name):
    nlp = train(name, library="kernel")
    nlp.get_pipe("ner").add_label("NEW")
    nlp.get_pipe("parser").add_label("NEW")
    export(nlp, tmp_path / name)
    run_with_spacy("predict", tmp_path)
    check_equal(tmp_path, {name: predict(nlp)})


@pytest.mark.slow
def test_pipelines_of_spacy_go_there_and_back(run_with_spacy, trained_with_spacy, tmp_path):
    for name in PIPELINES:
        kernel.load(trained_with_spacy / name).to_disk(tmp_path / "own" / name)
        export(kernel.load(tmp_path / "own" / name), tmp_path / "exported" / name)
    run_with_spacy("predict", tmp_path / "exported")
    for name in PIPELINES:
        files = (folder / f"{name}.json" for folder in (tmp_path / "exported", trained_with_spacy))
        ours, theirs = (file.read_text() for file in files)
        assert ours == theirs, name
