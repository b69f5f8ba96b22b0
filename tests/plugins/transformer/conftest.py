import contextlib

import pytest

import kernel

# Unlike the test modules here, this one is also imported where these are not installed.
with contextlib.suppress(ImportError):
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    from kernel_plugin_transformer.model import transformer
    from kernel_plugin_transformer.span_getters import wordpiece_spans


@pytest.fixture(scope="session")
def nlp():
    return kernel.blank("en")


@pytest.fixture
def docs(nlp):
    texts = [
        "Anna lives in Berlin.",
        "",
        "the  city of Paris\n\nis new to Anna, isn't it?",
        "in " * 90,
        "Berlin",
    ]
    return [nlp.make_doc(text) for text in texts]


@pytest.fixture
def make_model(tiny_encoder):
    """A function that returns an initialized model of the tiny encoder, by default without dropout."""

    def make(get_spans=None, *, dropout=0.0, **settings):
        config = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout}
        config |= settings.pop("transformer_config", {})
        model = transformer(
            str(tiny_encoder), get_spans or wordpiece_spans(), transformer_config=config, **settings
        )
        model.initialize()
        return model

    return make


# ---- tokenizers of other kinds than the tiny encoder's, trained on a few texts

TEXTS = [
    "Anna lives in Berlin, doesn't she?  The city is new to her.",
    "naïve café 日本語の文 emoji 😀 👍🏽 and a link http://a.b/c?d=1234567890",
    "line\n\nbreaks\tand   spaces ... ½ ™ ﬁne İstanbul العربية",
]
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


def train(model, trainer, *, normalizer=None, pre_tokenizer, template="<s> $A </s>", **settings):
    tokenizer = Tokenizer(model)
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(
        TEXTS, trainer(special_tokens=SPECIAL, show_progress=False, **settings)
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        template, special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def byte_bpe():
    """As RoBERTa's: pieces are bytes, several of which may be parts of one character."""
    return train(
        models.BPE(),
        trainers.BpeTrainer,
        pre_tokenizer=pre_tokenizers.ByteLevel(add_prefix_space=False),
        vocab_size=320,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )


def unigram():
    """As XLM-RoBERTa's: the text is normalized, and spaces are parts of pieces."""
    return train(
        models.Unigram(),
        trainers.UnigramTrainer,
        normalizer=normalizers.NFKC(),
        pre_tokenizer=pre_tokenizers.Metaspace(),
        vocab_size=120,
        unk_token="<unk>",
    )


def word_piece():
    """As BERT's without capitals: accents and control characters are removed."""
    return train(
        models.WordPiece(unk_token="<unk>"),
        trainers.WordPieceTrainer,
        normalizer=normalizers.BertNormalizer(),
        pre_tokenizer=pre_tokenizers.BertPreTokenizer(),
        vocab_size=150,
    )


def without_special_pieces():
    return train(
        models.WordPiece(unk_token="<unk>"),
        trainers.WordPieceTrainer,
        pre_tokenizer=pre_tokenizers.Whitespace(),
        template="$A",
        vocab_size=150,
    )


@pytest.fixture(
    scope="session",
    params=[byte_bpe, unigram, word_piece, without_special_pieces],
    ids=lambda f: f.__name__,
)
def tokenizer(request):
    """A fast tokenizer, as transformers wraps it."""
    names = {name: f"<{name}>" for name in ("pad", "unk", "mask")}
    return PreTrainedTokenizerFast(
        tokenizer_object=request.param(),
        cls_token="<s>",
        sep_token="</s>",
        **{f"{name}_token": value for name, value in names.items()},
    )
