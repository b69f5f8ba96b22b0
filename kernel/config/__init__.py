"""Configs: reading, filling, checking, and creating the objects that they describe."""

from kernel.config.blocks import fill_all, resolve_all
from kernel.config.check import check, find_problems
from kernel.config.check_references import check_component_names, listeners_in, upstream_of
from kernel.config.config import (
    Config,
    Values,
    default_config,
    load_config,
    load_config_from_str,
    merge,
)
from kernel.config.explain import Explanation, explain
from kernel.config.fill import fill, fill_block, fill_weights
from kernel.config.json_schema import json_schema
from kernel.config.merge import ABSENT, Change, diff
from kernel.config.options import Option, options_of
from kernel.config.override import flatten, nest, parse_overrides
from kernel.config.place import Place
from kernel.config.resolve import call, check_arguments, resolve, resolve_dot_names, resolve_section
from kernel.config.schema import InitializeSettings, NlpSettings, SystemSettings, TrainingSettings
from kernel.config.score_weights import combine_score_weights, score_descriptions
from kernel.config.settings import Callback, Range, Schedule, setting
from kernel.config.settle import settle
from kernel.problems import Origin, Problem

__all__ = [
    "ABSENT",
    "Callback",
    "Change",
    "Config",
    "Explanation",
    "InitializeSettings",
    "NlpSettings",
    "Option",
    "Origin",
    "Place",
    "Problem",
    "Range",
    "Schedule",
    "SystemSettings",
    "TrainingSettings",
    "Values",
    "call",
    "check",
    "check_arguments",
    "check_component_names",
    "combine_score_weights",
    "default_config",
    "diff",
    "explain",
    "fill",
    "fill_all",
    "fill_block",
    "fill_weights",
    "find_problems",
    "flatten",
    "json_schema",
    "listeners_in",
    "load_config",
    "load_config_from_str",
    "merge",
    "nest",
    "options_of",
    "parse_overrides",
    "resolve",
    "resolve_all",
    "resolve_dot_names",
    "resolve_section",
    "score_descriptions",
    "setting",
    "settle",
    "upstream_of",
]
