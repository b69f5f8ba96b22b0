"""Components in all their architectures, small, for checks on a device."""

import functools

import numpy as np

from kernel.text import Doc, Example, Vectors

WORDS = ["Ada", "can", "leave", "Rome", ".", "It", "ends", "."]
ANNOTATION = {
    "tags": ["NNP", "MD", "VB", "NNP", ".", "PRP", "VBZ", "."],
    "pos": ["PROPN", "AUX", "VERB", "PROPN", "PUNCT", "PRON", "VERB", "PUNCT"],
    "morphs": ["Number=Sing", "Mood=Ind", "VerbForm=Inf", "Number=Sing", "", "Person=3", "", ""],
    "lemmas": ["Ada", "can", "leave", "Rome", ".", "it", "end", "."],
    "heads": [2, 2, 2, 2, 2, 6, 6, 6],
    "deps": ["nsubj", "aux", "ROOT", "dobj", "punct", "nsubj", "ROOT", "punct"],
    "ents": ["B-PERSON", "O", "O", "B-PLACE", "O", "O", "O", "O"],
    "sent_starts": [1, 0, 0, 0, 0, 1, 0, 0],
}


def make_examples(nlp):
    examples = []
    for person in ("Ada", "Grace", "Kurt"):
        for place in ("Rome", "Oslo", "Lima", "Bonn"):
            words = [person, *WORDS[1:3], place, *WORDS[4:]]
            gold = Doc(nlp.vocab, words=words, **ANNOTATION)
            gold.cats = {"near": float(place == "Rome"), "far": float(place != "Rome")}
            examples.append(Example(Doc(nlp.vocab, words=words), gold))
    return examples


def set_vectors(nlp, mode="default"):
    """Give the vocabulary vectors; some of the words have none."""
    rng = np.random.default_rng(0)
    if mode == "floret":
        settings = {"mode": "floret", "minn": 2, "maxn": 3, "hash_count": 2}
        data = rng.normal(size=(50, 10))
    else:
        settings, data = {"keys": WORDS[:7]}, rng.normal(size=(7, 10))
    nlp.vocab.vectors = Vectors(strings=nlp.vocab.strings, data=data.astype("float32"), **settings)


def add_tok2vec(nlp):
    nlp.add_pipe("tok2vec", config={"model": CNN})


set_floret = functools.partial(set_vectors, mode="floret")

CNN = {
    "@architectures": "kernel.HashEmbedCNN.v2",
    "pretrained_vectors": None,
    "width": 16,
    "depth": 2,
    "embed_size": 100,
    "window_size": 1,
    "maxout_pieces": 3,
    "subword_features": True,
}
HASHES = {
    "@architectures": "kernel.MultiHashEmbed.v2",
    "width": 16,
    "attrs": ["NORM", "PREFIX", "SHAPE"],
    "rows": [100, 50, 50],
    "include_static_vectors": False,
}
CHARACTERS = {
    "@architectures": "kernel.CharacterEmbed.v2",
    "width": 16,
    "rows": 50,
    "nM": 8,
    "nC": 4,
    "include_static_vectors": False,
}
MAXOUT = {
    "@architectures": "kernel.MaxoutWindowEncoder.v2",
    "width": 16,
    "window_size": 1,
    "maxout_pieces": 2,
    "depth": 1,
}
MISH = {
    "@architectures": "kernel.MishWindowEncoder.v2",
    "width": 16,
    "window_size": 1,
    "depth": 1,
}
BILSTM = {
    "@architectures": "kernel.TorchBiLSTMEncoder.v1",
    "width": 16,
    "depth": 1,
    "dropout": 0.0,
}
BOW = {
    "@architectures": "kernel.TextCatBOW.v3",
    "exclusive_classes": True,
    "length": 256,
    "ngram_size": 2,
    "no_output_layer": False,
}
OLD_BOW = {name: value for name, value in BOW.items() if name != "length"}
OLD_ENSEMBLE = {
    "@architectures": "kernel.TextCatEnsemble.v1",
    "exclusive_classes": True,
    "pretrained_vectors": None,
    "width": 16,
    "embed_size": 100,
    "conv_depth": 1,
    "window_size": 1,
    "ngram_size": 1,
    "dropout": 0.1,
}


def tagged(tok2vec):
    return {"model": {"@architectures": "kernel.Tagger.v2", "tok2vec": tok2vec}}


def embedded(embed, encode=MAXOUT):
    return tagged({"@architectures": "kernel.Tok2Vec.v2", "embed": embed, "encode": encode})


def parsed(state_type, **settings):
    model = {
        "@architectures": "kernel.TransitionBasedParser.v2",
        "state_type": state_type,
        "extra_state_tokens": False,
        "hidden_width": 16,
        "maxout_pieces": 2,
        "use_upper": True,
        "tok2vec": CNN,
    }
    return {"model": {**model, **settings}}


def categorized(architecture, **settings):
    return {"model": {"@architectures": f"kernel.{architecture}", **settings}}


def reduced(how):
    flags = {f"use_reduce_{each}": each == how for each in ("first", "last", "max", "mean")}
    return categorized("TextCatReduce.v1", exclusive_classes=True, tok2vec=CNN, **flags)


