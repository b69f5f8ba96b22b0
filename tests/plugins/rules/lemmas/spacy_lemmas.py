"""Run by an interpreter with spaCy: reads words with tags from stdin, writes spaCy's lemmas."""

import json
import sys
import warnings

import spacy
from spacy.tokens import Doc

warnings.simplefilter("ignore")
found = {}
for lang, (words, pos, morphs, starts) in json.load(sys.stdin).items():
    nlp = spacy.blank(lang)
    lemmatizer = nlp.add_pipe("lemmatizer")
    lemmatizer.initialize()
    doc = lemmatizer(Doc(nlp.vocab, words=words, pos=pos, morphs=morphs, sent_starts=starts))
    found[lang] = [token.lemma_ for token in doc]
json.dump(found, sys.stdout)
