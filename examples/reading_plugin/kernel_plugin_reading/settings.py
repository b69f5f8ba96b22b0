"""The config section `[reading]`."""

from attrs import frozen

from kernel.config import Range, setting


@frozen(kw_only=True)
class ReadingSettings:
    """Settings of `kernel reading label`."""

    hard_from: int = setting(8, "words of at least this many letters are hard", range=Range(1))
    names_are_hard: bool = setting(False, "whether words with a capital letter count as well")
