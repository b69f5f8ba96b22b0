"""File converters: from annotated text in other formats to docs.

Each module has one function, `convert(source, *, nlp, …) -> Iterator[Doc]`, whose keyword arguments
are the options that its format knows. `source` is a path, or the text itself.
"""
