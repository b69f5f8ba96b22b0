"""A folder for PYTHONPATH, through which started processes have `spacy`, too."""
