"""`slap-export corpus synth`: a corpus of synthetic voices with known attributes.

A folder is written with `clips.jsonl`, one JSON object a clip, `corpus.json`, which says how it
was made, and `audio/<split>/*.flac` (16 kHz, 16 bit, mono). The same seed, sizes and versions of
espeak-ng and flite give the same files. Every clip has a random generator of its own, so that the
number of processes changes nothing.

Splits: `train`; `validation` and `test_voices` (languages of training, other speakers);
`test_languages` (languages never trained on, other speakers again); `test_synthesiser` (flite).
"""

from __future__ import annotations

import json
import multiprocessing
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np
import soundfile as sf

from slap_export.config import CorpusConfig
from slap_export.corpus import CLIPS, CorpusError, attributes, engines, measures
from slap_export.corpus.effects import noise
from slap_export.corpus.effects.source_filter import analyse
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.languages import ENGLISH_NAMES, LANGUAGES, Language
from slap_export.corpus.render import render
from slap_export.corpus.speakers import SPLITS, Speaker, speakers_by_split
from slap_export.corpus.treatment import draw
from slap_export.corpus.utterance import SHORTEST, Spoken, hold_vowel, utter
from slap_export.data.files import whole_file

ABOUT = "corpus.json"
"""The file of a corpus that says how it was made."""

_BABBLE_VOICES = 24
_TRACK_SECONDS = 30.0

_HELD_SHARE = 0.07
"""Share of the clips that are one held vowel."""


@dataclass(frozen=True)
class _Job:
    split: str
    indexes: range


