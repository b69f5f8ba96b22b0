"""The scores under the name that spaCy has for them: `from kernel.scorer import Scorer`."""

from kernel.compat.scorer import Scorer, get_ner_prf
from kernel.scoring import PRFScore, ROCAUCScore

__all__ = ["PRFScore", "ROCAUCScore", "Scorer", "get_ner_prf"]
