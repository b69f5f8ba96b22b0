"""Base phrases of sentences: noun, verb and prepositional phrases that do not nest."""
