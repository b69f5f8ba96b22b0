"""Generate a small treebank: texts with tags, features, lemmas, trees, entities and topics.

python examples/make_treebank.py DIR writes DIR/train.spacy and DIR/dev.spacy with all annotations,
and DIR/train.conllu and DIR/dev.conllu without topics. A sentence is a random tree with the words
of its topic: a subject, a verb, an object, and sometimes a place, a day or an adjective. A tenth
of the nouns and names occur only in the development set.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import evolve, field, frozen

import kernel
from kernel import Doc, DocBin

SIZES = {"train": 240, "dev": 60}

# For each topic its verbs, with base form and past tense, and its nouns.
TOPICS = {
    "FOOD": (
        "bake baked|roast roasted|taste tasted|serve served|peel peeled",
        "loaf cake onion soup pear dumpling oven spoon pan radish",
    ),
    "TRAVEL": (
        "board boarded|miss missed|reach reached|leave left|cross crossed",
        "train ferry tunnel bridge harbour airport ticket platform tram border",
    ),
    "MONEY": (
        "pay paid|owe owed|borrow borrowed|save saved|transfer transferred",
        "fee loan invoice coin wage deposit bill refund account debt",
    ),
}
ADJECTIVES = ["old", "small", "cold", "heavy", "strange", "second", "last", "wooden"]
PEOPLE = [
    "Ada Byron",
    "Omar",
    "Greta Weber",
    "Thandi",
    "Rafael Blom",
    "Linus",
    "Mina Okafor",
    "Yusuf",
    "Irena",
    "Tom Reed",
]
PLACES = [
    "Oslo",
    "Lima",
    "Cape Town",
    "Porto",
    "Rotterdam",
    "Kampala",
    "New York",
    "Tallinn",
    "Rome",
    "Hobart",
]
DAYS = ["yesterday", "today", "again", "early"]


@frozen(kw_only=True)
class Node:
    """A word of a tree, with its dependents to the left and to the right."""

    form: str
    lemma: str
    tag: str
    pos: str
    dep: str
    feats: str = ""
    entity: str = "O"
    left: list[Node] = field(factory=list)
    right: list[Node] = field(factory=list)


@frozen(kw_only=True)
class Row:
    """A word of a sentence; `head` is the index of its head, or its own index for the root."""

    node: Node
    head: int


def main() -> None:
    """Write the files and print their size."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    vocab = kernel.blank("en").vocab
    for name, size in SIZES.items():
        texts = list(make_texts(args.seed, name, size))
        sentences = [sentence for _, several in texts for sentence in several]
        conllu = "\n".join(map(to_conllu, sentences))
        (args.folder / f"{name}.conllu").write_text(conllu, encoding="utf8")
        docs = [to_doc(vocab, topic, several) for topic, several in texts]
        DocBin(docs=docs).to_disk(args.folder / f"{name}.spacy")
        print(f"{args.folder / name}: {len(docs)} texts, {sum(map(len, docs))} tokens")


def make_texts(seed: int, name: str, size: int) -> Iterator[tuple[str, list[list[Row]]]]:
    """Yield topic and sentences of each text; `name` is "train" or "dev"."""
    rng = random.Random(f"{seed} {name}")
    for _ in range(size):
        topic = rng.choice(list(TOPICS))
        n_sentences = rng.randint(1, 4)
        yield topic, [to_rows(sentence(rng, topic, name)) for _ in range(n_sentences)]


def sentence(rng: random.Random, topic: str, name: str) -> Node:
    """Return the root of a random sentence."""
    verbs, nouns = TOPICS[topic]
    base, past = rng.choice(verbs.split("|")).split()
    known = words_of(nouns.split(), name)
    subject = person(rng, name, "nsubj") if rng.random() < 0.6 else thing(rng, known, "nsubj")
    after = [thing(rng, known, "obj")]
    if rng.random() < 0.5:
        after.append(place(rng, name))
    if rng.random() < 0.3:
        day = rng.choice(DAYS)
        after.append(Node(form=day, lemma=day, tag="RB", pos="ADV", dep="advmod"))
    after.append(Node(form=".", lemma=".", tag=".", pos="PUNCT", dep="punct"))
    return Node(
        form=past,
        lemma=base,
        tag="VBD",
        pos="VERB",
        dep="ROOT",
        feats="Mood=Ind|Tense=Past|VerbForm=Fin",
        left=[subject],
        right=after,
    )


