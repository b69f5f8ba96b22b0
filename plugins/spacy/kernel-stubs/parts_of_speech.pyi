from kernel_plugin_spacy.names.parts_of_speech import *
