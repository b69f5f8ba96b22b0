"""Encoders of Hugging Face: their names, files and settings."""

from __future__ import annotations

import contextlib
import inspect
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from kernel.errors import ArgumentError, LoadError, UnsupportedError, did_you_mean
from kernel_plugin_transformer.windows import Reader

# Settings of every tokenizer and of its source, which no signature lists.
_TOKENIZER_SETTINGS: Final = frozenset(
    {
        "add_prefix_space",
        "additional_special_tokens",
        "bos_token",
        "clean_up_tokenization_spaces",
        "cls_token",
        "eos_token",
        "extra_special_tokens",
        "mask_token",
        "model_max_length",
        "pad_token",
        "sep_token",
        "split_special_tokens",
        "strip_accents",
        "tokenizer_type",
        "unk_token",
        "use_fast",
    }
)
# The files of weights that transformers reads, the first that it finds.
_WEIGHTS: Final = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
# Settings that transformers accepts, but that would have no effect here, or a wrong one.
_REFUSED: Final[Mapping[str, str]] = {
    "trust_remote_code": "code of a model at the hub is never run",
    "dtype": "weights have 32 bits; use `mixed_precision` to compute in 16",
    "torch_dtype": "weights have 32 bits; use `mixed_precision` to compute in 16",
    "return_dict": "outputs are read by their names",
}
_SOURCE_SETTINGS: Final = frozenset({"cache_dir", "revision", "subfolder", "token"})


@frozen(eq=False)
class Encoder:
    """A pretrained encoder: a tokenizer and a torch module of transformers."""

    tokenizer: Any
    module: Any

    @property
    def width(self) -> int:
        """The size of the vectors."""
        size: int = self.module.config.hidden_size
        return size

    def reader(self) -> Reader:
        """Return the tokenizer with the limits of the encoder."""
        return Reader(
            self.tokenizer, max_pieces(self.tokenizer, self.module), *_added(self.tokenizer)
        )


def check_name(name: str, settings: Mapping[str, Any]) -> None:
    """Check that an encoder can be found, without loading it.

    name      a folder, or a name at the Hugging Face hub
    settings  `cache_dir`, `revision`, `subfolder` and `token` may be among them

    Raises `ArgumentError` for a folder without an encoder, or a name that is neither in the cache
    nor, if the network may be used, at the hub.
    """
    if _is_path(name):
        folder = Path(name) / settings.get("subfolder", "")
        if not folder.is_dir():
            raise ArgumentError(f"there is no folder `{name}` with an encoder")
        for names in (["config.json"], _WEIGHTS):
            if not any((folder / each).is_file() for each in names):
                raise ArgumentError(f"the folder `{folder}` has no encoder: it lacks `{names[0]}`")
        return
    from transformers.utils import cached_file

    try:
        cached_file(name, "config.json", **_source(settings))
    except (OSError, ValueError) as error:
        raise ArgumentError(
            f"the encoder `{name}` is neither a folder nor in the cache of Hugging Face, and could "
            f"not be downloaded: {_first_line(error)}",
            hint="check the name and the network, or give the path of a folder with an encoder",
        ) from error


def _is_path(name: str) -> bool:
    # Names at the hub have one slash at most, and never look like these.
    return Path(name).exists() or name.startswith((".", "/", "~")) or name.count("/") > 1


def load_encoder(
    name: str, tokenizer_config: Mapping[str, Any], transformer_config: Mapping[str, Any]
) -> Encoder:
    """Load an encoder from a folder, or from the hub or its cache.

    Raises `ArgumentError` for an unknown name or setting, or for settings with which the weights do
    not fit, and `LoadError` for damaged files.
    """
    from transformers import AutoConfig, AutoModel, AutoTokenizer

    for key in set(transformer_config) & set(_REFUSED):
        raise ArgumentError(f"`transformer_config` has the setting `{key}`", hint=_REFUSED[key])
    check_name(name, {**tokenizer_config, **transformer_config})
    with loading(f"the encoder `{name}`"), quiet():
        config, unused = AutoConfig.from_pretrained(
            name, **transformer_config, return_unused_kwargs=True
        )
        check_settings("transformer_config", unused, config.to_dict())
        tokenizer = AutoTokenizer.from_pretrained(name, **tokenizer_config)
        check_tokenizer_settings(tokenizer, tokenizer_config)
        module, report = AutoModel.from_pretrained(
            name,
            config=config,
            **_source(transformer_config),
            **attention(config),
            output_loading_info=True,
            ignore_mismatched_sizes=True,
        )
    _check_weights(name, report)
    return checked(Encoder(tokenizer, module.float()))


def _check_weights(name: str, report: Mapping[str, Any]) -> None:
    """Raise `ArgumentError` if an encoder has weights that transformers did not find in its files.

    It would set them to random numbers. Only a pooler may be missing, which computes no vectors of
    word pieces.
    """
    hint = "`transformer_config` must fit the weights, or the files are of another kind of model"
    for key, stored, expected in sorted(report["mismatched_keys"]):
        raise ArgumentError(
            f"the encoder `{name}` has weights `{key}` of shape {tuple(stored)}, expected "
            f"{tuple(expected)}",
            hint=hint,
        )
    missing = sorted(key for key in report["missing_keys"] if "pooler" not in key)
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ArgumentError(f"the encoder `{name}` lacks weights `{missing[0]}`{more}", hint=hint)


