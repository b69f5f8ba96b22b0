"""The sentencizer, which finds sentences by punctuation."""
