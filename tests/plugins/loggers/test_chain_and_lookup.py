"""The chain logger and the lookup logger."""

import io
from types import SimpleNamespace

import pytest

from kernel.errors import ConfigError
from kernel_plugin_loggers.chain import chain_logger
from kernel_plugin_loggers.lookup import lookup_logger

INFO = {"step": 3, "losses": {"ner": 2.5}, "other_scores": {"ents_per_type": {"PER": {"f": 0.5}}}}


def recorder(name, calls, *, add=None, watches=False):
    class Log:
        def __call__(self, info):
            calls.append((name, info if info is None else dict(info)))
            if info is not None and add:
                info[add] = True

    if watches:
        Log.watch_step = lambda _, run: calls.append((name, run))
    return lambda nlp, stdout, stderr: (Log(), lambda: calls.append((name, "closed")))


def test_loggers_run_in_order_with_the_same_info():
    calls = []
    chain = chain_logger(logger2=recorder("b", calls, add="seen"), logger5=recorder("e", calls))
    log_step, finalize = chain(None, io.StringIO(), io.StringIO())
    log_step(None)
    log_step({"step": 1})
    finalize()
    assert calls == [
        ("b", None),
        ("e", None),
        ("b", {"step": 1}),
        ("e", {"step": 1, "seen": True}),
        ("b", "closed"),
        ("e", "closed"),
    ]


def test_loggers_with_watch_step_get_the_run_and_others_none():
    calls = []
    chain = chain_logger(recorder("plain", calls), recorder("live", calls, watches=True))
    log_step, _ = chain(None, io.StringIO(), io.StringIO())
    between, at_evaluation = (SimpleNamespace(is_evaluation_step=flag) for flag in (False, True))
    log_step.watch_step(between)
    log_step.watch_step(at_evaluation)
    assert calls == [("plain", None), ("live", between), ("live", at_evaluation)]


def test_chain_without_loggers_is_an_error():
    with pytest.raises(ConfigError, match="has no logger to run"):
        chain_logger()


def test_loggers_write_to_the_terminal_by_default(capsys):
    log_step, finalize = chain_logger(lookup_logger(["ner"]))(None)
    log_step(INFO)
    finalize()
    assert capsys.readouterr().out == "losses.ner -> 2.5\n"


@pytest.mark.parametrize(
    ("patterns", "shown"),
    [
        pytest.param(["loss"], "losses.ner -> 2.5\n", id="part-of-a-key"),
        pytest.param(
            [r"^step$", r"PER\.f"],
            "step -> 3\nother_scores.ents_per_type.PER.f -> 0.5\n",
            id="several",
        ),
        pytest.param(["nothing"], "", id="none"),
    ],
)
def test_values_of_matching_keys_are_printed(patterns, shown):
    stdout = io.StringIO()
    log_step, finalize = lookup_logger(patterns)(None, stdout, io.StringIO())
    log_step(None)
    log_step(INFO)
    finalize()
    assert stdout.getvalue() == shown


def test_invalid_pattern_is_an_error():
    with pytest.raises(ConfigError, match=r"has an invalid regular expression, '\['"):
        lookup_logger(["["])
