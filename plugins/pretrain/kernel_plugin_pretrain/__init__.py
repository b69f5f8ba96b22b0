"""Pretraining of embedding layers on raw text."""
