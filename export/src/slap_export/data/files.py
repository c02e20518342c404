"""Files that appear whole or not at all, and take the place of nothing but their like."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO


@contextmanager
def whole_file(file: Path) -> Iterator[BinaryIO]:
    """A file to write to, which takes its place when the block ends without an error."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    written = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        mask = os.umask(0)
        os.umask(mask)
        written.chmod(0o666 & ~mask)
        written.replace(file)
    except BaseException:
        written.unlink(missing_ok=True)
        raise


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
