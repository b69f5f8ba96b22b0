"""What `kernel.ops.WeightNode` relies on in Thinc, and Thinc does not promise."""

import inspect

from thinc.api import Model

SLOTS = [
    "name",
    "id",
    "ops",
    "_func",
    "init",
    "_params",
    "_dims",
    "_attrs",
    "_refs",
    "_layers",
    "_shims",
    "_has_params",
]


def test_copies_take_over_all_slots_of_a_model():
    assert list(Model.__slots__) == SLOTS
    assert list(inspect.signature(Model._copy).parameters) == ["self", "seen"]


def test_ids_are_counted_under_a_lock():
    before = Model.global_id
    model = Model("counted", lambda model, X, is_train: (X, None))

    assert before < model.id <= Model.global_id
    with Model.global_id_lock:
        assert Model.global_id >= model.id
