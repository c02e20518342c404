"""The files of a bundle: safetensors, prompt packs, backgrounds, the manifest.

Everything here is written byte for byte the same when the content is the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open

from slap_export.scoring import (
    NeedsError,
    PackedClass,
    PackedGroup,
    PackedNeed,
    PackedTask,
    by_needs,
)

FORMAT = "slap-edge-bundle"
VERSION = 2
MANIFEST = "manifest.json"
REPORT, CARD, DIAGRAM = "report.json", "MODEL_CARD.md", "reliability.svg"
# Files that are made from the report, or are it.
PUBLISHED = (REPORT, CARD, DIAGRAM)
LARGEST_FILE = 25 * 2**20
LARGEST_BUNDLE = 48 * 2**20

UNREADABLE = (SafetensorError, ValueError, LookupError, TypeError, AttributeError, RuntimeError)
"""What reading a file raises that is not what it should be."""

_DTYPES = {"float32": "F32", "float16": "F16", "int32": "I32", "int8": "I8"}


class BundleError(ValueError):
    """A bundle that breaks its own contract."""


@dataclass(frozen=True)
class Space:
    """The space of another tower."""

    name: str
    """Of the bundle with that tower."""
    sha256: str
    """Of its float32 graph."""


def said(error: Exception) -> str:
    """An error in one line, with its kind where the words alone say nothing."""
    words = " ".join(str(error).split())
    return words if isinstance(error, BundleError) else f"{type(error).__name__}: {words}"


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_safetensors(
    path: Path, tensors: dict[str, NDArray[Any]], metadata: dict[str, str] | None = None
) -> None:
    """Writes a safetensors file with its header in a fixed order.

    The library's own writer keeps metadata in a hash map, whose order changes
    from run to run.
    """
    header: dict[str, Any] = {"__metadata__": dict(sorted(metadata.items()))} if metadata else {}
    offset = 0
    for name, tensor in sorted(tensors.items()):
        header[name] = {
            "dtype": _DTYPES[tensor.dtype.name],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.nbytes],
        }
        offset += tensor.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)  # tensors start on a multiple of 8 bytes
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for _, tensor in sorted(tensors.items()):
            file.write(np.ascontiguousarray(tensor).tobytes())


def write_prompt_pack(
    path: Path,
    name: str,
    texts: list[str],
    embeddings: NDArray[np.float32],
    tasks: list[PackedTask],
    tower_sha256: str,
) -> None:
    """Writes a prompt pack: unit embeddings [n, D] in float16, texts and calibrated tasks."""
    if len(texts) != len(embeddings):
        raise BundleError(f"expected {len(texts)} prompt embeddings, got {len(embeddings)}")
    used = {row for task in tasks for option in task.classes for row in option.prompts}
    if not used <= set(range(len(texts))):
        raise BundleError(f"tasks use prompt {max(used)} of {len(texts)}")
    try:
        by_needs(tasks)
    except NeedsError as error:
        raise BundleError(str(error)) from error
    metadata = {
        "format": "slap-edge-prompts",
        "version": "1",
        "name": name,
        "tower_sha256": tower_sha256,
        "prompts": json.dumps(texts, ensure_ascii=False),
        "tasks": json.dumps([_said(task) for task in tasks], ensure_ascii=False),
    }
    write_safetensors(path, {"embeddings": embeddings.astype(np.float16)}, metadata)


def _said(task: PackedTask) -> dict[str, Any]:
    """A task as it stands in a pack: what it does not have is left out."""
    said = {key: value for key, value in asdict(task).items() if value is not None}
    del said["needs"]
    if task.needs:
        said["needs"] = [[{"task": n.task, "class": n.option} for n in need] for need in task.needs]
    return said


def read_prompt_pack(path: Path) -> tuple[NDArray[np.float16], list[str], list[PackedTask], str]:
    """Embeddings [n, D], texts, tasks and the hash of the tower a pack was made for."""
    try:
        return _read_prompt_pack(path)
    except UNREADABLE as error:
        raise BundleError(f"{path.name}: not a prompt pack ({said(error)})") from error


def _read_prompt_pack(path: Path) -> tuple[NDArray[np.float16], list[str], list[PackedTask], str]:
    with safe_open(path, "numpy") as file:
        metadata = file.metadata()
        embeddings = file.get_tensor("embeddings")
    tasks = []
    for entry in json.loads(metadata["tasks"]):
        classes = [PackedClass(**value) for value in entry.pop("classes")]
        group = PackedGroup(**entry.pop("group")) if "group" in entry else None
        needs = [
            [PackedNeed(answer["task"], answer["class"]) for answer in need]
            for need in entry.pop("needs", [])
        ]
        tasks.append(PackedTask(**entry, classes=classes, group=group, needs=needs))
    return embeddings, json.loads(metadata["prompts"]), tasks, metadata["tower_sha256"]


def write_background(
    path: Path, embeddings: NDArray[np.float32], tower_sha256: str, description: str
) -> None:
    """Writes reference embeddings [m, D] in float16."""
    metadata = {
        "format": "slap-edge-background",
        "version": "1",
        "tower_sha256": tower_sha256,
        "description": description,
    }
    write_safetensors(path, {"embeddings": embeddings.astype(np.float16)}, metadata)


def files_of(folder: Path) -> list[Path]:
    """Every file of a bundle except its manifest, sorted."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return sorted(path for path in found if path.relative_to(folder).as_posix() != MANIFEST)


