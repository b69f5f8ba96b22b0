"""Functions of spaCy's modules that are registered, under the names that they have in Python."""

from __future__ import annotations

from typing import Any, Final

from kernel.registry import registry

_REGISTERED: Final = {
    "architectures": {
        "BiLSTMEncoder": "spacy.TorchBiLSTMEncoder.v1",
        "CharacterEmbed": "spacy.CharacterEmbed.v2",
        "MaxoutWindowEncoder": "spacy.MaxoutWindowEncoder.v2",
        "MishWindowEncoder": "spacy.MishWindowEncoder.v2",
        "MultiHashEmbed": "spacy.MultiHashEmbed.v2",
        "build_Tok2Vec_model": "spacy.Tok2Vec.v2",
        "build_bow_text_classifier": "spacy.TextCatBOW.v2",
        "build_bow_text_classifier_v3": "spacy.TextCatBOW.v3",
        "build_hash_embed_cnn_tok2vec": "spacy.HashEmbedCNN.v2",
        "build_reduce_text_classifier": "spacy.TextCatReduce.v1",
        "build_simple_cnn_text_classifier": "spacy.TextCatCNN.v2",
        "build_tagger_model": "spacy.Tagger.v2",
        "build_tb_parser_model": "spacy.TransitionBasedParser.v2",
        "build_text_classifier_lowdata": "spacy.TextCatLowData.v1",
        "build_text_classifier_v2": "spacy.TextCatEnsemble.v2",
        "build_textcat_parametric_attention_v1": "spacy.TextCatParametricAttention.v1",
        "create_pretrain_characters": "spacy.PretrainCharacters.v1",
        "create_pretrain_vectors": "spacy.PretrainVectors.v1",
        "tok2vec_listener_v1": "spacy.Tok2VecListener.v1",
    },
    "callbacks": {"create_copy_from_base_model": "spacy.copy_from_base_model.v1"},
    "factories": {
        "make_attribute_ruler": "attribute_ruler",
        "make_doc_cleaner": "doc_cleaner",
        "make_edit_tree_lemmatizer": "trainable_lemmatizer",
        "make_entity_ruler": "entity_ruler",
        "make_lemmatizer": "lemmatizer",
        "make_morphologizer": "morphologizer",
        "make_multilabel_textcat": "textcat_multilabel",
        "make_ner": "ner",
        "make_parser": "parser",
        "make_sentencizer": "sentencizer",
        "make_senter": "senter",
        "make_span_ruler": "span_ruler",
        "make_tagger": "tagger",
        "make_textcat": "textcat",
        "make_tok2vec": "tok2vec",
        "make_token_splitter": "token_splitter",
    },
    "layers": {
        "extract_ngrams": "spacy.extract_ngrams.v1",
    },
    "loggers": {"console_logger": "spacy.ConsoleLogger.v3"},
}
_PLACES: Final = {
    name: (kind, registered)
    for kind, names in _REGISTERED.items()
    for name, registered in names.items()
}

__all__ = list(_PLACES)


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    kind, registered = _PLACES[name]
    return getattr(registry, kind).get(registered)
