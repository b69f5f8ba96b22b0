"""The loop: evaluations, stopping, trained components, and errors."""

import io
import itertools
import re

import numpy as np
import pytest

from kernel import hookimpl, load
from kernel.blas import numpy_blas
from kernel.errors import ConfigError, DataError, KernelError
from kernel.registry import registry
from kernel.training import NonFiniteError, init_nlp, prepare, steps, train

pytestmark = pytest.mark.usefixtures("quick_disk")


class Notes:
    """Records its calls."""

    def __init__(self):
        self.moments = []
        self.run = None

    @hookimpl
    def kernel_run_started(self, run):
        self.run = run
        self.moments.append(("started", run.step))

    @hookimpl
    def kernel_before_update(self, run):
        self.moments.append(("before", run.step))

    @hookimpl
    def kernel_after_update(self, run):
        self.moments.append(("after", run.step))

    @hookimpl
    def kernel_evaluated(self, run, scores, is_best):
        self.moments.append(("evaluated", run.step, run.score, is_best))

    @hookimpl
    def kernel_checkpoint_written(self, run, path):
        self.moments.append(("written", run.step, path.name))

    @hookimpl
    def kernel_run_ended(self, run, reason):
        self.moments.append(("ended", run.step, reason))

    def all(self, kind):
        return [moment[1:] for moment in self.moments if moment[0] == kind]


@pytest.fixture
def notes():
    return Notes()


def test_run_evaluates_at_step_0_and_every_eval_frequency(fit, notes):
    fit(listeners=[notes], max_steps=13, eval_frequency=5)
    assert [step for step, *_ in notes.all("evaluated")] == [0, 5, 10]


def test_max_steps_is_the_last_step(fit, notes):
    fit(listeners=[notes], max_steps=7)
    assert notes.all("before") == [(step,) for step in range(8)]
    assert notes.all("ended") == [(8, "7 steps are done (`training.max_steps`)")]


def test_max_epochs_ends_with_the_data(fit, notes):
    fit(listeners=[notes], max_steps=0, max_epochs=2)
    assert notes.run.epoch == 1
    assert notes.all("ended")[0][1] == "2 epochs are done (`training.max_epochs`)"
    n_words = notes.run.words
    assert n_words == notes.run.batches.words
    assert n_words % 2 == 0  # each example came twice


def test_patience_counts_from_the_earliest_best_step(fit, notes, monkeypatch, toys):
    scores = itertools.chain([0.1, 0.5, 0.3, 0.5], itertools.repeat(0.2))
    monkeypatch.setattr(toys.GuessAccuracy, "result", lambda _: {"toy_acc": next(scores)})
    fit(listeners=[notes], max_steps=0, eval_frequency=3, patience=10)
    assert notes.all("evaluated") == [
        (0, 0.1, True),
        (3, 0.5, True),
        (6, 0.3, False),
        (9, 0.5, True),  # in case of a tie, the newer weights are kept
        (12, 0.2, False),
    ]
    assert notes.run.best_step == 3
    assert notes.all("ended") == [(14, "no better score in 10 steps (`training.patience`)")]


def test_losses_are_summed_between_evaluations(fit, toys):
    seen = []

    class Losses:
        @hookimpl
        def kernel_after_update(self, run):
            seen.append((run.step, run.losses["guess"]))

    fit(listeners=[Losses()], max_steps=7, eval_frequency=3)
    by_step = dict(seen)
    assert 0 < by_step[1] < by_step[2] < by_step[3]
    assert by_step[4] < by_step[3]


def test_files_are_written_at_evaluations_and_at_the_end(fit, notes, tmp_path):
    _, path = fit(tmp_path, listeners=[notes], max_steps=7, eval_frequency=5)
    steps_written = [step for step, name in notes.all("written") if name == "checkpoint"]
    assert steps_written == [0, 0, 5, 8]
    assert path == tmp_path / "model-last"
    assert load(path).meta["performance"].keys() == {"toy_acc", "toy_detail", "guess_loss"}


