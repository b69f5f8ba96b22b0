import pytest

from kernel.errors import DataError
from kernel.text import NORM, ORTH
from kernel_plugin_lang.languages.classes import language_from_file

KLINGON = """
name = "tlhIngan Hol"
class = "Klingon"
stop_words = "'ej je"

[writing_system]
has_case = false

[tokenizer]
prefixes = ["«", "{BASE}"]
suffixes = ["{QUOTES}", '(?<=[{ALPHA}])~']
infixes = ["{HYPHENS}", "{INSIDE}"]
token_match = ['Q+!', 'H+!']
without_base_exceptions = "8) 8-) {y..z}."
apostrophes = true

[[tokenizer.exceptions]]
words = "jih. {a,b}c."

[[tokenizer.exceptions]]
norms = { "Q{1..2}." = "Qapla'", "{w,c}{.,}" = "{wa',wa',cha',cha'}" }
case = ["lower"]

[[tokenizer.exceptions]]
split = "da 'Hom=little"
case = ["capitalize", "upper"]

[[tokenizer.exceptions]]
doubled = "qab (ghu)yal(be)"
case = ["title"]

[tokenizer.lists.INSIDE]
words = "{ba,b}' + q"
case = ["upper"]
"""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "tlh.toml"


def rules_of(language):
    exceptions = language.Defaults.tokenizer_exceptions
    return {
        text: [(part[ORTH], part.get(NORM)) for part in parts] for text, parts in exceptions.items()
    }


def test_file_makes_a_language(file):
    file.write_text(KLINGON, encoding="utf8")
    language = language_from_file(file)

    assert (language.__name__, language.lang) == ("Klingon", "tlh")
    assert language.Defaults.stop_words == {"'ej", "je"}
    assert language.Defaults.writing_system == {
        "direction": "ltr",
        "has_case": False,
        "has_letters": True,
    }
    assert language.Defaults.infixes[-1] == r"(?:BA'|ba'|B'|b'|\+|Q|q)"
    nlp = language()
    assert nlp.vocab["Je"].is_stop
    assert [token.text for token in nlp("«bIr-tuj~ QQ! HH! Q! (8)")] == [
        *("«", "bIr", "-", "tuj", "~", "QQ!", "HH!", "Q!", "(", "8)")
    ]


def test_groups_of_special_cases(file):
    file.write_text(KLINGON, encoding="utf8")
    rules = rules_of(language_from_file(file))

    assert {"jih.", "ac.", "bc.", ":)", "’"} <= rules.keys()
    assert not {"8)", "8-)", "y.", "z."} & rules.keys()
    assert rules["Q2."] == [("Q2.", "Qapla'")]
    assert rules["q2."] == [("q2.", "Qapla'")]
    assert rules["w"] == [("w", "wa'")]
    assert rules["c."] == [("c.", "cha'")]
    assert rules["DA’HOM"] == [("DA", None), ("’HOM", "little")]
    assert rules["Da'Hom"] == [("Da", None), ("'Hom", "little")]
    assert rules["Qab-Qab"] == [("Qab-Qab", None)]
    assert {"ghuyal-yalbe", "Ghuyal-Yalbe"} <= rules.keys()


def test_file_with_a_byte_order_mark_and_other_line_ends(file):
    file.write_bytes(b"\xef\xbb\xbf" + KLINGON.replace("\n", "\r\n").encode())

    assert "Da'Hom" in language_from_file(file).Defaults.tokenizer_exceptions


def test_each_alternative_of_a_rule_is_anchored(file):
    file.write_text('name = "Klingon"\n[tokenizer]\nprefixes = ["a|b"]\nsuffixes = ["c|d"]')
    nlp = language_from_file(file)()

    assert [token.text for token in nlp("bxbcxd")] == ["b", "xbcx", "d"]


def test_place_in_a_table_of_a_list_of_tables(file):
    file.write_text(
        'name = "Klingon"\n[[tokenizer.exceptions]]\nwords = "a."\n[[tokenizer.exceptions]]\n'
        '[tokenizer.exceptions.norms]\nb = "c"\n"{d,e}." = "{f,g,h}"'
    )

    with pytest.raises(DataError, match=r"tlh.toml:7: `tokenizer.exceptions\[2\].norms"):
        language_from_file(file)


