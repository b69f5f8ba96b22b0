"""The files of the languages: `<code>.toml` describes the language with that code."""
