"""File converters: from annotated text in other formats to docs.

Each module has one function, `convert(source, *, nlp, …) -> Iterator[Doc]`, whose keyword arguments
are the options of its format. `source` is a path, or the text itself.
"""