class _Worker:
    """What one process keeps: the voice folder, the speakers, and the noise tracks of a split."""

    def __init__(self, out: Path, config: CorpusConfig) -> None:
        self.out, self.config = out, config
        self.folder = engines.VoiceFolder()
        voices = engines.espeak_data() / "voices" / "!v"
        self.speakers = speakers_by_split(voices, np.random.default_rng((config.seed, 0)))
        self._tracks: dict[str, dict[str, np.ndarray]] = {}

    def run(self, job: _Job) -> list[dict]:
        """Speaks, treats and writes the clips of a job; returns their lines."""
        lines: list[dict] = []
        for index in job.indexes:
            lines += self._clip(job.split, index)
        return lines

    def _clip(self, split: str, index: int) -> Iterator[dict]:
        rng = np.random.default_rng((self.config.seed, 1, SPLITS.index(split), index))
        speaker, spoken = self._speak(split, rng)
        if rng.random() < _HELD_SHARE:
            held = hold_vowel(spoken, rng)
            spoken = held if len(held.samples) >= SHORTEST else spoken
        clip = attributes.measured(
            spoken.samples,
            spoken.pitch,
            spoken.nuclei,
            spoken.seconds,
            spoken.language,
            spoken.held,
        )
        voice = analyse(spoken.samples, spoken.pitch)
        renders = self.config.other_renders
        if split == "train":
            renders = max(1, self.config.train_renders - int(rng.random() < 0.5))
        for take in range(renders):
            treatment = draw(rng, len(spoken.samples) / SAMPLE_RATE, spoken.held)
            second = None
            if treatment.second_db is not None:
                second = self._second(split, speaker, LANGUAGES[spoken.language], rng).samples
            made = render(voice, treatment, self._noise(split), second, rng)
            name = f"{split}-{index:05d}-{take}"
            path = f"audio/{split}/{name}.flac"
            sf.write(self.out / path, made.samples, SAMPLE_RATE, subtype="PCM_16")
            seconds = round(len(made.samples) / SAMPLE_RATE, 3)
            line = {
                "id": name,
                "path": path,
                "split": split,
                "engine": speaker.engine,
                "voice": speaker.voice,
                "speaker": speaker.name,
                "language": spoken.language,
                "text": spoken.text,
                "seconds": seconds,
                "attributes": attributes.label(
                    speaker, clip, treatment, made.level_dbfs, made.pauses
                ),
                "measures": _rounded({**asdict(clip), "level_dbfs": made.level_dbfs}),
                "treatment": _rounded(asdict(treatment)),
            }
            both = attributes.parts(speaker, clip, treatment, made.level_dbfs)
            if both is not None and made.changed_at is not None:
                turn = round(made.changed_at / SAMPLE_RATE, 3)
                line["parts"] = [
                    {"start": 0.0, "end": turn, "attributes": both[0]},
                    {"start": turn, "end": seconds, "attributes": both[1]},
                ]
            yield line

    def _speak(
        self, split: str, rng: np.random.Generator, language: Language | None = None
    ) -> tuple[Speaker, Spoken]:
        """A speaker of `split` and a clip long enough, which may take a few tries."""
        for attempt in range(12):
            speaker = _pick(self.speakers[split], rng)
            tongue = language or _language(split, rng)
            spoken = utter(self.folder, speaker, tongue, rng, attempt)
            if len(spoken.samples) >= SHORTEST and spoken.pitch.voiced.mean() > 0.2:
                return speaker, spoken
        raise engines.EngineError(f"no clip of at least 1.5 s came out in 12 tries ({split})")

    def _second(
        self, split: str, first: Speaker, language: Language, rng: np.random.Generator
    ) -> Spoken:
        """What somebody other than the `first` speaker says in the same language."""
        while True:
            speaker, spoken = self._speak(split, rng, language)
            if speaker.name != first.name:
                return spoken

    def _noise(self, split: str) -> dict[str, np.ndarray]:
        """The noise tracks of `split`; its babble is spoken by its own speakers."""
        if split not in self._tracks:
            self._tracks.clear()
            rng = np.random.default_rng((self.config.seed, 2, SPLITS.index(split)))
            tracks = {
                kind: noise.track(kind, _TRACK_SECONDS, rng)
                for kind in noise.KINDS
                if kind != "babble"
            }
            babble = np.zeros(round(_TRACK_SECONDS * SAMPLE_RATE), np.float32)
            for _ in range(_BABBLE_VOICES):
                place = int(rng.integers(0, SAMPLE_RATE))
                while place < len(babble) - 1000:
                    _, spoken = self._speak(split, rng)
                    piece = spoken.samples[: len(babble) - place]
                    scale = np.float32(rng.uniform(0.3, 1.0) / (measures.rms(piece) + 1e-6))
                    babble[place : place + len(piece)] += piece * scale
                    place += len(piece) + int(rng.integers(0, SAMPLE_RATE // 2))
            tracks["babble"] = babble / np.sqrt(np.mean(np.square(babble)))
            self._tracks[split] = tracks
        return self._tracks[split]


def _pick(speakers: list[Speaker], rng: np.random.Generator) -> Speaker:
    """A speaker: a child one time in five, otherwise a man or a woman equally often."""
    kind = str(rng.choice(("child", "female", "male"), p=(0.20, 0.40, 0.40)))
    group = [s for s in speakers if (s.sex or s.age) == kind]
    return group[int(rng.integers(len(group)))]


def _language(split: str, rng: np.random.Generator) -> Language:
    held_out = split == "test_languages"
    names = [n for n, lang in LANGUAGES.items() if lang.held_out == held_out]
    if not held_out and rng.random() < 0.2:
        names = list(ENGLISH_NAMES)
    return LANGUAGES[names[int(rng.integers(len(names)))]]


def _rounded(value):
    """Floats rounded to four places, through dicts and tuples."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_rounded(item) for item in value]
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value


_worker: _Worker | None = None


def _start() -> None:
    # An interruption ends a process at once, and without a traceback each.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _run(out: Path, config: CorpusConfig, job: _Job) -> list[dict]:
    # Made here and not as the process starts: an error of a job reaches whoever waits for it.
    global _worker
    if _worker is None:
        _worker = _Worker(out, config)
    return _worker.run(job)


def refuse_other(folder: Path, config: CorpusConfig) -> None:
    """Refuses a synthetic corpus that was made with other settings than these."""
    try:
        made = json.loads((folder / ABOUT).read_text(encoding="utf-8"))["config"]
        differing = [
            f"{name} was {made[name]} and is {value} in the recipe"
            for name, value in asdict(config).items()
            if name != "path" and value is not None and name in made and made[name] != value
        ]
    except (FileNotFoundError, KeyError, ValueError, TypeError):
        return  # no synthetic corpus, or one of an older version
    if differing:
        raise CorpusError(
            f"{folder} holds a corpus of other settings ({', '.join(differing)});"
            " remove it, or name another folder in the recipe"
        )


def synthesise_corpus(
    out: Path, config: CorpusConfig, processes: int, progress: bool = False
) -> list[dict]:
    """Writes a corpus to `out` and returns the lines of its `clips.jsonl`.

    Raises `EngineError` where a synthesiser is missing or fails, `BrokenProcessPool` where a
    process is killed, and `CorpusError` where `out` holds a corpus already.
    """
    if (out / CLIPS).exists():
        raise CorpusError(f"{out} holds a corpus already; remove it or choose another folder")
    if config.seed is None:
        raise CorpusError(
            f"{out} has no corpus, and the recipe states no sizes to synthesise one by; make it"
            " with `slap-export data corpus`, or state seed, sizes and renders in [corpus]"
        )
    engines.espeak_data()
    for split in SPLITS:
        (out / "audio" / split).mkdir(parents=True, exist_ok=True)
    jobs: list[_Job] = []
    for split in SPLITS:
        count = getattr(config, split)
        jobs += [_Job(split, range(i, min(i + 50, count))) for i in range(0, count, 50)]
    lines: list[dict] = []
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, context, _start) as pool:
        for done, part in enumerate(pool.map(partial(_run, out, config), jobs), 1):
            lines += part
            if progress:
                print(f"\r{done}/{len(jobs)} parts, {len(lines)} clips", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    about = {"config": asdict(config), "sample_rate": SAMPLE_RATE, "clips": len(lines)}
    with whole_file(out / ABOUT) as file:
        file.write(json.dumps(about, indent=1).encode() + b"\n")
    with whole_file(out / CLIPS) as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    return lines
