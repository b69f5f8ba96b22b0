"""The default config: what a section that says nothing comes to."""

from __future__ import annotations

from collections.abc import Collection

from kernel.config.config import Config
from kernel.config.problems import DEFAULT
from kernel.config.sections import sections
from kernel.config.settings import defaults_of_class
from kernel.config.tree import with_origin


def default_config(optional: Collection[str] = ()) -> Config:
    """Return a new copy of the default config, the sections of plugins included.

    Of the sections that may be left out it has those in `optional`.
    """
    tree = {
        name: defaults_of_class(section.cls)
        for name, section in sections().items()
        if not section.is_optional or name in optional
    }
    return Config.adopt(with_origin(tree, DEFAULT))
