"""The vocabulary: everything that docs share."""
