from kernel_plugin_spacy.names.tokens import *
