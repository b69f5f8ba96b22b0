from kernel_plugin_spacy.names.language import *
