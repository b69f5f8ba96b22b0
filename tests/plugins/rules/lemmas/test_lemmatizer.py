"""The lemmatizer: modes, tables, what it writes, and what a subclass can add."""

import copy

import pytest

import kernel
from kernel.errors import ArgumentError, ConfigError, LoadError, RegistryError
from kernel.pipeline import Lemmatizer
from kernel.text import Doc, Example, Lookups


@pytest.fixture
def lookups():
    found = Lookups()
    found.add_table("lemma_lookup", {"coped": "cope", "geese": "goose", "saw": ["see", "saw"]})
    found.add_table("lemma_rules", {"verb": [["ing", ""], ["ing", "e"]], "noun": [["s", ""]]})
    found.add_table("lemma_exc", {"verb": {"went": ["go"]}})
    found.add_table("lemma_index", {"verb": ["cope", "cop"], "noun": ["cat"]})
    return found


@pytest.fixture
def lemmatizer(lookups):
    def make(mode="lookup", cls=Lemmatizer, **settings):
        made = cls(kernel.blank("xx").vocab, mode=mode, **settings)
        made.initialize(lookups=lookups)
        return made

    return make


def lemmas_of(lemmatizer, words, **annotations):
    doc = Doc(lemmatizer.vocab, words=words.split(), **annotations)
    return " ".join(token.lemma_ for token in lemmatizer(doc))


def test_lookup_gives_the_first_lemma_or_the_word(lemmatizer):
    assert lemmas_of(lemmatizer(), "Anna saw geese") == "Anna see goose"


@pytest.mark.parametrize(
    ("word", "pos", "lemma"),
    [
        pytest.param("coping", "VERB", "cope", id="the-last-known-result"),
        pytest.param("Zinging", "VERB", "zing", id="the-first-unknown-result"),
        pytest.param("Went", "VERB", "go", id="exception"),
        pytest.param("cats", "NOUN", "cat", id="another-part-of-speech"),
        pytest.param("s", "NOUN", "s", id="nothing-left"),
        pytest.param("Blue", "ADJ", "blue", id="no-rules"),
        pytest.param("Anna", "PROPN", "Anna", id="names-keep-case"),
        pytest.param("Rain", "NOUN", "Rain", id="no-rule-fits"),
    ],
)
def test_rules_of_the_part_of_speech_apply(lemmatizer, word, pos, lemma):
    assert lemmas_of(lemmatizer("rule"), word, pos=[pos]) == lemma


def test_rules_warn_of_missing_parts_of_speech(lemmatizer):
    with pytest.warns(UserWarning, match="tokens without a part of speech"):
        assert lemmas_of(lemmatizer("rule"), "Coping") == "coping"


@pytest.mark.parametrize(("overwrite", "expected"), [(False, "x cope"), (True, "cope cope")])
def test_lemmas_are_kept_unless_overwritten(lemmatizer, overwrite, expected):
    made = lemmatizer(overwrite=overwrite)
    assert lemmas_of(made, "coped coped", lemmas=["x", ""]) == expected


def test_batches_have_the_lemmas_of_single_docs(lemmatizer):
    made, other = lemmatizer("rule"), kernel.blank("xx").vocab
    texts = [("coping", "VERB"), ("coping", "NOUN"), ("", ""), ("cats", "NOUN"), ("went", "VERB")]
    docs = [
        Doc(vocab, words=text.split(), pos=[pos][: len(text)])
        for vocab in (made.vocab, other)
        for text, pos in texts
    ]
    found = [doc.to_json()["tokens"] for doc in made.pipe(docs, batch_size=3)]
    lemmas = [[token["lemma"] for token in tokens] for tokens in found]
    assert lemmas == [["cope"], ["coping"], [], ["cat"], ["go"]] * 2


def test_a_changed_table_is_noticed(lemmatizer):
    made = lemmatizer()
    assert lemmas_of(made, "mice") == "mice"
    made.lookups.get_table("lemma_lookup")["mice"] = "mouse"
    assert lemmas_of(made, "mice") == "mouse"
    made.lookups = Lookups()
    assert lemmas_of(made, "mice") == "mice"


def test_clearing_the_cache_finds_lemmas_again(lemmatizer):
    made = lemmatizer("rule")
    assert lemmas_of(made, "doing", pos=["VERB"]) == "do"
    made.lookups.get_table("lemma_exc")["verb"]["doing"] = ["does"]
    made.cache.clear()
    assert lemmas_of(made, "doing", pos=["VERB"]) == "does"


def test_missing_tables_are_named(lookups):
    made = Lemmatizer(kernel.blank("xx").vocab, mode="rule")
    with pytest.raises(ArgumentError, match="has no table `lemma_rules`, which its mode `rule`"):
        made(Doc(made.vocab, words=["a"]))
    lookups.remove_table("lemma_rules")
    with pytest.raises(ArgumentError, match="has no table `lemma_rules`"):
        made.initialize(lookups=lookups)
    with pytest.raises(RegistryError, match="mode `rule` of `lemmatizer`: no installed package"):
        made.initialize()


def test_unknown_mode_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"no mode 'lokup'\s+hint: .* has: lookup, rule"):
        kernel.blank("xx").add_pipe("lemmatizer", config={"mode": "lokup"})


class ByTag(Lemmatizer):
    calls = 0

    def tag_lemmatize(self, token):
        self.calls += 1
        return [f"{token.text}-{token.i}"]

    @Lemmatizer.depends_on("tag")
    def shared_lemmatize(self, token):
        self.calls += 1
        return [f"{token.text}-{token.tag_}"]

    @classmethod
    def get_lookups_config(cls, mode):
        return ["lemma_exc"], []


