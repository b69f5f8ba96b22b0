"""Train small pipelines, and write them and their predictions; runs with spaCy's Python.

    python spacy_pipelines.py train FOLDER [NAME ...]
    python spacy_pipelines.py predict FOLDER

For each pipeline, FOLDER has its folder NAME, and its predictions for `TEXTS` in NAME.json.
`predict` writes those of pipelines that are in FOLDER.
"""

import importlib
import itertools
import json
import random
import sys
from pathlib import Path

WIDTH = 16
WORDS = {
    "DET": ["the", "a", "every", "no"],
    "ADJ": ["small", "red", "quiet", "new"],
    "NOUN": ["cats", "cat", "houses", "house", "boats", "boat"],
    "VERB": ["sees", "saw", "buys", "bought", "left"],
    "PROPN": ["Anna", "Ben", "Paris", "London", "Acme"],
    "ADV": ["today", "slowly", "never"],
}
LEMMAS = {"cats": "cat", "houses": "house", "boats": "boat", "sees": "see", "saw": "see"}
LEMMAS |= {"buys": "buy", "bought": "buy", "left": "leave", "Paris": "Paris"}
PATTERNS = [
    ["PROPN", "VERB", "DET", "ADJ", "NOUN", "PUNCT"],
    ["DET", "NOUN", "VERB", "PROPN", "PROPN", "ADV", "PUNCT"],
    ["ADV", "PROPN", "VERB", "DET", "NOUN"],
]
TEXTS = [
    "Anna saw the red house.",
    "The quiet boats left Paris today. Ben never bought a cat!",
    "   Strange\n\nspaces , here ",
    "Acme sees every new customer; nobody left London Paris slowly.",
    "été 東京 🙂 naïve 1,000 don't",
    "word " * 60,
]


def sentence(rng):
    """Return words, tags, heads, labels and entities of a sentence."""
    tags = rng.choice(PATTERNS)
    words = ["." if tag == "PUNCT" else rng.choice(WORDS[tag]) for tag in tags]
    verb = tags.index("VERB")
    heads = [verb] * len(tags)
    for index, tag in enumerate(tags):
        if tag in ("DET", "ADJ"):
            heads[index] = next(j for j in range(index, len(tags)) if tags[j] == "NOUN")
        if tag == "PROPN" and index and tags[index - 1] == "PROPN":
            heads[index] = index - 1
    deps = ["ROOT" if head == index else tags[index].lower() for index, head in enumerate(heads)]
    ents = ["O"] * len(tags)
    for index, tag in enumerate(tags):
        if tag == "PROPN":
            label = "PLACE" if words[index] in ("Paris", "London") else "NAME"
            is_pair = index and tags[index - 1] == "PROPN" and ents[index - 1].endswith(label)
            ents[index] = ("I-" if is_pair else "B-") + label
    return words, tags, heads, deps, ents


def examples(library, nlp, n_examples):
    tokens = importlib.import_module(f"{library}.tokens")
    training = importlib.import_module(f"{library}.training")
    rng = random.Random(0)
    for _ in range(n_examples):
        parts = [sentence(rng) for _ in range(rng.randint(1, 3))]
        words, tags, heads, deps, ents = [], [], [], [], []
        for part in parts:
            heads += [head + len(words) for head in part[2]]
            words += part[0]
            tags += part[1]
            deps += part[3]
            ents += part[4]
        starts = itertools.accumulate((len(part[0]) for part in parts), initial=0)
        starts = set(starts)
        doc = tokens.Doc(
            nlp.vocab,
            words=words,
            tags=[f"{tag}-X" for tag in tags],
            pos=tags,
            morphs=["Number=Plur" if word.endswith("s") else "" for word in words],
            lemmas=[LEMMAS.get(word, word) for word in words],
            heads=heads,
            deps=deps,
            ents=ents,
            sent_starts=[index in starts for index in range(len(words))],
        )
        is_about_a = "Anna" in words or "Acme" in words
        doc.cats = {"a": float(is_about_a), "b": float(not is_about_a)}
        yield training.Example(tokens.Doc(nlp.vocab, words=words), doc)


def hash_embed_cnn(**settings):
    return {
        "@architectures": "spacy.HashEmbedCNN.v2",
        "width": WIDTH,
        "depth": 2,
        "embed_size": 60,
        "window_size": 1,
        "maxout_pieces": 2,
        "subword_features": True,
        "pretrained_vectors": None,
        **settings,
    }


def tok2vec(embed, encode):
    return {"@architectures": "spacy.Tok2Vec.v2", "embed": embed, "encode": encode}


def multi_hash_embed(attrs, vectors=False):
    return {
        "@architectures": "spacy.MultiHashEmbed.v2",
        "width": WIDTH,
        "attrs": attrs,
        "rows": [50 + 10 * number for number in range(len(attrs))],
        "include_static_vectors": vectors,
    }


