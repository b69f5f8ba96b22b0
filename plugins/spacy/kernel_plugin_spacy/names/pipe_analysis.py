"""The attributes of components: `from kernel.pipe_analysis import validate_attrs`."""

from kernel_plugin_spacy.pipe_analysis import get_attr_info, validate_attrs

__all__ = ["get_attr_info", "validate_attrs"]
