"""`python -m kernel_plugin_spacy script.py`: run a program for which `spacy` is kernel."""

import sys

from kernel_plugin_spacy.shim.running import main

if __name__ == "__main__":
    main(sys.argv[1:])
