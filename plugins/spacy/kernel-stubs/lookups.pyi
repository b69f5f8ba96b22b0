from kernel_plugin_spacy.names.lookups import *
