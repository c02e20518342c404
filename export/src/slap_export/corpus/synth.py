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
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import soundfile as sf

from slap_export.corpus import attributes, engines, measures
from slap_export.corpus.effects import noise
from slap_export.corpus.effects.source_filter import analyse
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.languages import ENGLISH_NAMES, LANGUAGES, Language, invent_text
from slap_export.corpus.speakers import SPLITS, Speaker, speakers_by_split
from slap_export.corpus.treatment import LONGEST, background_for, draw, render

SHORTEST = round(1.5 * SAMPLE_RATE)
"""Samples of the shortest clip."""

_BABBLE_VOICES = 24
_TRACK_SECONDS = 30.0


@dataclass(frozen=True)
class Sizes:
    """Spoken clips of each split, and how many times each is rendered with another treatment."""

    train: int
    validation: int
    test_voices: int
    test_languages: int
    test_synthesiser: int
    train_renders: int
    other_renders: int

    def of(self, split: str) -> tuple[int, int]:
        """Spoken clips and largest number of renders of `split`."""
        return getattr(self, split), self.train_renders if split == "train" else self.other_renders


@dataclass(frozen=True)
class _Job:
    split: str
    indexes: range


@dataclass(frozen=True)
class _Spoken:
    samples: np.ndarray  # [n] float32
    nuclei: int
    seconds: float  # of speech, before the clip was cut to length
    pitch: measures.Pitch
    text: str
    language: str


class _Worker:
    """What one process keeps: the voice folder, the speakers, and the noise tracks of a split."""

    def __init__(self, out: Path, seed: int, sizes: Sizes) -> None:
        self.out, self.seed, self.sizes = out, seed, sizes
        self.folder = engines.VoiceFolder()
        voices = engines.espeak_data() / "voices" / "!v"
        self.speakers = speakers_by_split(voices, np.random.default_rng((seed, 0)))
        self._tracks: dict[str, dict[str, np.ndarray]] = {}

    def run(self, job: _Job) -> list[dict]:
        """Speaks, treats and writes the clips of a job; returns their lines."""
        lines: list[dict] = []
        for index in job.indexes:
            lines += self._clip(job.split, index)
        return lines

    def _clip(self, split: str, index: int) -> Iterator[dict]:
        rng = np.random.default_rng((self.seed, 1, SPLITS.index(split), index))
        speaker, spoken = self._speak(split, rng)
        clip = attributes.measured(spoken.pitch, spoken.nuclei, spoken.seconds)
        voice = analyse(spoken.samples, spoken.pitch)
        _, renders = self.sizes.of(split)
        if split == "train":
            renders = max(1, renders - int(rng.random() < 0.5))
        for take in range(renders):
            treatment = draw(rng)
            tracks = self._noise(split)
            count = len(spoken.samples)
            background = background_for(treatment.noise_kind, tracks, count, rng)
            samples, level_dbfs = render(voice, treatment, background, rng)
            name = f"{split}-{index:05d}-{take}"
            path = f"audio/{split}/{name}.flac"
            sf.write(self.out / path, samples, SAMPLE_RATE, subtype="PCM_16")
            yield {
                "id": name,
                "path": path,
                "split": split,
                "engine": speaker.engine,
                "voice": speaker.voice,
                "speaker": speaker.name,
                "language": spoken.language,
                "text": spoken.text,
                "seconds": round(count / SAMPLE_RATE, 3),
                "attributes": attributes.label(speaker, clip, treatment, level_dbfs),
                "measures": _rounded({**asdict(clip), "level_dbfs": level_dbfs}),
                "treatment": _rounded(asdict(treatment)),
            }

    def _speak(self, split: str, rng: np.random.Generator) -> tuple[Speaker, _Spoken]:
        """A speaker of `split` and a clip long enough, which may take a few tries."""
        for attempt in range(12):
            speaker = _pick(self.speakers[split], rng)
            language = _language(split, rng)
            spoken = self._utter(speaker, language, rng, attempt)
            if len(spoken.samples) >= SHORTEST and spoken.pitch.voiced.mean() > 0.2:
                return speaker, spoken
        raise engines.EngineError(f"no clip of at least 1.5 s came out in 12 tries ({split})")

    def _utter(
        self, speaker: Speaker, language: Language, rng: np.random.Generator, attempt: int
    ) -> _Spoken:
        pitch = float(np.exp(rng.uniform(*np.log(speaker.pitch))))
        seconds = rng.uniform(2.6, 4.6) + 0.4 * attempt
        pace = rng.choice(3, p=(0.34, 0.3, 0.36))
        span = rng.choice(3, p=(0.32, 0.22, 0.46))
        if speaker.engine == "flite":
            return self._utter_flite(speaker, pitch, seconds, int(pace), int(span), rng)
        speed = int(rng.uniform(*((80, 108), (140, 178), (235, 330))[pace]))
        width = rng.uniform(*((0.0, 0.1), (0.18, 0.3), (0.55, 0.92))[span])
        words = max(3, round(seconds * speed / 67))
        text = invent_text(language, words, rng)
        low, high = pitch * (1 - 0.6 * width), pitch * (1 + 1.1 * width)
        gap = int(rng.integers(0, 4)) if pace == 0 else 0
        said = self.folder.speak(
            text, language.name, speaker.lines, (round(low), round(high)), speed, gap
        )
        return _finished(said, text, language.name, (max(low * 0.6, 50), high * 1.4), rng)

    def _utter_flite(
        self,
        speaker: Speaker,
        pitch: float,
        seconds: float,
        pace: int,
        span: int,
        rng: np.random.Generator,
    ) -> _Spoken:
        stretch = rng.uniform(*((1.45, 1.95), (0.95, 1.2), (0.5, 0.72))[pace])
        # kal says a phone in two thirds of the time that the others take.
        stretch *= {"kal16": 1.2, "rms": 0.88}.get(speaker.voice, 1.0)
        spread = pitch * rng.uniform(*((0.0, 0.03), (0.13, 0.2), (0.55, 0.8))[span])
        words = max(3, round(seconds * 2.6 / stretch))
        text = invent_text(LANGUAGES["en-us"], words, rng)
        wav = self.folder.path / "flite.wav"
        said = engines.speak_flite(text, speaker.voice, pitch, spread, stretch, speaker.tract, wav)
        return _finished(said, text, "en-us", (max(pitch * 0.4, 55), pitch * 2.0), rng)

    def _noise(self, split: str) -> dict[str, np.ndarray]:
        """The noise tracks of `split`; its babble is spoken by its own speakers."""
        if split not in self._tracks:
            self._tracks.clear()
            rng = np.random.default_rng((self.seed, 2, SPLITS.index(split)))
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


