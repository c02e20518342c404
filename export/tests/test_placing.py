"""A bundle is replaced whole or not at all, and nothing but a bundle is."""

import json
import multiprocessing
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from slap_export.bundle import BundleError, verify_files, write_manifest
from slap_export.placing import placed
from slap_export.report import linked


def write(folder: Path, text: str) -> None:
    (folder / "golden").mkdir(parents=True, exist_ok=True)
    (folder / "golden" / "scores.json").write_text(text)
    (folder / "audio.onnx").write_text(text)
    write_manifest(folder, {"name": "test", "created": "2026-01-01"})


def held(folder: Path) -> str:
    """What a bundle was written with, if it is whole."""
    verify_files(folder)
    return (folder / "audio.onnx").read_text()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    write(tmp_path / "models" / "b", "old")
    return tmp_path / "models" / "b"


def beside(bundle: Path) -> list[str]:
    return sorted(path.name for path in bundle.parent.iterdir())


@pytest.mark.parametrize("there", ["bundle", "empty", "nothing"])
def test_what_is_written_takes_the_place(tmp_path: Path, there: str) -> None:
    folder = tmp_path / "models" / "b"
    if there == "bundle":
        write(folder, "old")
        (folder / "reliability.svg").write_text("of a report that no manifest lists")
    elif there == "empty":
        folder.mkdir(parents=True)
    with placed(folder) as new:
        assert list(new.iterdir()) == []
        write(new, "new")
        assert folder.exists() == (there != "nothing")
    assert held(folder) == "new"
    assert beside(folder) == ["b"]


@pytest.mark.parametrize("raised", [ValueError, KeyboardInterrupt, MemoryError])
def test_a_failure_leaves_the_earlier_bundle(bundle: Path, raised: type[BaseException]) -> None:
    with pytest.raises(raised), placed(bundle) as new:
        write(new, "new")
        raise raised
    assert held(bundle) == "old"
    assert beside(bundle) == ["b"]


def rename_to_stop(at: int, stop: Callable[[], None]) -> Callable[[Path, Path], Path]:
    """A rename that stops the run the `at`-th time it is asked for, and at no other."""
    rename, calls = Path.rename, []

    def stopping(path: Path, to: Path) -> Path:
        calls.append(path)
        if len(calls) == at:
            stop()
        return rename(path, to)

    return stopping


def killed(bundle: Path, at: int) -> None:
    def kill() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    Path.rename = rename_to_stop(at, kill)
    with placed(bundle) as new:
        write(new, "new")
        if not at:
            kill()


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_killed_run_is_cleared_away_by_the_next(bundle: Path, at: int) -> None:
    """Killed while it wrote, before the old bundle was moved away, before the new one was."""
    context = multiprocessing.get_context("fork")
    process = context.Process(target=killed, args=(bundle, at))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert bundle.exists() == (at < 2)
    with pytest.raises(ValueError, match="no luck"), placed(bundle) as new:
        assert held(bundle) == "old"
        assert list(new.iterdir()) == []
        raise ValueError("no luck")
    assert held(bundle) == "old"
    assert beside(bundle) == ["b"]


@pytest.mark.parametrize("at", [1, 2])
def test_an_interrupted_rename_leaves_the_earlier_bundle(
    bundle: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "rename", rename_to_stop(at, interrupt))
    with pytest.raises(KeyboardInterrupt), placed(bundle) as new:
        write(new, "new")
    assert held(bundle) == "old"
    assert beside(bundle) == ["b"]


def test_a_run_stopped_while_it_removed_the_old_bundle(bundle: Path) -> None:
    old = bundle.with_name(".b.slap-export-old")
    bundle.rename(old)
    (old / "audio.onnx").unlink()
    write(bundle, "new")
    with pytest.raises(ValueError, match="no luck"), placed(bundle):
        raise ValueError("no luck")
    assert held(bundle) == "new"
    assert beside(bundle) == ["b"]


def refused(folder: Path, message: str) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(BundleError, match=message), placed(folder):
        pytest.fail("it was not refused")
    assert sorted(folder.rglob("*")) == before
    assert beside(folder) == [folder.name]


def test_a_folder_of_something_else_is_not_replaced(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "b"
    folder.mkdir(parents=True)
    (folder / "thesis.txt").write_text("do not lose this")
    refused(folder, "not a bundle; choose another folder")
    for text in (json.dumps({"manifest_version": 3, "name": "extension"}), "[]", "{", "null"):
        (folder / "manifest.json").write_text(text)
        refused(folder, "not a bundle; choose another folder")


def test_files_that_are_not_of_the_bundle_are_not_removed(bundle: Path) -> None:
    (bundle / "golden" / "notes.txt").write_text("mine")
    refused(bundle, "not of its bundle; .*: golden/notes.txt$")
    (bundle / "golden" / "notes.txt").unlink()
    (bundle / "link").symlink_to(bundle.parent, target_is_directory=True)
    refused(bundle, "link$")


def test_files_that_come_while_it_is_written_are_not_removed(bundle: Path) -> None:
    with pytest.raises(BundleError, match=r"notes\.txt"), placed(bundle) as new:
        write(new, "new")
        (bundle / "notes.txt").write_text("mine")
    assert (bundle / "notes.txt").read_text() == "mine"
    (bundle / "notes.txt").unlink()
    assert held(bundle) == "old"


def test_a_file_in_the_place_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("a file")
    with pytest.raises(BundleError, match="is a file"), placed(tmp_path / "b"):
        pytest.fail("it was not refused")
    assert (tmp_path / "b").read_text() == "a file"


def test_two_runs_do_not_write_one_bundle(bundle: Path) -> None:
    with placed(bundle) as new:
        write(new, "first")
        with pytest.raises(BundleError, match="another run is writing"), placed(bundle):
            pytest.fail("it was not refused")
    assert held(bundle) == "first"


def test_a_link_to_a_bundle_stays_a_link(bundle: Path) -> None:
    link = bundle.parent / "latest"
    link.symlink_to(bundle, target_is_directory=True)
    with placed(link) as new:
        write(new, "new")
    assert link.is_symlink()
    assert held(bundle) == "new"


def test_the_current_folder_is_not_replaced(bundle: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bundle)
    with pytest.raises(BundleError, match="current folder"), placed(Path()):
        pytest.fail("it was not refused")
    assert held(bundle) == "old"


def test_a_file_is_copied_where_it_cannot_be_linked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_text("same")
    linked(tmp_path / "a", tmp_path / "b")
    assert (tmp_path / "b").samefile(tmp_path / "a")

    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", no_links)
    linked(tmp_path / "a", tmp_path / "c")
    assert (tmp_path / "c").read_text() == "same"
    assert not (tmp_path / "c").samefile(tmp_path / "a")
