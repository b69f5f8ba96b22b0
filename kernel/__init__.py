"""Train and run NLP pipelines."""

from kernel.hooks import hookimpl
from kernel.registry import registry

__version__ = "0.1.0"

__all__ = ["hookimpl", "registry"]
