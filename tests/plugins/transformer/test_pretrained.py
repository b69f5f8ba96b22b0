import json
import shutil

import pytest
import safetensors.torch
import torch
from transformers import (
    AutoTokenizer,
    CanineTokenizer,
    RobertaConfig,
    RobertaModel,
    T5Config,
    T5Model,
)

from kernel.errors import ArgumentError, LoadError, UnsupportedError
from kernel_plugin_transformer.model import check_encoders, shim_of, transformer
from kernel_plugin_transformer.pieces import Characters, align, encode
from kernel_plugin_transformer.pretrained import check_name, load_encoder, max_pieces
from kernel_plugin_transformer.span_getters import doc_spans


@pytest.fixture
def folder(tiny_encoder, tmp_path):
    """A copy of the tiny encoder that can be changed."""
    return shutil.copytree(tiny_encoder, tmp_path / "encoder")


def test_a_name_that_is_not_available_offline_gives_one_message():
    with pytest.raises(ArgumentError) as caught:
        check_name("nobody/no-such-encoder", {})
    assert caught.value.message.startswith(
        "the encoder `nobody/no-such-encoder` is neither a folder nor in the cache"
    )
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("name", ["./absent", "/absent/encoder", "a/b/c"])
def test_a_path_is_never_looked_up_at_the_hub(name):
    with pytest.raises(ArgumentError, match=f"there is no folder `{name}`"):
        check_name(name, {})


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_a_folder_without_an_encoder_is_refused(folder, file):
    (folder / file).unlink()
    with pytest.raises(ArgumentError, match=f"has no encoder: it lacks `{file}`"):
        check_name(str(folder), {})


def test_damaged_weights_are_one_message(folder):
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(LoadError, match="cannot be loaded"):
        load_encoder(str(folder), {}, {})


def test_unknown_settings_are_refused(tiny_encoder):
    with pytest.raises(
        ArgumentError, match="`transformer_config` has the unknown setting `droput`"
    ):
        load_encoder(str(tiny_encoder), {}, {"droput": 0.5})
    with pytest.raises(
        ArgumentError, match="`tokenizer_config` has the unknown setting `use_slow`"
    ):
        load_encoder(str(tiny_encoder), {"use_slow": True}, {})
    with pytest.raises(ArgumentError, match="`use_fast` of `tokenizer_config`: expected true or"):
        load_encoder(str(tiny_encoder), {"use_fast": "x"}, {})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"trust_remote_code": True}, "has the setting `trust_remote_code`"),
        ({"torch_dtype": "float16"}, "has the setting `torch_dtype`"),
        ({"return_dict": False}, "has the setting `return_dict`"),
        # Transformers would add a third layer of random numbers, with a line in its log.
        ({"num_hidden_layers": 3}, r"lacks weights `encoder\.layer\.2\..*` and 15 more"),
        ({"max_position_embeddings": 32}, r"of shape \(64, 32\), expected \(32, 32\)"),
    ],
)
def test_settings_that_do_not_fit_the_encoder_are_refused(tiny_encoder, settings, message):
    with pytest.raises(ArgumentError, match=message):
        load_encoder(str(tiny_encoder), {}, settings)


def test_weights_of_another_kind_of_model_are_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "distilbert"}))
    with pytest.raises(ArgumentError, match=r"lacks weights `.*` and 31 more"):
        load_encoder(str(folder), {}, {})


def test_a_pooler_may_be_missing(folder):
    weights = safetensors.torch.load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if "pooler" not in name}
    safetensors.torch.save_file(kept, folder / "model.safetensors", {"format": "pt"})
    assert len(kept) == len(weights) - 2
    assert load_encoder(str(folder), {}, {}).width == 32


def test_an_encoder_without_room_for_words_is_refused(tiny_encoder):
    assert load_encoder(str(tiny_encoder), {"model_max_length": 3}, {}).reader().max_pieces == 3
    with pytest.raises(ArgumentError, match="reads 2 word pieces at once, of which its tokenizer"):
        load_encoder(str(tiny_encoder), {"model_max_length": 2}, {})


def test_a_slow_tokenizer_is_used_or_refused(tiny_encoder, nlp):
    with pytest.raises(ArgumentError, match=r"`use_fast = false` .* has no effect"):
        load_encoder(str(tiny_encoder), {"use_fast": False}, {})
    docs = [nlp.make_doc("Anna is naïve 😀")]
    pieces = encode(CanineTokenizer(), [docs[0].text])
    found = align(pieces.chars, Characters.of(docs))
    # One piece for each character; a space belongs to the token before it.
    assert found.lengths.tolist() == [5, 3, 6, 1]


def test_settings_have_an_effect(tiny_encoder):
    encoder = load_encoder(
        str(tiny_encoder),
        {"use_fast": True, "model_max_length": 20},
        {"output_attentions": True, "hidden_dropout_prob": 0.25},
    )
    assert encoder.reader().max_pieces == 20
    assert encoder.module.config.hidden_dropout_prob == 0.25
    assert encoder.module.config._attn_implementation == "eager"


def test_attention_is_torchs_own_function(tiny_encoder):
    encoder = load_encoder(str(tiny_encoder), {}, {})
    assert encoder.module.config._attn_implementation == "sdpa"


def test_weights_are_float32(folder):
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"dtype": "float16"}))
    encoder = load_encoder(str(folder), {}, {})
    assert {each.dtype for each in encoder.module.parameters()} == {torch.float32}


def test_roberta_has_two_positions_less_than_rows(tiny_encoder):
    config = RobertaConfig(
        vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1,
        intermediate_size=8, max_position_embeddings=34, pad_token_id=1,
    )  # fmt: skip
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    assert max_pieces(tokenizer, RobertaModel(config)) == 32
    tokenizer.model_max_length = 16
    assert max_pieces(tokenizer, RobertaModel(config)) == 16


def test_a_model_with_a_decoder_is_refused(folder):
    config = T5Config(vocab_size=60, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)
    T5Model(config).save_pretrained(folder)
    with pytest.raises(UnsupportedError, match="also has a decoder"):
        load_encoder(str(folder), {}, {})


def test_encoders_are_checked_before_the_corpus_is_read(nlp, tiny_encoder):
    class Component:
        model = transformer("absent/encoder/folder", doc_spans())

    class Pipeline:
        pipeline = (("trf", Component()), ("function", len))

    with pytest.raises(ArgumentError, match="component `trf`: there is no folder"):
        check_encoders(Pipeline())
    Component.model.attrs["name"] = str(tiny_encoder)
    check_encoders(Pipeline())
    assert not shim_of(Component.model).is_loaded
