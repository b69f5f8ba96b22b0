"""Word types: their strings, ids and attributes."""
