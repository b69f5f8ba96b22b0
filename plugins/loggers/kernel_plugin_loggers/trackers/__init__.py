"""Loggers of experiment trackers: Weights & Biases, MLflow and ClearML.

`tracking` has what they share; each other module knows the library of one tracker, which is
imported when a run starts.
"""
