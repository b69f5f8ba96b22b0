"""Running a command and measuring its wall time and peak memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen


@frozen(kw_only=True)
class Finished:
    """The output, seconds of wall and processor time, and peak megabytes of a finished command."""

    stdout: str
    seconds: float
    cpu_seconds: float
    peak_mb: float


def run(command: Sequence[str | Path], **variables: str) -> Finished:
    """Run `command` with the environment `variables` added; modules that it imports stay compiled.

    Raises `RuntimeError` with the end of the output if the command fails.
    """
    env = {**os.environ, "PYTHONWARNINGS": "ignore", **variables}
    # The modules of installed packages are compiled; those of a checkout would be in each process.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env)
        # wait4 gives the peak memory of this child; getrusage that of the largest child so far.
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if child.returncode != 0:
            shown = " ".join(map(str, command))
            raise RuntimeError(f"{shown}\n{out.read()[-2000:]}\n{err.read()[-4000:]}")
        return Finished(
            stdout=out.read(),
            seconds=seconds,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            peak_mb=usage.ru_maxrss / 1024,
        )
