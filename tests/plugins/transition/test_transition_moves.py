import pytest
import srsly

from kernel.errors import LoadError
from kernel.random import Streams
from kernel_plugin_transition.learning import draw_max_moves
from kernel_plugin_transition.moves import Moves


def test_classes_are_ordered_by_action_then_frequency_then_label():
    moves = Moves(6, {"1": {"A": 3, "B": 7, "C": 7}, "5": {"": 1}, "4": {"": 1, "A": 3}})
    assert moves.classes == [(1, "C"), (1, "B"), (1, "A"), (4, "A"), (4, ""), (5, "")]


def test_added_labels_come_last_whatever_their_action():
    moves = Moves(3, {1: {"A": 2}, 2: {"": 1}})
    for label in ("Y", "X"):
        for action in (1, 2):
            assert moves.add(action, label)
    assert not moves.add(1, "Y")
    assert moves.classes == [(1, "A"), (2, ""), (1, "Y"), (2, "Y"), (1, "X"), (2, "X")]
    assert moves.labels[1] == {"A": 2, "Y": -1, "X": -2}


def test_bytes_bring_back_the_same_classes():
    moves = Moves(6, {1: {"A": 3, "ÄB": 3}, 5: {"": 1}})
    moves.add(1, "new")
    loaded = Moves(6)
    loaded.from_bytes(moves.to_bytes())
    assert loaded.classes == moves.classes
    assert loaded.labels == moves.labels


def test_bytes_have_the_documented_form():
    fields = srsly.msgpack_loads(Moves(6, {1: {"X": 1}, 4: {"": 1, "X": 1}, 5: {"": 1}}).to_bytes())
    assert fields["cfg"] == {"neg_key": None}
    assert fields["moves"] == '{"0":{},"1":{"X":1},"2":{},"3":{},"4":{"X":1,"":1},"5":{"":1}}'


def packed(moves):
    return srsly.msgpack_dumps({"moves": moves, "cfg": {"neg_key": None}})


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"\xff\x00junk", id="no-msgpack"),
        pytest.param(packed("{"), id="broken-json"),
        pytest.param(packed('{"1": {"X": "3"}}'), id="frequency-as-text"),
        pytest.param(srsly.msgpack_dumps({"cfg": {"neg_key": None}}), id="key-missing"),
        pytest.param(packed('{"9":{}}'), id="unknown-action"),
        pytest.param(packed('{"":{}}'), id="action-without-number"),
    ],
)
def test_damaged_bytes_are_a_load_error(data):
    with pytest.raises(LoadError, match=r"file of labels|transition system"):
        Moves(6).from_bytes(data)


def test_cut_size_is_drawn_around_the_setting_from_the_stream_in_use():
    with Streams(0).use("cut"):
        drawn = [draw_max_moves(100) for _ in range(300)]
    with Streams(0).use("cut"):
        assert [draw_max_moves(100) for _ in range(300)] == drawn
    assert 50 <= min(drawn) < 60
    assert 190 < max(drawn) <= 200


def test_cut_size_zero_never_cuts():
    assert draw_max_moves(0) > 10**9
