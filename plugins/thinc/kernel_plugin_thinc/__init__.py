"""Optimizers, schedules, initializers and layers of Thinc under their own names."""
