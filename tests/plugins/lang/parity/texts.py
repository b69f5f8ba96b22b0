"""Texts on which two tokenizers of a language are compared."""

import random
from itertools import chain

N_TEXTS = 300
NUMBERS = (
    "1 2. 3, 10 12.5 1,000 1.000 1/2 10% 1990s 21st 50€ $5 +7 -8 ±9 3x4 10:30 12h 1ª 5º 2-3 10km "
    "15°C. 20m² 7th 1a b2 ٣٤ १२"
).split()
UNITS = "km m² cm³ kg mg h km/h hPa MB GB T % км кг كم".split()
MARKS = (
    "! ? . , ; : … .. ... -- --- – — ~ ' \" ” “ ` ‘ ’ « » „ ( ) [ ] { } < > / \\ | _ # * & @ % = + "
    "€ £ $ US$ § ° ™ 😀 👍 ， 。 । ؟ 、 「 」 · ¿ ¡"
).split()
# Words for rules that hardly any other text touches.
RARE = {
    "fr": (
        "anti-douleur aéro-club basses-cours co-président r'ouvrir entr'acte grand'mère vi-ce a-t-on "
        "Saint-Rémy-en-l'Eau Châlons-sur-Marne Aix-les-Bains Pré-aux-Clercs flic-flaquer prud'hommes "
        "black-outs zigzag zig-zag ch’tiisation L'Isle-d'Abeau États-unis passe‑partout yo–yoter"
    ),
}
JOINS = ["", "", "", "", "-", "-", "'", "’", ".", ",", "/", ":", "–", "--", "...", "\u00b7", "("]
SPACES = [" ", " ", " ", " ", " ", " ", "  ", "\n", "\t", " \u00a0", "\n\n"]
SPELLINGS = [str, str, str, str, str.lower, str.upper, str.capitalize, str.title]


def make_texts(language, exceptions, stop_words, sentences):
    """Return texts of words, special cases, numbers and signs, always the same for a language."""
    generator = random.Random(language)
    words = sorted(set(chain.from_iterable(map(str.split, sentences))))
    kinds = [
        *(sorted(exceptions), sorted(exceptions), sorted(stop_words), words, words),
        *(NUMBERS, UNITS, MARKS, MARKS, RARE.get(language, "").split()),
    ]
    kinds = [kind for kind in kinds if kind]

    def part():
        return generator.choice(SPELLINGS)(generator.choice(generator.choice(kinds)))

    def chunk():
        text = part()
        for _ in range(generator.choice([0, 0, 1, 1, 2, 3])):
            text += generator.choice(JOINS) + part()
        return text

    def text():
        n_chunks = generator.randint(1, 12)
        return "".join(chunk() + generator.choice(SPACES) for _ in range(n_chunks))

    return [text() for _ in range(N_TEXTS)]
