"""What Praat and openSMILE say of a clip.

Both are asked through their own bindings, with their own documented settings, in tests only.
Nothing of theirs is part of the product: Praat is GPL-3, openSMILE is for research alone.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import opensmile
import parselmouth
from numpy.typing import NDArray
from parselmouth.praat import call

from .reading import Array, Reading, mean, median
from .truth import RATE

# The range of pitch in Hz, the same for all oracles where it can be set; openSMILE's eGeMAPS
# has 55 to 1000 Hz.
FLOOR = 60.0
CEILING = 650.0

# Praat's own defaults for perturbation: shortest and longest period in seconds, greatest ratio
# of neighbouring periods and amplitudes.
PERIODS = (0.0001, 0.02, 1.3)
AMPLITUDES = (*PERIODS, 1.6)


def ask_praat(audio: NDArray[np.float32]) -> Reading:
    """Praat 6.1: pitch by autocorrelation, point process, harmonicity, CPPS, formants."""
    sound = parselmouth.Sound(audio.astype(np.float64), RATE)
    pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=FLOOR, pitch_ceiling=CEILING)
    hertz = pitch.selected_array["frequency"]
    hertz = np.where(hertz > 0, hertz, np.nan)  # [T]
    seconds = pitch.xs()

    points = call([sound, pitch], "To PointProcess (cc)")
    perturbation = {
        "jitter.local": "Get jitter (local)",
        "jitter.rap": "Get jitter (rap)",
        "jitter.ppq5": "Get jitter (ppq5)",
    }
    answers = {key: call(points, verb, 0, 0, *PERIODS) for key, verb in perturbation.items()}
    perturbation = {
        "shimmer.local": "Get shimmer (local)",
        "shimmer.local_db": "Get shimmer (local_dB)",
        "shimmer.apq3": "Get shimmer (apq3)",
        "shimmer.apq5": "Get shimmer (apq5)",
        "shimmer.apq11": "Get shimmer (apq11)",
    }
    for key, verb in perturbation.items():
        answers[key] = call([sound, points], verb, 0, 0, *AMPLITUDES)

    harmonicity = sound.to_harmonicity_cc(
        time_step=0.01, minimum_pitch=FLOOR, silence_threshold=0.1, periods_per_window=1.0
    )
    noise = at(seconds, harmonicity.xs(), harmonicity.values[0])
    # A harmonicity of -200 dB stands for silence.
    noise = np.where((noise > -150) & np.isfinite(hertz), noise, np.nan)

    cepstrum = call(sound, "To PowerCepstrogram", FLOOR, 0.01, 5_000.0, 50.0)
    settings = (0.02, 0.0005, FLOOR, 330.0, 0.05, "parabolic", 0.001, 0.05, "Straight", "Robust")
    answers["cpp_db"] = call(cepstrum, "Get CPPS", False, *settings)

    formant = sound.to_formant_burg(time_step=0.01, max_number_of_formants=5.0)
    frames = {"pitch_hz": hertz, "hnr_db": noise}
    for number in (1, 2, 3):
        found = [formant.get_value_at_time(number, second) for second in seconds]
        width = [formant.get_bandwidth_at_time(number, second) for second in seconds]
        voiced = np.isfinite(hertz)
        frames[f"f{number}_hz"] = np.where(voiced, found, np.nan)
        frames[f"f{number}_bandwidth_hz"] = np.where(voiced, width, np.nan)

    intensity = sound.to_intensity(minimum_pitch=FLOOR, time_step=0.01, subtract_mean=False)
    frames["level_db"] = at(seconds, intensity.xs(), intensity.values[0])

    answers["pitch_hz.p50"] = median(hertz)
    answers["hnr_db.mean"] = mean(noise)
    answers["level_db.mean"] = mean(np.where(np.isfinite(hertz), frames["level_db"], np.nan))
    for name, track in frames.items():
        if name.startswith("f"):
            answers[f"{name}.mean"] = mean(track)
    return Reading(answers, frames, seconds)


def ask_opensmile(audio: NDArray[np.float32]) -> Reading:
    """openSMILE 3.0 with eGeMAPSv02: descriptors and functionals, under its own names."""
    functionals = smile(opensmile.FeatureLevel.Functionals).process_signal(audio, RATE)
    frames = smile(opensmile.FeatureLevel.LowLevelDescriptors).process_signal(audio, RATE)
    # Where a frame is unvoiced, it says 0.
    tracks = {}
    for name in frames.columns:
        track = frames[name].to_numpy(dtype=np.float64)
        tracks[name] = np.where(track == 0, np.nan, track) if "nz" in name else track
    answers = {name: float(functionals[name].iloc[0]) for name in functionals.columns}
    seconds = 0.01 * np.arange(len(frames)) + 0.01
    return Reading(answers, tracks, seconds)


@lru_cache
def smile(level: opensmile.FeatureLevel) -> opensmile.Smile:
    """openSMILE, set up once a level."""
    return opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, level)


def at(seconds: Array, known: Array, values: Array) -> Array:
    """The values of the known times that are nearest to the seconds asked for."""
    nearest = np.abs(known[None, :] - seconds[:, None]).argmin(axis=1)
    return values[nearest]
