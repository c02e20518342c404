"""What a speaker says: invented text, spoken by the speaker's engine and measured."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from slap_export.corpus import engines, measures, vowel
from slap_export.corpus.effects.source_filter import analyse
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.languages import LANGUAGES, Language, invent_text
from slap_export.corpus.speakers import Speaker

SHORTEST = round(1.5 * SAMPLE_RATE)
"""Samples of the shortest clip."""

LONGEST_SPEECH = round(4.7 * SAMPLE_RATE)
"""Samples of the longest clip before pauses are put in."""


@dataclass(frozen=True)
class Spoken:
    """A clean clip and what is known of it."""

    samples: np.ndarray  # [n] float32
    nuclei: int  # of syllables
    seconds: float  # of speech, before the clip was cut to length
    pitch: measures.Pitch
    text: str  # empty for a held vowel
    language: str
    held: bool = False  # one vowel


def utter(
    folder: engines.VoiceFolder,
    speaker: Speaker,
    language: Language,
    rng: np.random.Generator,
    attempt: int,
) -> Spoken:
    """Says something in `language`; every failed `attempt` asks for a longer text."""
    pitch = float(np.exp(rng.uniform(*np.log(speaker.pitch))))
    seconds = rng.uniform(2.4, 4.3) + 0.4 * attempt
    pace = rng.choice(3, p=(0.34, 0.3, 0.36))
    span = rng.choice(3, p=(0.32, 0.22, 0.46))
    if speaker.engine == "flite":
        return _utter_flite(folder, speaker, pitch, seconds, int(pace), int(span), rng)
    speed = int(rng.uniform(*((80, 108), (140, 178), (235, 330))[pace]))
    width = rng.uniform(*((0.0, 0.1), (0.18, 0.3), (0.55, 0.92))[span])
    words = max(3, round(seconds * speed / 67))
    text = invent_text(language, words, rng)
    low, high = pitch * (1 - 0.6 * width), pitch * (1 + 1.1 * width)
    gap = int(rng.integers(0, 4)) if pace == 0 else 0
    said = folder.speak(text, language.name, speaker.lines, (round(low), round(high)), speed, gap)
    return _finished(said, text, language.name, (max(low * 0.6, 50), high * 1.4), rng)


def _utter_flite(
    folder: engines.VoiceFolder,
    speaker: Speaker,
    pitch: float,
    seconds: float,
    pace: int,
    span: int,
    rng: np.random.Generator,
) -> Spoken:
    stretch = rng.uniform(*((1.45, 1.95), (0.95, 1.2), (0.5, 0.72))[pace])
    # kal says a phone in two thirds of the time that the others take.
    stretch *= {"kal16": 1.2, "rms": 0.88}.get(speaker.voice, 1.0)
    spread = pitch * rng.uniform(*((0.0, 0.03), (0.13, 0.2), (0.55, 0.8))[span])
    words = max(3, round(seconds * 2.6 / stretch))
    text = invent_text(LANGUAGES["en-us"], words, rng)
    wav = folder.path / "flite.wav"
    said = engines.speak_flite(text, speaker.voice, pitch, spread, stretch, speaker.tract, wav)
    return _finished(said, text, "en-us", (max(pitch * 0.4, 55), pitch * 2.0), rng)


def _finished(
    said: engines.Utterance,
    text: str,
    language: str,
    pitch_range: tuple[float, float],
    rng: np.random.Generator,
) -> Spoken:
    """The utterance trimmed, cut to length, levelled and measured."""
    samples = measures.trim(said.samples, 0.0)
    seconds = measures.active_seconds(samples)
    before, after = (rng.uniform(0.03, 0.3, 2) * SAMPLE_RATE).astype(int)
    room_left = LONGEST_SPEECH - before - after
    if len(samples) > room_left:
        samples = samples[:room_left].copy()
        samples[-800:] *= np.linspace(1, 0, 800, dtype=np.float32)
    samples = np.pad(samples, (before, after))
    samples = (samples * np.float32(0.08 / (measures.rms(samples) + 1e-9))).astype(np.float32)
    # A floor 80 dB below the speech, so that no frame is exactly zero.
    samples += rng.standard_normal(len(samples), dtype=np.float32) * np.float32(8e-6)
    pitch = measures.pitch_track(samples, *pitch_range)
    return Spoken(samples, said.nuclei, seconds, pitch, text, language)


def hold_vowel(spoken: Spoken, rng: np.random.Generator) -> Spoken:
    """A vowel held by the speaker of `spoken`, on the pitch spoken at."""
    seconds = rng.uniform(1.8, 4.2)
    sound = vowel.held(analyse(spoken.samples, spoken.pitch), seconds, rng)
    hz = spoken.pitch.median_hz
    utterance = engines.Utterance(sound, 1)
    done = _finished(utterance, "", spoken.language, (hz * 0.7, hz * 1.4), rng)
    return replace(done, held=True)
