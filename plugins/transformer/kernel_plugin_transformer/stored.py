"""Encoders as bytes: the configuration, the tokenizer's files and the weights.

The layout is that of spacy-transformers, whose pipelines can be read. It stored weights with
`torch.save`; here they are written as safetensors, from which no code can run.
"""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from kernel.errors import LoadError
from kernel.files import check_type, pack, unpack
from kernel_plugin_transformer.gradients import RandomState
from kernel_plugin_transformer.pretrained import Encoder, attention, checked, loading, quiet

_WHAT: Final = "the stored encoder"
_FORMAT: Final = {
    "config": dict[str, Any],
    "state": bytes,
    "tokenizer": dict[str, Any],
    "_init_tokenizer_config": dict[str, Any],
    "_init_transformer_config": dict[str, Any],
}
_SETTINGS: Final = "kwargs"
# Archives of `torch.save` are zip files.
_ZIP: Final = b"PK"


@frozen(eq=False)
class StoredEncoder:
    """An encoder, or None, and the settings with which it is or was loaded."""

    encoder: Encoder | None
    tokenizer_config: Mapping[str, Any]
    transformer_config: Mapping[str, Any]


def encoder_to_bytes(stored: StoredEncoder) -> bytes:
    """Return an encoder and its settings as bytes."""
    fields: dict[str, Any] = {"config": {}, "state": b"", "tokenizer": {}}
    encoder = stored.encoder
    if encoder is not None:
        config = json.loads(encoder.module.config.to_json_string(use_diff=False))
        # The folder that it was loaded from is of no use to others.
        config.pop("_name_or_path", None)
        fields = {
            "config": config,
            "state": _weights_to_bytes(encoder.module),
            "tokenizer": {_SETTINGS: {"use_fast": encoder.tokenizer.is_fast}}
            | _files_of(encoder.tokenizer),
        }
    return pack(
        {
            **fields,
            "_init_tokenizer_config": dict(stored.tokenizer_config),
            "_init_transformer_config": dict(stored.transformer_config),
        }
    )


def encoder_from_bytes(data: bytes) -> StoredEncoder:
    """Return the encoder in `data` and its settings, without any other file and without network.

    Raises `LoadError` if the data is damaged, or of a type of encoder that is not known here.
    """
    fields = check_type(unpack(data, what=_WHAT), _FORMAT, what=_WHAT)
    settings = fields["_init_tokenizer_config"], fields["_init_transformer_config"]
    if not fields["config"]:
        return StoredEncoder(None, *settings)
    with loading(_WHAT), quiet():
        tokenizer = _tokenizer(fields["tokenizer"])
        module = _module(fields["config"])
        _set_weights(module, fields["state"])
        return StoredEncoder(checked(Encoder(tokenizer, module)), *settings)


# Tokenizer


def _files_of(tokenizer: Any) -> dict[str, bytes]:
    with tempfile.TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        return {path.name: path.read_bytes() for path in sorted(Path(folder).iterdir())}


def _tokenizer(fields: Mapping[str, Any]) -> Any:
    from transformers import AutoTokenizer

    settings = check_type(fields.get(_SETTINGS, {}), dict[str, Any], what=_WHAT)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in fields.items():
            if name == _SETTINGS:
                continue
            if Path(name).name != name or not isinstance(content, bytes):
                raise LoadError(f"{_WHAT} has {name!r:.60} among the files of its tokenizer")
            (Path(folder) / name).write_bytes(content)
        return AutoTokenizer.from_pretrained(
            folder, **settings, local_files_only=True, trust_remote_code=False
        )


# Module


def _module(fields: Mapping[str, Any]) -> Any:
    """Return a module with arbitrary weights."""
    import torch
    from transformers import CONFIG_MAPPING, AutoModel

    kind = fields.get("model_type")
    if kind not in CONFIG_MAPPING:
        raise LoadError(f"{_WHAT} is of the type {kind!r:.60}, which transformers does not know")
    config = CONFIG_MAPPING[kind].from_dict(dict(fields))
    with RandomState.take(torch.device("cpu")).used():
        return AutoModel.from_config(config, **attention(config)).float().eval()


def _weights_to_bytes(module: Any) -> bytes:
    from safetensors.torch import save

    tensors, seen = {}, set()
    for name, tensor in module.state_dict().items():
        # Parameters that are the same tensor are stored once.
        if (tensor.data_ptr(), tensor.shape) not in seen or not tensor.numel():
            seen.add((tensor.data_ptr(), tensor.shape))
            tensors[name] = tensor.detach().cpu().contiguous()
    stored: bytes = save(tensors, metadata={"format": "pt"})
    return stored


def _set_weights(module: Any, data: bytes) -> None:
    """Set the weights; raises `LoadError` if some are missing, unknown, or not finite numbers."""
    import torch
    from safetensors.torch import load

    if data.startswith(_ZIP):
        tensors = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    else:
        tensors = load(data)
    for name, tensor in check_type(dict(tensors), dict[str, Any], what=_WHAT).items():
        if not isinstance(tensor, torch.Tensor):
            raise LoadError(f"{_WHAT} has something else than a tensor as `{name}`")
        if not torch.isfinite(tensor).all():
            raise LoadError(f"{_WHAT} has values that are not finite numbers in `{name}`")
    missing, unexpected = module.load_state_dict(tensors, strict=False)
    own = module.state_dict()
    found = {own[name].data_ptr() for name in tensors if name in own}
    problems = {
        "lacks": [name for name in missing if own[name].data_ptr() not in found],
        # Older versions of transformers stored the numbers of positions.
        "has the unknown": [name for name in unexpected if not name.endswith("position_ids")],
    }
    for problem, names in problems.items():
        if names:
            more = f" and {len(names) - 1} more" if len(names) > 1 else ""
            raise LoadError(f"{_WHAT} {problem} weights `{names[0]}`{more}")
