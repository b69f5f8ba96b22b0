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
    ],
)
def test_braces_are_expanded_as_in_a_shell(text, expanded):
    assert expand(text) == expanded
