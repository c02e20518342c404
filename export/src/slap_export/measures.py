"""Measures of the recordings of a corpus, and their quantile bins.

Every recording is measured by `slap_edge.measure`, the code that runs on a device, and the table
is kept on disk. From it come nine quantities: the seven that ParaCLAP (Jing et al. 2024) writes
captions from, and a proxy each of creak and of breathiness. `fit_bins` learns the distribution of
each over the training split, and `Bins.of` says of a recording where in it its values lie: low,
normal or high. `measured_captions` turns that into sentences.

A bin is relative to the corpus it was learnt from. A value that is undefined has no bin.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import zipfile
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import slap_edge
import soundfile
from numpy.typing import NDArray

from slap_export.corpus import read_clips
from slap_export.data.files import whole_file

BIN_NAMES = ("low", "normal", "high")

QUANTITIES: dict[str, tuple[tuple[str, int], ...]] = {
    "mean_pitch": (("pitch_semitones.mean", 1),),
    "pitch_variation": (("pitch_semitones.range_20_80", 1),),
    "loudness": (("loudness.mean", 1),),
    "sound_level": (("equivalent_level_dbfs", 1),),
    "jitter": (("jitter.local", 1),),
    "shimmer": (("shimmer.local_db", 1),),
    "duration": (("duration_seconds", 1),),
    "creakiness": (("creak_share", 1), ("jitter.local", 1), ("cpp_db.mean", -1)),
    "airiness": (("cpp_db.mean", -2), ("h1_h2_db.mean", 1), ("hnr_db.mean", -1)),
}
"""Each quantity's functionals and their weights, negative where it shrinks as they grow.

Where there are several, the quantity is the weighted mean of their ranks within the corpus.
Pitch variation is a range of percentiles where ParaCLAP has the coefficient of variation: a single
wrong octave does not widen it.