# Factory, settings, and what the pipeline needs before.
CASES = {
    "ner": ("ner", parsed("ner"), None),
    "ner-without-upper-layer": ("ner", parsed("ner", use_upper=False), None),
    "ner-one-piece": ("ner", parsed("ner", maxout_pieces=1), None),
    "ner-extra-tokens": ("ner", parsed("ner", extra_state_tokens=True), None),
    "parser": ("parser", {**parsed("parser"), "min_action_freq": 1}, None),
    "parser-learning-tokens": (
        "parser",
        {**parsed("parser"), "min_action_freq": 1, "learn_tokens": True},
        None,
    ),
    "tagger": ("tagger", tagged(CNN), None),
    "morphologizer": ("morphologizer", tagged(CNN), None),
    "senter": ("senter", tagged(CNN), None),
    "lemmatizer": ("trainable_lemmatizer", {**tagged(CNN), "min_tree_freq": 1}, None),
    "listener": (
        "tagger",
        tagged({"@architectures": "kernel.Tok2VecListener.v1", "width": 16, "upstream": "*"}),
        add_tok2vec,
    ),
    "multi-hash-embed": ("tagger", embedded(HASHES), None),
    "character-embed": ("tagger", embedded(CHARACTERS), None),
    "mish-encoder": ("tagger", embedded(HASHES, MISH), None),
    "static-vectors": (
        "tagger",
        embedded({**HASHES, "include_static_vectors": True}),
        set_vectors,
    ),
    "floret-vectors": ("tagger", embedded({**HASHES, "include_static_vectors": True}), set_floret),
    "characters-and-vectors": (
        "tagger",
        embedded({**CHARACTERS, "include_static_vectors": True}),
        set_vectors,
    ),
    "textcat": ("textcat", {}, None),
    "textcat-multilabel": ("textcat_multilabel", {}, None),
    "bow-v1": ("textcat", {"model": {**OLD_BOW, "@architectures": "kernel.TextCatBOW.v1"}}, None),
    "bow-v2": ("textcat", {"model": {**OLD_BOW, "@architectures": "kernel.TextCatBOW.v2"}}, None),
    "bow-v3": ("textcat", {"model": BOW}, None),
    "bow-multilabel": (
        "textcat_multilabel",
        {"model": {**BOW, "exclusive_classes": False}},
        None,
    ),
    "cnn-v1": ("textcat", categorized("TextCatCNN.v1", exclusive_classes=True, tok2vec=CNN), None),
    "cnn-v2": ("textcat", categorized("TextCatCNN.v2", exclusive_classes=True, tok2vec=CNN), None),
    "ensemble-v1": ("textcat", {"model": OLD_ENSEMBLE}, None),
    "ensemble-v1-vectors": (
        "textcat",
        {"model": {**OLD_ENSEMBLE, "pretrained_vectors": True}},
        set_vectors,
    ),
    "ensemble-v2": (
        "textcat",
        categorized("TextCatEnsemble.v2", tok2vec=CNN, linear_model=BOW),
        None,
    ),
    "low-data": ("textcat", categorized("TextCatLowData.v1", width=16, dropout=0.1), set_vectors),
    "parametric-attention": (
        "textcat",
        categorized("TextCatParametricAttention.v1", exclusive_classes=True, tok2vec=CNN),
        None,
    ),
    **{
        f"reduce-{how}": ("textcat", reduced(how), None) for how in ("first", "last", "max", "mean")
    },
}


def wrapped(layer, around="with_array.v1"):
    """A tagger with a layer that is made of a torch module."""
    encode = {"@layers": around, "layer": layer}
    return tagged({"@layers": "chain.v1", "*": {"embed": HASHES, "encode": encode}})


# Cases that need torch.
LSTM = {"@layers": "PyTorchLSTM.v1", "nO": 16, "nI": 16, "bi": True}
TORCH_CASES = {
    "bilstm-encoder": ("tagger", embedded(HASHES, BILSTM), None),
    "lstm": ("tagger", wrapped(LSTM, "with_padded.v1"), None),
    **{
        f"wrapper-v{version}": (
            "tagger",
            wrapped(
                {
                    "@layers": f"PyTorchWrapper.v{version}",
                    "pytorch_model": {"@layers": "test.device_linear.v1", "width": 16},
                }
            ),
            None,
        )
        for version in (1, 2, 3)
    },
}


def transformer_cases(encoder):
    """Return cases that need the transformer plugin; `encoder` is the folder of an encoder."""
    # A GPU draws other numbers for dropout than the CPU.
    off = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    reader = {
        "name": str(encoder),
        "get_spans": {"@span_getters": "kernel.wordpiece_spans.v1"},
        "tokenizer_config": {},
        "transformer_config": off,
    }
    shared = {"model": {"@architectures": "kernel.TransformerModel.v3", **reader}}

    def add_transformer(nlp):
        nlp.add_pipe("transformer", config=shared)

    def listener(pooling):
        return {
            "@architectures": "kernel.TransformerListener.v1",
            "grad_factor": 1.0,
            "pooling": {"@layers": pooling},
            "upstream": "*",
        }

    own = {
        "@architectures": "kernel.Tok2VecTransformer.v3",
        **reader,
        "pooling": {"@layers": "reduce_mean.v1"},
        "grad_factor": 1.0,
    }
    mean = listener("reduce_mean.v1")
    return {
        "tagger": ("tagger", tagged(mean), add_transformer),
        "max-pooling": ("tagger", tagged(listener("reduce_max.v1")), add_transformer),
        "ner": ("ner", parsed("ner", tok2vec=mean), add_transformer),
        "own-transformer": ("ner", parsed("ner", tok2vec=own), None),
    }
