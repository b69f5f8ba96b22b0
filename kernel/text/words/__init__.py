"""Word types (lexemes): their strings, ids and attributes."""
