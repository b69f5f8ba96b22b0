from kernel_plugin_spacy.names.morphology import *