def test_name_of_a_file_is_a_code(tmp_path):
    file = tmp_path / "my language.toml"
    file.write_text(KLINGON, encoding="utf8")

    with pytest.raises(DataError, match="name of the file is not the code of a language"):
        language_from_file(file)


def test_language_without_any_base_exceptions(file):
    file.write_text(
        'name = "Klingon"\n[tokenizer]\nwithout_base_exceptions = true', encoding="utf8"
    )

    assert language_from_file(file).Defaults.tokenizer_exceptions == {}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "[writing",
            "[wrting",
            "tlh.toml:6: `wrting_system`: unknown key\nhint: did you mean `wri",
        ),
        ("false", '"no"', "tlh.toml:7: `writing_system.has_case`: expected true or false"),
        ("{HYPHENS}", "{HYPEN}s", r"tlh.toml:12: `tokenizer.infixes\[1\]`: no `{HYPEN}` inside"),
        ("(?<=", "(?<", r"tlh.toml:11: `tokenizer.suffixes\[2\]`: not a regular expression: unk"),
        ("(?<=", "[[a]](?<=", r"tlh.toml:11: `tokenizer.suffixes\[2\]`: ambiguous: .*nested set"),
        ("{BASE}", "{BAZE}", r"no `{BAZE}` as a rule\nhint: did you mean `{BASE}`"),
        ("{a,b}c", "{a, b}c", r"tlh.toml:18: `tokenizer.exceptions\[1\].words`: a brace is not"),
        ("8-)", "8-]", "tlh.toml:14: `tokenizer.without_base_exceptions`: '8-]' is not a base"),
        (
            "cha',cha'}",
            "cha'}",
            r"tlh.toml:21: `tokenizer.exceptions\[2\].*`: 4 words, but 3 norms",
        ),
        ('["lower"]', '["small"]', r"tlh.toml:22: `tokenizer.exceptions\[2\].case\[1\]`: expected"),
        ("split", "splits", r"tlh.toml:25: `tokenizer.exceptions\[3\].splits`: unknown key"),
        ('name = "tlhIngan Hol"', "", "the key `name` is missing"),
        ('"Klingon"', '"tlh-Hol"', "tlh.toml:3: `class`: 'tlh-Hol' cannot be the name of a class"),
        ("lists.INSIDE", "lists.Inside", "tlh.toml:32: `tokenizer.lists.Inside`: the name of a"),
        ("lists.INSIDE", "lists.ALPHA", "tlh.toml:32: `tokenizer.lists.ALPHA`: the name stands"),
        ("true", "True", "tlh.toml:15: not TOML: Invalid value"),
        ('"Klingon"', '"class"', "tlh.toml:3: `class`: 'class' cannot be the name of a class"),
        ("{a,b}c", "{1..999999}", r"tlh.toml:18: `tokenizer.exceptions\[1\].words`: more than 100"),
        ("da 'Hom", "{1..999} {1..999}", r"tlh.toml:25: `tokenizer.*split`: more than 100,000"),
        ("da 'Hom", "{da,} 'Hom", r"tlh.toml:25: `.*split`: one of the words of '{da,}' is empty"),
        ("(ghu)yal(be)", "(ghu)", r"tlh.toml:29: `.*doubled`: no word in '\(ghu\)' is repeated"),
        ("ba,b}' + q", '"', "tlh.toml:33: not TOML"),
        ("{ba,b}' + q", "", "tlh.toml:33: `tokenizer.lists.INSIDE.words`: expected at least one"),
        ("Q+!", "(?i)Q!", r"tlh.toml:13: `tokenizer.token_match\[1\]`: .*cannot have flags"),
        ("Q+!", r"(Q)\1!", r"tlh.toml:13: `tokenizer.token_match\[1\]`: .*references"),
        ("Q+!", "Q*", r"tlh.toml:13: `tokenizer.token_match\[1\]`: .*matches where nothing is"),
    ],
)
def test_mistakes_are_reported_with_their_place(file, old, new, message):
    file.write_text(KLINGON.replace(old, new, 1), encoding="utf8")

    with pytest.raises(DataError, match=message):
        language_from_file(file)
