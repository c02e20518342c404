"""The truth is true: formulas hold, and Praat finds in the voices what was put there."""

from __future__ import annotations

import numpy as np
import parselmouth
import pytest
from scipy import integrate

from .oracles import ask_praat
from .truth import RATE, Voice, draw_cycles, lf_shape, perturbation, speak


@pytest.mark.parametrize("rd", [0.3, 0.7, 1.0, 1.6, 2.2, 2.7])
def test_the_glottal_cycle_is_that_of_the_model(rd: float) -> None:
    shape = lf_shape(rd)
    te = np.array([shape.excitation])
    assert shape.opening(te)[0] == pytest.approx(-1.0)
    assert shape.closing(te)[0] == pytest.approx(-1.0)
    assert shape.closing(np.array([1.0]))[0] == pytest.approx(0.0, abs=1e-12)
    opened = integrate.quad(lambda t: shape.opening(np.array([t]))[0], 0, shape.excitation)[0]
    returned = integrate.quad(lambda t: shape.closing(np.array([t]))[0], shape.excitation, 1)[0]
    assert opened + returned == pytest.approx(0.0, abs=1e-6)


def test_perturbation_of_alternating_cycles() -> None:
    # A period that is longer and shorter in turn by d differs by 2 d from its neighbour,
    # and by 4 d / 3 from the mean of three.
    cycles = draw_cycles(Voice(jitter=0.01, alternating=True))
    assert cycles.jitter == pytest.approx(0.02, rel=0.01)
    assert cycles.jitter_over(3) == pytest.approx(0.04 / 3, rel=0.01)
    assert perturbation(np.ones(20), 5) == 0.0


def test_noise_has_the_distance_asked_for() -> None:
    quiet = speak(Voice(seed=3)).audio
    noisy = speak(Voice(seed=3, hnr_db=12.0)).audio
    body = slice(RATE // 20, -RATE // 20)
    ratio = np.mean(quiet[body] ** 2) / np.mean((noisy - quiet)[body] ** 2)
    assert 10 * np.log10(ratio) == pytest.approx(12.0, abs=0.2)


@pytest.mark.parametrize("pitch", [70.0, 140.0, 280.0])
def test_praat_finds_the_truth_in_pulses(pitch: float) -> None:
    voice = Voice(pitch=pitch, source="pulse", jitter=0.008, shimmer_db=0.4, seed=5)
    spoken = speak(voice)
    found = ask_praat(spoken.audio).functionals
    assert found["pitch_hz.p50"] == pytest.approx(pitch, rel=0.003)
    assert found["jitter.local"] == pytest.approx(spoken.cycles.jitter, abs=0.001)
    assert found["jitter.rap"] == pytest.approx(spoken.cycles.jitter_over(3), abs=0.001)
    assert found["shimmer.local_db"] == pytest.approx(spoken.cycles.shimmer_db, abs=0.04)
    assert found["shimmer.apq5"] == pytest.approx(spoken.cycles.shimmer_over(5), abs=0.004)


@pytest.mark.parametrize("hnr", [8.0, 16.0, 24.0])
def test_praat_finds_the_noise(hnr: float) -> None:
    spoken = speak(Voice(pitch=125.0, hnr_db=hnr, vowel="u"))
    sound = parselmouth.Sound(spoken.audio.astype(np.float64), RATE)
    harmonicity = sound.to_harmonicity_cc(0.01, 60.0, 0.1, 1.0)
    within = (harmonicity.xs() > 0.1) & (harmonicity.xs() < spoken.cycles.end - 0.05)
    assert np.mean(harmonicity.values[0][within]) == pytest.approx(hnr, abs=0.7)