Creak is low and irregular pitch of little periodicity (Keating, Garellek and Kreiman 2015); the
level of the first harmonic, low in creak too, is left out, as it means nothing where the pitch
was missed. Breath lowers the cepstral peak, which tells it best, and the harmonics-to-noise ratio;
an open glottis strengthens the first harmonic (Hillenbrand, Cleveland and Erickson 1994; Klatt and
Klatt 1990).
"""

OF_THE_RECORDING = frozenset({"loudness", "sound_level", "duration"})
"""Quantities that need no voice. Others are unknown where less than `LEAST_VOICED` is voiced."""

LEAST_VOICED = 0.2
"""Share of voiced frames. Below it lie whispers, in which stray frames seem to have a pitch."""

# Values kept of a distribution; more would tell a bin's edge no better than the corpus does.
MOST_POINTS = 500

AUDIO = (".flac", ".ogg", ".wav")


class MeasuresError(ValueError):
    """A folder, table or file of bins that cannot be used."""


@dataclass(frozen=True)
class Recording:
    """A recording to be measured."""

    id: str
    path: Path
    split: str


@dataclass(frozen=True)
class Table:
    """All functionals of some recordings."""

    recordings: list[Recording]
    names: list[str]
    values: NDArray[np.float32]  # [recordings, functionals], NaN where undefined

    def column(self, name: str) -> NDArray[np.float32]:
        """One functional of every recording, [recordings]."""
        if name not in self.names:
            raise MeasuresError(f"there is no functional `{name}`; see slap_edge.FUNCTIONALS")
        return self.values[:, self.names.index(name)]

    def row(self, index: int) -> dict[str, float | None]:
        """The functionals of one recording, as `slap_edge.measure` gives them."""
        return {
            name: None if np.isnan(value) else float(value)
            for name, value in zip(self.names, self.values[index], strict=True)
        }


def recordings_of(folder: Path) -> list[Recording]:
    """The recordings of a corpus, or, where there is no `clips.jsonl`, all in a folder.

    Those of a folder without splits are for training.
    """
    if (folder / "clips.jsonl").exists():
        return [Recording(clip.id, clip.path, clip.split) for clip in read_clips(folder)]
    paths = sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO)
    if not paths:
        raise MeasuresError(f"{folder} holds neither clips.jsonl nor any of {', '.join(AUDIO)}")
    return [Recording(str(path.relative_to(folder)), path, "train") for path in paths]


def measure_recordings(recordings: Sequence[Recording], cache: Path, report: Any = print) -> Table:
    """Measures recordings in all processes, unless `cache` holds what this build says of them.

    Of a file that cannot be read nothing is known; `report` is told its name.
    """
    names = list(slap_edge.FUNCTIONALS)
    file = cache / f"measures-{_key(recordings)}.npz"
    if file.exists():
        try:
            with np.load(file) as content:
                found = content["values"]
            if found.shape != (len(recordings), len(names)):
                raise ValueError(f"values of {found.shape}")
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            report(f"{file} is damaged ({error}); measuring anew")
        else:
            return Table(list(recordings), names, found)
    values = np.empty((len(recordings), len(names)), np.float32)
    paths = [recording.path for recording in recordings]
    # Forked children of a process with threads may hang; fresh ones do not.
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn"), _start) as pool:
        for done, row in enumerate(pool.map(_measure_file, paths, chunksize=32), start=1):
            if isinstance(row, str):
                report(f"not measured: {paths[done - 1]}: {row}")
                row = np.nan
            values[done - 1] = row
            if done % 2000 == 0 or done == len(paths):
                report(f"measures: {done} of {len(paths)} recordings")
    cache.mkdir(parents=True, exist_ok=True)
    with whole_file(file) as out:
        np.savez(out, values=values)
    return Table(list(recordings), names, values)


def _start() -> None:
    # An interruption ends a process at once, and without a traceback each.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _measure_file(path: Path) -> list[float] | str:
    """The functionals of a recording, or why there are none."""
    try:
        audio, rate = soundfile.read(path, dtype="float32", always_2d=True)
        mono = audio.mean(axis=1) if audio.shape[1] > 1 else audio[:, 0]
        found = slap_edge.measure(mono, rate)["functionals"]
    except (soundfile.SoundFileError, ValueError) as error:
        return str(error)
    return [np.nan if value is None else value for value in found.values()]


def _key(recordings: Iterable[Recording]) -> str:
    """Changes with the recordings and with the build that measures them."""
    digest = hashlib.sha256(metadata.version("slap-edge").encode())
    for module in sorted(Path(slap_edge.__file__).parent.glob("slap_edge*.*")):
        digest.update(module.read_bytes())
    for recording in recordings:
        state = recording.path.stat()
        digest.update(f"{recording.id}\0{state.st_size}\0{state.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


@dataclass(frozen=True)
class Distribution:
    """How values lie in a set of recordings: at most `MOST_POINTS` of them, in order."""

    points: tuple[float, ...]

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> Distribution:
        """Of `values`, NaN left out."""
        ordered = np.sort(values[~np.isnan(values)])
        if len(ordered) > MOST_POINTS:
            places = np.linspace(0, len(ordered) - 1, MOST_POINTS).round().astype(np.int64)
            ordered = ordered[places]
        return cls(tuple(float(value) for value in ordered))

    def rank(self, value: float) -> float:
        """The share of points below `value`, and half of those that equal it; 0 to 1.

        NaN for NaN, and where there are no points.
        """
        if np.isnan(value) or not self.points:
            return float("nan")
        below, up_to = bisect_left(self.points, value), bisect_right(self.points, value)
        return (below + up_to) / (2 * len(self.points))


@dataclass(frozen=True)
class Bins:
    """What counts as low and as high, learnt from a corpus."""

    low: float
    high: float
    functionals: Mapping[str, Distribution]
    quantities: Mapping[str, Distribution]

    def __post_init__(self) -> None:
        if not 0.0 <= self.low < self.high <= 1.0:
            raise MeasuresError(
                f"low and high must be ranks with 0 <= low < high <= 1, got {self.low}, {self.high}"
            )

    def quantity(self, name: str, functionals: Mapping[str, float | None]) -> float:
        """The value of a quantity: a functional's, or the mean rank of several; NaN if unknown."""
        return _combined(name, functionals, self.functionals)

    def rank(self, name: str, functionals: Mapping[str, float | None]) -> float:
        """Where in the corpus a quantity lies, 0 to 1; NaN if it is unknown."""
        return self.quantities[name].rank(self.quantity(name, functionals))

    def of(self, functionals: Mapping[str, float | None]) -> dict[str, str | None]:
        """The bin of every quantity, from what `slap_edge.measure` found; None if unknown."""
        return {name: self._bin(self.rank(name, functionals)) for name in QUANTITIES}

    def _bin(self, rank: float) -> str | None:
        if np.isnan(rank):
            return None
        low, normal, high = BIN_NAMES
        return low if rank <= self.low else high if rank >= self.high else normal

    def write(self, file: Path) -> None:
        """Writes them as JSON."""
        tables = {
            kind: {name: distribution.points for name, distribution in table.items()}
            for kind, table in (("functionals", self.functionals), ("quantities", self.quantities))
        }
        file.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"low": self.low, "high": self.high, **tables})
        with whole_file(file) as out:
            out.write(text.encode() + b"\n")

    @classmethod
    def read(cls, file: Path) -> Bins:
        """Reads what `write` wrote."""
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            bins = cls(
                float(found["low"]),
                float(found["high"]),
                *(
                    {name: Distribution(tuple(points)) for name, points in found[kind].items()}
                    for kind in ("functionals", "quantities")
                ),
            )
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
            raise MeasuresError(f"{file} does not hold quantile bins: {error!r}") from error
        missing = set(QUANTITIES) - set(bins.quantities)
        if missing:
            raise MeasuresError(f"{file} lacks the quantities {', '.join(sorted(missing))}")
        return bins


