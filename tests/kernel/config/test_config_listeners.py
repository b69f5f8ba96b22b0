import pytest

import kernel
from kernel.config import find_problems


def problems_of(config):
    return [(problem.path, problem.message, problem.hint) for problem in find_problems(config)]


UPSTREAM = ("components", "ner", "model", "tok2vec", "upstream")


def test_listener_after_its_shared_component_has_no_problems(ner):
    assert find_problems(ner) == []
    ner["components"]["ner"]["model"]["tok2vec"]["upstream"] = "tok2vec"
    assert find_problems(ner) == []


@pytest.mark.parametrize(
    ("pipeline", "upstream"),
    [
        pytest.param(["ner"], "*", id="any, but there is none"),
        pytest.param(["ner", "tok2vec"], "*", id="any, but it comes later"),
        pytest.param(["ner"], "tok2vec", id="named, but not in the pipeline"),
    ],
)
def test_listener_without_a_shared_component_before_it_is_a_problem(ner, pipeline, upstream):
    ner["nlp"]["pipeline"] = pipeline
    ner["components"]["ner"]["model"]["tok2vec"]["upstream"] = upstream
    [(path, message, hint)] = problems_of(ner)
    assert path == UPSTREAM
    assert message.startswith("this layer listens to")
    assert "before `ner`" in message
    assert hint == "shared components before it: none"


def test_misspelled_name_of_a_shared_component_is_reported(ner):
    ner["components"]["ner"]["model"]["tok2vec"]["upstream"] = "tok2vce"
    [problem] = find_problems(ner)
    assert problem.path == UPSTREAM
    assert problem.suggestion == "tok2vec"
    assert problem.hint == "shared components before it: tok2vec"


def test_default_of_the_upstream_argument_is_checked(ner, register):
    @kernel.listens
    def read_acme(width: int, upstream: str = "acme"):
        return None

    register("architectures", "test.ReadAcme.v1", read_acme)
    ner["components"]["ner"]["model"]["tok2vec"] = {
        "@architectures": "test.ReadAcme.v1",
        "width": 96,
    }
    messages = [message for _, message, _ in problems_of(ner)]
    assert "this layer listens to `acme`, which does not share, or not before `ner`" in messages


def test_component_from_another_pipeline_may_share(ner):
    ner["components"]["tok2vec"] = {"source": "elsewhere"}
    assert [path for path, _, _ in problems_of(ner) if path == UPSTREAM] == []
