"""The two encoders that tests share."""

import pytest
from transformers import AutoModel, AutoTokenizer


@pytest.mark.parametrize(
    ("name", "n_layers", "width", "room"),
    [("tiny_encoder", 2, 32, 64), ("real_encoder", 6, 384, 512)],
)
def test_encoder_loads_without_a_network(name, n_layers, width, room, request):
    folder = request.getfixturevalue(name)
    model = AutoModel.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    found = tokenizer("Anna lives in Berlin.", return_tensors="pt", return_offsets_mapping=True)
    assert found.pop("offset_mapping").shape[2] == 2
    assert model(**found).last_hidden_state.shape == (1, found["input_ids"].shape[1], width)
    assert (model.config.num_hidden_layers, tokenizer.model_max_length) == (n_layers, room)


def test_tiny_encoder_splits_words_into_known_pieces(tiny_encoder):
    tokenizer = AutoTokenizer.from_pretrained(tiny_encoder)
    pieces = tokenizer.convert_ids_to_tokens(tokenizer("the Berliner lives").input_ids)
    assert pieces == ["[CLS]", "the", "Berlin", "##er", "lives", "[SEP]"]
