"""The module `kernel.ml.featureextractor`."""

from kernel_plugin_tok2vec.doc_layers import FeatureExtractor

__all__ = ["FeatureExtractor"]
