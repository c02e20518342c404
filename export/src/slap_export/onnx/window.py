"""Window graphs: a stretch of audio in, its embeddings out, no state.

Of a `SlapTower` there are two. A window of a fixed number of chunks gives the
embedding at its end, and a bundle may hold it. Whole recordings of any number of
chunks, many at a time, give the embedding at the end of every chunk; that is
for work on a disk full of recordings, where steps would waste a large machine.
Both see at each chunk what the step graph sees, so both give its numbers.

A `WaveTower` reads samples, and a bundle slides its window over them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from slap_export.onnx.files import save, trace
from slap_export.onnx.metadata import About, describe
from slap_export.onnx.stream import Tower, embedding_outputs, ready, with_branches
from slap_export.towers.branches import BranchedTower
from slap_export.towers.wave_tower import WaveTower

LONGEST_WINDOW = 3600
"""Seconds: a window is held in memory at once, with everything that the tower makes of it."""


class WindowGraph(nn.Module):
    """A whole stretch at once: embeddings at its end, or with `every` at the end of all chunks."""

    def __init__(self, tower: BranchedTower, every: bool) -> None:
        super().__init__()
        self.tower = tower
        self.every = every

    def forward(self, mel: Tensor) -> tuple[Tensor, ...]:
        found = self.tower(mel)
        embeddings = (found.tower.embeddings, *found.branches.values())  # [B, C, D] each
        if not self.every:
            embeddings = tuple(values[:, -1] for values in embeddings)  # [B, D] each
        return *embeddings, found.tower.tokens


def window_interface(tower: Tower, chunks: int) -> dict[str, Any]:
    """The manifest's description of a window graph of so many chunks."""
    branched = with_branches(tower)
    config = branched.tower.config
    tokens = [1, chunks * config.chunk_tokens, config.width]
    return {
        "input": "log_mel",
        "mode": "window",
        "input_name": "mel",
        "input_shape": [1, chunks * config.chunk_frames, config.bands],
        "hop_frames": config.chunk_frames,
        "states": [],
        "outputs": [
            *embedding_outputs(branched),
            {"name": "tokens", "kind": "token", "shape": tokens},
        ],
        "embedding_dim": config.embedding_dim,
    }


def export_window(tower: Tower, path: Path, about: About, chunks: int) -> None:
    """Writes the float32 graph of a window of a fixed number of chunks."""
    branched = ready(tower)
    config = branched.tower.config
    front_end = about.front_end
    chunk = config.chunk_frames * front_end["hop_length"] / front_end["sample_rate"]
    if chunks * chunk > LONGEST_WINDOW:
        raise ValueError(
            f"expected a window of at most {LONGEST_WINDOW / chunk:.0f} chunks, which are "
            f"{LONGEST_WINDOW} s, got {chunks}; a graph of recordings takes any number of them"
        )
    mel = torch.zeros(1, chunks * config.chunk_frames, config.bands)
    model = trace(WindowGraph(branched, every=False), (mel,), ["mel"], branched.output_names())
    save(model, path, "audio", describe(about, window_interface(tower, chunks), "float32"))


def fewest_chunks(tower: Tower) -> int:
    """Chunks a recording needs for `export_recordings`; add silence at the end of a shorter one.

    What comes after a chunk never changes its embedding.
    """
    return with_branches(tower).tower.config.context_chunks + 1


def export_recordings(tower: Tower, path: Path, about: About) -> None:
    """Writes the float32 graph of whole recordings: mel [B, T, F] to embeddings [B, C, D].

    T is any whole number of chunks from `fewest_chunks` on. Branches come out as
    the embedding does, and tokens as [B, N, W].
    """
    branched = ready(tower)
    config = branched.tower.config
    fewest = fewest_chunks(tower)
    mel = torch.zeros(2, (fewest + 2) * config.chunk_frames, config.bands)
    recordings = torch.export.Dim("recordings", min=1)
    chunks = torch.export.Dim("chunks", min=fewest)
    model = trace(
        WindowGraph(branched, every=True),
        (mel,),
        ["mel"],
        branched.output_names(),
        dynamic=({0: recordings, 1: config.chunk_frames * chunks},),
    )
    interface = window_interface(tower, 1)
    interface["input_shape"] = ["recordings", "frames", config.bands]
    for output in interface["outputs"]:
        each = "tokens" if output["kind"] == "token" else "chunks"
        output["shape"] = ["recordings", each, output["shape"][-1]]
    save(model, path, "audio", describe(about, interface, "float32"))


def wave_interface(tower: WaveTower, samples: int, hop: int) -> dict[str, Any]:
    """The manifest's description of a waveform tower run on a sliding window."""
    dim = tower.embedding_dim
    return {
        "input": "waveform",
        "mode": "window",
        "input_name": "waveform",
        "input_shape": [1, samples],
        "hop_samples": hop,
        "states": [],
        "outputs": [{"name": "embedding", "kind": "global", "shape": [1, dim]}],
        "embedding_dim": dim,
    }


def export_wave(tower: WaveTower, path: Path, about: About, samples: int, hop: int) -> None:
    """Writes the float32 graph of a window of samples."""
    model = trace(tower.plain(), (torch.zeros(1, samples),), ["waveform"], ["embedding"])
    save(model, path, "audio", describe(about, wave_interface(tower, samples, hop), "float32"))
