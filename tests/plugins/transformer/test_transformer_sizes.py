"""The size of an encoder, as `kernel info` and `debug model` show it."""

import json
import re

import kernel


def test_saved_pipeline_tells_the_size_of_its_encoder(tiny_encoder, tmp_path):
    nlp = kernel.blank("en")
    nlp.add_pipe("transformer", config={"model": {"name": str(tiny_encoder)}})
    nlp.initialize()
    nlp.to_disk(tmp_path)
    sizes = json.loads((tmp_path / "meta.json").read_text())["weights"]["transformer"]
    module = nlp.get_pipe("transformer").model.layers[0].shims[0].encoder.module
    counted = sum(tensor.numel() for tensor in module.parameters())
    assert sizes == {
        "parameters": counted,
        "megabytes": round(4 * counted / 1e6, 1),
        "layers": 2,
        "width": 32,
    }


def test_debug_model_shows_the_tensors_of_an_encoder(run_kernel, tiny_encoder, tmp_path):
    path = tmp_path / "c.toml"
    run_kernel("init", "config", path, "-p", "transformer,tagger")
    name = ("--components.transformer.model.name", tiny_encoder)
    done = run_kernel("debug", "model", path, "transformer", *name, "-PAR")
    assert done.returncode == 0, done.stderr
    row = r"shims/0/encoder\.layer\.1\.output\.dense\.weight +32x64 float32"
    assert re.search(row, done.stdout)
    assert "update 3" in done.stdout
