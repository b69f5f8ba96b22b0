"""All components in one pipeline: trained together, interrupted, frozen, sourced, evaluated."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest

import kernel as library

pytestmark = pytest.mark.slow

COMPONENTS = [
    "tagger",
    "morphologizer",
    "trainable_lemmatizer",
    "parser",
    "senter",
    "ner",
    "textcat",
    "textcat_multilabel",
]
LISTENERS = ["tagger", "morphologizer", "trainable_lemmatizer", "parser", "ner"]
TINY = [
    *("--components.tok2vec.model.encode.width", "24"),
    *("--components.tok2vec.model.encode.depth", "1"),
    *("--components.tok2vec.model.embed.rows", "[300, 100, 100, 100]"),
    *("--training.optimizer.learn_rate", "0.01"),
]
SMALL_ENOUGH = [
    *("--components.ner.model.hidden_width", "16"),
    *("--components.parser.model.hidden_width", "16"),
    # Labels of a tiny corpus are rare.
    *("--components.parser.min_action_freq", "1"),
    *("--components.trainable_lemmatizer.min_tree_freq", "1"),
    *("--components.textcat.model.length", "1024"),
    *("--components.textcat_multilabel.model.length", "1024"),
]
DATA = ["--paths.train", "train.spacy", "--paths.dev", "dev.spacy"]

# Kills the process, like a power failure, at the step in the environment.
CRASH = """
import os, signal
from kernel import registry

@registry.callbacks("test.Crash.v1")
def crash():
    def before_update(nlp, info):
        if info["step"] == int(os.environ.get("CRASH_STEP", -1)):
            os.kill(os.getpid(), signal.SIGKILL)
    return before_update
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory, repository, kernel):
    """A folder with a small treebank, the config `all.cfg`, and `crash.py`."""
    folder = tmp_path_factory.mktemp("joint")
    maker = repository / "examples" / "make_treebank.py"
    subprocess.run([sys.executable, maker, folder], check=True, capture_output=True)
    kernel("init", "config", "all.cfg", "-p", ",".join(COMPONENTS), cwd=folder)
    folder.joinpath("crash.py").write_text(CRASH)
    return folder


@pytest.fixture(scope="module")
def trained(folder, kernel):
    """The pipeline of all components, trained until it knows its sentences."""
    length = ["--training.max_steps", "120", "--training.eval_frequency", "60"]
    command = ["train", "all.cfg", "-o", "output", *DATA, *TINY, *SMALL_ENOUGH, *length]
    kernel(*command, cwd=folder)
    return folder / "output" / "model-best"


@pytest.fixture(scope="module")
def scores(folder, trained, kernel):
    """The output file and the printed output of `evaluate`."""
    done = kernel("evaluate", trained, "dev.spacy", "--output", "scores.json", cwd=folder)
    return json.loads((folder / "scores.json").read_text()), done.stdout


def weights_of(output):
    """Return the bytes of all files of the saved pipelines, without times."""
    files = {}
    for path in sorted(output.glob("model-*/**/*")):
        if path.is_file():
            files[str(path.relative_to(output))] = path.read_bytes()
    for name in [name for name in files if name.endswith("meta.json")]:
        meta = json.loads(files[name])
        meta["performance"].pop("speed", None)
        files[name] = meta
        # Of the speed too.
        del files[name.replace("meta.json", "manifest.json")]
    return files


@pytest.mark.parametrize(
    ("score", "least"),
    [
        ("token_acc", 1.0),
        ("tag_acc", 0.9),
        ("pos_acc", 0.9),
        ("morph_acc", 0.9),
        ("lemma_acc", 0.8),
        ("dep_uas", 0.7),
        ("dep_las", 0.7),
        ("sents_f", 0.8),
        ("ents_f", 0.7),
        ("cats_macro_f", 0.7),
        ("cats_macro_auc", 0.9),
    ],
)
def test_each_component_learns_beside_the_others(scores, score, least):
    assert scores[0][score] >= least


