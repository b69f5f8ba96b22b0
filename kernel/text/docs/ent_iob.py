"""The values of ENT_IOB, and the columns that go with it."""

from __future__ import annotations

from typing import Final

MISSING: Final = 0
INSIDE: Final = 1
OUTSIDE: Final = 2
BEGIN: Final = 3
LETTERS: Final = ("", "I", "O", "B")
# What an entity says of itself, on each of its tokens.
ID_COLUMNS: Final = ("ent_type", "ent_kb_id", "ent_id")