def test_nothing_is_written_without_an_output(fit, notes, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nlp, path = fit(listeners=[notes], max_steps=3)
    assert path is None
    assert notes.all("written") == []
    assert list(tmp_path.iterdir()) == []
    assert nlp("ada ben").cats.keys() == {"early", "late"}


def test_training_learns(fit, notes):
    fit(listeners=[notes], max_steps=60, eval_frequency=60, n_docs=200)
    first, last = (score for _, score, _ in notes.all("evaluated"))
    assert last > first
    assert last >= 0.75


def test_frozen_component_keeps_its_weights_and_is_scored(fit, notes, trained):
    nlp, _ = fit(
        pipeline=["guess", "other"],
        sources={"other": trained},
        frozen_components=["other"],
        listeners=[notes],
        max_steps=5,
    )
    assert np.array_equal(
        nlp.get_pipe("other").model.get_param("W"),
        load(trained).get_pipe("guess").model.get_param("W"),
    )
    assert [name for name, _ in notes.run.learners] == ["guess"]
    assert set(notes.run.losses) == {"guess"}
    assert notes.run.scores["toy_detail"] == {"n": 12}


def test_annotating_component_annotates_for_those_behind_it(toys, monkeypatch):
    seen = []
    get_loss = toys.Guesser.get_loss

    def note(self, examples, scores):
        if self.name == "other":
            seen.extend(bool(example.predicted.cats) for example in examples)
        return get_loss(self, examples, scores)

    monkeypatch.setattr(toys.Guesser, "get_loss", note)
    for annotating in ([], ["guess"]):
        seen.clear()
        config = toys.make_config(
            pipeline=["guess", "other"], annotating_components=annotating, max_steps=2
        )
        train(init_nlp(config))
        assert set(seen) == {bool(annotating)}


@pytest.mark.parametrize("n_parts", [1, 3])
def test_gradients_of_parts_are_summed(toys, n_parts, monkeypatch):
    calls = []
    finish = toys.Guesser.finish_update
    monkeypatch.setattr(
        toys.Guesser, "finish_update", lambda self, sgd: calls.append(1) or finish(self, sgd)
    )
    losses = []
    get_loss = toys.Guesser.get_loss
    monkeypatch.setattr(
        toys.Guesser,
        "get_loss",
        lambda self, egs, Y: losses.append(len(egs)) or get_loss(self, egs, Y),
    )
    batcher = {"@batchers": "kernel.batch_by_sequence.v1", "size": 6}
    train(init_nlp(toys.make_config(accumulate_gradient=n_parts, max_steps=3, batcher=batcher)))
    assert len(calls) == 4
    assert losses == [6 // n_parts] * n_parts * 4


def test_callbacks_are_called(toys, tmp_path):
    calls = []

    @registry.callbacks("toy.before_update.v1")
    def make_before_update():
        return lambda nlp, args: calls.append(args)

    @registry.callbacks("toy.before_to_disk.v1")
    def make_before_to_disk():
        def change(nlp):
            nlp.meta["description"] = "changed"
            return nlp

        return change

    config = toys.make_config(
        before_update={"@callbacks": "toy.before_update.v1"},
        before_to_disk={"@callbacks": "toy.before_to_disk.v1"},
        max_steps=2,
    )
    _, path = train(init_nlp(config), tmp_path)
    assert calls == [{"step": step, "epoch": 0} for step in range(3)]
    assert load(path).meta["description"] == "changed"


def test_callback_that_returns_no_pipeline_is_an_error(toys, tmp_path):
    @registry.callbacks("toy.nothing_to_disk.v1")
    def make_before_to_disk():
        return lambda nlp: None

    config = toys.make_config(before_to_disk={"@callbacks": "toy.nothing_to_disk.v1"})
    with pytest.raises(ConfigError, match=r"`training\.before_to_disk` must return the pipeline"):
        train(init_nlp(config), tmp_path)


@pytest.mark.parametrize("what", ["loss", "gradient"])
def test_numbers_that_are_not_finite_stop_the_run(toys, fit, bytes_of, tmp_path, monkeypatch, what):
    fit(tmp_path / "short", max_steps=6)
    get_loss = toys.Guesser.get_loss
    count = itertools.count()

    def break_at_8(self, examples, scores):
        loss, gradient = get_loss(self, examples, scores)
        if next(count) == 8:
            return (
                (float("nan"), gradient) if what == "loss" else (loss, gradient * np.float32("inf"))
            )
        return loss, gradient

    monkeypatch.setattr(toys.Guesser, "get_loss", break_at_8)
    notes = Notes()
    with pytest.raises(NonFiniteError, match=rf"the {what} of `guess`.* at step 8"):
        fit(tmp_path / "broken", listeners=[notes])
    assert notes.run.step == 8
    assert bytes_of(tmp_path / "broken") == bytes_of(tmp_path / "short")
    assert re.match("NonFiniteError: the", notes.all("ended")[0][1])


def test_broken_watcher_is_left_out_and_the_run_goes_on(fit, notes, caplog):
    class Broken:
        calls = 0

        @hookimpl
        def kernel_after_update(self, run):
            self.calls += 1
            raise ValueError("no network")

    broken = Broken()
    fit(listeners=[broken, notes], max_steps=4)
    assert broken.calls == 1
    assert len(notes.all("after")) == 5
    assert caplog.text.count("`kernel_after_update` of the plugin `Broken` failed") == 1
    assert "ValueError: no network" in caplog.text


@pytest.mark.skipif(numpy_blas() is None, reason="numpy has another BLAS")
def test_matrix_products_of_listeners_have_the_threads_of_the_process(fit):
    blas, seen = numpy_blas(), set()

    class Listener:
        @hookimpl
        def kernel_before_update(self):
            seen.add(("before", blas.get_threads()))

        @hookimpl
        def kernel_after_update(self):
            seen.add(("after", blas.get_threads()))

        @hookimpl
        def kernel_evaluated(self):
            seen.add(("evaluated", blas.get_threads()))

    before = blas.get_threads()
    blas.set_threads(3)
    try:
        fit(max_steps=2, eval_frequency=1, listeners=[Listener()])
    finally:
        blas.set_threads(before)
    assert seen == {("before", 3), ("after", 3), ("evaluated", 3)}


def test_logger_that_breaks_does_not_end_the_run(toys, notes, caplog):
    @registry.loggers("toy.broken_logger.v1")
    def make_logger():
        def log_step(info):
            raise OSError("disk full")

        return lambda nlp, stdout, stderr: (log_step, lambda: None)

    train(
        init_nlp(toys.make_config(logger={"@loggers": "toy.broken_logger.v1"}, max_steps=2)),
        listeners=[notes],
    )
    assert len(notes.all("after")) == 3
    assert "disk full" in caplog.text


def test_listener_can_take_the_loop_over(fit, notes):
    class Own:
        @hookimpl
        def kernel_train(self, run):
            for n_done in steps(run):
                if n_done == 2:
                    return "two are enough"
            return "never"

    fit(listeners=[Own(), notes])
    assert notes.all("ended") == [(2, "two are enough")]


@pytest.mark.parametrize("corpus", ["train", "dev"])
def test_empty_corpus_is_one_clear_error(toys, corpus):
    config = toys.make_config()
    nlp = init_nlp(config)
    config["corpora"][corpus]["n_docs"] = 0
    nlp.config = config
    with pytest.raises(DataError, match=rf"`corpora.{corpus}`"):
        train(nlp)


def test_missing_score_key_names_the_pipeline(toys, monkeypatch):
    nlp = init_nlp(toys.make_config())
    monkeypatch.setattr(toys.GuessAccuracy, "result", lambda _: {}["gone"])
    with pytest.raises(KernelError, match=r"scoring the pipeline \['guess'\] found no 'gone'"):
        train(nlp)


def test_steps_can_be_taken_one_by_one(toys):
    run = prepare(init_nlp(toys.make_config()))
    assert list(itertools.islice(steps(run), 3)) == [1, 2, 3]
    assert run.words > 0


def test_two_runs_of_one_seed_are_the_same(fit, bytes_of, tmp_path):
    fit(tmp_path / "a")
    fit(tmp_path / "b")
    fit(tmp_path / "c", seed=4)
    assert bytes_of(tmp_path / "a") == bytes_of(tmp_path / "b") != bytes_of(tmp_path / "c")


def test_adding_a_component_does_not_shift_the_numbers_of_another(fit, bytes_of, tmp_path):
    fit(tmp_path / "one")
    fit(tmp_path / "two", pipeline=["other", "guess"])
    one, two = bytes_of(tmp_path / "one"), bytes_of(tmp_path / "two")
    assert one["raw guess/model/W"] == two["raw guess/model/W"]


def test_run_announces_its_settings(fit, trained):
    stdout = io.StringIO()
    training = {"pipeline": ["guess", "other"], "frozen_components": ["other"], "max_steps": 1}
    fit(stdout=stdout, sources={"other": trained}, **training)
    lines = stdout.getvalue().splitlines()
    assert lines[:3] == [
        "Pipeline: ['guess', 'other']",
        "Frozen components: ['other']",
        "Initial learn rate: 0.05",
    ]
    assert lines[3].split() == ["E", "#", "LOSS", "GUESS", "TOY_ACC", "SCORE"]
