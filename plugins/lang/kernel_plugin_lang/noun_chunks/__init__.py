"""Base noun phrases from a dependency parse, by the rules in the file of a language."""
