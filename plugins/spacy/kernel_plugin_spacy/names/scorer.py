"""The scores under the name that spaCy has for them: `from kernel.scorer import Scorer`."""

from kernel.scoring import PRFScore, ROCAUCScore
from kernel_plugin_spacy.scorer import Scorer, get_ner_prf

__all__ = ["PRFScore", "ROCAUCScore", "Scorer", "get_ner_prf"]
