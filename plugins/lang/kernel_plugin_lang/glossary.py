"""Short explanations of labels and tags."""

from __future__ import annotations

from typing import Final

_PARTS_OF_SPEECH: Final = """
ADJ adjective; ADP adposition; ADV adverb; AUX auxiliary; CCONJ coordinating conjunction
CONJ conjunction; DET determiner; EOL end of line; INTJ interjection; NOUN noun; NUM numeral
PART particle; PRON pronoun; PROPN proper noun; PUNCT punctuation
SCONJ subordinating conjunction; SPACE space; SYM symbol; VERB verb; X other
"""

_ENGLISH_TAGS: Final = """
. punctuation mark, sentence closer; , punctuation mark, comma; -LRB- left round bracket
-RRB- right round bracket; `` opening quotation mark; "" closing quotation mark
'' closing quotation mark; : punctuation mark, colon or ellipsis; $ symbol, currency
# symbol, number sign; ADD email; AFX affix; BES auxiliary "be"; CC conjunction, coordinating
CD cardinal number; DT determiner; EX existential there; FW foreign word; GW additional word
HVS forms of "have"; HYPH punctuation mark, hyphen
IN conjunction, subordinating or preposition; JJ adjective; JJR adjective, comparative
JJS adjective, superlative; LS list item marker; MD verb, modal auxiliary
NFP superfluous punctuation
NIL missing tag; NN noun, singular or mass; NNP noun, proper singular; NNPS noun, proper plural
NNS noun, plural; PDT predeterminer; POS possessive ending; PRP pronoun, personal
PRP$ pronoun, possessive; RB adverb; RBR adverb, comparative; RBS adverb, superlative
RP adverb, particle; SP space; _SP whitespace; SYM symbol; TO infinitival "to"; UH interjection
VB verb, base form; VBD verb, past tense; VBG verb, gerund or present participle
VBN verb, past participle; VBP verb, non-3rd person singular present
VBZ verb, 3rd person singular present; WDT wh-determiner; WP wh-pronoun, personal
WP$ wh-pronoun, possessive; WRB wh-adverb; XX unknown
"""

_DEPENDENCIES: Final = """
ROOT root; acl clausal modifier of noun (adjectival clause); acomp adjectival complement
advcl adverbial clause modifier; advmod adverbial modifier; agent agent
amod adjectival modifier; appos appositional modifier; attr attribute; aux auxiliary
auxpass auxiliary (passive); case case marking; cc coordinating conjunction
ccomp clausal complement; clf classifier; compound compound; conj conjunct; cop copula
csubj clausal subject; csubjpass clausal subject (passive); dative dative
dep unclassified dependent; det determiner; discourse discourse element
dislocated dislocated element; dobj direct object; expl expletive; fixed fixed multiword expression
flat flat multiword expression; goeswith goes with; intj interjection; iobj indirect object
list list; mark marker; meta meta modifier; neg negation modifier; nmod modifier of nominal
nn noun compound modifier; npadvmod noun phrase as adverbial modifier; nsubj nominal subject
nsubjpass nominal subject (passive); nummod numeric modifier; obj object; obl oblique nominal
oprd object predicate; orphan orphan; parataxis parataxis; pcomp complement of preposition
pobj object of preposition; poss possession modifier; preconj pre-correlative conjunction
predet predeterminer; prep prepositional modifier; prt particle; punct punctuation
quantmod modifier of quantifier; rcmod relative clause modifier; relcl relative clause modifier
reparandum overridden disfluency; root root; vocative vocative; xcomp open clausal complement
"""

_PHRASES: Final = """
NP noun phrase; PP prepositional phrase; VP verb phrase; ADVP adverb phrase; ADJP adjective phrase
SBAR subordinating conjunction; PRT particle; PNP prepositional noun phrase
"""

_ENTITIES: Final = """
PERSON People, including fictional; PER Named person or family
NORP Nationalities or religious or political groups
FAC Buildings, airports, highways, bridges, etc.; ORG Companies, agencies, institutions, etc.
GPE Countries, cities, states
LOC Non-GPE locations, mountain ranges, bodies of water
PRODUCT Objects, vehicles, foods, etc. (not services)
EVENT Named hurricanes, battles, wars, sports events, etc.
WORK_OF_ART Titles of books, songs, etc.; LAW Named documents made into laws
LANGUAGE Any named language
DATE Absolute or relative dates or periods; TIME Times smaller than a day
PERCENT Percentage, including "%"; MONEY Monetary values, including unit
QUANTITY Measurements, as of weight or distance; ORDINAL "first", "second", etc.
CARDINAL Numerals that do not fall under another type
MISC Miscellaneous entities, e.g. events, nationalities, products or works of art
"""


def glossary() -> dict[str, str]:
    """Return the meaning of each term.

    Where a part of speech and a tag share a name, the part of speech is explained.
    """
    known: dict[str, str] = {}
    for group in (_PARTS_OF_SPEECH, _ENGLISH_TAGS, _DEPENDENCIES, _PHRASES, _ENTITIES):
        for line in group.strip().splitlines():
            for entry in line.split("; "):
                term, _, meaning = entry.partition(" ")
                known.setdefault(term, meaning)
    return known
