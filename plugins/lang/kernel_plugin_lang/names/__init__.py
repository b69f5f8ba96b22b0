"""The modules `kernel.lang`, `kernel.lang.en` and `kernel.tokenizer` of spaCy's documentation.

Each is an entry point of the group `kernel_modules`. `kernel.lang` and `kernel.lang.en` have an
empty `__path__`: they are packages whose modules are entry points too.
"""