def checked(encoder: Encoder) -> Encoder:
    """Return an encoder that can be used.

    Raises `UnsupportedError` for a model that is not only an encoder, `ArgumentError` if it reads
    no more word pieces at once than its tokenizer adds to a text.
    """
    config = encoder.module.config
    if getattr(config, "is_encoder_decoder", False):
        raise UnsupportedError(
            f"a model of type `{config.model_type}` also has a decoder, which needs other inputs",
            hint="use a model that only has an encoder, such as BERT or RoBERTa",
        )
    if not hasattr(config, "hidden_size"):
        raise UnsupportedError(f"a model of type `{config.model_type}` has no `hidden_size`")
    reader = encoder.reader()
    n_added = reader.n_before + reader.n_after
    if reader.max_pieces is not None and reader.max_pieces <= n_added:
        raise ArgumentError(
            f"the encoder reads {reader.max_pieces} word pieces at once, of which its tokenizer "
            f"adds {n_added}: none are left for words",
            hint="set `model_max_length` in `tokenizer_config`",
        )
    return encoder


def check_settings(what: str, unknown: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Raise `ArgumentError` for the first setting that would have no effect."""
    for key in unknown:
        if key not in _SOURCE_SETTINGS:
            raise ArgumentError(
                f"`{what}` has the unknown setting `{key}`",
                hint=did_you_mean(key, known, "it would have no effect"),
            )


def check_tokenizer_settings(tokenizer: Any, settings: Mapping[str, Any]) -> None:
    """Raise `ArgumentError` for the first setting that the tokenizer does not know."""
    known = set(_TOKENIZER_SETTINGS)
    for cls in type(tokenizer).__mro__:
        parameters = inspect.signature(vars(cls).get("__init__", _no_init)).parameters.values()
        known |= {each.name for each in parameters if each.kind is not each.VAR_KEYWORD}
    unknown = {key: value for key, value in settings.items() if key not in known - {"self"}}
    check_settings("tokenizer_config", unknown, dict.fromkeys(sorted(_TOKENIZER_SETTINGS)))
    use_fast = settings.get("use_fast", True)
    if not isinstance(use_fast, bool):
        raise ArgumentError(
            f"`use_fast` of `tokenizer_config`: expected true or false, got {use_fast!r:.60}"
        )
    if tokenizer.is_fast and not use_fast:
        raise ArgumentError(
            "`use_fast = false` of `tokenizer_config` has no effect: transformers has only a fast "
            f"tokenizer, `{type(tokenizer).__name__}`, for this encoder"
        )


def _no_init() -> None: ...


def attention(config: Any) -> dict[str, str]:
    """Return the settings of attention: torch's own function, unless weights are to be returned.

    That function does not compute the weights. Models without it use their own.
    """
    return {"attn_implementation": "eager"} if config.output_attentions else {}


def max_pieces(tokenizer: Any, module: Any) -> int | None:
    """Return how many word pieces an encoder reads at once; None if there is no limit."""
    import torch

    limits = [tokenizer.model_max_length]
    for name, layer in module.named_modules():
        is_table = isinstance(layer, torch.nn.Embedding)
        if is_table and name.rpartition(".")[2] == "position_embeddings":
            # RoBERTa's positions start after the index of padding.
            first = 0 if layer.padding_idx is None else layer.padding_idx + 1
            limits.append(layer.num_embeddings - first)
    positions = getattr(module.config, "max_position_embeddings", None)
    if positions is not None and positions > 0:
        limits.append(positions)
    limit = min(limits)
    # A tokenizer without a limit has 1e30.
    return int(limit) if limit < 1e9 else None


def _added(tokenizer: Any) -> tuple[int, int]:
    """Return how many word pieces a tokenizer adds before and after a text."""
    mask = tokenizer("a", return_special_tokens_mask=True)["special_tokens_mask"]
    if 0 not in mask:
        return 0, len(mask)
    return mask.index(0), mask[::-1].index(0)


def _source(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key in _SOURCE_SETTINGS}


@contextlib.contextmanager
def loading(what: str) -> Iterator[None]:
    """Raise `LoadError` that starts with `what` for whatever transformers raises in the block."""
    from kernel.errors import KernelError

    try:
        yield
    except KernelError:
        raise
    # Transformers raises exceptions of many types for damaged files, also its own and safetensors'.
    except Exception as error:
        raise LoadError(f"{what} cannot be loaded: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from writing progress bars and notes inside the block."""
    from transformers.utils import logging as their_logging

    level, bars = their_logging.get_verbosity(), their_logging.is_progress_bar_enabled()
    their_logging.set_verbosity(logging.ERROR)
    their_logging.disable_progress_bar()
    try:
        yield
    finally:
        their_logging.set_verbosity(level)
        if bars:
            their_logging.enable_progress_bar()
