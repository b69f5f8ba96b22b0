"""The modules `kernel.tokens`, `kernel.vocab`, `kernel.util`, … of spaCy's documentation.

Each is an entry point of the group `kernel_modules`, through which `import kernel.<name>` finds it.
They hold imports only, so nothing is defined twice.
"""
