"""Objectives: what a model learns from raw text."""
