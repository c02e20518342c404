"""One training at a time in the folder of a run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class RunBusyError(ValueError):
    """Another process trains in the folder."""


@contextmanager
def held(folder: Path, report: Callable[[str], None] = print) -> Iterator[None]:
    """Makes the folder of a run and keeps it for this process alone, by the file `lock` in it.

    The operating system lets go of it when the process ends, however it ends. A folder in which
    nothing came to be is removed again.

    Args:
        folder: The run's folder.
        report: Told if the folder's file system knows no locks.
    """
    path = folder / "lock"
    file = locked(path, report)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):  # something is in it
            folder.rmdir()
        os.close(file)


def locked(path: Path, report: Callable[[str], None]) -> int:
    """The file, opened and locked."""
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            number = os.pread(file, 32, 0).decode("ascii", "replace").strip()
            os.close(file)
            raise RunBusyError(
                f"another training is going on in {path.parent} (process {number or 'unknown'}); "
                "wait for its end, or give the recipe another bundle.name"
            ) from error
        except OSError as error:
            report(f"{path}: {error.strerror}: nothing keeps a second training out of its folder")
        # Whoever had it before may have removed the file after it was opened here.
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(file), path.stat()):
                os.ftruncate(file, 0)
                os.pwrite(file, f"{os.getpid()}\n".encode("ascii"), 0)
                return file
        os.close(file)