def test_evaluation_shows_a_table_for_each_kind_of_score(scores):
    values, printed = scores
    rows = {line.rsplit(maxsplit=1)[0]: line.split()[-1] for line in printed.splitlines() if line}
    for title, score in {"TAG": "tag_acc", "LEMMA": "lemma_acc", "LAS": "dep_las"}.items():
        assert rows[title] == f"{values[score] * 100:.2f}"
    assert f"TEXTCAT ({values['cats_score_desc']})" in rows
    for title in ("LAS (per type)", "NER (per type)", "MORPH (per feature)", "TEXTCAT (per type)"):
        assert title in printed
    assert "TEXTCAT AUC (per type)" in printed
    assert set(values["cats_auc_per_type"]) == {"FOOD", "TRAVEL", "MONEY"}
    assert {"det", "nsubj"} <= set(values["dep_las_per_type"])
    assert "Tense" in values["morph_per_feat"]


def test_components_share_one_layer(trained):
    nlp = library.load(trained)
    assert nlp.pipe_names == ["tok2vec", *COMPONENTS]
    shared = nlp.get_pipe("tok2vec")
    for name in COMPONENTS:
        model = nlp.get_pipe(name).model
        assert any("listener" in node.name for node in model.walk()) == (name in LISTENERS)
    assert shared.model.get_ref("encode").get_dim("nO") == 24


def test_saved_pipeline_annotates_everything(trained):
    doc = library.load(trained)("Greta Weber baked the cakes in Porto. Omar paid a bill.")
    assert [sent.text for sent in doc.sents][-1] == "Omar paid a bill."
    assert [token.tag_ for token in doc][:3] == ["NNP", "NNP", "VBD"]
    assert doc[2].lemma_ == "bake"
    assert doc[2].dep_ == "ROOT"
    assert "Tense=Past" in doc[2].morph
    assert set(doc.cats) == {"FOOD", "TRAVEL", "MONEY"}


@pytest.fixture(scope="module")
def fit(folder, kernel):
    """Train all components for 16 steps, or until the process is killed at `crash_step`."""
    length = ["--training.max_steps", "16", "--training.eval_frequency", "8"]
    crash = ["--code", "crash.py", "--training.before_update", '{"@callbacks": "test.Crash.v1"}']

    def fit(output, *options, crash_step=-1):
        command = ["train", "all.cfg", "-o", output, *DATA, *TINY, *SMALL_ENOUGH, *length, *crash]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CRASH_STEP", str(crash_step))
            return kernel(*command, *options, cwd=folder, check=crash_step < 0)

    return fit


@pytest.fixture(scope="module")
def whole(fit, tmp_path_factory):
    """The files of an uninterrupted run."""
    output = tmp_path_factory.mktemp("whole") / "out"
    fit(output)
    return weights_of(output)


@pytest.mark.parametrize("step", [5, 13], ids=["before-an-evaluation", "after-one"])
def test_killed_run_of_all_components_resumes_exactly(fit, whole, tmp_path, step):
    killed = fit(tmp_path / "cut", crash_step=step)
    assert killed.returncode == -signal.SIGKILL

    resumed = fit(tmp_path / "cut", "--resume")

    assert "Resuming after" in resumed.stdout
    found = weights_of(tmp_path / "cut")
    assert [name for name in whole if found.get(name) != whole[name]] == []
    assert found.keys() == whole.keys()


def short(folder, kernel, config, output, *settings, check=True):
    """Train for a few steps."""
    length = ["--training.max_steps", "6", "--training.eval_frequency", "3"]
    return kernel("train", config, "-o", output, *DATA, *length, *settings, cwd=folder, check=check)


def model_bytes(pipeline, *names):
    return [(pipeline / name / "model").read_bytes() for name in names]


def test_sourced_and_frozen_components_keep_their_weights(folder, trained, kernel, tmp_path):
    kernel("init", "config", "new.cfg", "-p", "ner", "--force", cwd=folder)
    text = (folder / "new.cfg").read_text()
    text = text.replace('pipeline = ["tok2vec", "ner"]', 'pipeline = ["tagger", "tok2vec", "ner"]')
    sourced = (
        f'[components.tagger]\nsource = "{trained}"\nreplace_listeners = ["model.tok2vec"]\n\n'
    )
    text = text.replace("[components.tok2vec]\n", f"{sourced}[components.tok2vec]\n", 1)
    (folder / "new.cfg").write_text(text)

    frozen = ["--training.frozen_components", '["tagger"]']
    short(folder, kernel, "new.cfg", tmp_path / "out", *TINY, *frozen)

    nlp, old = library.load(tmp_path / "out" / "model-last"), library.load(trained)
    words = "Greta Weber baked the cakes in Porto."
    assert [token.tag_ for token in nlp(words)] == [token.tag_ for token in old(words)]
    assert nlp.get_pipe("tagger").labels == old.get_pipe("tagger").labels


