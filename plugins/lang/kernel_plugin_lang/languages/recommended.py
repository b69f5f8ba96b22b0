"""The table `[recommended]` of a language file: pretrained models for `kernel init config`."""

from __future__ import annotations

from attrs import asdict, frozen

from kernel.pipeline import RecommendedModels
from kernel_plugin_lang.languages.reading import key, read_positive, read_text
from kernel_plugin_lang.languages.tables import Makers, Table


@frozen(kw_only=True)
class RecommendedTable(Table):
    """Pretrained models for the language; see `kernel.pipeline.RecommendedModels`.

    vectors      the package or folder with word vectors
    transformer  an encoder at the hub of Hugging Face; "" for none, not even a multilingual one
    size_factor  the number of parts of a batch that fit into memory with the encoder
    """

    vectors: str | None = key(read_text, default=None)
    transformer: str | None = key(read_text, default=None)
    size_factor: int = key(read_positive, default=RecommendedModels().size_factor)

    def defaults(self) -> Makers:
        """Return `recommended`."""
        return {"recommended": lambda: RecommendedModels(**asdict(self))}
