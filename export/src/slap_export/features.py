"""Log-mel features of a corpus, computed once by the device's own front end.

A feature folder holds `log_mel.npy`, the frames of all recordings one after the
other (float16, before normalisation), and `index.npz` with where each begins, and
with size, time and checksum of each file, by which a recording that was replaced is noticed.
Recordings are padded to whole chunks as on a device.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from slap_edge import FrontEnd

from slap_export.checkpoint import InputStatistics, Trained, front_end_spec
from slap_export.config import Config
from slap_export.corpus import CLIPS, CorpusClip, read_clips
from slap_export.corpus.attributes import refuse_unknown
from slap_export.data.files import clear_partial, partial_file, whole_file
from slap_export.runtime import chunks_of, pad_to_chunks

# Training recordings whose frames give the mean and deviation of the input.
STATISTICS_CLIPS = 2000

INDEX, FRAMES = "index.npz", "log_mel.npy"

# By how much the statistics of training and of features may differ: both are rounded.
ROUNDING = 1e-3

_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)


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
    try:
        audio, found = soundfile.read(path, dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise _unreadable(path, error) from None
    if found != rate or audio.shape[1] != 1:
        raise FeatureError(
            f"{path}: expected {rate} Hz mono, got {found} Hz with {audio.shape[1]} channels"
        )
    return np.ascontiguousarray(audio[:, 0])


def _unreadable(path: Path, error: soundfile.LibsndfileError) -> FeatureError:
    return FeatureError(f"{path}: expected audio that can be decoded, got: {error.error_string}")


def feature_folder(config: Config, root: Path) -> Path:
    """Where the features of this corpus under this front end are kept."""
    key = json.dumps([front_end_spec(config.front_end), config.tower.chunk_frames], sort_keys=True)
    digest = hashlib.sha256((root / config.corpus.path / "clips.jsonl").read_bytes())
    digest.update(key.encode())
    return root / config.runs / "features" / digest.hexdigest()[:16]


def compute_features(config: Config, root: Path, report: Any = print) -> Path:
    """Computes the features of the configured corpus unless they exist; gives their folder.

    They are computed anew, and `report` is told, where what exists is damaged or a recording has
    been replaced since. What killed processes left of any features is removed.
    """
    _clear(root / config.runs / "features")
    corpus = root / config.corpus.path
    if not (corpus / CLIPS).exists():
        raise FeatureError(f"no corpus at {corpus}; run `slap-export corpus synth` first")
    folder, clips = feature_folder(config, root), read_clips(corpus)
    if (folder / INDEX).exists():
        try:
            _open(folder, clips)
        except FeatureError as error:
            report(f"{error}; computing them anew")
        else:
            return folder
    training = [i for i, clip in enumerate(clips) if clip.split == "train"]
    if not training:
        raise FeatureError(f"{corpus}: expected recordings of the split `train`, got none")
    refuse_unknown(clips)
    files = np.column_stack([_states(clips), np.zeros(len(clips), np.int64)])
    spec, chunk = front_end_spec(config.front_end), config.tower.chunk_frames
    lengths = [_length(clip.path) for clip in clips]
    starts = np.concatenate([[0], np.cumsum([chunks_of(n, spec, chunk) for n in lengths])]) * chunk
    shape = (int(starts[-1]), config.front_end.bands)
    front_end = FrontEnd(json.dumps(spec))

    with _frames_file(folder, shape) as log_mel:

        def compute(index: int) -> None:
            path = clips[index].path
            files[index, 2] = _checksum(path)
            audio = read_audio(path, config.front_end.sample_rate)
            if len(audio) != lengths[index]:
                raise FeatureError(f"{path}: expected {lengths[index]} samples, got {len(audio)}")
            if not np.isfinite(audio).all():
                raise FeatureError(f"{path}: expected finite samples, got some that are not")
            mel = front_end.log_mel(pad_to_chunks(audio, spec, chunk))
            log_mel[starts[index] : starts[index + 1]] = mel

        # Decoding and the front end both release the interpreter's lock.
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for done, _ in enumerate(pool.map(compute, range(len(clips))), start=1):
                if done % 2000 == 0 or done == len(clips):
                    report(f"features: {done} of {len(clips)} recordings")
        chosen = np.random.default_rng(0).permutation(training)[:STATISTICS_CLIPS]
        sample = np.concatenate([log_mel[starts[i] : starts[i + 1]] for i in chosen])
        mean, std = (round(float(of(dtype=np.float64)), 4) for of in (sample.mean, sample.std))
        if not (math.isfinite(mean) and math.isfinite(std) and std > 0.0):
            raise FeatureError(f"{corpus}: the training recordings are all alike, such as silence")
    with whole_file(folder / INDEX) as out:
        np.savez(out, starts=starts, mean=mean, std=std, files=files)
    return folder


def _clear(folder: Path) -> None:
    """Removes what was left behind in the folders of features, where nobody looks for it."""
    for features in folder.glob("*/"):
        if clear_partial(features / FRAMES) + clear_partial(features / INDEX):
            with suppress(OSError):  # something is in it
                features.rmdir()


@contextmanager
def _frames_file(folder: Path, shape: tuple[int, int]) -> Iterator[NDArray[np.float16]]:
    """Frames to be filled in; they take the place of older ones when the block ends well."""
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with partial_file(folder / FRAMES) as (_, partial):
            log_mel = np.lib.format.open_memmap(partial, "w+", np.float16, shape)
            _allocate(partial)
            yield log_mel
            log_mel.flush()
            # Without an index frames count for nothing: no old one may stand beside new frames.
            (folder / INDEX).unlink(missing_ok=True)
            partial.chmod(0o644)
            partial.replace(folder / FRAMES)
    except BaseException:
        if made:
            with suppress(OSError):  # another process writes there
                folder.rmdir()
        raise


def _allocate(file: Path) -> None:
    """Claims the whole of a file on the disk: writing to a mapping of a full one kills."""
    if not hasattr(os, "posix_fallocate"):
        return
    with file.open("r+b") as held:
        try:
            os.posix_fallocate(held.fileno(), 0, file.stat().st_size)
        except OSError as error:
            raise OSError(error.errno, error.strerror, str(file)) from None


def _length(path: Path) -> int:
    """Samples of a recording, by the head of its file."""
    try:
        frames = soundfile.info(str(path)).frames
    except soundfile.LibsndfileError as error:
        raise _unreadable(path, error) from None
    if frames == 0:
        raise FeatureError(f"{path}: expected sound, got a file of no length")
    return frames


def _states(clips: Sequence[CorpusClip]) -> NDArray[np.int64]:
    """Size and time of every file, [recordings, 2]; -1 where there is none."""
    found = np.full((len(clips), 2), -1, np.int64)
    for index, clip in enumerate(clips):
        try:
            state = clip.path.stat()
        except OSError:
            continue
        found[index] = state.st_size, state.st_mtime_ns
    return found


def _checksum(path: Path) -> int:
    return zlib.crc32(path.read_bytes())


def _replaced(clips: Sequence[CorpusClip], files: NDArray[np.int64]) -> list[Path]:
    """Recordings that are others than they were; a copy of another time is none."""
    now = _states(clips)
    touched = np.flatnonzero((now != files[:, :2]).any(axis=1) & (now[:, 0] >= 0))
    return [
        clips[at].path
        for at in touched.tolist()
        if now[at, 0] != files[at, 0] or _checksum(clips[at].path) != files[at, 2]
    ]


def _open(folder: Path, clips: list[CorpusClip]) -> Features:
    """The features of a folder; refuses damaged ones, and those of files that are others now.

    A file that is gone changes nothing, nor does any where the index, of an older version, does
    not say what they were.
    """
    try:
        with np.load(folder / INDEX) as index:
            starts, mean, std = index["starts"], float(index["mean"]), float(index["std"])
            files = index.get("files")
        log_mel = np.load(folder / FRAMES, mmap_mode="r")
    except _DAMAGED as error:
        raise FeatureError(f"the features in {folder} are damaged: {error}") from None
    lengths = len(starts) == len(clips) + 1 and starts[-1] == len(log_mel)
    if not lengths or (files is not None and files.shape != (len(clips), 3)):
        raise FeatureError(f"the features in {folder} are damaged: index and frames do not fit")
    replaced = [] if files is None else _replaced(clips, files)
    if replaced:
        raise FeatureError(
            f"{len(replaced)} recordings, {replaced[0]} first, have been replaced since the"
            f" features in {folder} were computed"
        )
    return Features(clips, log_mel, starts, InputStatistics(mean, std))


def load_features(config: Config, root: Path) -> Features:
    """Opens features written by `compute_features`."""
    folder = feature_folder(config, root)
    if not (folder / INDEX).exists():
        raise FeatureError(f"no features at {folder}; run `slap-export features` first")
    try:
        return _open(folder, read_clips(root / config.corpus.path))
    except FeatureError as error:
        raise FeatureError(f"{error}; run `slap-export features`") from None


def features_for(trained: Trained, config: Config, root: Path) -> Features:
    """Features for a trained tower; refuses those normalised otherwise than in its training."""
    features = load_features(config, root)
    found, wanted = features.statistics, trained.statistics
    if max(abs(found.mean - wanted.mean), abs(found.std - wanted.std)) > ROUNDING:
        raise FeatureError(
            f"{config.bundle.name} was trained on another corpus than {config.corpus.path}: mean"
            f" and deviation of its input were {wanted.mean:g} and {wanted.std:g}, and are"
            f" {found.mean:g} and {found.std:g} here; train again, or name that corpus"
        )
    return features
