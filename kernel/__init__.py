"""Train and run NLP pipelines.

import kernel

nlp = kernel.load("training/model-best")
for doc in nlp.pipe(texts):
print([(ent.text, ent.label_) for ent in doc.ents])
"""

from kernel.device import prefer_gpu, require_cpu, require_gpu
from kernel.errors import KernelError
from kernel.hooks import hookimpl
from kernel.pipeline import Language, blank, factory, load
from kernel.registry import registry
from kernel.text import Doc, DocBin, Example, Span, Token, Vocab

__version__ = "0.1.0"

__all__ = [
    "Doc",
    "DocBin",
    "Example",
    "KernelError",
    "Language",
    "Span",
    "Token",
    "Vocab",
    "__version__",
    "blank",
    "factory",
    "hookimpl",
    "load",
    "prefer_gpu",
    "registry",
    "require_cpu",
    "require_gpu",
]
