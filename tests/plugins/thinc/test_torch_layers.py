"""Thinc's wrappers of PyTorch, from a config: trained, saved, loaded, copied, in processes."""

import numpy as np
import pytest
from thinc.api import get_current_ops

import kernel
from kernel import Example, registry
from kernel.config import load_config_from_str
from kernel.errors import LoadError, PluginError, UnsupportedError
from kernel.ops import ThincWeights
from kernel.pipeline import get_lang_class

pytestmark = pytest.mark.needs("torch")
TAGS = [("the cat sat", ["D", "N", "V"]), ("a dog ran far", ["D", "N", "V", "A"])]
CONFIG = """
[nlp]
lang = "en"
pipeline = ["tagger"]

[components]

[components.tagger]
factory = "tagger"

[components.tagger.model]
@architectures = "kernel.Tagger.v2"

[components.tagger.model.tok2vec]
@layers = "chain.v1"

[components.tagger.model.tok2vec.*.embed]
@architectures = "kernel.MultiHashEmbed.v2"
width = 16
attrs = ["NORM"]
rows = [50]
include_static_vectors = false

[components.tagger.model.tok2vec.*.encode]
"""
FEED_FORWARD = """
@layers = "with_array.v1"

[components.tagger.model.tok2vec.*.encode.layer]
@layers = "{name}"

[components.tagger.model.tok2vec.*.encode.layer.{argument}]
@layers = "{module}"
width = 16
"""
RECURRENT = """
@layers = "with_padded.v1"

[components.tagger.model.tok2vec.*.encode.layer]
"""
LSTM = f"""
{RECURRENT}
@layers = "PyTorchLSTM.v1"
nO = 16
nI = 16
bi = true
"""
RNN = f"""
{RECURRENT}
@layers = "PyTorchRNNWrapper.v1"

[components.tagger.model.tok2vec.*.encode.layer.pytorch_model]
@layers = "test.gru.v1"
width = 16
"""


def feed_forward(name, module="test.feed_forward.v1"):
    argument = "torchscript_model" if "Script" in name else "pytorch_model"
    return FEED_FORWARD.format(name=name, argument=argument, module=module)


ENCODERS = {
    **{name: feed_forward(name) for name in (f"PyTorchWrapper.v{n}" for n in (1, 2, 3))},
    "TorchScriptWrapper.v1": feed_forward("TorchScriptWrapper.v1", "test.script.v1"),
    "PyTorchLSTM.v1": LSTM,
    "PyTorchRNNWrapper.v1": RNN,
}


@pytest.fixture(scope="module", autouse=True)
def modules():
    torch = pytest.importorskip("torch")

    @registry.layers("test.feed_forward.v1")
    def make_feed_forward(width: int):
        return torch.nn.Sequential(torch.nn.Linear(width, width), torch.nn.GELU())

    @registry.layers("test.script.v1")
    def make_script(width: int):
        return torch.jit.trace(make_feed_forward(width), torch.zeros(2, width))

    @registry.layers("test.gru.v1")
    def make_gru(width: int):
        return torch.nn.GRU(width, width)


def make_nlp(encoder, **settings):
    config = load_config_from_str(CONFIG + encoder)
    layer = config["components"]["tagger"]["model"]["tok2vec"]["*"]["encode"]["layer"]
    layer.update(settings)
    nlp = get_lang_class("en").from_config(config)
    return nlp, [Example.from_dict(nlp.make_doc(text), {"tags": tags}) for text, tags in TAGS]


def train(nlp, examples, steps=30):
    optimizer = nlp.initialize(lambda: examples)
    optimizer.learn_rate = 0.02
    return [nlp.update(examples, sgd=optimizer)["tagger"] for _ in range(steps)]


def tags_of(docs):
    return [[token.tag_ for token in doc] for doc in docs]


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
@pytest.mark.parametrize("name", ENCODERS)
def test_wrapped_module_is_trained_saved_loaded_and_copied(name, tmp_path):
    nlp, examples = make_nlp(ENCODERS[name])
    losses = train(nlp, examples)
    assert losses[-1] < 0.2 * losses[0]
    texts = [text for text, _ in TAGS]
    expected = tags_of(nlp.pipe(texts))
    assert expected == [tags for _, tags in TAGS]
    nlp.to_disk(tmp_path)
    loaded = kernel.load(tmp_path)
    weights = ThincWeights(nlp.get_pipe("tagger").model).named_arrays()
    assert any("/shims/0/" in name for name in weights)
    for key, array in ThincWeights(loaded.get_pipe("tagger").model).named_arrays().items():
        np.testing.assert_array_equal(array, weights[key])
    assert tags_of(loaded.pipe(texts)) == expected


def test_several_processes_predict_the_same():
    nlp, examples = make_nlp(ENCODERS["PyTorchLSTM.v1"])
    train(nlp, examples)
    texts = [text for text, _ in TAGS]
    found = tags_of(nlp.pipe(texts * 4, n_process=2, batch_size=2))
    assert found == tags_of(nlp.pipe(texts)) * 4


def test_module_of_another_size_is_refused(tmp_path):
    nlp, examples = make_nlp(ENCODERS["PyTorchLSTM.v1"])
    train(nlp, examples, steps=1)
    other, _ = make_nlp(ENCODERS["PyTorchLSTM.v1"], depth=2)
    with pytest.raises(LoadError, match=r"do not fit the `LSTM`: `\w+` is missing"):
        other.from_bytes(nlp.to_bytes())


@pytest.mark.parametrize("name", ["PyTorchWrapper.v2", "PyTorchWrapper.v3"])
def test_mixed_precision_predicts_on_the_cpu_and_is_refused_in_training(name):
    if get_current_ops().device_type == "gpu":
        pytest.skip("needs a CPU")
    plain, examples = make_nlp(ENCODERS[name])
    train(plain, examples)
    nlp, _ = make_nlp(ENCODERS[name], mixed_precision=True)
    nlp.from_bytes(plain.to_bytes(exclude=["config"]), exclude=["config"])
    texts = [text for text, _ in TAGS]
    assert tags_of(nlp.pipe(texts)) == tags_of(plain.pipe(texts))
    with pytest.raises(UnsupportedError, match="`mixed_precision` needs CUDA"):
        nlp.update(examples)


def test_wrappers_without_pytorch_say_what_to_install(monkeypatch):
    from thinc import compat

    monkeypatch.setattr(compat, "has_torch", False)
    for name in ENCODERS:
        with pytest.raises(PluginError, match=rf"`{name}` needs PyTorch"):
            registry.layers.get(name)()


def test_tensorflow_is_refused_with_the_reason():
    with pytest.raises(UnsupportedError, match=r"TensorFlow up to 2\.15"):
        registry.layers.get("TensorFlowWrapper.v1")(None)
