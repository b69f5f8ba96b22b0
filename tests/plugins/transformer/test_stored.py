import io

import numpy as np
import pytest
import torch
from safetensors.torch import load

from kernel.errors import LoadError
from kernel.files import pack, unpack
from kernel.ops import load_weights
from kernel_plugin_transformer.model import shim_of, transformer
from kernel_plugin_transformer.span_getters import wordpiece_spans


@pytest.fixture
def model(make_model):
    return make_model()


@pytest.fixture
def new():
    """A model without an encoder; its name cannot be found."""
    return transformer("absent/encoder/folder", wordpiece_spans())


def shim_bytes(model, **changes):
    fields = unpack(shim_of(model).to_bytes())
    return pack({**fields, **changes})


def archive(values):
    """`values` as an archive of `torch.save`, as older pipelines hold them."""
    file = io.BytesIO()
    torch.save(values, file)
    return file.getvalue()


def test_a_saved_encoder_loads_without_its_folder(model, new, docs):
    load_weights(new, model.to_bytes())
    np.testing.assert_array_equal(new.predict(docs).hidden, model.predict(docs).hidden)
    assert new.attrs["has_transformer"]
    assert new.get_dim("nO") == 32
    assert new.to_bytes() == model.to_bytes()


def test_an_encoder_replaces_another_one(model, tiny_encoder, docs):
    other = transformer(str(tiny_encoder), wordpiece_spans())
    other.initialize()
    with torch.no_grad():
        for weight in shim_of(other).encoder.module.parameters():
            weight.add_(0.1)
    assert np.abs(other.predict(docs).hidden - model.predict(docs).hidden).max() > 0.01
    load_weights(other, model.to_bytes())
    np.testing.assert_array_equal(other.predict(docs).hidden, model.predict(docs).hidden)


def test_weights_are_stored_as_safetensors_with_the_files_of_the_tokenizer(model):
    fields = unpack(shim_of(model).to_bytes())
    assert load(fields["state"]).keys() == shim_of(model).encoder.module.state_dict().keys()
    assert {"kwargs", "tokenizer.json", "tokenizer_config.json"} <= fields["tokenizer"].keys()
    assert fields["config"]["model_type"] == "bert"


def test_loading_draws_no_random_numbers(model, new):
    data = model.to_bytes()
    torch.manual_seed(0)
    expected = torch.rand(3)
    torch.manual_seed(0)
    new.from_bytes(data)
    assert torch.equal(torch.rand(3), expected)


def test_a_model_without_an_encoder_is_stored_without_one(new):
    copied = transformer("other", wordpiece_spans()).from_bytes(new.to_bytes())
    assert not shim_of(copied).is_loaded


def test_archives_of_torch_are_read(model, new, docs):
    state = shim_of(model).encoder.module.state_dict()
    # Older versions of transformers stored the numbers of positions too.
    state["embeddings.position_ids"] = torch.arange(64)[None]
    shim_of(new).from_bytes(shim_bytes(model, state=archive(state)))
    np.testing.assert_array_equal(new.predict(docs).hidden, model.predict(docs).hidden)


class Evil:
    def __reduce__(self):
        return print, ("code in a file was run",)


def test_code_in_an_archive_is_not_run(model, new, capsys):
    with pytest.raises(LoadError, match="the stored encoder cannot be loaded"):
        shim_of(new).from_bytes(shim_bytes(model, state=archive({"weight": Evil()})))
    assert "code" not in capsys.readouterr().out


def test_damaged_encoders_are_refused_and_nothing_is_changed(model, new):
    state = shim_of(model).encoder.module.state_dict()
    first = next(iter(state))
    small = {**state, first: state[first][:1]}
    infinite = {**state, first: state[first] / 0}
    config, tokenizer = (unpack(shim_of(model).to_bytes())[key] for key in ("config", "tokenizer"))
    damaged = {
        "is damaged": b"\xc1",
        "lacks": shim_bytes(model, state=archive({first: state[first]})),
        "has the unknown weights": shim_bytes(
            model, state=archive({**state, "other": state[first]})
        ),
        "size mismatch|Error\\(s\\) in loading": shim_bytes(model, state=archive(small)),
        "not finite": shim_bytes(model, state=archive(infinite)),
        "something else than a tensor": shim_bytes(model, state=archive({**state, first: 3})),
        "cannot be loaded": shim_bytes(model, state=b"PK" + b"\0" * 100),
        "the type 'nothing'": shim_bytes(model, config={**config, "model_type": "nothing"}),
        "the type 3": shim_bytes(model, config={**config, "model_type": 3}),
        "among the files": shim_bytes(model, tokenizer={**tokenizer, "../evil": b""}),
        "`tokenizer`": shim_bytes(model, tokenizer=3),
    }
    for message, data in damaged.items():
        with pytest.raises(LoadError, match=message):
            shim_of(new).from_bytes(data)
        assert not shim_of(new).is_loaded


def test_any_damaged_byte_is_read_or_refused(model):
    data = bytearray(shim_of(model).to_bytes())
    rng = np.random.default_rng(0)
    for place in rng.integers(len(data), size=60):
        damaged = bytes(data[:place]) + bytes([rng.integers(256)]) + bytes(data[place + 1 :])
        try:
            shim_of(transformer("x", wordpiece_spans())).from_bytes(damaged)
        except LoadError:
            continue
    with pytest.raises(LoadError):
        shim_of(model).from_bytes(bytes(data[:-1]))


def test_a_copy_has_weights_of_its_own(model, docs):
    copied = model.copy()
    before = copied.predict(docs).hidden.copy()
    with torch.no_grad():
        for weight in shim_of(model).encoder.module.parameters():
            weight.zero_()
    np.testing.assert_array_equal(copied.predict(docs).hidden, before)
