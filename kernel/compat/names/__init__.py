"""The modules `kernel.tokens`, `kernel.vocab`, `kernel.util`, … of spaCy's documentation.

This folder is on the search path of the package `kernel`, so each of its modules is imported as
`kernel.<name>`. They hold imports only, so nothing is defined twice.
"""
