"""The vocabulary: the data shared by all docs of a pipeline."""
