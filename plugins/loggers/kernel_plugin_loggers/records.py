"""The JSONL log: one object per evaluation."""

import json
from pathlib import Path
from typing import Any

from kernel.errors import ConfigError


class Records:
    """Appends evaluations to a file, so that a resumed run continues the same file.

    Each object has `epoch`, `step`, `words`, `seconds`, `losses`, `scores` (0 to 1) and
    `score`. Raises `ConfigError` if the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream = path.open("a", encoding="utf8")
        except OSError as error:
            raise ConfigError(
                f"`training.logger.output_file` cannot be written: {path}: {error.strerror}"
            ) from error

    def add(self, info: dict[str, Any]) -> None:
        """Append one evaluation and flush the file."""
        record = {name: info[name] for name in ("epoch", "step", "words", "seconds", "losses")}
        record["scores"] = info["other_scores"]
        record["score"] = info["score"]
        self._stream.write(json.dumps(record, default=_plain) + "\n")
        self._stream.flush()

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else str(value)
