"""The space of a student: that of its teacher, whose prompt packs it therefore takes.

A pack names the tower it was made for by the digest of the exported graph, which is in the
teacher's bundle and nowhere else. So the bundle is needed to pack a student, and it is looked at
whether it is the teacher's.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slap_export.bundle import BundleError, Space, read_prompt_pack, sha256, verify_files
from slap_export.checkpoint import Trained
from slap_export.report import read_report

Array = NDArray[np.float32]

SAME_SPACE = 2e-3
"""What float16 and another order of sums may change of an embedding."""


def teacher_folder(trained: Trained, models: Path, given: Path | None) -> Path | None:
    """Where the bundle of the teacher is, if there was a teacher."""
    table = trained.config.objectives.distillation
    if table is None:
        if given is not None:
            raise BundleError(f"{trained.config.bundle.name} has no teacher: its space is its own")
        return None
    return models / table.teacher if given is None else given


def space_of(trained: Trained, folder: Path, embed_text: Callable[[list[str]], Array]) -> Space:
    """The space of a student, whose teacher has its bundle in `folder`.

    Of a teacher that was a student itself, the space is that of its own teacher.

    Args:
        trained: The student.
        folder: The teacher's bundle.
        embed_text: The student's embeddings [n, D] of sentences.

    Raises:
        BundleError: There is no bundle, or it is of another tower than the teacher.
    """
    if not folder.is_dir():
        raise BundleError(
            f"no bundle of the teacher at {folder}, whose prompt packs a student takes; pack the "
            "teacher first, or name its bundle with --teacher"
        )
    manifest = verify_files(folder)
    taught = trained.origin and trained.origin.teacher
    found = read_report(folder)["training"].get("checkpoint")
    if taught is not None and found is not None and taught != found:
        raise BundleError(
            f"{folder} is not the teacher's bundle: it was packed from the weights {found[:12]}, "
            f"the student was taught by {taught[:12]}"
        )
    check_sentences(folder, manifest["prompts"], embed_text)
    if (space := manifest["tower"].get("space")) is not None:
        return Space(**space)
    return Space(manifest["name"], sha256(folder / manifest["tower"]["float32"]))


def check_sentences(folder: Path, pack: str, embed_text: Callable[[list[str]], Array]) -> None:
    """Raises unless the prompts of a bundle have the embeddings that the student gives them."""
    theirs, texts, _, _ = read_prompt_pack(folder / pack)
    own = embed_text(texts)
    if own.shape != theirs.shape:
        raise BundleError(
            f"{folder} is not the teacher's bundle: its embeddings are {theirs.shape[1:]}, the "
            f"student's {own.shape[1:]}"
        )
    difference = float(np.abs(own - theirs.astype(np.float32)).max(initial=0.0))
    if difference > SAME_SPACE:
        raise BundleError(
            f"{folder} is not the teacher's bundle: the embeddings of its prompts differ from the "
            f"student's by {difference:.3f}"
        )
