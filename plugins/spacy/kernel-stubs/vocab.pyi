from kernel_plugin_spacy.names.vocab import *
