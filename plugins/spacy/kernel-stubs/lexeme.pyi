from kernel_plugin_spacy.names.lexeme import *
