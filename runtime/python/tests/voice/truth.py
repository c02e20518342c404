"""Voices whose measures are known, because they are made from them.

Cycles are drawn first: where each begins, between samples, and how strong it is. Then they are
rendered at 128 kHz, from the formulas, and brought down to 16 kHz. The jitter and shimmer of a
voice are thus those of its cycles, by the published formulas, and owe nothing to any analysis.

- Glottal flow: G. Fant, J. Liljencrants and Q. Lin, "A four-parameter model of glottal flow",
  STL-QPSR 4/1985; its shape from the one parameter Rd: G. Fant, "The LF-model revisited",
  STL-QPSR 2-3/1995.
- Vocal tract: a cascade of two-pole resonators (D. Klatt, JASA 67, 1980).
- Perturbation: local, RAP, PPQ5, APQ as in the MDVP (Kay Elemetrics 1993).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, signal

Array = NDArray[np.float64]

RATE = 16_000
OVERSAMPLING = 8
FINE_RATE = RATE * OVERSAMPLING

# Frequencies and bandwidths in Hz of an adult man's vowels, after Peterson and Barney (1952).
VOWELS: dict[str, tuple[tuple[float, float], ...]] = {
    "a": ((730, 80), (1090, 90), (2440, 120), (3400, 175), (4500, 250)),
    "i": ((270, 60), (2290, 100), (3010, 150), (3500, 200), (4500, 250)),
    "u": ((300, 60), (870, 80), (2240, 120), (3300, 175), (4500, 250)),
}


@dataclass(frozen=True)
class Cycles:
    """Glottal cycles: each begins at the main excitation, the closure of the folds."""

    starts: Array  # [n], seconds
    periods: Array  # [n], seconds; the last cycle ends where no other begins
    amplitudes: Array  # [n], linear

    @property
    def jitter(self) -> float:
        """Mean absolute difference of neighbouring periods over the mean period."""
        return float(np.abs(np.diff(self.periods)).mean() / self.periods.mean())

    def jitter_over(self, width: int) -> float:
        """RAP (3) or PPQ5 (5): mean distance from the mean of `width` periods, relative."""
        return perturbation(self.periods, width)

    @property
    def shimmer_db(self) -> float:
        """Mean absolute difference of neighbouring amplitudes in dB."""
        return float(20 * np.abs(np.diff(np.log10(self.amplitudes))).mean())

    def shimmer_over(self, width: int) -> float:
        """APQ3, APQ5 or APQ11: mean distance from the mean of `width` amplitudes, relative."""
        return perturbation(self.amplitudes, width)

    def pitch_at(self, seconds: Array) -> Array:
        """The pitch in Hz, between the middles of the cycles by straight lines."""
        middles = self.starts + self.periods / 2
        return np.interp(seconds, middles, 1 / self.periods)

    @property
    def end(self) -> float:
        """Where the last cycle ends, in seconds."""
        return float(self.starts[-1] + self.periods[-1])


def perturbation(values: Array, width: int) -> float:
    """Mean distance of values from the mean of the `width` around them, over their mean."""
    around = np.convolve(values, np.full(width, 1 / width), mode="valid")
    half = width // 2
    return float(np.abs(values[half:-half] - around).mean() / values.mean())


@dataclass(frozen=True)
class Voice:
    """What a voice is made from."""

    pitch: float = 120.0  # Hz
    seconds: float = 1.5
    jitter: float = 0.0  # standard deviation of periods, relative; or their alternation
    shimmer_db: float = 0.0  # standard deviation of amplitudes; or their alternation
    alternating: bool = False
    glide: float = 1.0  # pitch at the end over pitch at the beginning
    vibrato_hz: float = 0.0
    vibrato_depth: float = 0.0  # relative to the pitch
    tremor_hz: float = 0.0
    tremor_depth: float = 0.0  # relative to the amplitude
    source: str = "lf"  # or "pulse"
    rd: float = 1.0  # tense 0.5, modal 1, breathy 2.5
    vowel: str = "a"
    tract: float = 1.0  # formants are divided by this: 0.75 for a child
    hnr_db: float | None = None  # white noise at this distance
    level_dbfs: float = -20.0  # mean square
    seed: int = 0

    def but(self, **changes: object) -> Voice:
        """The same voice but for some properties."""
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Spoken:
    """A voice, rendered."""

    voice: Voice
    cycles: Cycles
    audio: NDArray[np.float32] = field(repr=False)  # [samples] at 16 kHz


def draw_cycles(voice: Voice, lead: float = 0.0) -> Cycles:
    """Draws the cycles of a voice, the first at `lead` seconds."""
    draws = np.random.default_rng(voice.seed)
    starts, periods, amplitudes = [], [], []
    now, index = lead, 0
    while True:
        share = (now - lead) / voice.seconds
        pitch = voice.pitch * voice.glide**share
        pitch *= 1 + voice.vibrato_depth * np.sin(2 * np.pi * voice.vibrato_hz * now)
        if voice.alternating:
            deviation = strength = (-1.0) ** index
        else:
            deviation, strength = np.clip(draws.standard_normal(2), -2.5, 2.5)
        period = (1 + voice.jitter * deviation) / pitch
        if now + period > lead + voice.seconds:
            return Cycles(np.array(starts), np.array(periods), np.array(amplitudes))
        tremor = 1 + voice.tremor_depth * np.sin(2 * np.pi * voice.tremor_hz * now)
        starts.append(now)
        periods.append(period)
        amplitudes.append(tremor * 10 ** (voice.shimmer_db * strength / 20))
        now += period
        index += 1


@dataclass(frozen=True)
class LfShape:
    """The derivative of the glottal flow over one cycle of length one, excitation at -1."""

    peak: float  # tp: flow is greatest
    excitation: float  # te: the derivative is least
    growth: float  # alpha
    onset: float  # E0
    return_rate: float  # epsilon
    return_time: float  # ta

    def opening(self, time: Array) -> Array:
        """The derivative from the opening of the folds (0) to the excitation."""
        return self.onset * np.exp(self.growth * time) * np.sin(np.pi * time / self.peak)

    def closing(self, time: Array) -> Array:
        """The derivative from the excitation to the end of the cycle."""
        last = np.exp(-self.return_rate * (1 - self.excitation))
        decay = np.exp(-self.return_rate * (time - self.excitation))
        return -(decay - last) / (self.return_rate * self.return_time)


@lru_cache
def lf_shape(rd: float) -> LfShape:
    """Solves the two conditions of the model: a return that ends in time, no net flow."""
    ra = (-1 + 4.8 * rd) / 100
    rk = (22.4 + 11.8 * rd) / 100
    rg = rk / (4 * (0.11 * rd / (0.5 + 1.2 * rk) - ra))
    peak = 1 / (2 * rg)
    te = peak * (1 + rk)
    rest = 1 - te
    rate = optimize.brentq(lambda e: e * ra - 1 + np.exp(-e * rest), 1e-3 + 1e-9, 1e5)
    last = np.exp(-rate * rest)
    returned = -((1 - last) / rate - rest * last) / (rate * ra)
    omega = np.pi / peak

    def net_flow(alpha: float) -> float:
        onset = -1 / (np.exp(alpha * te) * np.sin(omega * te))
        swing = alpha * np.sin(omega * te) - omega * np.cos(omega * te)
        opened = onset * (np.exp(alpha * te) * swing + omega) / (alpha**2 + omega**2)
        return opened + returned

    alpha = optimize.brentq(net_flow, -50.0, 200.0)
    onset = -1 / (np.exp(alpha * te) * np.sin(omega * te))
    return LfShape(peak, te, alpha, onset, rate, ra)


def glottal_flow(cycles: Cycles, rd: float, samples: int) -> Array:
    """The derivative of the flow at 128 kHz. [samples]

    A cycle runs from excitation to excitation: the return with the strength of the first,
    then the opening with the strength of the second.
    """
    shape = lf_shape(rd)
    out = np.zeros(samples)
    strengths = np.append(cycles.amplitudes, 0.0)
    for start, period, this, following in zip(
        cycles.starts, cycles.periods, strengths[:-1], strengths[1:], strict=True
    ):
        first = int(np.ceil(start * FINE_RATE))
        last = min(int(np.ceil((start + period) * FINE_RATE)), samples)
        phase = (np.arange(first, last) / FINE_RATE - start) / period + shape.excitation
        returning = phase < 1
        out[first:last][returning] = this * shape.closing(phase[returning])
        out[first:last][~returning] = following * shape.opening(phase[~returning] - 1)
    return out


def pulses(cycles: Cycles, samples: int) -> Array:
    """Damped oscillations at 128 kHz that have died away before the next begins. [samples]

    All have the same shape, so that only their places and strengths tell them apart.
    """
    out = np.zeros(samples)
    shortest = cycles.periods.min()
    damping = 9.2 / (0.9 * shortest)  # 80 dB down before the next
    hertz = max(700.0, 2.5 / shortest)
    for start, strength in zip(cycles.starts, cycles.amplitudes, strict=True):
        first = int(np.ceil(start * FINE_RATE))
        last = min(int((start + 0.95 * shortest) * FINE_RATE), samples)
        time = np.arange(first, last) / FINE_RATE - start
        ring = np.sin(2 * np.pi * hertz * time) * np.exp(-damping * time)
        out[first:last] = strength * ring * np.minimum(1.0, time * 8_000.0)
    return out


def resonate(source: Array, formants: tuple[tuple[float, float], ...], tract: float) -> Array:
    """The source through a vocal tract, at 128 kHz. [samples]"""
    for hertz, bandwidth in formants:
        radius = np.exp(-np.pi * bandwidth / tract / FINE_RATE)
        cosine = np.cos(2 * np.pi * hertz / tract / FINE_RATE)
        a = [1.0, -2 * radius * cosine, radius**2]
        source = signal.lfilter([sum(a)], a, source)
    return source


@lru_cache
def decimator() -> Array:
    """A linear-phase low-pass: flat to 7 kHz, 90 dB down from 8 kHz on."""
    taps, beta = signal.kaiserord(90, 1_000 / (FINE_RATE / 2))
    return signal.firwin(taps | 1, 7_500, window=("kaiser", beta), fs=FINE_RATE)


def speak(voice: Voice) -> Spoken:
    """Renders a voice. Its first cycle begins 50 ms into the clip, which ends 50 ms after it."""
    lead = 0.05
    cycles = draw_cycles(voice, lead)
    samples = int((voice.seconds + 2 * lead) * FINE_RATE)
    if voice.source == "pulse":
        fine = pulses(cycles, samples)
    else:
        fine = resonate(glottal_flow(cycles, voice.rd, samples), VOWELS[voice.vowel], voice.tract)
    audio = signal.resample_poly(fine, 1, OVERSAMPLING, window=decimator())
    body = audio[int(lead * RATE) : int(cycles.end * RATE)]
    audio *= 10 ** (voice.level_dbfs / 20) / np.sqrt(np.mean(body**2))
    if voice.hnr_db is not None:
        draws = np.random.default_rng(voice.seed + 1)
        spread = 10 ** ((voice.level_dbfs - voice.hnr_db) / 20)
        audio += spread * draws.standard_normal(len(audio))
    return Spoken(voice, cycles, audio.astype(np.float32))