def thing(rng: random.Random, nouns: Sequence[str], dep: str) -> Node:
    """Return a noun, singular or plural, with its article and sometimes an adjective."""
    noun = rng.choice(nouns)
    is_plural = rng.random() < 0.4
    left = []
    if rng.random() < 0.4:
        adjective = rng.choice(ADJECTIVES)
        left.append(
            Node(
                form=adjective, lemma=adjective, tag="JJ", pos="ADJ", dep="amod", feats="Degree=Pos"
            )
        )
    form = plural(noun) if is_plural else noun
    is_definite = is_plural or rng.random() < 0.5
    left.insert(0, article(left[0].form if left else form, is_definite=is_definite))
    return Node(
        form=form,
        lemma=noun,
        tag="NNS" if is_plural else "NN",
        pos="NOUN",
        dep=dep,
        feats="Number=Plur" if is_plural else "Number=Sing",
        left=left,
    )


def article(before: str, *, is_definite: bool) -> Node:
    """Return the article that fits the word after it."""
    form = "the" if is_definite else "an" if before[0] in "aeiou" else "a"
    feats = f"Definite={'Def' if is_definite else 'Ind'}|PronType=Art"
    lemma = "the" if is_definite else "a"
    return Node(form=form, lemma=lemma, tag="DT", pos="DET", dep="det", feats=feats)


def person(rng: random.Random, name: str, dep: str) -> Node:
    """Return the name of a person; the first word is the head of the second."""
    return proper(rng.choice(words_of(PEOPLE, name)), dep, "PERSON")


def place(rng: random.Random, name: str) -> Node:
    """Return a place with its preposition."""
    preposition = Node(form="in", lemma="in", tag="IN", pos="ADP", dep="case")
    town = proper(rng.choice(words_of(PLACES, name)), "obl", "PLACE")
    return evolve(town, left=[preposition])


def proper(words: str, dep: str, label: str) -> Node:
    """Return a name of one or two words, an entity with this label."""
    first, *rest = [
        Node(
            form=word,
            lemma=word,
            tag="NNP",
            pos="PROPN",
            dep="flat",
            feats="Number=Sing",
            entity=f"I-{label}",
        )
        for word in words.split()
    ]
    return evolve(first, dep=dep, entity=f"B-{label}", right=rest)


def plural(noun: str) -> str:
    """Return the plural of one of the nouns above."""
    if noun == "loaf":
        return "loaves"
    return f"{noun}es" if noun.endswith(("s", "h")) else f"{noun}s"


def words_of(words: Sequence[str], name: str) -> Sequence[str]:
    """Return the words that "train" or "dev" may use; the last word occurs only in "dev"."""
    return words if name == "dev" else words[:-1]


def to_rows(root: Node) -> list[Row]:
    """Return the words of a tree in the order of the text."""
    nodes: list[Node] = []
    heads: dict[int, int] = {}

    def add(node: Node) -> int:
        children = [add(child) for child in node.left]
        here = len(nodes)
        nodes.append(node)
        children += [add(child) for child in node.right]
        heads.update(dict.fromkeys(children, here))
        return here

    add(root)
    return [Row(node=node, head=heads.get(i, i)) for i, node in enumerate(nodes)]


def has_space(sentence: Sequence[Row], end: int) -> bool:
    """Return whether a space follows the first `end` words: yes, except before a full stop."""
    return end == len(sentence) or sentence[end].node.form != "."


def to_conllu(sentence: Sequence[Row]) -> str:
    """Return a sentence in CoNLL-U, entities in the last column."""
    lines = []
    for number, row in enumerate(sentence, start=1):
        node, is_root = row.node, row.head == number - 1
        head = 0 if is_root else row.head + 1
        dep = "root" if is_root else node.dep
        feats = node.feats or "_"
        columns = [number, node.form, node.lemma, node.pos, node.tag, feats, head, dep]
        space = "" if has_space(sentence, number) else "|SpaceAfter=No"
        lines.append("\t".join([*map(str, columns), "_", f"name={node.entity}{space}"]))
    return "\n".join(lines) + "\n"


def to_doc(vocab: kernel.Vocab, topic: str, sentences: Sequence[Sequence[Row]]) -> Doc:
    """Return a text with all annotations; `cats` has 1 for its topic and 0 for the others."""
    rows = [row for sentence in sentences for row in sentence]
    starts = [len(sentence) for sentence in sentences]
    offsets = [sum(starts[:i]) for i, sentence in enumerate(sentences) for _ in sentence]
    doc = Doc(
        vocab,
        words=[row.node.form for row in rows],
        spaces=[
            has_space(sentence, i) for sentence in sentences for i in range(1, len(sentence) + 1)
        ],
        tags=[row.node.tag for row in rows],
        pos=[row.node.pos for row in rows],
        morphs=[row.node.feats for row in rows],
        lemmas=[row.node.lemma for row in rows],
        heads=[row.head + offset for row, offset in zip(rows, offsets, strict=True)],
        deps=[row.node.dep for row in rows],
        ents=[row.node.entity for row in rows],
    )
    doc.cats = {label: float(label == topic) for label in TOPICS}
    return doc


if __name__ == "__main__":
    main()
