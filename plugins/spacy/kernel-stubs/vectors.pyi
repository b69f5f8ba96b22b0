from kernel_plugin_spacy.names.vectors import *
