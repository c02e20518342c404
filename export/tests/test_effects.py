"""Each effect does what its definition says, measured on a source made for it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter, welch

from slap_export.corpus.effects import band, creak, jitter, level, noise, room, shimmer, tremor
from slap_export.corpus.effects.breath import Breath
from slap_export.corpus.effects.hoarse import Hoarse
from slap_export.corpus.effects.source_filter import Voice, analyse, synthesise, warp
from slap_export.corpus.effects.whisper import Whisper
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.manner import Manner
from slap_export.corpus.measures import pitch_track, rms
from slap_export.corpus.render import speak

PERIOD = 128  # samples: 125 Hz
COUNT = 3 * SAMPLE_RATE


def pulse_train() -> tuple[np.ndarray, np.ndarray]:
    """Pulses every `PERIOD` samples, wide enough to be interpolated, and where they are."""
    marks = np.arange(PERIOD, COUNT - PERIOD, PERIOD)
    out = np.zeros(COUNT, np.float32)
    shape = np.hanning(9).astype(np.float32)
    for mark in marks:
        out[mark - 4 : mark + 5] += shape
    return out, marks


def peaks(samples: np.ndarray, expected: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Times and heights of the pulses near `expected`, to a fraction of a sample."""
    times, heights = [], []
    for mark in expected:
        first = max(int(mark) - PERIOD // 2, 1)
        at = first + int(np.argmax(samples[first : int(mark) + PERIOD // 2]))
        a, b, c = samples[at - 1 : at + 2]
        shift = 0.5 * (a - c) / (a - 2 * b + c)
        times.append(at + shift)
        heights.append(b - 0.25 * (a - c) * shift)
    return np.asarray(times), np.asarray(heights)


def vowel(pitch_hz: float = 125.0, seconds: float = 3.0) -> Voice:
    """A vowel sung on one note: a pulse train through three resonances."""
    count = round(seconds * SAMPLE_RATE)
    phase = np.cumsum(np.full(count, pitch_hz / SAMPLE_RATE))
    source = (np.diff(np.floor(phase), prepend=0) > 0).astype(np.float64)
    for hz, width in ((650, 80), (1200, 100), (2600, 150)):
        radius = np.exp(-np.pi * width / SAMPLE_RATE)
        source = lfilter(
            [1.0], [1, -2 * radius * np.cos(2 * np.pi * hz / SAMPLE_RATE), radius**2], source
        )
    samples = (0.1 * source / np.std(source)).astype(np.float32)
    return analyse(samples, pitch_track(samples, 70, 400))


def periodicity(samples: np.ndarray) -> float:
    """Median height of the autocorrelation's peak between 70 and 400 Hz."""
    heights = []
    for start in range(SAMPLE_RATE // 2, len(samples) - 2048, 2048):
        frame = samples[start : start + 2048] - samples[start : start + 2048].mean()
        full = np.correlate(frame, frame, "full")[2047:]
        lags = np.arange(40, 229)
        heights.append(np.max(full[lags] / full[0] * 2048 / (2048 - lags)))
    return float(np.median(heights))


def high_share(samples: np.ndarray, low: float, high: float) -> float:
    hz, power = welch(samples, SAMPLE_RATE, nperseg=1024)
    return float(power[(hz >= low) & (hz < high)].sum() / power.sum())


@pytest.mark.parametrize("amount", [0.01, 0.03, 0.06])
def test_jitter_reaches_the_set_value(amount: float) -> None:
    source, marks = pulse_train()
    moved = warp(source, jitter.positions(marks, COUNT, amount, np.random.default_rng(1)))
    times = np.flatnonzero((moved[1:-1] > moved[:-2]) & (moved[1:-1] >= moved[2:])) + 1
    times = times[moved[times] > 0.4]
    fine = []
    for at in times:
        a, b, c = moved[at - 1 : at + 2]
        fine.append(at + 0.5 * (a - c) / (a - 2 * b + c))
    lengths = np.diff(fine)
    measured = np.mean(np.abs(np.diff(lengths))) / np.mean(lengths)
    assert measured == pytest.approx(amount, rel=0.15)


def test_jitter_of_zero_leaves_the_cycles_alone() -> None:
    source, marks = pulse_train()
    moved = warp(source, jitter.positions(marks, COUNT, 0.0, np.random.default_rng(1)))
    times, _ = peaks(moved, marks)
    assert np.abs(np.diff(times) - PERIOD).max() < 0.05


@pytest.mark.parametrize("decibels", [0.3, 1.0, 3.0])
def test_shimmer_reaches_the_set_value(decibels: float) -> None:
    source, marks = pulse_train()
    changed = source * shimmer.gain(marks, COUNT, decibels, np.random.default_rng(2))
    _, heights = peaks(changed, marks)
    measured = np.mean(np.abs(np.diff(20 * np.log10(heights))))
    assert measured == pytest.approx(decibels, rel=0.15)


@pytest.mark.parametrize("rate", [4.0, 5.5, 8.0])
def test_tremor_has_its_rate_and_depth_in_pitch_and_level(rate: float) -> None:
    voice = vowel()
    wanted = tremor.Tremor(rate_hz=rate, semitones=1.5, decibels=4.0)
    shaken = speak(voice, Manner(tremor=wanted), np.random.default_rng(3))
    track = pitch_track(shaken, 70, 400)
    inner = slice(30, len(track.hz) - 30)
    semitones = 12 * np.log2(track.filled()[inner] / 125.0)
    frames = np.sqrt(
        np.convolve(np.square(shaken), np.ones(256) / 256, "same")[:: SAMPLE_RATE // 125]
    )
    decibels = 20 * np.log10(frames[30:-30])
    for course, depth in ((semitones, 1.5), (decibels, 4.0)):
        course = course - course.mean()
        spectrum = np.abs(np.fft.rfft(course * np.hanning(len(course)), 8192))
        hz = np.fft.rfftfreq(8192, 1 / 125)
        assert hz[np.argmax(spectrum)] == pytest.approx(rate, abs=0.35)
        # A window of 64 ms smooths fast movements a little.
        assert np.std(course) * np.sqrt(2) == pytest.approx(depth, rel=0.3)


def test_no_tremor_keeps_pitch_and_level_still() -> None:
    track = pitch_track(speak(vowel(), Manner(), np.random.default_rng(3)), 70, 400)
    assert np.std(12 * np.log2(track.filled()[30:-30])) < 0.1


def test_whisper_has_no_periodicity_and_keeps_the_formants() -> None:
    voice = vowel()
    spoken = speak(voice, Manner(), np.random.default_rng(4))
    whispered = speak(voice, Manner(whisper=Whisper()), np.random.default_rng(4))
    assert periodicity(spoken) > 0.9
    assert periodicity(whispered) < 0.45
    hz, power = welch(whispered, SAMPLE_RATE, nperseg=512)
    near = (hz > 900) & (hz < 1500)
    assert hz[near][np.argmax(power[near])] == pytest.approx(1200, abs=150)


def test_breath_adds_noise_above_its_corner_only() -> None:
    voice = vowel()
    clear = speak(voice, Manner(), np.random.default_rng(5))
    breathy = speak(voice, Manner(breath=Breath(-6.0, 1500.0, 0.6)), np.random.default_rng(5))
    # A harmonic's power lies in one bin, the noise's in all, which adds some 12 dB to the ratio.
    assert _harmonic_ratio(clear, 2000, 4000) > 22
    assert _harmonic_ratio(breathy, 2000, 4000) < 9
    assert _harmonic_ratio(breathy, 100, 800) > 22


def _harmonic_ratio(samples: np.ndarray, low: float, high: float) -> float:
    """Power at multiples of 125 Hz over power halfway between, in decibels."""
    hz, power = welch(samples[8000:-8000], SAMPLE_RATE, nperseg=4096, window="hann")
    harmonics = [n * 125.0 for n in range(1, 60) if low <= n * 125.0 <= high]
    on = [power[np.argmin(np.abs(hz - h))] for h in harmonics]
    off = [power[np.argmin(np.abs(hz - h - 62.5))] for h in harmonics]
    return float(10 * np.log10(np.sum(on) / np.sum(off)))


def test_hoarseness_lowers_the_harmonics_to_noise_ratio() -> None:
    voice = vowel()
    rng = np.random.default_rng
    clear = _harmonic_ratio(speak(voice, Manner(), rng(6)), 100, 3000)
    hoarse = _harmonic_ratio(speak(voice, Manner(hoarse=Hoarse(0.05, 2.5, 4.0)), rng(6)), 100, 3000)
    assert clear > 15
    assert hoarse < clear - 10


@pytest.mark.parametrize(("pitch_hz", "rate"), [(125.0, 40.0), (220.0, 30.0), (80.0, 40.0)])
def test_creak_leaves_pulses_at_its_rate(pitch_hz: float, rate: float) -> None:
    voice = vowel(pitch_hz)
    wanted = creak.Creak(rate_hz=rate, attenuation_db=30.0, irregularity=0.0)
    creaked = speak(voice, Manner(creak=wanted), np.random.default_rng(7))
    course = np.convolve(np.abs(creaked), np.hanning(65), "same")[8000:-8000]
    spectrum = np.abs(np.fft.rfft((course - course.mean()) * np.hanning(len(course)), 1 << 17))
    hz = np.fft.rfftfreq(1 << 17, 1 / SAMPLE_RATE)
    low = (hz > 15) & (hz < 70)
    expected = pitch_hz / round(pitch_hz / rate)
    assert hz[low][np.argmax(spectrum[low])] == pytest.approx(expected, rel=0.06)


@pytest.mark.parametrize("ratio", [0.0, 10.0, 20.0])
def test_noise_has_its_ratio(ratio: float) -> None:
    rng = np.random.default_rng(8)
    speech = rng.standard_normal(COUNT).astype(np.float32) * np.float32(0.1)
    for kind in ("white", "pink", "rumble", "hum"):
        background = noise.track(kind, 3.0, rng)
        added = noise.add(speech, background, 0.1, ratio) - speech
        assert 20 * np.log10(0.1 / np.std(added)) == pytest.approx(ratio, abs=0.2)


def test_room_decays_in_its_time() -> None:
    for t60 in (0.4, 1.0):
        tail = room.response(room.Room(t60, 0.0), np.random.default_rng(9))[200:]
        energy = np.cumsum(np.square(tail[::-1], dtype=np.float64))[::-1]
        decay = 10 * np.log10(energy / energy[0])
        fitted = (decay < -3) & (decay > -25)
        slope = np.polyfit(np.flatnonzero(fitted) / SAMPLE_RATE, decay[fitted], 1)[0]
        assert -60.0 / slope == pytest.approx(t60, rel=0.25)


def test_a_dry_room_changes_next_to_nothing() -> None:
    voice = vowel()
    spoken = speak(voice, Manner(), np.random.default_rng(9))
    heard = room.apply(spoken, room.Room(0.15, 40.0), np.random.default_rng(9))
    assert rms(heard - spoken) < 0.02 * rms(spoken)


def test_the_telephone_keeps_its_band_only() -> None:
    white = np.random.default_rng(10).standard_normal(COUNT).astype(np.float32)
    phone = band.telephone(white, 300.0, 3400.0)
    assert high_share(phone, 3800, 8001) < 1e-3
    assert high_share(phone, 0, 200) < 1e-3
    assert high_share(phone, 400, 3200) > 0.85


def test_mu_law_stays_within_its_steps() -> None:
    tone = np.sin(np.arange(COUNT) * 0.05).astype(np.float32)
    error = np.abs(band.mu_law(tone) - tone)
    assert 0 < error.max() < 0.03


@pytest.mark.parametrize("dbfs", [-40.0, -20.0])
def test_level_is_reached(dbfs: float) -> None:
    samples = vowel().excitation
    samples, reached = level.set_level(samples * 0.01, dbfs)
    assert reached <= dbfs + 0.01
    assert 20 * np.log10(rms(samples)) == pytest.approx(reached, abs=0.1)
    assert np.abs(samples).max() <= level.PEAK + 1e-6


def test_taking_apart_and_putting_together_is_transparent() -> None:
    voice = vowel()
    back = synthesise(voice.excitation, voice.envelope)
    again = synthesise(analyse(back, voice.pitch).excitation, voice.envelope)
    inner = slice(2000, -2000)
    assert np.std(again[inner] - back[inner]) < 0.25 * np.std(back[inner])


def test_the_pulses_found_are_a_period_apart() -> None:
    marks = vowel().marks
    assert np.median(np.diff(marks)) == pytest.approx(PERIOD, abs=2)
