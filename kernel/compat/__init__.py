"""spaCy's documented names, for code written for spaCy.

Neither the kernel nor a plugin uses this package. `kernel.compat.names` contains the modules
that spaCy's documentation imports from, such as `kernel.tokens` and `kernel.util`. The other
modules contain functions that exist only for these names.
"""
