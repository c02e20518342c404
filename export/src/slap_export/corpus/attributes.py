"""The attributes of a clip: what is true of it, in the words that captions and tasks are made of.

An attribute has a value, or is None where the truth is between two values or cannot be heard. The
thresholds leave a grey zone between neighbouring values, so that a label is never a hair's breadth
from its opposite.

- `sex`: of the speaker's vocal tract, not of the pitch; None for children.
- `pitch`: absolute, not relative to the speaker's sex: the median of the clean clip's track. That
  is what can be said of a voice without knowing whose it is. None for whispers and creak.
- `intonation`: standard deviation of pitch in semitones on the clean clip.
- `rate`: syllable nuclei per second of speech, pauses left out.
- `tremor`: trembling from 1.2 semitones and 3.5 dB (peak, either way); steady below 0.15 and 0.4.
- `breathiness`, `roughness`, `creak`: of the treatment. None in a whisper, and where loud noise or
  the loss of the upper band could hide them.
- `noise`, `noise_kind`, `room`, `band`, `level`: of the treatment.
"""

from __future__ import annotations

from dataclasses import dataclass

from slap_export.corpus.measures import Pitch
from slap_export.corpus.speakers import Speaker
from slap_export.corpus.treatment import Treatment

VALUES: dict[str, tuple[str, ...]] = {
    "sex": ("female", "male"),
    "age": ("child", "adult"),
    "phonation": ("whispered", "voiced"),
    "breathiness": ("breathy", "clear"),
    "roughness": ("hoarse", "clear"),
    "creak": ("creaky", "clear"),
    "rate": ("slow", "medium", "fast"),
    "pitch": ("low", "medium", "high"),
    "intonation": ("monotone", "medium", "lively"),
    "tremor": ("trembling", "steady"),
    "noise": ("noisy", "quiet"),
    "noise_kind": ("white", "pink", "rumble", "hum", "babble", "none"),
    "band": ("telephone", "full"),
    "room": ("reverberant", "dry"),
    "level": ("faint", "medium", "loud"),
}
"""Every attribute and its values; each may also be None."""

Attributes = dict[str, str | None]


@dataclass(frozen=True)
class Clip:
    """What was measured on the clean clip."""

    pitch_hz: float
    pitch_spread: float  # semitones
    voiced_share: float
    syllable_rate: float  # per second


def measured(pitch: Pitch, nuclei: int, seconds: float) -> Clip:
    """Measures of a clean clip with its pitch track, syllable nuclei and seconds of speech."""
    return Clip(
        pitch_hz=pitch.median_hz,
        pitch_spread=pitch.spread_semitones,
        voiced_share=float(pitch.voiced.mean()),
        syllable_rate=nuclei / max(seconds, 0.1),
    )


def label(speaker: Speaker, clip: Clip, treatment: Treatment, level_dbfs: float) -> Attributes:
    """The attributes of one rendered clip."""
    whispered = treatment.whisper is not None
    creaky = treatment.creak.attenuation_db > 0
    noise_db = treatment.noise_db
    audible = not whispered and noise_db >= 6.0
    fine = not whispered and noise_db >= 12.0
    pitched = not whispered and not creaky and clip.voiced_share >= 0.3
    tremor = treatment.tremor
    trembling = tremor.semitones >= 1.2 and tremor.decibels >= 3.5
    steady = tremor.semitones <= 0.15 and tremor.decibels <= 0.4
    noise = "noisy" if noise_db <= 12 else "quiet" if noise_db >= 30 else None
    if treatment.telephone_hz is not None and treatment.noise_kind in ("rumble", "hum"):
        # The telephone takes most of such noise away.
        noise = "quiet" if noise == "quiet" else None
    found: Attributes = {
        "sex": speaker.sex,
        "age": speaker.age,
        "phonation": "whispered" if whispered else "voiced",
        "breathiness": _quality("breathy", treatment.breath.ratio_db <= 0.0, fine),
        "roughness": _quality("hoarse", treatment.hoarse.jitter >= 0.02, audible),
        "creak": _quality("creaky", creaky, audible),
        "rate": _bins(clip.syllable_rate, 3.4, 4.1, 5.7, 6.6, "slow", "medium", "fast"),
        "pitch": _bins(clip.pitch_hz, 128, 150, 190, 215, "low", "medium", "high"),
        "intonation": _bins(clip.pitch_spread, 0.8, 1.1, 1.8, 2.4, "monotone", "medium", "lively"),
        "tremor": "trembling" if trembling else "steady" if steady else None,
        "noise": noise,
        "noise_kind": (
            treatment.noise_kind if noise == "noisy" else "none" if noise == "quiet" else None
        ),
        "band": "telephone" if treatment.telephone_hz is not None else "full",
        "room": (
            "reverberant"
            if treatment.room.direct_db <= 1 and treatment.room.t60 >= 0.55
            else "dry"
            if treatment.room.direct_db >= 20
            else None
        ),
        "level": _bins(level_dbfs, -36, -33, -22, -19.5, "faint", "medium", "loud"),
    }
    if not pitched:
        found["pitch"] = found["intonation"] = None
    if trembling:
        # A deep tremor is itself a movement of pitch.
        found["intonation"] = None
    if not audible:
        found["tremor"] = None
    if creaky:
        # Pulses 30 ms apart carry no pitch that could tremble.
        found["tremor"] = None
    if found["age"] == "child" and whispered:
        # Without pitch a child and a small woman are too close to call.
        found["age"] = None
    return found


def _quality(name: str, present: bool, audible: bool) -> str | None:
    if not audible:
        return None
    return name if present else "clear"


def _bins(
    value: float, a: float, b: float, c: float, d: float, low: str, middle: str, high: str
) -> str | None:
    """`low` up to a, `middle` from b to c, `high` from d; None between."""
    if value <= a:
        return low
    if b <= value <= c:
        return middle
    return high if value >= d else None
