"""Components that give each token one of a set of classes."""
