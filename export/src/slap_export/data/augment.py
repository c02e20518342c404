"""Drawing what happens to a recording when it is heard once more, from a file of changes.

    noise_share = 0.5
    noise_db = [0.0, 35.0]
    codec_share = 0.1

What is drawn depends on the generator and on what is known of the recording alone: the same seed,
epoch and key give the same change on every machine.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

import numpy as np

from slap_export.corpus.effects import noise
from slap_export.data.changes import (
    SAFE_SPEED,
    SPEED_LABELS,
    Band,
    Change,
    Codec,
    Gain,
    Labels,
    Noise,
    Room,
    Speed,
)

KINDS = tuple(kind for kind in noise.KINDS if kind != "babble")
"""Kinds of noise that need no other voices."""

MOST_DB = 200.0
"""Decibels, either way, beyond which there is only silence or only noise."""

LONGEST_T60 = 30.0
"""Seconds; a cathedral has ten."""


@dataclass(frozen=True)
class WaveformConfig:
    """Which recordings are changed, and how far. A share of 0 leaves a change out."""

    speed_share: float = 0.0
    speed: float = 0.1
    """Largest change of speed, a share of it, either way; `SAFE_SPEED` where a label would go."""
    room_share: float = 0.0
    room_t60: tuple[float, float] = (0.15, 1.2)
    """Seconds."""
    room_direct_db: tuple[float, float] = (-6.0, 25.0)
    noise_share: float = 0.0
    noise_kinds: tuple[str, ...] = KINDS
    noise_db: tuple[float, float] = (0.0, 40.0)
    """Speech over noise."""
    telephone_share: float = 0.0
    low_pass_share: float = 0.0
    """Of the recordings that are on no telephone."""
    low_pass_hz: tuple[float, float] = (6800.0, 8000.0)
    codec_share: float = 0.0
    codec_bits: tuple[int, int] = (4, 8)
    gain_share: float = 0.0
    gain_db: float = 10.0
    """Largest change, either way."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name.endswith("_share") and not 0.0 <= value <= 1.0:
                raise ValueError(f"{field.name}: expected a share from 0 to 1, got {value}")
            if isinstance(field.default, tuple) and not isinstance(value, tuple):
                raise ValueError(f"{field.name}: expected a list, got {value}")
            if isinstance(value, tuple) and field.name != "noise_kinds":
                finite = all(type(one) in (int, float) and math.isfinite(one) for one in value)
                if len(value) != 2 or not finite or not value[0] <= value[1]:
                    raise ValueError(
                        f"{field.name}: expected the least and the most, got {list(value)}"
                    )
        for name in ("room_direct_db", "noise_db"):
            if max(map(abs, getattr(self, name))) > MOST_DB:
                raise ValueError(f"{name}: expected decibels up to {MOST_DB:g} either way")
        unknown = [kind for kind in self.noise_kinds if kind not in KINDS]
        if unknown or not self.noise_kinds:
            raise ValueError(f"noise_kinds: expected some of {', '.join(KINDS)}, got {unknown}")
        if not 0.0 <= self.speed <= 0.5:
            raise ValueError(f"speed: expected a share from 0 to 0.5, got {self.speed}")
        if not 0.0 <= self.gain_db <= MOST_DB:
            raise ValueError(
                f"gain_db: expected decibels from 0 to {MOST_DB:g}, got {self.gain_db}"
            )
        low, high = self.codec_bits
        if not (low >= 3 and high <= 8 and type(low) is type(high) is int):
            raise ValueError(f"codec_bits: expected whole numbers from 3 to 8, got {low}, {high}")
        if self.room_t60[0] <= 0.0 or self.low_pass_hz[0] <= 0.0:
            raise ValueError("room_t60 and low_pass_hz: expected numbers above 0")
        if self.room_t60[1] > LONGEST_T60:
            raise ValueError(f"room_t60: expected up to {LONGEST_T60:g} s, got {self.room_t60[1]}")


def draw(config: WaveformConfig, labels: Labels, rng: np.random.Generator) -> tuple[Change, ...]:
    """The changes of one hearing, in the order they happen."""
    found: list[Change] = []
    if rng.random() < config.speed_share:
        labelled = any(labels.get(name) is not None for name in SPEED_LABELS)
        most = min(config.speed, SAFE_SPEED) if labelled else config.speed
        found.append(Speed(1.0 + float(rng.uniform(-most, most))))
    if rng.random() < config.room_share:
        found.append(Room(_between(rng, config.room_t60), _between(rng, config.room_direct_db)))
    if rng.random() < config.noise_share:
        kind = str(rng.choice(config.noise_kinds))
        found.append(Noise(kind, _between(rng, config.noise_db)))
    if rng.random() < config.telephone_share:
        found.append(Band(_between(rng, (3100, 3500)), _between(rng, (250, 360))))
    elif rng.random() < config.low_pass_share:
        found.append(Band(_between(rng, config.low_pass_hz)))
    if rng.random() < config.codec_share:
        low, high = config.codec_bits
        found.append(Codec(int(rng.integers(low, high + 1))))
    if rng.random() < config.gain_share:
        found.append(Gain(float(rng.uniform(-config.gain_db, config.gain_db))))
    return tuple(found)


def _between(rng: np.random.Generator, bounds: tuple[float, float]) -> float:
    return float(rng.uniform(*bounds))
