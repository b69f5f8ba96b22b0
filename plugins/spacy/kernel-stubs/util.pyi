from kernel_plugin_spacy.names.util import *