def write_manifest(folder: Path, content: dict[str, Any]) -> dict[str, Any]:
    """Writes `manifest.json` with the size and hash of every file lying in the folder."""
    listed = {
        path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": sha256(path)}
        for path in files_of(folder)
    }
    manifest: dict[str, Any] = {"format": FORMAT, "version": VERSION}
    for key, value in content.items():
        manifest[key] = value
        if key == "created":
            manifest["files"] = listed
    text = json.dumps(manifest, indent=2, ensure_ascii=False) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return manifest


def verify_files(folder: Path) -> dict[str, Any]:
    """Reads the manifest and checks every file's presence, size and hash."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise BundleError(f"{folder} has no {MANIFEST}, so it is not a bundle") from None
    except json.JSONDecodeError as error:
        raise BundleError(f"{folder / MANIFEST} is not valid JSON: {error}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise BundleError(f"{folder / MANIFEST} is not valid JSON: {said(error)}") from error
    if not isinstance(manifest, dict):
        raise BundleError(f"{folder / MANIFEST}: expected an object, got {manifest!r:.40}")
    if (manifest.get("format"), manifest.get("version")) != (FORMAT, VERSION):
        raise BundleError(
            f"expected format {FORMAT} version {VERSION}, got "
            f"{manifest.get('format')} version {manifest.get('version')}"
        )
    present = {path.relative_to(folder).as_posix(): path for path in files_of(folder)}
    listed = manifest.get("files")
    if not isinstance(listed, dict) or not all(
        isinstance(entry, dict) and {"bytes", "sha256"} <= entry.keys() for entry in listed.values()
    ):
        raise BundleError(
            f"{folder / MANIFEST}: expected size and hash of every file under `files`"
        )
    if present.keys() != listed.keys():
        missing = sorted(listed.keys() - present.keys())
        extra = sorted(present.keys() - listed.keys())
        raise BundleError(f"files missing: {missing or 'none'}; not listed: {extra or 'none'}")
    for name, path in present.items():
        expected = listed[name]
        if path.stat().st_size != expected["bytes"]:
            raise BundleError(
                f"{name}: expected {expected['bytes']} bytes, got {path.stat().st_size}"
            )
        if sha256(path) != expected["sha256"]:
            raise BundleError(f"{name}: content differs from the hash in the manifest")
    return manifest


def check_sizes(folder: Path) -> None:
    """Refuses a bundle too large to be kept beside the code; an imported one may be larger."""
    sizes = {path: path.stat().st_size for path in (*files_of(folder), folder / MANIFEST)}
    for path, size in sizes.items():
        if size > LARGEST_FILE:
            name = path.relative_to(folder).as_posix()
            raise BundleError(f"{name}: {size} bytes, at most {LARGEST_FILE}")
    total = sum(sizes.values())
    if total > LARGEST_BUNDLE:
        raise BundleError(f"bundle has {total} bytes, at most {LARGEST_BUNDLE} are allowed")
