"""Times measures of voice that are called from Python.

Takes float32 audio on standard input and prints the microseconds
that each contestant took for 10 ms of it, round by round.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import harness
import numpy as np
import opensmile
import parselmouth
import slap_edge
from parselmouth.praat import call

RATE = 16_000

# What Praat's manual recommends for jitter and shimmer: the shortest and the
# longest period, the largest ratio of neighbours, and of their amplitudes.
PERIODS = (0.0001, 0.02, 1.3)
AMPLITUDES = (*PERIODS, 1.6)


def ours(samples: np.ndarray) -> float:
    """All measures, and the quality of the input besides."""
    return slap_edge.measure(samples, RATE)["functionals"]["pitch_hz.p50"]


def geneva(smile: opensmile.Smile, samples: np.ndarray) -> float:
    """The 88 functionals of eGeMAPSv02."""
    return float(smile.process_signal(samples, RATE).iloc[0, 0])


def praat(samples: np.ndarray) -> float:
    """Pitch, harmonics-to-noise ratio, jitter and shimmer; Praat's own defaults."""
    sound = parselmouth.Sound(samples.astype(np.float64), RATE)
    pitch = sound.to_pitch_ac(pitch_floor=75.0, pitch_ceiling=600.0)
    harmonicity = sound.to_harmonicity_cc()
    marks = call([sound, pitch], "To PointProcess (cc)")
    values = [
        call(pitch, "Get quantile", 0, 0, 0.5, "Hertz"),
        call(harmonicity, "Get mean", 0, 0),
    ]
    for jitter in ("local", "rap", "ppq5"):
        values.append(call(marks, f"Get jitter ({jitter})", 0, 0, *PERIODS))
    for shimmer in ("local_dB", "apq3", "apq5", "apq11"):
        values.append(call([sound, marks], f"Get shimmer ({shimmer})", 0, 0, *AMPLITUDES))
    return sum(values)


def timed(run: Callable[[np.ndarray], float], samples: np.ndarray) -> float:
    """The seconds that one run takes."""
    start = time.perf_counter()
    value = run(samples)
    took = time.perf_counter() - start
    assert np.isfinite(value)
    return took


def main() -> None:
    samples, hop = harness.audio()
    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    contestants = {
        "slap_edge.measure through Python": lambda: timed(ours, samples),
        f"openSMILE {opensmile.__version__}, 88 functionals": lambda: timed(
            lambda it: geneva(smile, it), samples
        ),
        f"Parselmouth {parselmouth.__version__}, 9 measures": lambda: timed(praat, samples),
    }
    harness.take_turns(contestants, len(samples) // hop)


if __name__ == "__main__":
    main()
