"""Files that appear whole: of hidden ones, only what a killed process left is removed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_training import small_project

from slap_export.data.files import clear_partial, partial_file, whole_file
from slap_export.features import FRAMES, INDEX, compute_features, feature_folder

WRITER = """
import sys
from pathlib import Path
from slap_export.data.files import whole_file
with whole_file(Path(sys.argv[1])) as out:
    out.write(b"half")
    out.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


@contextmanager
def writer_of(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has written half of a file and waits; killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "writing\n"
            yield process
        finally:
            process.kill()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_only_what_nobody_writes_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "file[1]"
    with writer_of(file):
        (partial,) = tmp_path.iterdir()
        assert clear_partial(file) == 0
        assert partial.read_bytes() == b"half"
    assert names(tmp_path) == [partial.name]
    others = [".file[1].original", ".file[1].swp", ".other.abcdefgh", "file[1]"]
    for name in others[1:]:
        (tmp_path / name).touch()
    (tmp_path / others[0]).symlink_to(tmp_path / "file[1]")
    assert clear_partial(file) == 1
    assert names(tmp_path) == sorted(others)


def test_a_writer_is_left_alone_and_finishes(tmp_path: Path) -> None:
    file = tmp_path / "file"
    with writer_of(file) as process:
        assert clear_partial(file) == 0
        process.communicate("")
        assert process.returncode == 0
    assert names(tmp_path) == ["file"]
    assert file.read_bytes() == b"half"


def test_an_error_leaves_the_earlier_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"earlier")
    with pytest.raises(KeyError), whole_file(file) as out:
        out.write(b"new")
        raise KeyError
    assert names(tmp_path) == ["file"]
    assert file.read_bytes() == b"earlier"


def test_features_that_were_killed_are_removed_at_the_next_start(tmp_path: Path) -> None:
    config = small_project(tmp_path)
    folder = feature_folder(config, tmp_path)
    earlier = folder.with_name("of-a-corpus-that-is-gone")
    busy = folder.with_name("of-another-corpus")
    for each in (folder, earlier, busy):
        each.mkdir(parents=True)
    for file in (folder / FRAMES, folder / INDEX, earlier / FRAMES):
        with writer_of(file):
            pass
    assert len(names(folder)) == 2
    with partial_file(busy / FRAMES) as (_, partial):
        compute_features(config, tmp_path, lambda _: None)
        assert names(busy) == [partial.name]
        assert not earlier.exists()
        assert names(folder) == [INDEX, FRAMES]
        with writer_of(folder / FRAMES):
            pass
        compute_features(config, tmp_path, lambda _: None)
        assert names(folder) == [INDEX, FRAMES]
        partial.unlink()
