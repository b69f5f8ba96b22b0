"""Static word vectors: reading, pruning, and use as features."""