def test_mode_of_a_subclass_is_asked_for_each_token(lemmatizer):
    made = lemmatizer("tag", ByTag)
    assert lemmas_of(made, "a a") == "a-0 a-1"
    assert made.calls == 2


def test_mode_that_depends_on_columns_is_asked_once_for_each_value(lemmatizer):
    made = lemmatizer("shared", ByTag)
    assert lemmas_of(made, "a a a b", tags=["X", "Y", "X", "X"]) == "a-X a-Y a-X b-X"
    assert lemmas_of(made, "b a", tags=["X", "Z"]) == "b-X a-Z"
    assert made.calls == 4


def test_docs_that_fail_go_to_the_error_handler(lemmatizer):
    class Failing(Lemmatizer):
        def odd_lemmatize(self, token):
            if token.text == "bad":
                raise ValueError("bad word")
            return [token.text]

    made, failed = lemmatizer("odd", Failing), []
    docs = [Doc(made.vocab, words=[word]) for word in ("good", "bad", "fine")]
    with pytest.raises(ValueError, match="bad word"):
        list(made.pipe(docs))
    made.set_error_handler(lambda name, component, docs, error: failed.extend(docs))
    assert list(made.pipe(docs)) == [docs[0], docs[2]]
    assert failed == [docs[1]]


def test_subclass_with_its_own_call_is_called_for_each_doc(lemmatizer):
    class Marking(Lemmatizer):
        def __call__(self, doc):
            doc.user_data["seen"] = True
            return super().__call__(doc)

    (doc,) = lemmatizer(cls=Marking).pipe([Doc(kernel.blank("xx").vocab, words=["coped"])])
    assert doc.user_data["seen"]
    assert doc[0].lemma_ == "cope"


def test_saved_tables_are_loaded_again(lemmatizer, tmp_path):
    made = lemmatizer("rule")
    made.to_disk(tmp_path / "it")
    assert [path.name for path in tmp_path.rglob("*.bin")] == ["lookups.bin"]
    blank = Lemmatizer(made.vocab, mode="rule")
    for loaded in (
        Lemmatizer(made.vocab, mode="rule").from_disk(tmp_path / "it"),
        Lemmatizer(made.vocab, mode="rule").from_bytes(made.to_bytes()),
        copy.deepcopy(made),
    ):
        assert lemmas_of(loaded, "coping", pos=["VERB"]) == "cope"
        assert loaded.to_bytes() == made.to_bytes()
    with pytest.raises(LoadError, match=r"lookups`: no table `lemma_rules`, which the mode `rule`"):
        blank.from_disk(tmp_path)


def test_damaged_tables_name_their_file(lemmatizer, tmp_path):
    made = lemmatizer()
    made.to_disk(tmp_path)
    tmp_path.joinpath("lookups", "lookups.bin").write_bytes(b"\x81")
    with pytest.raises(LoadError, match=r"lookups\.bin"):
        made.from_disk(tmp_path)


def test_lemmas_are_scored():
    nlp = kernel.blank("xx")
    made = nlp.add_pipe("lemmatizer")
    table = Lookups()
    table.add_table("lemma_lookup", {"geese": "goose"})
    made.initialize(lookups=table)
    doc = nlp.make_doc("geese swam")
    assert nlp.evaluate([Example.from_dict(doc, {"lemmas": ["goose", "swim"]})])["lemma_acc"] == 0.5


@pytest.mark.parametrize("value", [3, [3], {"goose": 1}])
def test_lookup_of_something_else_than_a_string_is_refused(lemmatizer, lookups, value):
    lookups.get_table("lemma_lookup")["geese"] = value
    with pytest.raises(ArgumentError, match="table `lemma_lookup` is damaged: for 'geese'"):
        lemmas_of(lemmatizer(), "geese")


@pytest.mark.parametrize("value", ["", [], None])
def test_lookup_without_a_lemma_gives_the_word(lemmatizer, lookups, value):
    lookups.get_table("lemma_lookup")["geese"] = value
    assert lemmas_of(lemmatizer(), "geese") == "geese"


def test_exception_may_be_one_lemma(lemmatizer, lookups):
    lookups.get_table("lemma_exc")["verb"]["was"] = "be"
    assert lemmas_of(lemmatizer("rule"), "was", pos=["VERB"]) == "be"


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ("lemma_rules", "s"),
        ("lemma_rules", [["s"]]),
        ("lemma_rules", ["ss"]),
        ("lemma_rules", [["s", 3]]),
        ("lemma_exc", ["cats"]),
        ("lemma_exc", {"cats": 3}),
        ("lemma_index", "cat"),
        ("lemma_index", [["cat"]]),
    ],
)
def test_damaged_rules_name_table_and_part_of_speech(lemmatizer, lookups, table, value):
    lookups.get_table(table)["noun"] = value
    with pytest.raises(ArgumentError, match=f"table `{table}` is damaged: for 'noun', expected"):
        lemmas_of(lemmatizer("rule"), "cats", pos=["NOUN"])


def test_tables_that_are_not_lookups_are_refused(lemmatizer):
    with pytest.raises(ArgumentError, match="expected Lookups, got dict"):
        lemmatizer().initialize(lookups={"lemma_lookup": {"geese": "goose"}})


@pytest.mark.parametrize("result", ["goose", [], None])
def test_mode_that_returns_no_list_of_lemmas_is_refused(lemmatizer, result):
    class Odd(Lemmatizer):
        def odd_lemmatize(self, token):
            return result

    with pytest.raises(ArgumentError, match=r"`odd_lemmatize` returned .* for 'geese', expected"):
        lemmas_of(lemmatizer("odd", Odd), "geese")
