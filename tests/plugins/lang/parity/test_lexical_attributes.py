"""Lexical attributes of words are those that spaCy computes, in every language."""

import json
import os
import random
import re
import subprocess
from pathlib import Path

import pytest

import kernel
from kernel.registry import registry
from kernel_plugin_lang import data
from kernel_plugin_lang.languages.braces import expand
from kernel_plugin_lang.languages.file import read_language

FILES = {path.stem: path for path in sorted(Path(data.__path__[0]).glob("*.toml"))}
CODES = list(FILES)
ATTRIBUTES = (
    *("like_num", "is_stop", "norm_", "like_url", "is_currency", "lang_"),
    *("shape_", "prefix_", "suffix_", "lower_"),
)
CODE = f"""
import json, sys, spacy
from spacy.vocab import create_vocab
answers = {{}}
for lang, words in json.load(sys.stdin).items():
    vocab = create_vocab(lang, spacy.util.get_lang_class(lang).Defaults)
    lexemes = [vocab[word] for word in words]
    answers[lang] = [[getattr(lexeme, name) for name in {ATTRIBUTES}] for lexeme in lexemes]
json.dump(answers, sys.stdout)
"""
FIXED = """
10 10,000 10.5 1/2 1/2/3 +10 -10 ±10 ~10 --10 10% %10 10,5 ² ½ ٣ ३ १२ +1/2 1. .1 . , + / - %
€ $ US$ Rp RM USD eur EUR evro ’ ‘ “ ” … — £ 's 'S www.a.com a.com http://x x@y.z IV iv MMXX
10- 1-2 ke-2 1st 2nd 3rd 4th 1^2 10º 10ª 3em 10inci 10ኛ 12ይ 十三 二十一 三百二十 백만원 ABC Abc a
"""
# Number words that spaCy lists with a typing slip, so that it never finds them.
MISSED_BY_SPACY = {
    "bo": "བྱེ་བ་",
    "da": "femogfyrre",
    "ko": "다섯 여섯 여덟 아홉 스물 서른 마흔 예순 여든 아흔 하나",
    "ml": ("പൂജ്യം ഒന്ന് രണ്ട് മൂന്ന് നാല്‌ അഞ്ച് ആറ് ഏഴ് എട്ട് ഒന്‍പത് പത്ത് നാല്‍പത്‌ അന്‍പത് അറുപത് എഴുപത് എണ്‍പത് തൊണ്ണൂറ് നുറ് ആയിരം"),
    "ru": "xxviii",
    "tn": "borobedi",
    "yo": "ọgbọ̀n",
}
# What kernel computes in another way, as docs/differences.md says.
DIFFERENT = {
    "am": r".*\d.*ኛ.*",
    "az": r".*\d\D+n?c[iı]",
    "grc": r".*\d.*|.*[²].*",
    "ru": r".+%",
    "ti": r".*\d.*ይ.*",
    "yo": r".*\d.*[\u0300-\u0323].*",
    "tr": r".*\d\D+n?c[iı]",
}
N_MUTATIONS = 1000


@pytest.fixture(scope="module")
def answers():
    """What spaCy computes for some words, by language."""
    python = os.environ.get("KERNEL_SPACY_PYTHON")
    if python is None:
        pytest.skip("needs KERNEL_SPACY_PYTHON, the path of an interpreter with spaCy")
    words = {code: words_of(code) for code in CODES}
    done = subprocess.run(
        [python, "-c", CODE], input=json.dumps(words), capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    return {code: dict(zip(words[code], map(tuple, found[code]), strict=True)) for code in CODES}


def words_of(code):
    """Return number words and stop words of a language, and words similar to them."""
    missed = set(MISSED_BY_SPACY.get(code, "").split())
    pool = sorted(number_words_of(code) - missed)
    known = [*pool, *sorted(registry.languages.get(code).Defaults.stop_words - missed)]
    rng = random.Random(code)
    letters = sorted(set("".join(known)))
    changed = rng.choices(pool, k=N_MUTATIONS) + rng.choices(known, k=N_MUTATIONS)
    words = [*FIXED.split(), *known, *(mutated(rng, word, pool, letters) for word in changed)]
    different = re.compile(DIFFERENT.get(code, "(?!)"))
    return [word for word in dict.fromkeys(words) if word and not different.fullmatch(word)]


def number_words_of(code):
    table = read_language(FILES[code]).tables.get("numbers")
    listed = (*table.words, *table.ordinals, *table.currencies) if table else ("a", "b")
    return {word for pattern in listed for word in expand(pattern)}


def mutated(rng, word, pool, letters):
    place = rng.randrange(len(word) + 1)
    other = rng.choice(pool)
    digits = rng.choice(("1", "10", "21", "4,5", "1.000"))
    return rng.choice(
        (
            word.upper(),
            word.title(),
            rng.choice("+-±~#") + word,
            word[:place] + rng.choice(",.،٫º^/-%，。") + word[place:],
            word[:place] + rng.choice(letters) + word[place:],
            word[:place] + word[place + 1 :],
            word + other,
            f"{word}-{other}",
            digits + word,
            digits + word[-rng.randint(1, 3) :],
            digits + rng.choice("/^-:") + rng.choice(("2", word)),
            other + word[-rng.randint(1, 3) :],
        )
    )


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_attributes_equal_those_of_spacy(answers, code):
    vocab = kernel.blank(code).vocab
    ours = {
        word: tuple(getattr(vocab[word], name) for name in ATTRIBUTES) for word in answers[code]
    }

    assert ours == answers[code]


@pytest.mark.slow
@pytest.mark.parametrize("code", sorted(MISSED_BY_SPACY.keys() & FILES.keys()))
def test_listed_words_are_numbers(code):
    vocab = kernel.blank(code).vocab

    assert all(vocab[word].like_num for word in MISSED_BY_SPACY[code].split())
