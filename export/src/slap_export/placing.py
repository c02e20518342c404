"""A bundle takes the place of an earlier one whole, or not at all.

It is written into a hidden folder beside its place, and put there by renames once it is complete:
whatever stops a run before, the earlier bundle stays as it is, and the next run clears away what
was left behind. Only a bundle is ever replaced, and only its own files are removed.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from slap_export.bundle import FORMAT, MANIFEST, PUBLISHED, BundleError

# Strange files that a refusal names.
NAMED = 3


@contextmanager
def placed(folder: Path) -> Iterator[Path]:
    """An empty folder to write a bundle into, which takes the place of `folder` at the end.

    It does so only if nothing is raised. `folder` may be an earlier bundle, empty or missing.

    Raises:
        BundleError: `folder` holds anything but a bundle, or another run is writing it.
    """
    place = folder.resolve()
    place.parent.mkdir(parents=True, exist_ok=True)
    new = place.with_name(f".{place.name}.slap-export-new")
    old = place.with_name(f".{place.name}.slap-export-old")
    lock = _claimed(new, folder)
    try:
        _settle(place, old)
        check_replaceable(folder)
        yield new
        check_replaceable(folder)  # nothing else may have come into it meanwhile
        _to_disk(new)
        if place.exists():
            new.chmod(place.stat().st_mode)
            place.rename(old)
        new.rename(place)
    finally:
        try:
            _settle(place, old)
            shutil.rmtree(new, ignore_errors=True)
        finally:
            os.close(lock)


def _settle(place: Path, old: Path) -> None:
    """Removes an old bundle that was replaced; puts back one that was moved away and was not."""
    if not old.exists():
        return
    if place.exists():
        remove_bundle(old)
    else:
        old.rename(place)


def _claimed(new: Path, folder: Path) -> int:
    """Makes the hidden folder anew and locks it for as long as this process lives."""
    new.mkdir(exist_ok=True)
    lock = os.open(new, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        raise BundleError(f"another run is writing {folder}") from None
    for path in new.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return lock


def check_replaceable(folder: Path) -> None:
    """Raises unless a bundle may be put in the place of a folder."""
    bundle_files(folder)
    if folder.exists() and folder.samefile(Path.cwd()):
        raise BundleError(f"{folder} is the current folder, and is replaced whole; leave it first")


def bundle_files(folder: Path) -> list[Path]:
    """Every file in the folder of a bundle; none of an empty or missing folder.

    Raises:
        BundleError: the folder is not that of a bundle, or holds files that are not of it.
    """
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise BundleError(f"{folder} is a file; choose another folder")
    found = [
        Path(parent, name)
        for parent, folders, files in os.walk(folder)
        for name in (*files, *(link for link in folders if Path(parent, link).is_symlink()))
    ]
    if not found:
        return []
    known = _listed(folder / MANIFEST)
    if known is None:
        raise BundleError(f"{folder} is not empty and not a bundle; choose another folder")
    strange = sorted(
        name for path in found if (name := path.relative_to(folder).as_posix()) not in known
    )
    if strange:
        more = f" and {len(strange) - NAMED} more" if len(strange) > NAMED else ""
        raise BundleError(
            f"{folder} holds files that are not of its bundle; move them away, or choose another "
            f"folder: {', '.join(strange[:NAMED])}{more}"
        )
    return found


def remove_bundle(folder: Path) -> None:
    """Removes the files of a bundle, the manifest last, and its folder."""
    files = bundle_files(folder)
    for path in sorted(files, key=lambda path: path == folder / MANIFEST):
        path.unlink()
    for parent, _, _ in os.walk(folder, topdown=False):
        Path(parent).rmdir()


def _listed(manifest: Path) -> set[str] | None:
    """The files that a manifest of a bundle, of any version, accounts for; None of any other."""
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        return None
    files = content.get("files")
    return {MANIFEST, *PUBLISHED, *(files if isinstance(files, dict) else ())}


def _to_disk(folder: Path) -> None:
    """Has every file of a folder written out, so that it outlives a loss of power."""
    for parent, _, files in os.walk(folder):
        for path in (Path(parent), *(Path(parent, name) for name in files)):
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
