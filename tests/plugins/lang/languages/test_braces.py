import pytest

from kernel_plugin_lang.languages.braces import expand


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("Dr.", ["Dr."]),
        ("{a,p}.m.", ["a.m.", "p.m."]),
        ("{1..3}h", ["1h", "2h", "3h"]),
        ("{x..z}.", ["x.", "y.", "z."]),
        ("{a,b}{1,2}", ["a1", "a2", "b1", "b2"]),
        ("n{,o,{u,v}w}", ["n", "no", "nuw", "nvw"]),
        (":} {x} {y{a,b}", [":} {x} {ya", ":} {x} {yb"]),
        ("{}", ["{}"]),
        ("{08..10}h", ["08h", "09h", "10h"]),
        ("{१..३}", ["१", "२", "३"]),
        ("={ :{a", ["={ :{a"]),
    ],
)
def test_braces_are_expanded_as_in_a_shell(text, expanded):
    assert expand(text) == expanded


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{1..99999999}", "more than 100,000 words"),
        ("{1..999}{1..999}", "more than 100,000 words"),
        ("{3..1}", r"the range {3\.\.1} is empty"),
        ("a{b,c", "a brace is not closed"),
        ("{a," * 20 + "}" * 20, "nested too deeply"),
        ("{" * 100_000, "nested too deeply"),
    ],
)
def test_mistakes_in_braces(text, message):
    with pytest.raises(ValueError, match=message):
        expand(text)
