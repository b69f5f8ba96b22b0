"""Replacing folders and checking them against their manifest."""

import errno
import json
import os
import re
from pathlib import Path

import pytest

from kernel.errors import KernelError, LoadError
from kernel.files import MANIFEST, recover_folder, replace_folder, verify_manifest, write_file


def save(path, text="new"):
    with replace_folder(path) as folder:
        folder.joinpath("inner").mkdir()
        folder.joinpath("inner", "data").write_text(text)


def entries(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_link_to_a_folder_is_replaced_and_its_target_kept(tmp_path):
    save(tmp_path / "elsewhere", "old")
    tmp_path.joinpath("model").symlink_to(tmp_path / "elsewhere")
    for _ in range(2):
        save(tmp_path / "model")
    assert not tmp_path.joinpath("model").is_symlink()
    assert tmp_path.joinpath("model", "inner", "data").read_text() == "new"
    assert tmp_path.joinpath("elsewhere", "inner", "data").read_text() == "old"
    assert entries(tmp_path) == [
        *("elsewhere", "elsewhere/inner", "elsewhere/inner/data", f"elsewhere/{MANIFEST}"),
        *("model", "model/inner", "model/inner/data", f"model/{MANIFEST}"),
    ]


@pytest.mark.parametrize("name", ["model", ".model.old"])
def test_dangling_links_are_replaced(tmp_path, name):
    tmp_path.joinpath(name).symlink_to(tmp_path / "nowhere")
    save(tmp_path / "model")
    recover_folder(tmp_path / "model")
    verify_manifest(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_stray_file_with_the_name_of_the_old_folder_is_removed(tmp_path):
    save(tmp_path / "model", "old")
    tmp_path.joinpath(".model.old").write_text("stray")
    save(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_file_is_not_replaced_by_a_folder(tmp_path):
    tmp_path.joinpath("notes").write_text("mine")
    with pytest.raises(KernelError, match="notes is a file, expected a folder"):
        save(tmp_path / "notes")
    assert tmp_path.joinpath("notes").read_text() == "mine"


def test_working_directory_is_not_replaced(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(KernelError, match="is the working directory"):
        save(tmp_path.relative_to(tmp_path))


def test_entries_that_were_not_saved_with_the_folder_are_kept(tmp_path):
    model = tmp_path / "model"
    with replace_folder(model) as folder:
        folder.joinpath("stale").write_text("of the old folder")
    model.joinpath("README.md").write_text("mine")
    model.joinpath("notes").mkdir()
    model.joinpath("notes", "today").write_text("mine too")
    for _ in range(2):
        save(model)
    assert entries(model) == [
        *("README.md", "inner", "inner/data", MANIFEST, "notes", "notes/today"),
    ]
    assert model.joinpath("README.md").read_text() == "mine"
    assert json.loads(model.joinpath(MANIFEST).read_bytes())["files"].keys() == {"inner/data"}
    model.joinpath("README.md").write_text("changed")
    verify_manifest(model)


def test_full_disk_names_the_path(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    for write in (lambda: save(tmp_path / "model"), lambda: write_file(tmp_path / "model", b"")):
        with pytest.raises(OSError, match=f"{re.escape(str(tmp_path / 'model'))}'$"):
            write()
    assert list(tmp_path.iterdir()) == []


def test_temporary_names_are_not_in_messages(tmp_path):
    with pytest.raises(OSError, match=f"{re.escape(str(tmp_path))}'$"):
        write_file(tmp_path, b"")
    with pytest.raises(OSError, match=f"{re.escape(str(tmp_path / 'no' / 'file'))}'$"):
        write_file(tmp_path / "no" / "file", b"")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes")
def test_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    write_file(pipe, b"data")
    assert os.read(reader, 10) == b"data"
    os.close(reader)
    assert pipe.is_fifo()
    with pytest.raises(KernelError, match="pipe is a file, expected a folder"):
        save(pipe)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("", "is not JSON: line 1", id="empty"),
        pytest.param("[]", "is a list, expected dict", id="list"),
        pytest.param("{}", "has no `files`", id="no-files"),
        pytest.param('{"files": {"data": 1}}', "`files.data` is 1, expected dict", id="no-entry"),
        pytest.param(
            '{"files": {"data": {"bytes": "1", "blake2b": ""}}}',
            "the entry of 'data': `bytes` is '1', expected int",
            id="size-as-text",
        ),
        pytest.param("[" * 100_000, "nested too deeply", id="deep"),
        pytest.param('{"files": ' + "9" * 5000 + "}", "is not JSON: Exceeds the limit", id="huge"),
    ],
)
def test_invalid_manifest_is_reported_with_its_path(tmp_path, text, message):
    tmp_path.joinpath(MANIFEST).write_text(text)
    with pytest.raises(LoadError) as caught:
        verify_manifest(tmp_path)
    assert str(caught.value).startswith(f"`{tmp_path / MANIFEST}`")
    assert message in str(caught.value)


@pytest.mark.parametrize("name", ["../victim", "/etc/passwd", "a/../../victim", "a\\b", "", "a\0"])
def test_manifest_may_not_name_a_file_outside(tmp_path, name):
    entry = {"bytes": 1, "blake2b": ""}
    tmp_path.joinpath(MANIFEST).write_text(json.dumps({"files": {name: entry}}))
    with pytest.raises(LoadError, match="not a path inside of the folder"):
        verify_manifest(tmp_path)


def test_links_that_leave_the_folder_are_refused(tmp_path):
    tmp_path.joinpath("secret").write_text("mine")
    save(tmp_path / "model")
    tmp_path.joinpath("model", "same").symlink_to(tmp_path / "model" / "inner")
    verify_manifest(tmp_path / "model")
    tmp_path.joinpath("model", "inner", "link").symlink_to(tmp_path / "secret")
    with pytest.raises(LoadError, match="inner/link` is a link that leaves the folder"):
        verify_manifest(tmp_path / "model")


def test_pipes_and_circular_links_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LoadError, match="pipe` is not a regular file"):
        verify_manifest(tmp_path)
    tmp_path.joinpath("pipe").unlink()
    tmp_path.joinpath("circle").symlink_to(tmp_path / "circle")
    with pytest.raises(LoadError, match="circle` is a link to nothing"):
        verify_manifest(tmp_path)


def test_loading_at_the_moment_of_replacing_breaks_nothing(tmp_path, monkeypatch):
    save(tmp_path / "model", "old")
    rename, n_restored = Path.rename, 0

    def rename_late(self, target):
        nonlocal n_restored
        if self.name.endswith(".tmp") and n_restored < 2:
            n_restored += 1
            recover_folder(tmp_path / "model")  # as another process does before it loads
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", rename_late)
    save(tmp_path / "model")
    assert n_restored == 2
    assert tmp_path.joinpath("model", "inner", "data").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
