from kernel_plugin_spacy.names.schemas import *
