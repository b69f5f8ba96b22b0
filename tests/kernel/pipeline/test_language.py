"""The pipeline for users: named components in order, which can be enabled and disabled."""

import errno

import pytest

import kernel
from kernel.errors import KernelError, RegistryError, UnknownLanguageError
from kernel.pipeline import Language, ignore_error


@pytest.fixture
def tag_first():
    """Register, once, components that write a trace to `doc.user_data`."""
    for name in ("trace_a", "trace_b", "trace_c"):
        if not kernel.registry.factories.has(name):
            _register(name)
    nlp = kernel.blank("en")
    nlp.add_pipe("trace_a")
    nlp.add_pipe("trace_b")
    return nlp


def _register(name):
    @Language.component(name)
    def trace(doc):
        doc.user_data.setdefault("trace", []).append(name)
        return doc


def trace_of(doc):
    return doc.user_data.get("trace", [])


def test_components_run_in_their_order(tag_first):
    assert trace_of(tag_first("some text")) == ["trace_a", "trace_b"]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        pytest.param({}, ["trace_a", "trace_b", "trace_c"], id="last-by-default"),
        pytest.param({"first": True}, ["trace_c", "trace_a", "trace_b"], id="first"),
        pytest.param({"before": "trace_b"}, ["trace_a", "trace_c", "trace_b"], id="before-a-name"),
        pytest.param({"after": "trace_a"}, ["trace_a", "trace_c", "trace_b"], id="after-a-name"),
        pytest.param({"before": 0}, ["trace_c", "trace_a", "trace_b"], id="before-an-index"),
    ],
)
def test_a_component_goes_where_it_is_put(tag_first, place, expected):
    tag_first.add_pipe("trace_c", **place)
    assert tag_first.pipe_names == expected


def test_two_places_at_once_are_refused(tag_first):
    with pytest.raises(KernelError, match="at most one of"):
        tag_first.add_pipe("trace_c", first=True, after="trace_a")


def test_a_name_is_taken_only_once(tag_first):
    with pytest.raises(KernelError, match="already has a component `trace_a`"):
        tag_first.add_pipe("trace_a")


def test_an_unknown_component_brings_the_nearest_name(tag_first):
    with pytest.raises(KernelError, match=r"did you mean `trace_[ab]`"):
        tag_first.get_pipe("trace_q")


@pytest.mark.parametrize(
    ("code", "hint"),
    [
        ("dee", "did you mean `de`?"),
        ("deu", "did you mean `de`?"),
        ("pt_BR", "did you mean `pt`?"),
        ("estonian", "there are: af, am, ar, "),
        ("qq", "there are: af, am, ar, "),
    ],
)
def test_an_unknown_language_is_an_error(code, hint):
    with pytest.raises(UnknownLanguageError, match=f"no language `{code}`") as caught:
        kernel.blank(code)
    assert hint in caught.value.hint


def test_an_unknown_factory_is_an_error():
    with pytest.raises(RegistryError, match="no `nre` in the registry `factories`"):
        kernel.blank("en").add_pipe("nre")


def test_a_disabled_component_is_kept_but_not_run(tag_first):
    tag_first.disable_pipe("trace_a")
    assert trace_of(tag_first("x")) == ["trace_b"]
    assert tag_first.component_names == ["trace_a", "trace_b"]
    tag_first.enable_pipe("trace_a")
    assert trace_of(tag_first("x")) == ["trace_a", "trace_b"]


def test_select_pipes_enables_only_what_it_disabled(tag_first):
    tag_first.disable_pipe("trace_b")
    with tag_first.select_pipes(enable=[]) as disabled:
        assert list(disabled) == ["trace_a"]
        assert tag_first.pipe_names == []
    assert tag_first.pipe_names == ["trace_a"]


@pytest.mark.parametrize(
    ("disable", "enable"),
    [
        pytest.param(["trace_a"], ["trace_a"], id="the same name in both"),
        pytest.param([], ["trace_a"], id="none to disable, but one is not enabled"),
        pytest.param(["trace_a"], [], id="none to enable, but one is not disabled"),
    ],
)
def test_select_pipes_refuses_lists_that_disagree(tag_first, disable, enable):
    with pytest.raises(KernelError, match="contradict each other"):
        tag_first.select_pipes(disable=disable, enable=enable)
    assert tag_first.pipe_names == ["trace_a", "trace_b"]


def test_component_that_was_removed_cannot_be_restored(tag_first):
    disabled = tag_first.select_pipes(disable=["trace_a"])
    tag_first.remove_pipe("trace_a")
    with pytest.raises(KernelError, match="no component `trace_a`"):
        disabled.restore()


def test_renaming_keeps_the_place_and_the_factory(tag_first):
    tag_first.rename_pipe("trace_a", "other")
    assert tag_first.pipe_names == ["other", "trace_b"]
    assert tag_first.pipe_factories["other"] == "trace_a"
    assert tag_first.config["components"]["other"]["factory"] == "trace_a"


def test_pipe_equals_single_calls(tag_first):
    texts = ["One text.", "", "And another, longer one!"]
    docs = list(tag_first.pipe(texts, batch_size=2))
    assert [doc.text for doc in docs] == texts
    assert [trace_of(doc) for doc in docs] == [["trace_a", "trace_b"]] * 3


def test_contexts_stay_with_their_texts(tag_first):
    pairs = [(f"text {i}", {"id": i}) for i in range(5)]
    out = list(tag_first.pipe(pairs, as_tuples=True, batch_size=2))
    assert [(doc.text, context["id"]) for doc, context in out] == [
        (f"text {i}", i) for i in range(5)
    ]


