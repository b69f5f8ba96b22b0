"""spaCy's documented names, for code that was written for spaCy.

Nothing in the kernel or in a plugin uses this package. `kernel.compat.names` has the modules that
spaCy's documentation imports from, such as `kernel.tokens` and `kernel.util`; the modules beside
it hold the functions that exist for these names alone.
"""