def character_embed(vectors=False):
    return {
        "@architectures": "spacy.CharacterEmbed.v2",
        "width": WIDTH,
        "rows": 40,
        "nM": 8,
        "nC": 5,
        "include_static_vectors": vectors,
    }


def maxout(depth=2, window=1, version="v2"):
    return {
        "@architectures": f"spacy.MaxoutWindowEncoder.{version}",
        "width": WIDTH,
        "depth": depth,
        "window_size": window,
        "maxout_pieces": 3,
    }


def mish(depth=2):
    name = "spacy.MishWindowEncoder.v2"
    return {"@architectures": name, "width": WIDTH, "depth": depth, "window_size": 1}


LISTENER = {"@architectures": "spacy.Tok2VecListener.v1", "width": WIDTH, "upstream": "*"}
SHARED = {"model": tok2vec(multi_hash_embed(["NORM", "SUFFIX", "SHAPE", "SPACY"]), maxout())}


def tagger(layers, **settings):
    model = {"@architectures": "spacy.Tagger.v2", "tok2vec": layers, "nO": None, **settings}
    return {"model": model}


def parser(state_type, layers, **settings):
    return {
        "model": {
            "@architectures": "spacy.TransitionBasedParser.v2",
            "state_type": state_type,
            "extra_state_tokens": False,
            "hidden_width": 12,
            "maxout_pieces": 2,
            "use_upper": True,
            "nO": None,
            "tok2vec": layers,
            **settings,
        }
    }


def bow(version="v3", exclusive=True, output=True):
    model = {
        "@architectures": f"spacy.TextCatBOW.{version}",
        "exclusive_classes": exclusive,
        "ngram_size": 2,
        "no_output_layer": not output,
        "nO": None,
    }
    return {**model, "length": 1024} if version == "v3" else model


def cat(name, **settings):
    return {"model": {"@architectures": f"spacy.{name}", **settings}}


def reduced(exclusive, *ways):
    used = {f"use_reduce_{way}": way in ways for way in ("first", "last", "max", "mean")}
    return cat("TextCatReduce.v1", tok2vec=hash_embed_cnn(), exclusive_classes=exclusive, **used)


ENSEMBLE_V1 = {
    "width": WIDTH,
    "embed_size": 60,
    "ngram_size": 1,
    "window_size": 1,
    "conv_depth": 2,
    "dropout": None,
    "nO": None,
}

# Components with their settings, in order; a factory name may be followed by a number.
PIPELINES = {
    "all": {
        "tok2vec": SHARED,
        "tagger": tagger(LISTENER),
        "morphologizer": tagger(LISTENER),
        "parser": parser("parser", LISTENER),
        "trainable_lemmatizer": {**tagger(LISTENER), "min_tree_freq": 1, "top_k": 3},
        "ner": parser("ner", hash_embed_cnn()),
        "textcat": cat("TextCatEnsemble.v2", tok2vec=LISTENER, linear_model=bow()),
    },
    "senter": {"senter": tagger(hash_embed_cnn(subword_features=False, depth=1))},
    "characters": {"tagger": tagger(tok2vec(character_embed(), mish()))},
    "window": {"tagger": tagger(tok2vec(multi_hash_embed(["ORTH"]), maxout(1, 2)))},
    "normalized": {"tagger": tagger(hash_embed_cnn(), normalize=True)},
    "extra_state": {
        "parser": parser("parser", hash_embed_cnn(), extra_state_tokens=True, maxout_pieces=3),
        "ner": parser("ner", hash_embed_cnn(), extra_state_tokens=True),
    },
    "one_piece": {
        "parser": parser("parser", hash_embed_cnn(), maxout_pieces=1),
        "ner": parser("ner", hash_embed_cnn(), maxout_pieces=1, use_upper=False),
    },
    "no_upper": {
        "parser": parser("parser", hash_embed_cnn(), use_upper=False),
        "ner": parser("ner", hash_embed_cnn(), use_upper=False),
    },
    "vectors": {
        "tok2vec": {"model": tok2vec(multi_hash_embed(["NORM", "PREFIX"], True), maxout())},
        "tagger": tagger(LISTENER),
        "ner": parser("ner", tok2vec(character_embed(True), maxout())),
        "textcat": cat("TextCatEnsemble.v2", tok2vec=LISTENER, linear_model=bow(output=False)),
    },
    "floret": {
        "tok2vec": {"model": hash_embed_cnn(pretrained_vectors=True)},
        "tagger": tagger(LISTENER),
    },
    "bow": {"textcat": {"model": bow()}, "textcat_multilabel": {"model": bow(exclusive=False)}},
    "bow_v2": {
        "textcat": {"model": bow("v2", output=False)},
        "textcat_multilabel": {"model": bow("v2", exclusive=False)},
    },
    "bow_v1": {
        "textcat": {"model": bow("v1")},
        "textcat_multilabel": {"model": bow("v1", exclusive=False, output=False)},
    },
    "cnn": {
        "textcat": cat("TextCatCNN.v2", tok2vec=hash_embed_cnn(), exclusive_classes=True),
        "textcat_multilabel": cat(
            "TextCatCNN.v2", tok2vec=hash_embed_cnn(), exclusive_classes=False
        ),
    },
    "cnn_v1": {
        "textcat": cat("TextCatCNN.v1", tok2vec=hash_embed_cnn(), exclusive_classes=True),
        "textcat_multilabel": cat(
            "TextCatCNN.v1", tok2vec=hash_embed_cnn(), exclusive_classes=False
        ),
    },
    "reduce": {
        "textcat": reduced(True, "first", "last", "mean"),
        "textcat_multilabel": reduced(False, "max", "mean"),
    },
    "attention": {
        "textcat": cat(
            "TextCatParametricAttention.v1", tok2vec=hash_embed_cnn(), exclusive_classes=True
        ),
        "textcat_multilabel": cat(
            "TextCatParametricAttention.v1", tok2vec=hash_embed_cnn(), exclusive_classes=False
        ),
    },
    "ensemble": {
        "textcat": cat(
            "TextCatEnsemble.v2", tok2vec=hash_embed_cnn(), linear_model=bow("v2", output=False)
        ),
        "textcat_multilabel": cat(
            "TextCatEnsemble.v2", tok2vec=hash_embed_cnn(), linear_model=bow(exclusive=False)
        ),
    },
    "ensemble_v1": {
        "textcat": cat(
            "TextCatEnsemble.v1", exclusive_classes=True, pretrained_vectors=None, **ENSEMBLE_V1
        ),
        "textcat_multilabel": cat(
            "TextCatEnsemble.v1", exclusive_classes=False, pretrained_vectors=None, **ENSEMBLE_V1
        ),
    },
}


