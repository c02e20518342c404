"""Log-mel features of a corpus, computed once by the device's own front end.

A feature folder holds `log_mel.npy`, the frames of all recordings one after the
other (float16, before normalisation), and `index.npz` with where each begins.
Recordings are padded to whole chunks as on a device.
"""

from __future__ import annotations

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from slap_edge import FrontEnd

from slap_export.checkpoint import InputStatistics, front_end_spec
from slap_export.config import Config
from slap_export.corpus import CorpusClip, read_clips
from slap_export.runtime import chunks_of, pad_to_chunks

# Training recordings whose frames give the mean and deviation of the input.
STATISTICS_CLIPS = 2000


class FeatureError(ValueError):
    """A corpus or feature folder that cannot be used."""


@dataclass(frozen=True)
class Features:
    """Frames of every recording of a corpus, in the order of its `clips.jsonl`."""

    clips: list[CorpusClip]
    log_mel: NDArray[np.float16]  # [frames of all recordings, F]
    starts: NDArray[np.int64]  # [recordings + 1] first frame of each recording
    statistics: InputStatistics

    def split(self, name: str) -> NDArray[np.int64]:
        """Numbers of the recordings of a split."""
        return np.array([i for i, clip in enumerate(self.clips) if clip.split == name], np.int64)

    def frames(self, clip: int) -> NDArray[np.float32]:
        """Normalised log-mel of one recording, [T, F]."""
        raw = self.log_mel[self.starts[clip] : self.starts[clip + 1]].astype(np.float32)
        return (raw - self.statistics.mean) / self.statistics.std


def read_audio(path: Path, rate: int) -> NDArray[np.float32]:
    """Samples of a mono recording at the front end's rate."""
    audio, found = soundfile.read(path, dtype="float32", always_2d=True)
    if found != rate or audio.shape[1] != 1:
        raise FeatureError(
            f"{path}: expected {rate} Hz mono, got {found} Hz with {audio.shape[1]} channels"
        )
    return np.ascontiguousarray(audio[:, 0])


def feature_folder(config: Config, root: Path) -> Path:
    """Where the features of this corpus under this front end are kept."""
    key = json.dumps([front_end_spec(config.front_end), config.tower.chunk_frames], sort_keys=True)
    digest = hashlib.sha256((root / config.corpus.path / "clips.jsonl").read_bytes())
    digest.update(key.encode())
    return root / config.runs / "features" / digest.hexdigest()[:16]


def compute_features(config: Config, root: Path, report: Any = print) -> Path:
    """Computes the features of the configured corpus unless they exist; gives their folder."""
    corpus = root / config.corpus.path
    if not (corpus / "clips.jsonl").exists():
        raise FeatureError(f"no corpus at {corpus}; run `slap-export corpus synth` first")
    folder = feature_folder(config, root)
    if (folder / "index.npz").exists():
        return folder
    clips = read_clips(corpus)
    spec = front_end_spec(config.front_end)
    rate, bands = config.front_end.sample_rate, config.front_end.bands
    front_end = FrontEnd(json.dumps(spec))
    folder.mkdir(parents=True, exist_ok=True)

    chunk = config.tower.chunk_frames
    chunks = [chunks_of(soundfile.info(clip.path).frames, spec, chunk) for clip in clips]
    starts = np.concatenate([[0], np.cumsum(chunks)]) * chunk
    log_mel = np.lib.format.open_memmap(
        folder / "log_mel.npy", "w+", np.float16, (int(starts[-1]), bands)
    )

    def compute(index: int) -> None:
        audio = pad_to_chunks(read_audio(clips[index].path, rate), spec, chunk)
        log_mel[starts[index] : starts[index + 1]] = front_end.log_mel(audio)

    # Decoding and the front end both release the interpreter's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(pool.map(compute, range(len(clips))), start=1):
            if done % 2000 == 0 or done == len(clips):
                report(f"features: {done} of {len(clips)} recordings")
    log_mel.flush()

    training = [i for i, clip in enumerate(clips) if clip.split == "train"]
    chosen = np.random.default_rng(0).permutation(training)[:STATISTICS_CLIPS]
    sample = np.concatenate([log_mel[starts[i] : starts[i + 1]] for i in chosen])
    np.savez(
        folder / "index.npz",
        starts=starts,
        mean=round(float(sample.mean(dtype=np.float64)), 4),
        std=round(float(sample.std(dtype=np.float64)), 4),
    )
    return folder


def load_features(config: Config, root: Path) -> Features:
    """Opens features written by `compute_features`."""
    folder = feature_folder(config, root)
    if not (folder / "index.npz").exists():
        raise FeatureError(f"no features at {folder}; run `slap-export features` first")
    index = np.load(folder / "index.npz")
    return Features(
        read_clips(root / config.corpus.path),
        np.load(folder / "log_mel.npy", mmap_mode="r"),
        index["starts"],
        InputStatistics(float(index["mean"]), float(index["std"])),
    )
