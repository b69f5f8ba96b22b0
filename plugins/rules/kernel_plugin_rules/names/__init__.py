"""Modules that are found below `kernel`."""
