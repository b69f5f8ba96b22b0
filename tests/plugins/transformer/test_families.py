"""Encoders of other families than BERT."""

import numpy as np
import pytest
import transformers

from kernel.ops import load_weights
from kernel_plugin_transformer.model import shim_of, transformer
from kernel_plugin_transformer.span_getters import doc_spans, wordpiece_spans

SIZES = {
    "vocab_size": 220, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2,
    "intermediate_size": 48, "max_position_embeddings": 66, "pad_token_id": 0,
}  # fmt: skip
FAMILIES = {
    "Albert": {"embedding_size": 16},
    "DebertaV2": {"relative_attention": True, "pos_att_type": ["p2c", "c2p"]},
    "DistilBert": {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48},
    "Electra": {"embedding_size": 16},
    "MPNet": {},
    "ModernBert": {"global_attn_every_n_layers": 2, "cls_token_id": 2, "sep_token_id": 3, "bos_token_id": 2, "eos_token_id": 3},
    "Roberta": {},
}  # fmt: skip


@pytest.fixture(params=FAMILIES)
def folder(request, tiny_encoder, tmp_path):
    """The folder of a small encoder with the tokenizer of the tiny one."""
    config = getattr(transformers, f"{request.param}Config")
    model = getattr(transformers, f"{request.param}Model")
    transformers.set_seed(0)
    model(config(**{**SIZES, **FAMILIES[request.param]})).save_pretrained(tmp_path)
    transformers.AutoTokenizer.from_pretrained(tiny_encoder).save_pretrained(tmp_path)
    return tmp_path


def test_encoders_train_and_are_stored(folder, docs):
    model = transformer(str(folder), wordpiece_spans())
    model.initialize()
    module = shim_of(model).encoder.module
    expected = model.predict(docs).hidden
    assert expected.shape[1] == 32
    for budget in (40, 4096):
        shim_of(model).max_batch_items = budget
        np.testing.assert_allclose(model.predict(docs).hidden, expected, atol=1e-4)
        encoded, finish = model.begin_update(docs)
        finish(np.sin(encoded.hidden))
        gradients = [each.grad for each in module.parameters() if each.grad is not None]
        assert sum(gradient.abs().sum() for gradient in gradients) > 0
    copied = load_into(transformer("absent/encoder/folder", wordpiece_spans()), model)
    np.testing.assert_allclose(copied.predict(docs).hidden, expected, atol=1e-5)


def load_into(copied, model):
    load_weights(copied, model.to_bytes())
    return copied


def test_the_longest_span_can_be_read(folder, nlp):
    model = transformer(str(folder), doc_spans())
    model.initialize()
    docs = [nlp.make_doc("in Berlin " * 100)]
    encoded = model.predict(docs)
    assert encoded.span_lengths.tolist() == [64]
    assert encoded.cut_off.tolist() == [200 - 62]
