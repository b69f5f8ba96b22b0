"""The module `spacy.ty`: protocols of components."""

from kernel.pipeline import Initializable as InitializableComponent
from kernel.pipeline import Trainable as TrainableComponent

__all__ = ["InitializableComponent", "TrainableComponent"]
