"""Lemmas from tables and rules."""
