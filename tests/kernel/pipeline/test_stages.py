"""Components in a pipeline: added, removed, renamed, each with its own settings."""

import warnings

import pytest

import kernel
from kernel.errors import ArgumentError, KernelError
from kernel.pipeline import Language, Pipe


class Ruler(Pipe):
    """A component with length 0, like a ruler without patterns."""

    def __init__(self, name, size):
        self.name = name
        self.size = size

    def __len__(self):
        return 0

    def __call__(self, doc):
        return doc


class Marker(Ruler):
    __len__ = None


@pytest.fixture(scope="module", autouse=True)
def factories():
    def make_ruler(nlp, name, size: int = 1):
        return Ruler(name, size)

    def make_marker(nlp, name, size: int = 7):
        return Marker(name, size)

    for name, make in (("empty_ruler", make_ruler), ("marker", make_marker)):
        Language.factory(name, func=make)


@pytest.fixture
def nlp():
    return kernel.blank("en")


def test_a_pipe_that_is_only_created_changes_no_component_of_the_pipeline(nlp):
    nlp.add_pipe("empty_ruler", "mine", config={"size": 3})

    made = nlp.create_pipe("marker", "mine", config={"size": 9})

    assert made.size == 9
    assert nlp.config["components"]["mine"] == {"factory": "empty_ruler", "size": 3}
    assert nlp.get_pipe("mine").size == 3


def test_an_empty_component_can_be_replaced(nlp):
    nlp.add_pipe("empty_ruler", "mine")
    nlp.add_pipe("marker", "other")
    nlp.disable_pipe("mine")

    nlp.replace_pipe("mine", "marker", config={"size": 4})

    assert nlp.component_names == ["mine", "other"]
    assert nlp.disabled == ["mine"]
    assert nlp.config["components"]["mine"] == {"factory": "marker", "size": 4}


def test_settings_and_switch_follow_a_renamed_component(nlp):
    nlp.add_pipe("empty_ruler", config={"size": 2})
    nlp.disable_pipe("empty_ruler")

    nlp.rename_pipe("empty_ruler", "mine")

    assert nlp.get_pipe("mine").name == "mine"
    assert nlp.disabled == ["mine"]
    assert nlp.get_pipe_config("mine") == {"factory": "empty_ruler", "size": 2}
    with pytest.raises(KernelError, match="no component `empty_ruler`"):
        nlp.get_pipe("empty_ruler")


def test_components_switched_off_for_a_block_come_back_under_a_new_name(nlp):
    nlp.add_pipe("empty_ruler")
    with nlp.select_pipes(disable="empty_ruler") as disabled:
        assert disabled == ["empty_ruler"]
        nlp.rename_pipe("empty_ruler", "mine")
    assert nlp.pipe_names == ["mine"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param({}, "give `disable` or `enable`", id="nothing"),
        pytest.param({"enable": "nobody"}, "no component `nobody`", id="unknown-enabled"),
        pytest.param({"disable": ["nobody"]}, "no component `nobody`", id="unknown-disabled"),
        pytest.param(
            {"enable": "marker", "disable": "marker"}, "contradict each other", id="contradiction"
        ),
    ],
)
def test_a_selection_that_cannot_be_meant_is_refused(nlp, arguments, message):
    nlp.add_pipe("empty_ruler")
    nlp.add_pipe("marker")
    with pytest.raises(KernelError, match=message):
        nlp.select_pipes(**arguments)
    assert nlp.pipe_names == ["empty_ruler", "marker"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        pytest.param({}, ["empty_ruler", "marker"], id="all"),
        pytest.param({"disable": "marker"}, ["empty_ruler"], id="one-disabled"),
        pytest.param({"disable": ["nobody"]}, ["empty_ruler", "marker"], id="unknown"),
        pytest.param({"enable": ["marker"]}, ["marker"], id="one-enabled"),
        pytest.param(
            {"enable": ["marker"], "disable": ["empty_ruler"]}, ["marker"], id="both-agree"
        ),
    ],
)
def test_components_can_be_selected_when_a_pipeline_is_created(nlp, arguments, expected):
    nlp.add_pipe("empty_ruler")
    nlp.add_pipe("marker")

    made = type(nlp).from_config(nlp.config, **arguments)

    assert made.pipe_names == expected
    assert made.component_names == ["empty_ruler", "marker"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"enable": "marker"}, r"`disable`, or `disabled` in \[nlp\], has it too"),
        ({"enable": ["empty_ruler"], "disable": ["empty_ruler"]}, "has 'empty_ruler', but"),
    ],
)
def test_what_is_disabled_cannot_be_enabled_too(nlp, arguments, message):
    nlp.add_pipe("empty_ruler")
    nlp.add_pipe("marker")
    nlp.disable_pipe("marker")

    with pytest.raises(ArgumentError, match=message):
        type(nlp).from_config(nlp.config, **arguments)
    made = type(nlp).from_config(nlp.config, enable=["empty_ruler"], disable="marker")
    assert made.pipe_names == ["empty_ruler"]


@pytest.mark.parametrize("place", [{"before": True}, {"after": False}, {"before": 2}])
def test_places_that_are_no_numbers_of_components_are_refused(nlp, place):
    nlp.add_pipe("empty_ruler")
    nlp.add_pipe("marker")
    with pytest.raises(ArgumentError, match="there is no component number"):
        nlp.add_pipe("marker", name="other", **place)


def test_a_component_from_elsewhere_is_checked_against_the_vectors_under_its_present_name(tmp_path):
    source = kernel.blank("en")
    source.vocab.set_vector("animal", [1.0, 2.0])
    source.add_pipe("marker")
    source.to_disk(tmp_path / "source")
    blocks = {name: {"source": str(tmp_path / "source"), "component": "marker"} for name in "ab"}
    nlp = kernel.blank("en", config={"nlp": {"pipeline": list("ab")}, "components": blocks})

    nlp.rename_pipe("a", "renamed")
    nlp.remove_pipe("b")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        nlp.initialize()

    about = [str(warning.message) for warning in caught if "other word vectors" in str(warning)]
    assert len(about) == 1
    assert "`renamed`" in about[0]
