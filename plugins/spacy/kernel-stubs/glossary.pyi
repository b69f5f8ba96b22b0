from kernel_plugin_spacy.names.glossary import *
