import pytest

import kernel
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
