"""Finding sequences of tokens, phrases and subtrees by patterns."""