def fit_bins(table: Table, low: float = 0.3, high: float = 0.7) -> Bins:
    """Learns what is low and high from the recordings of `table` that are for training.

    `low` and `high` are ranks: a value is low up to the rank `low`, high from `high` on.
    """
    train = [i for i, recording in enumerate(table.recordings) if recording.split == "train"]
    if not train:
        raise MeasuresError("no recording is of the split `train`, from which bins are learnt")
    columns = {name for parts in QUANTITIES.values() for name, _ in parts}
    functionals = {name: Distribution.of(table.column(name)[train]) for name in sorted(columns)}
    rows = [table.row(index) for index in train]
    quantities = {
        name: Distribution.of(np.array([_combined(name, row, functionals) for row in rows]))
        for name in QUANTITIES
    }
    return Bins(low, high, functionals, quantities)


def corpus_bins(
    corpus: Path, cache: Path, run: Path, report: Any = print
) -> list[dict[str, str | None]]:
    """The bins of every recording of a corpus, in its order; what they are goes to `run`."""
    table = measure_recordings(recordings_of(corpus), cache, report)
    bins = fit_bins(table)
    bins.write(run / "bins.json")
    return [bins.of(table.row(index)) for index in range(len(table.recordings))]


def _combined(
    name: str, values: Mapping[str, float | None], distributions: Mapping[str, Distribution]
) -> float:
    parts = QUANTITIES[name]
    voiced = values.get("voiced_share")
    found = [values.get(part) for part, _ in parts]
    known = [value for value in found if value is not None]
    if len(known) < len(parts):
        return float("nan")
    if name not in OF_THE_RECORDING and (voiced is None or voiced < LEAST_VOICED):
        return float("nan")
    if len(parts) == 1:
        return known[0]
    total = 0.0
    for (part, weight), value in zip(parts, known, strict=True):
        rank = distributions[part].rank(value)
        total += weight * rank if weight > 0 else -weight * (1.0 - rank)
    return total / sum(abs(weight) for _, weight in parts)