def _finished(
    said: engines.Utterance,
    text: str,
    language: str,
    pitch_range: tuple[float, float],
    rng: np.random.Generator,
) -> _Spoken:
    """The utterance trimmed, cut to at most five seconds, levelled and measured."""
    samples = measures.trim(said.samples, 0.0)
    seconds = measures.active_seconds(samples)
    before, after = (rng.uniform(0.03, 0.3, 2) * SAMPLE_RATE).astype(int)
    room_left = LONGEST - before - after
    if len(samples) > room_left:
        samples = samples[:room_left].copy()
        samples[-800:] *= np.linspace(1, 0, 800, dtype=np.float32)
    samples = np.pad(samples, (before, after))
    samples = (samples * np.float32(0.08 / (measures.rms(samples) + 1e-9))).astype(np.float32)
    # A floor 80 dB below the speech, so that no frame is exactly zero.
    samples += rng.standard_normal(len(samples), dtype=np.float32) * np.float32(8e-6)
    pitch = measures.pitch_track(samples, *pitch_range)
    return _Spoken(samples, said.nuclei, seconds, pitch, text, language)


def _rounded(value):
    """Floats rounded to four places, through dicts and tuples."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_rounded(item) for item in value]
    return round(float(value), 4) if isinstance(value, (float, np.floating)) else value


_worker: _Worker | None = None


def _start(out: Path, seed: int, sizes: Sizes) -> None:
    global _worker
    _worker = _Worker(out, seed, sizes)


def _run(job: _Job) -> list[dict]:
    if _worker is None:
        raise RuntimeError("the process was not started")
    return _worker.run(job)


def synthesise_corpus(
    out: Path, sizes: Sizes, seed: int, processes: int, progress: bool = False
) -> list[dict]:
    """Writes a corpus to `out` and returns the lines of its `clips.jsonl`.

    Raises `EngineError` where a synthesiser is missing, and `FileExistsError` where `out` holds a
    corpus already.
    """
    if (out / "clips.jsonl").exists():
        raise FileExistsError(f"{out} holds a corpus already; remove it or choose another folder")
    engines.espeak_data()
    for split in SPLITS:
        (out / "audio" / split).mkdir(parents=True, exist_ok=True)
    jobs: list[_Job] = []
    for split in SPLITS:
        count, _ = sizes.of(split)
        jobs += [_Job(split, range(i, min(i + 50, count))) for i in range(0, count, 50)]
    lines: list[dict] = []
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes, _start, (out, seed, sizes)) as pool:
        for done, part in enumerate(pool.imap(_run, jobs), 1):
            lines += part
            if progress:
                print(f"\r{done}/{len(jobs)} parts, {len(lines)} clips", end="", file=sys.stderr)
    if progress:
        print(file=sys.stderr)
    about = {"seed": seed, "sizes": asdict(sizes), "sample_rate": SAMPLE_RATE, "clips": len(lines)}
    (out / "corpus.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    partial = out / "clips.jsonl.partial"
    with partial.open("w", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    partial.rename(out / "clips.jsonl")
    return lines