def test_component_after_a_frozen_shared_layer_learns_alone(folder, trained, kernel, tmp_path):
    text = (trained / "config.cfg").read_text()
    (folder / "continued.cfg").write_text(text)
    names = [name for name in ["tok2vec", *COMPONENTS] if name != "ner"]
    sources = [f"--components.{name}={json.dumps({'source': str(trained)})}" for name in names]
    frozen = ["--training.frozen_components", json.dumps(names)]
    # The settings of a sourced component are not in this config, so others cannot refer to them.
    width = ["--components.ner.model.tok2vec.width", "24"]
    short(folder, kernel, "continued.cfg", tmp_path / "out", *sources, *frozen, *width)

    after = tmp_path / "out" / "model-last"
    assert model_bytes(after, *names) == model_bytes(trained, *names)
    assert model_bytes(after, "ner") != model_bytes(trained, "ner")


def test_disabled_component_is_saved_and_not_run(folder, kernel, tmp_path):
    disabled = ["--nlp.disabled", '["parser", "textcat"]']
    short(folder, kernel, "all.cfg", tmp_path / "out", *TINY, *SMALL_ENOUGH, *disabled)

    nlp = library.load(tmp_path / "out" / "model-last")
    assert nlp.disabled == ["parser", "textcat"]
    doc = nlp("Omar paid a bill.")
    assert not doc.has_annotation("DEP")
    assert doc.has_annotation("TAG")


WITNESS = """
import kernel
from kernel.pipeline import Pipe
from thinc.api import Model

class Witness(Pipe):
    "Fails in training if it does not see the annotation of those before it."
    is_trainable = True

    def __init__(self, name):
        self.name = name
        self.model = Model("nothing", lambda model, X, is_train: (X, lambda dY: dY))

    def __call__(self, doc):
        return doc

    def initialize(self, get_examples, *, nlp=None):
        pass

    def finish_update(self, sgd):
        pass

    def update(self, examples, *, drop=0.0, sgd=None, losses=None):
        for example in examples:
            doc = example.predicted
            assert doc.has_annotation("SENT_START"), "no sentences"
            assert not doc.has_annotation("TAG"), "tags"
        return losses

@kernel.Language.factory("witness")
def make_witness(nlp, name: str):
    return Witness(name)
"""


def test_later_components_see_predictions_of_annotating_components(folder, kernel, tmp_path):
    (folder / "witness.py").write_text(WITNESS)
    kernel("init", "config", "seen.cfg", "-p", "tagger,senter", "--force", cwd=folder)
    text = (folder / "seen.cfg").read_text()
    text = text.replace('"senter"]', '"senter", "witness"]')
    (folder / "seen.cfg").write_text(f'{text}\n[components.witness]\nfactory = "witness"\n')

    code = ["--code", "witness.py"]
    annotating = ["--training.annotating_components", '["senter"]']
    short(folder, kernel, "seen.cfg", tmp_path / "out", *TINY, *code, *annotating)
    failed = short(folder, kernel, "seen.cfg", tmp_path / "no", *TINY, *code, check=False)

    assert "no sentences" in failed.stderr


def test_config_of_all_components_is_valid(folder, kernel):
    done = kernel("debug", "config", "all.cfg", *DATA, cwd=folder)
    assert done.stderr == "ok: all.cfg is valid\n"


def test_info_lists_the_labels_of_each_component(folder, trained, kernel):
    done = kernel("info", trained, "--json", "--exclude", "none", cwd=folder)
    info = json.loads(done.stdout)
    assert info["pipeline"] == ["tok2vec", *COMPONENTS]
    assert {"PERSON", "PLACE"} == set(info["labels"]["ner"])
    assert {"det", "nsubj", "ROOT"} <= set(info["labels"]["parser"])
    assert set(info["labels"]["textcat"]) == {"FOOD", "TRAVEL", "MONEY"}
