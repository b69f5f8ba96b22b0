"""spaCy's names for what kernel has."""
