from kernel_plugin_spacy.names.scorer import *
