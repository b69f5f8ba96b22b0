"""Each segmenter gives the tokens, with all annotations, that it gives in spaCy."""

import os
import random

import pytest

DOCS = """
import json

def answer(argument):
    language, config, texts = argument
    nlp = spacy.blank(language, config=config)
    nlp.initialize()
    found = []
    for text in texts:
        doc = nlp(text)
        rows = [
            [token.text_with_ws, token.tag_, token.pos_, token.lemma_, token.norm_, str(token.morph)]
            for token in doc
        ]
        found.append([rows, doc.user_data])
    return json.loads(json.dumps(found))
"""
SENTENCES = {
    "zh": [
        "作为语言而言，为世界使用人数最多的语言。",
        "蒙特利尔是加拿大第二大城市，2021年人口 176 万。",
        "苹果公司正考虑用一亿英镑买下一家英国的初创公司",
    ],
    "ja": [
        "アップルがイギリスの新興企業を１０億ドルで購入を検討",
        "歩道を走る自動配達ロボ、静かだが速い。",
        "選挙管理委員会で勉強したり食べられなかったりした",
        "そんなように New York へ。",
    ],
    "ko": [
        "애플이 영국의 스타트업을 10억 달러에 인수하는 것을 알아보고 있다.",
        "샌프란시스코 시가 자동 배달 로봇의 보도 주행 금지를 검토 중이라고 합니다.",
    ],
    "vi": [
        "Đây là một văn  bản, ông Nguyễn Văn A ở TP. Hồ Chí Minh nói.",
        "Sinh viên học tập -> 3,14% ... Mr. Nam",
        "cà phê sữa đá",
    ],
    "th": [
        "ประเทศไทยมีประชากรประมาณ 66 ล้านคน",
        "วันนี้อากาศดีมาก ผมไปตลาดซื้อผัก",
        "เศรษฐกิจจะเติบโต 3.5% ในปีนี้",
    ],
}
ODD = [
    "  ",
    "\n",
    " \n ",
    "\t",
    "\u3000",
    "\xa0",
    "\u200b",
    "😀",
    "e\u0301",
    "3.14%",
    "=|,",
    "(",
    "」",
    "a@b.c",
    "https://a.b/c?d=e",
]


def make_texts(language):
    generator = random.Random(language)
    sentences = SENTENCES[language]

    def part():
        sentence = generator.choice(sentences)
        start = generator.randrange(len(sentence))
        return generator.choice([sentence[start : start + 6], sentence, generator.choice(ODD), " "])

    made = ["".join(part() for _ in range(generator.randint(1, 8))) for _ in range(200)]
    return [*sentences, "", " ", " a", "a ", *made]


def test_docs_are_equal(segmenter, make_nlp, ask_spacy, describe):
    if segmenter == "ko" and "MECAB_PATH" not in os.environ:
        pytest.skip("needs MECAB_PATH and MECABRC: the library and the dictionary of mecab-ko")
    nlp = make_nlp(segmenter)
    config = nlp.config.interpolate()
    settings = {key: each for key, each in config["nlp"]["tokenizer"].items() if key[0] != "@"}
    theirs = {
        "nlp": {"tokenizer": settings},
        "initialize": {"tokenizer": config["initialize"]["tokenizer"]},
    }
    texts = make_texts(nlp.lang)
    for text, expected in zip(texts, ask_spacy(DOCS, [nlp.lang, theirs, texts]), strict=True):
        docs = [describe(nlp(text)), expected]
        if segmenter == "ko":  # spaCy loses whitespace
            docs = list(map(without_whitespace, docs))
        if (
            segmenter == "ja-C"
        ):  # what spaCy says of tokens without parts depends on Sudachi's version
            docs = [rows for rows, _ in docs]
        assert docs[0] == docs[1], text


def without_whitespace(described):
    rows, data = described
    kept = [number for number, row in enumerate(rows) if row[2] != "SPACE"]
    tags = [data["full_tags"][number] for number in kept]
    return [[rows[number][0].strip(), *rows[number][1:4]] for number in kept], tags
