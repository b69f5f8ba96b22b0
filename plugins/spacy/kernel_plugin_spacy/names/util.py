"""Small functions that pipelines and scripts share, under the names that spaCy has for them."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

from kernel import explain
from kernel.config import (
    combine_score_weights,
    load_config,
    load_config_from_str,
)
from kernel.files import import_file
from kernel.pipeline import FrozenDict as SimpleFrozenDict
from kernel.pipeline import FrozenList as SimpleFrozenList
from kernel.pipeline import get_lang_class, ignore_error, minibatch, raise_error
from kernel.pipeline import load as load_model
from kernel.registry import registry
from kernel.text import NO_RANK as OOV_RANK
from kernel_plugin_spacy.util.containers import (
    DummyTokenizer,
    from_bytes,
    from_dict,
    from_disk,
    to_bytes,
    to_dict,
    to_disk,
)
from kernel_plugin_spacy.util.exceptions import expand_exc, update_exc
from kernel_plugin_spacy.util.files import (
    ensure_path,
    make_tempdir,
    run_command,
    split_command,
    working_dir,
)
from kernel_plugin_spacy.util.html import escape_html, is_in_jupyter, minify_html
from kernel_plugin_spacy.util.models import (
    find_matching_language,
    get_model_meta,
    get_sourced_components,
    load_meta,
    load_model_from_config,
    load_model_from_init_py,
    load_model_from_path,
    set_lang_class,
)
from kernel_plugin_spacy.util.nested import (
    copy_config,
    dict_to_dot,
    dot_to_dict,
    dot_to_object,
    resolve_dot_names,
    set_dot_to_object,
    walk_dict,
)
from kernel_plugin_spacy.util.numbers import all_equal, compounding, decaying, to_ternary_int
from kernel_plugin_spacy.util.objects import (
    get_arg_names,
    get_async,
    get_cuda_stream,
    get_object_name,
)
from kernel_plugin_spacy.util.packages import (
    get_base_version,
    get_installed_models,
    get_minor_version,
    get_minor_version_range,
    get_model_version_range,
    get_package_path,
    get_package_version,
    is_compatible_version,
    is_minor_version_match,
    is_package,
    is_prerelease_version,
    is_unconstrained_version,
)
from kernel_plugin_spacy.util.rules import (
    compile_infix_regex,
    compile_prefix_regex,
    compile_suffix_regex,
)
from kernel_plugin_spacy.util.spans import (
    filter_chain_spans,
    filter_spans,
    get_words_and_spaces,
    normalize_slice,
)

if TYPE_CHECKING:
    from kernel.random import fix_random_seed

__all__ = [
    "OOV_RANK",
    "DummyTokenizer",
    "SimpleFrozenDict",
    "SimpleFrozenList",
    "all_equal",
    "combine_score_weights",
    "compile_infix_regex",
    "compile_prefix_regex",
    "compile_suffix_regex",
    "compounding",
    "copy_config",
    "decaying",
    "dict_to_dot",
    "dot_to_dict",
    "dot_to_object",
    "ensure_path",
    "escape_html",
    "expand_exc",
    "explain",
    "filter_chain_spans",
    "filter_spans",
    "find_matching_language",
    "fix_random_seed",
    "from_bytes",
    "from_dict",
    "from_disk",
    "get_arg_names",
    "get_async",
    "get_base_version",
    "get_cuda_stream",
    "get_installed_models",
    "get_lang_class",
    "get_minor_version",
    "get_minor_version_range",
    "get_model_meta",
    "get_model_version_range",
    "get_object_name",
    "get_package_path",
    "get_package_version",
    "get_sourced_components",
    "get_words_and_spaces",
    "ignore_error",
    "import_file",
    "is_compatible_version",
    "is_in_jupyter",
    "is_minor_version_match",
    "is_package",
    "is_prerelease_version",
    "is_unconstrained_version",
    "load_config",
    "load_config_from_str",
    "load_meta",
    "load_model",
    "load_model_from_config",
    "load_model_from_init_py",
    "load_model_from_path",
    "make_tempdir",
    "minibatch",
    "minify_html",
    "normalize_slice",
    "raise_error",
    "registry",
    "resolve_dot_names",
    "run_command",
    "set_dot_to_object",
    "set_lang_class",
    "split_command",
    "to_bytes",
    "to_dict",
    "to_disk",
    "to_ternary_int",
    "update_exc",
    "walk_dict",
    "working_dir",
]

# Imports Thinc, which few who come here need.
_LATE: Final = {"fix_random_seed": "kernel.random"}


def __getattr__(name: str) -> Any:
    if name not in _LATE:
        raise AttributeError(f"module 'kernel.util' has no attribute {name!r}")
    return getattr(importlib.import_module(_LATE[name]), name)
