"""Information about kernel, pipelines and labels."""

import pytest

import kernel
from kernel.errors import LoadError


def test_info_tells_of_the_installation_and_of_a_pipeline(tmp_path, capsys):
    kernel.blank("en").to_disk(tmp_path / "p")

    assert kernel.info()["kernel version"] == kernel.__version__
    assert kernel.info(str(tmp_path / "p"), exclude=["requires"])["lang"] == "en"
    assert capsys.readouterr().out == ""
    text = kernel.info(str(tmp_path / "p"), markdown=True, silent=False)
    assert "- **lang:** en" in text.splitlines()
    assert capsys.readouterr().out == f"{text}\n"


def test_info_lists_installed_pipelines_with_their_versions(distribution, run_python, tmp_path):
    distribution("acme-models", {"kernel_models": {"acme_sm": "acme:load"}})
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import kernel"

    assert run_python(f"{code}; print(kernel.info()['pipelines']['acme_sm'])") == "1.0\n"


@pytest.mark.parametrize(
    ("term", "meaning"),
    [
        ("NORP", "Nationalities or religious or political groups"),
        ("NN", "noun, singular or mass"),
        ("ADJ", "adjective"),
        ("nsubj", "nominal subject"),
        ("-LRB-", "left round bracket"),
    ],
)
def test_terms_are_explained(term, meaning):
    assert kernel.explain(term) == meaning


def test_an_unknown_term_brings_a_warning():
    with pytest.warns(UserWarning, match="no explanation of 'QQ'"):
        assert kernel.explain("QQ") is None


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b"[1]", b"{", b"\xff", b'{"a": ' + b"9" * 5000 + b"}"]
)
def test_info_names_a_damaged_file(tmp_path, data):
    tmp_path.joinpath("meta.json").write_bytes(data)
    with pytest.raises(LoadError, match=r"meta\.json"):
        kernel.info(str(tmp_path))
