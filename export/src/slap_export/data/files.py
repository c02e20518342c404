"""Files that appear whole or not at all, and take the place of nothing but their like.

Until a file is whole it is a hidden one beside its place, which the process that writes it keeps
locked. A process that is killed leaves it there, unlocked, and so it can be told from one that is
still being written.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any, BinaryIO


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place when the block ends without an error."""
    with partial_file(file) as (handle, written):
        with os.fdopen(handle, "wb", closefd=False) as out:
            yield out
            out.flush()
            os.fsync(handle)
        mask = os.umask(0)
        os.umask(mask)
        written.chmod(0o666 & ~mask)
        written.replace(file)


@contextmanager
def partial_file(file: Path) -> Iterator[tuple[int, Path]]:
    """A hidden file beside `file`, open and locked, for the block to write and to rename.

    It is removed if the block raises.
    """
    handle, partial = _locked(file)
    try:
        yield handle, partial
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)


def _locked(file: Path) -> tuple[int, Path]:
    while True:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        with suppress(OSError):  # the file system knows no locks, and nothing is cleared there
            fcntl.flock(handle, fcntl.LOCK_EX)
        # Before it was locked, another process may have taken it for one that was left behind.
        if os.fstat(handle).st_nlink:
            return handle, Path(name)
        os.close(handle)


def clear_partial(file: Path) -> int:
    """Removes what killed processes left of a file, and nothing that is still written; how many.

    Only for folders that hold results alone: it goes by names, and of those by the lock.
    """
    removed = 0
    for partial in file.parent.glob(f".{escape(file.name)}.????????"):
        try:
            handle = os.open(partial, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # it was renamed meanwhile, or is no such file
            continue
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            partial.unlink()
            removed += 1
        except OSError:  # somebody writes it, or renamed it, or there are no locks
            pass
        finally:
            os.close(handle)
    return removed


def refuse_other(out: Path, what: str, like: Callable[[dict[str, Any]], bool]) -> None:
    """Refuses to write over a file that is no earlier output of the same command.

    Args:
        out: Where lines of JSON are to be written; what is there, if anything, has been too.
        what: What the command writes, for the refusal.
        like: Whether the object of a first line is such as the command writes.
    """
    if out.is_dir():
        raise ValueError(f"the result cannot be written to {out}, a folder")
    if not out.exists() or out.stat().st_size == 0:
        return
    with out.open("rb") as file:
        first = file.readline(1 << 24)
    try:
        values = json.loads(first.decode())
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not like(values):
        raise ValueError(f"{out} is there and is no {what}; remove it or choose another name")
