from kernel_plugin_spacy.names.strings import *