def first_versions(layers, architecture=None):
    """Return a layer, or a component, with the first versions of all architectures."""
    if isinstance(layers, dict):
        return {key: first_versions(value, key) for key, value in layers.items()}
    is_first = architecture == "@architectures" and "Listener" not in layers
    return layers.replace(".v2", ".v1") if is_first else layers


ONE_TABLE = tok2vec(multi_hash_embed(["NORM", "PREFIX"], True), maxout())
PIPELINES["first_versions"] = {
    "tagger": first_versions({"model": {**tagger(hash_embed_cnn())["model"]}}),
    "morphologizer": first_versions(tagger(tok2vec(character_embed(), mish()))),
    "parser": first_versions(parser("parser", ONE_TABLE)),
    "ner": first_versions(parser("ner", tok2vec(character_embed(True), maxout()))),
}


def add_vectors(library, nlp, name):
    import numpy as np

    vectors = importlib.import_module(f"{library}.vectors")
    rng = np.random.default_rng(0)
    if name == "floret":
        data = rng.normal(size=(40, 10)).astype("float32")
        settings = {"minn": 2, "maxn": 3, "hash_count": 2, "hash_seed": 7, "bow": "<", "eow": ">"}
        nlp.vocab.vectors = vectors.Vectors(
            strings=nlp.vocab.strings, mode="floret", data=data, name="small", **settings
        )
    if name in ("vectors", "first_versions"):
        for word in [word for words in WORDS.values() for word in words][::2]:
            nlp.vocab.set_vector(word, rng.normal(size=10).astype("float32"))


def train(name, n_steps=12, library="spacy"):
    """Return the pipeline `name`, trained by spaCy or by kernel."""
    util = importlib.import_module(f"{library}.util")
    util.fix_random_seed(0)
    nlp = importlib.import_module(library).blank("en")
    add_vectors(library, nlp, name)
    for component, settings in PIPELINES[name].items():
        nlp.add_pipe(component, config=settings)
    data = list(examples(library, nlp, 24))
    optimizer = nlp.initialize(lambda: data)
    optimizer.learn_rate = 0.02
    for batch in itertools.islice(itertools.cycle(util.minibatch(data, 8)), n_steps):
        nlp.update(batch, sgd=optimizer, drop=0.1)
    return nlp


def annotations(doc):
    """Return all annotations of a doc, of either library."""
    attrs = ["text", "tag_", "pos_", "lemma_", "dep_", "ent_type_", "ent_iob_", "is_sent_start"]
    tokens = [
        [*(getattr(token, attr) for attr in attrs), str(token.morph), token.head.i] for token in doc
    ]
    return {"tokens": tokens, "cats": {label: round(p, 4) for label, p in doc.cats.items()}}


def main():
    import spacy

    task, folder, *names = sys.argv[1:]
    folder = Path(folder)
    if task == "train":
        for name in names or PIPELINES:
            train(name).to_disk(folder / name)
    for path in [path for path in folder.iterdir() if path.is_dir()]:
        found = [annotations(doc) for doc in spacy.load(path).pipe(TEXTS)]
        path.with_suffix(".json").write_text(json.dumps(found), encoding="utf8")


if __name__ == "__main__":
    main()
