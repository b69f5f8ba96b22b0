"""The module `kernel.pipeline.functions`."""

from kernel_plugin_rules.doc_cleaner import DocCleaner
from kernel_plugin_rules.retokenizing.merging import (
    merge_entities,
    merge_noun_chunks,
    merge_subtokens,
)
from kernel_plugin_rules.retokenizing.token_splitter import TokenSplitter

__all__ = [
    "DocCleaner",
    "TokenSplitter",
    "merge_entities",
    "merge_noun_chunks",
    "merge_subtokens",
]
