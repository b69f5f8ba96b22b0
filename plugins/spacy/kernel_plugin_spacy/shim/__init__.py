"""`import spacy` that finds kernel, where a program asks for it.

`activation` turns it on, `finder` answers imports, `modules` is the table of spaCy's modules,
and `running` runs programs.
"""
