"""From the tags of UniDic, which Sudachi assigns, to universal parts of speech."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Final

from kernel.text import symbols

# The tags with each part of speech.
_TAGS: Final = {
    "ADJ": "形状詞-一般 形状詞-タリ 形容詞-一般 形容詞-非自立可能",
    "ADP": "助詞-格助詞 助詞-係助詞 助詞-副助詞",
    "ADV": "副詞",
    "AUX": "形状詞-助動詞語幹 助動詞 接尾辞-形容詞的 動詞-非自立可能 名詞-助動詞語幹",
    "CCONJ": "接続詞",
    "DET": "連体詞",
    "INTJ": "感動詞-フィラー 感動詞-一般",
    "NOUN": """
        記号-一般 記号-文字 接頭辞
        接尾辞-名詞的-サ変可能 接尾辞-名詞的-一般 接尾辞-名詞的-助数詞 接尾辞-名詞的-副詞可能
        名詞-普通名詞-サ変可能 名詞-普通名詞-サ変形状詞可能 名詞-普通名詞-一般
        名詞-普通名詞-形状詞可能 名詞-普通名詞-助数詞可能 名詞-普通名詞-副詞可能
    """,
    "NUM": "名詞-数詞",
    "PART": "助詞-終助詞 接尾辞-形状詞的 接尾辞-動詞的",
    "PRON": "代名詞",
    "PROPN": """
        名詞-固有名詞-一般 名詞-固有名詞-人名-一般 名詞-固有名詞-人名-姓 名詞-固有名詞-人名-名
        名詞-固有名詞-地名-一般 名詞-固有名詞-地名-国 外国語
    """,
    "PUNCT": "補助記号-ＡＡ-顔文字 補助記号-括弧開 補助記号-括弧閉 補助記号-句点 補助記号-読点",
    "SCONJ": "助詞-準体助詞 助詞-接続助詞",
    "SPACE": "空白",
    "SYM": "補助記号-ＡＡ-一般 補助記号-一般 絵文字・記号等",
    "VERB": "動詞-一般",
}
_POS: Final = {tag: pos for pos, tags in _TAGS.items() for tag in tags.split()}

# Words with another part of speech than their tag has.
_OF_WORD: Final = {
    **{("空白", "\u3000"): "X", ("空白", " "): "SPACE", ("助詞-副助詞", "たり"): "PART"},
    **{("連体詞", word): "DET" for word in "あの かの この その どの 彼の 此の 其の".split()},
    **{("連体詞", word): "PRON" for word in "ある こんな そんな どんな あらゆる".split()},
}
# The parts of speech of two tokens with these tags; None is that of the tag.
_VERB: Final = "動詞-非自立可能"
_STEM: Final = "形状詞-助動詞語幹"
_ADVERBIAL: Final = "助詞-副助詞"
_OF_PAIR: Final[dict[tuple[str, str], tuple[str | None, str | None]]] = {
    ("形容詞-非自立可能", "助詞-終助詞"): ("AUX", None),
    ("名詞-普通名詞-形状詞可能", "助動詞"): ("ADJ", None),
    ("名詞-普通名詞-サ変可能", _VERB): ("VERB", "AUX"),
    ("名詞-普通名詞-サ変形状詞可能", _VERB): ("VERB", "AUX"),
    ("名詞-普通名詞-副詞可能", _VERB): (None, "VERB"),
    ("副詞", _VERB): (None, "VERB"),
    ("形容詞-一般", _VERB): (None, "VERB"),
    ("形容詞-非自立可能", _VERB): (None, "VERB"),
    ("接頭辞", _VERB): (None, "VERB"),
    ("助詞-係助詞", _VERB): (None, "VERB"),
    (_ADVERBIAL, _VERB): (None, "VERB"),
    ("助詞-格助詞", _VERB): (None, "VERB"),
    ("補助記号-読点", _VERB): (None, "VERB"),
    ("形容詞-一般", "接尾辞-名詞的-一般"): (None, "PART"),
    ("助詞-格助詞", _STEM): (None, "NOUN"),
    ("連体詞", _STEM): (None, "NOUN"),
    ("動詞-一般", _ADVERBIAL): (None, "PART"),
    (_VERB, _ADVERBIAL): (None, "PART"),
    ("助動詞", _ADVERBIAL): (None, "PART"),
}


def parts_of_speech(tokens: Sequence[str], tags: Sequence[str]) -> Iterator[str]:
    """Yield the part of speech of each token: of its word, of its pair of tags, or of its tag."""
    after: str | None = None
    for token, tag, next_tag in zip_longest(tokens, tags, tags[1:]):
        own = after or _OF_WORD.get((tag, token))
        first, second = (None, None) if own else _OF_PAIR.get((tag, next_tag), (None, None))
        yield own or first or _POS.get(tag, "X")
        after = second


def resolve_pos(orth: str, tag: str, next_tag: str | None) -> tuple[int, int | None]:
    """Return the parts of speech, as ids, of a token and of the next one.

    The second is None unless the pair of tags decides it.
    """
    first, _ = parts_of_speech((orth, ""), (tag, next_tag or ""))
    of_next = _OF_PAIR.get((tag, next_tag or ""), (None, None))[1]
    return symbols.POS_IDS[first], None if of_next is None else symbols.POS_IDS[of_next]
