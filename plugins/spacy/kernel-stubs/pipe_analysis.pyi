from kernel_plugin_spacy.names.pipe_analysis import *
