"""Static word vectors: made from files, pruned, used as features."""