def test_a_failing_doc_is_left_out_if_the_handler_lets_it():
    if not kernel.registry.factories.has("fails_on_bad"):

        @Language.component("fails_on_bad")
        def fails_on_bad(doc):
            if "bad" in doc.text:
                raise ValueError("bad doc")
            return doc

    nlp = kernel.blank("en")
    nlp.add_pipe("fails_on_bad")
    with pytest.raises(ValueError, match="bad doc"):
        list(nlp.pipe(["good", "bad"]))
    nlp.set_error_handler(ignore_error)
    out = list(nlp.pipe([("good", 1), ("bad", 2), ("fine", 3)], as_tuples=True))
    assert [(doc.text, context) for doc, context in out] == [("good", 1), ("fine", 3)]


def test_a_component_that_returns_nothing_is_named():
    if not kernel.registry.factories.has("forgets_to_return"):

        @Language.component("forgets_to_return")
        def forgets_to_return(doc):
            doc.user_data["seen"] = True

    nlp = kernel.blank("en")
    nlp.add_pipe("forgets_to_return")
    with pytest.raises(KernelError, match="`forgets_to_return` returned a NoneType"):
        nlp("text")


def test_the_length_limit_is_opt_in():
    nlp = kernel.blank("xx")
    text = "a " * 600_000
    assert len(text) < nlp.max_length
    assert len(nlp(text)) == 600_000
    nlp.max_length = 10
    with pytest.raises(ValueError, match=r"`nlp\.max_length` is 10"):
        nlp("more than ten characters")


def test_a_blank_pipeline_survives_bytes_and_disk(tag_first, tmp_path):
    text = "She can't wait: it's $5.00!"
    tag_first.to_disk(tmp_path / "saved")
    loaded = kernel.load(tmp_path / "saved")
    assert loaded.pipe_names == ["trace_a", "trace_b"]
    assert [t.text for t in loaded(text)] == [t.text for t in tag_first(text)]
    assert loaded.to_bytes() == tag_first.to_bytes()
    again = kernel.blank("en").from_bytes(kernel.blank("en").to_bytes())
    assert [t.norm_ for t in again(text)] == [t.norm_ for t in tag_first(text)]


@pytest.mark.parametrize("reason", [(errno.ENOSPC, "disk full"), ("disk full",)])
def test_saving_over_a_pipeline_that_fails_keeps_the_old_one(
    tag_first, tmp_path, monkeypatch, reason
):
    tag_first.to_disk(tmp_path / "saved")

    def fail(*args, **kwargs):
        raise OSError(*reason)

    monkeypatch.setattr(tag_first.vocab, "to_disk", fail, raising=False)
    with pytest.raises(OSError, match="disk full") as caught:
        tag_first.to_disk(tmp_path / "saved")
    assert "None" not in str(caught.value)
    assert kernel.load(tmp_path / "saved").pipe_names == ["trace_a", "trace_b"]
    assert [path.name for path in tmp_path.iterdir()] == ["saved"]


@pytest.mark.parametrize("damage", ["truncate", "alter", "delete"])
def test_a_damaged_file_is_named(tag_first, tmp_path, damage):
    path = tmp_path / "saved"
    tag_first.to_disk(path)
    file = path / "tokenizer"
    data = file.read_bytes()
    if damage == "truncate":
        file.write_bytes(data[:-5])
    elif damage == "alter":
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    else:
        file.unlink()
    with pytest.raises(kernel.errors.LoadError, match="tokenizer"):
        kernel.load(path)


def test_meta_names_the_distributions_that_are_needed(tag_first):
    requires = tag_first.meta["requires"]
    assert set(requires) == {"kernel-nlp", "kernel-plugin-lang"}


def test_a_pipeline_names_missing_distributions(tag_first, tmp_path):
    import json

    path = tmp_path / "saved"
    tag_first.to_disk(path)
    meta = json.loads(path.joinpath("meta.json").read_text())
    meta["requires"]["kernel-plugin-telepathy"] = "1.2"
    path.joinpath("meta.json").write_text(json.dumps(meta))
    path.joinpath("manifest.json").unlink()
    with pytest.raises(
        kernel.errors.LoadError, match=r"kernel-plugin-telepathy 1\.2, not installed"
    ):
        kernel.load(path)


@pytest.mark.parametrize("when", ["saving", "loading"])
def test_parts_of_the_vocabulary_can_be_excluded(tmp_path, when):
    nlp = kernel.blank("xx")
    nlp.vocab.strings.add("rare")
    nlp.vocab.lookups.add_table("table", {"a": "b"})
    nlp.vocab.set_vector("rare", [1.0, 2.0])
    parts = ["strings", "lookups", "vectors"]
    saving, loading = (parts, []) if when == "saving" else ([], parts)
    data = nlp.to_bytes(exclude=saving)

    again = kernel.blank("xx").from_bytes(data, exclude=loading)

    assert _parts(again) == (False, False, False)
    assert _parts(kernel.blank("xx").from_bytes(nlp.to_bytes())) == (True, True, True)
    nlp.to_disk(tmp_path)
    assert _parts(kernel.load(tmp_path, exclude=parts)) == (False, False, False)
    assert _parts(kernel.load(tmp_path)) == (True, True, True)


def _parts(nlp):
    has_vector = nlp.vocab.has_vector("rare")
    return "rare" in nlp.vocab.strings, nlp.vocab.lookups.has_table("table"), has_vector
