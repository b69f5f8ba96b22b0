"""The fuzzing of readers: damaged data is read, or refused with a clean error.

A test calls `fuzz` with the name of a reader, undamaged data, and the function that reads:

    def test_labels(fuzz, tmp_path):
        path = tmp_path / "labels.json"

        def read(name, data):
            path.write_bytes(data)
            read_labels(path)

        fuzz("label files", {"ner": b'["A", "B"]'}, read, kind="json", place="labels.json")

Each test tries 200 mutations, or as many as KERNEL_FUZZ_MUTATIONS says (`make fuzz`).
"""

import gc
import os
import random
import resource
import signal
import traceback
import warnings
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest

from kernel.errors import KernelError
from kernel.files import import_file

MAX_SECONDS = 10
MAX_BYTES = 1 << 30
MAX_SHOWN = 6

mutations = import_file("fuzz_mutations", Path(__file__).with_name("mutations.py"))


class TookTooLong(BaseException):
    """A reader did not answer in time."""


@pytest.fixture
def fuzz(request):
    """Return `fuzz(reader, seeds, read, *, kind, place)`.

    reader  the name of the reader, for the table
    seeds   undamaged data by name
    read    `read(name, data)` reads damaged data that was made from the seed `name`
    kind    the format of the data: "bytes", "text", "json", "msgpack" or "zlib" (of msgpack);
            or the format of each seed by its name
    place   what every error has to contain, such as the file's name; `{name}` is that of the seed

    Fails if a mutation ends in another exception than KernelError, in an error without the place,
    takes more than 10 seconds or a gigabyte, or leaves the garbage collector disabled.
    """

    def run(reader, seeds, read, *, kind, place=""):
        names = sorted(seeds)
        for name in names:
            assert _outcome(read, name, seeds[name], "") == "read", f"`{name}` is not undamaged"
        counts = Counter()
        faults = {}
        n = int(os.environ.get("KERNEL_FUZZ_MUTATIONS", "200"))
        for i in range(n):
            name, data = _mutation(reader, seeds, names, kind, i)
            with _limits():
                outcome = _outcome(read, name, data, place.format(name=name))
            if outcome not in {"read", "refused"}:
                faults.setdefault(outcome.splitlines()[-1][:60], f"mutation {i}: {outcome}")
            counts[outcome if outcome in {"read", "refused"} else "not clean"] += 1
        row = [reader, n, counts["read"], counts["refused"], counts["not clean"]]
        request.node.user_properties.append(("fuzz", row))
        shown = list(faults.values())[:MAX_SHOWN]
        assert not shown, f"{counts['not clean']} of {n} not clean:\n" + "\n".join(shown)

    return run


def _mutation(reader, seeds, names, kind, i):
    """Return the name of a seed, and mutation `i`, which is the same in each run."""
    rng = random.Random(f"{reader}:{i}")
    while True:
        name = rng.choice(names)
        try:
            own_kind = kind if isinstance(kind, str) else kind[name]
            others = names if isinstance(kind, str) else [n for n in names if kind[n] == own_kind]
            data = mutations.MUTATORS[own_kind](seeds[name], rng, seeds[rng.choice(others)])
        except mutations.NothingToChangeError:
            continue
        if data != seeds[name]:
            return name, data


def _outcome(read, name, data, place):
    """Return "read", "refused", or the end of a traceback."""
    enabled = gc.isenabled()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            read(name, data)
        outcome = "read"
    except KernelError as error:
        outcome = "refused"
        if place not in str(error):
            outcome = f"the error does not contain `{place}`:\n{error}"
    except (Exception, TookTooLong) as error:
        frames = "".join(traceback.format_tb(error.__traceback__)[-3:])
        outcome = f"{name}:\n{frames}{type(error).__name__}: {str(error)[:200]}"
    if gc.isenabled() != enabled:
        gc.enable()
        return "the garbage collector is disabled"
    return outcome


@contextmanager
def _limits():
    """Limit time, and memory on systems that say how much is in use."""

    def stop(*_):
        raise TookTooLong(f"more than {MAX_SECONDS} seconds")

    before, limits = signal.signal(signal.SIGALRM, stop), resource.getrlimit(resource.RLIMIT_AS)
    statm = Path("/proc/self/statm")
    if statm.exists():
        used = int(statm.read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + MAX_BYTES, limits[1]))
    signal.alarm(MAX_SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def pytest_terminal_summary(terminalreporter):
    """Print the table of all readers."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, [])]
    rows = [row for r in reports for key, row in getattr(r, "user_properties", []) if key == "fuzz"]
    if rows and len(rows) == len(reports):
        terminalreporter.section("fuzzing")
        for row in [["reader", "tried", "read", "refused", "not clean"], *sorted(rows)]:
            terminalreporter.line(f"{row[0]:<40}{row[1]:>8}{row[2]:>8}{row[3]:>9}{row[4]:>11}")
