"""Optimizers and schedules, and Thinc's initializers, layers and losses under their own names."""
