"""What `spacy.schemas` has besides the names of `kernel.schemas`: classes of sections.

They are given to `registry.resolve`; unlike in spaCy, they are not models of pydantic.
"""

from kernel.config import InitializeSettings as ConfigSchemaInit
from kernel.config import NlpSettings as ConfigSchemaNlp
from kernel.config import TrainingSettings as ConfigSchemaTraining

__all__ = ["ConfigSchemaInit", "ConfigSchemaNlp", "ConfigSchemaTraining"]
