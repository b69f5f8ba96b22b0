"""Whether a run may use its output folder."""

import pytest

from kernel import hookimpl
from kernel.errors import CheckpointError
from kernel.training import open_output


def test_new_and_empty_folders_are_taken(tmp_path):
    assert open_output(tmp_path / "new" / "deep") is False
    assert open_output(tmp_path / "new" / "deep") is False


def test_folder_with_anything_in_it_needs_a_word(tmp_path):
    tmp_path.joinpath("notes.txt").write_text("mine")
    with pytest.raises(CheckpointError, match="is not empty") as caught:
        open_output(tmp_path)
    assert "--resume" in caught.value.hint
    assert "--overwrite" in caught.value.hint
    open_output(tmp_path, overwrite=True)
    assert tmp_path.joinpath("notes.txt").read_text() == "mine"


def test_file_is_not_a_folder(tmp_path):
    tmp_path.joinpath("file").touch()
    with pytest.raises(CheckpointError, match="is a file, expected a folder"):
        open_output(tmp_path / "file")


def test_resume_and_overwrite_exclude_each_other(tmp_path):
    with pytest.raises(CheckpointError, match="not both"):
        open_output(tmp_path, resume=True, overwrite=True)


def test_models_without_a_checkpoint_cannot_be_resumed(tmp_path):
    tmp_path.joinpath("model-best").mkdir()
    with pytest.raises(CheckpointError, match="has model-best, but no checkpoint to resume from"):
        open_output(tmp_path, resume=True)


def test_resuming_finds_the_checkpoint(tmp_path):
    tmp_path.joinpath("checkpoint").mkdir()
    assert open_output(tmp_path, resume=True) is True


def test_leftovers_of_a_dead_process_are_removed(tmp_path):
    tmp_path.joinpath(".model-last.old").mkdir()
    tmp_path.joinpath(".model-last.old", "meta.json").touch()
    tmp_path.joinpath(".checkpoint.1a2b3c4d.tmp").mkdir()
    open_output(tmp_path, resume=False, overwrite=True)
    assert [path.relative_to(tmp_path).as_posix() for path in sorted(tmp_path.rglob("*"))] == [
        "model-last",
        "model-last/meta.json",
    ]


def test_old_models_stay_until_the_new_run_has_one(fit, tmp_path):
    fit(tmp_path, max_steps=2)
    old = tmp_path.joinpath("model-best", "guess", "model").read_bytes()
    seen = []

    class Look:
        @hookimpl
        def kernel_before_update(self, run):
            if run.step == 0:
                seen.append(tmp_path.joinpath("model-best", "guess", "model").read_bytes())

    fit(tmp_path, overwrite=True, listeners=[Look()], max_steps=2, seed=9)
    assert seen == [old]
    assert tmp_path.joinpath("model-best", "guess", "model").read_bytes() != old
