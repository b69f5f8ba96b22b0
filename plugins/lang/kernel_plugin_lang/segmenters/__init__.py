"""Tokenizers for languages without spaces between words, each around a segmenter of others."""
