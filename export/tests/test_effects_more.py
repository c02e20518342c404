"""Each further effect changes the measure it should on two voices, and leaves the others alone."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import numpy as np
import pytest
import slap_edge
from scipy.signal import welch

from slap_export.corpus.effects import (
    breaks,
    codec,
    diplophonia,
    fade,
    level,
    muffled,
    mumble,
    nasal,
    overdriven,
    pauses,
    shout,
    strained,
)
from slap_export.corpus.effects.source_filter import Voice, analyse, per_sample, synthesise, warp
from slap_export.corpus.engines import SAMPLE_RATE, VoiceFolder
from slap_export.corpus.measures import pitch_track, rms

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="espeak-ng is not installed"
)

TEXT = "My mother and my brother rode along the narrow river, and then we all came home."
VOICES = {"low": ("en", (95, 135)), "high": ("de", (180, 250))}


class Clip:
    """One voice taken apart, and what it measures when put together unchanged."""

    def __init__(self, samples: np.ndarray) -> None:
        self.voice: Voice = analyse(samples, pitch_track(samples, 70, 400))
        self.count = len(samples)
        voiced = self.voice.pitch.voiced.astype(np.float32)
        self.frames = np.convolve(voiced, np.ones(3) / 3, "same")  # [frames]
        self.voicing = per_sample(self.frames, self.count)  # [n]
        self.hz = self.voice.pitch.filled()  # [frames]
        self.plain = self.with_(lambda source: source)
        self.base = measure(self.plain)

    def with_(self, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """The clip with its excitation changed."""
        return synthesise(change(self.voice.excitation), self.voice.envelope)

    def shaped(self, envelope: np.ndarray) -> np.ndarray:
        """The clip with another envelope."""
        return synthesise(self.voice.excitation, envelope)

    def change(self, samples: np.ndarray, name: str) -> float:
        """How far a functional lies above the unchanged clip's."""
        return measure(samples)[name] - self.base[name]


def measure(samples: np.ndarray) -> dict[str, float]:
    return slap_edge.measure(samples, SAMPLE_RATE)["functionals"]


@pytest.fixture(scope="module", params=list(VOICES))
def clip(request: pytest.FixtureRequest) -> Clip:
    language, pitch = VOICES[request.param]
    with VoiceFolder() as folder:
        samples = folder.speak(TEXT, language, (), pitch, 140, 2).samples
    return Clip(samples * np.float32(0.08 / rms(samples)))


def press(clip: Clip, wanted: strained.Strained, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    voice = clip.voice
    source = strained.source(voice.excitation, voice.marks, clip.voicing, clip.hz, wanted, rng)
    return synthesise(source, strained.envelope(voice.envelope, clip.frames, clip.hz, wanted))


def break_up(clip: Clip, wanted: breaks.Breaks, seed: int = 1) -> np.ndarray:
    found = breaks.spans(clip.voicing, wanted, np.random.default_rng(seed))
    return clip.with_(lambda e: e * breaks.gain(found, clip.voice.marks, clip.count, wanted))


def double(clip: Clip, wanted: diplophonia.Diplophonia) -> np.ndarray:
    gain = diplophonia.gain(clip.voice.marks, clip.count, wanted)
    places = diplophonia.positions(clip.voice.marks, clip.count, wanted)
    return clip.with_(lambda e: warp(e * (1 + clip.voicing * (gain - 1)), places))


def faded(clip: Clip, wanted: fade.Fade) -> np.ndarray:
    return clip.plain * fade.gain(clip.plain, wanted)


STRONG: dict[str, Callable[[Clip, int], np.ndarray]] = {
    "strained": lambda c, seed: press(c, strained.Strained(10, 3, 1.0, 0.005), seed),
    "breaks": lambda c, seed: break_up(c, breaks.Breaks(1.5, octave_share=0.5), seed),
    "diplophonia": lambda c, _: double(c, diplophonia.Diplophonia(0.1, 6.0)),
    "nasal": lambda c, _: c.shaped(nasal.envelope(c.voice.envelope, c.frames, nasal.Nasal(1.0))),
    "mumble": lambda c, _: c.shaped(mumble.envelope(c.voice.envelope, mumble.Mumble(0.12, 0.6))),
    "pauses": lambda c, seed: pauses.insert(
        c.plain, pauses.Pauses(2, breath_db=30.0), np.random.default_rng(seed)
    )[0],
    "fade": lambda c, _: faded(c, fade.Fade(18.0)),
    "shout": lambda c, _: c.shaped(shout.envelope(c.voice.envelope, c.frames, shout.SHOUT)),
    "murmur": lambda c, _: c.shaped(shout.envelope(c.voice.envelope, c.frames, shout.MURMUR)),
    "muffled": lambda c, _: muffled.muffle(c.plain, 1500.0, 24.0),
    "overdriven": lambda c, _: overdriven.overdrive(c.plain, overdriven.Overdrive(24.0, True)),
    "codec": lambda c, _: codec.code(c.plain, 5),
}

NONE: dict[str, Callable[[Clip], np.ndarray]] = {
    "strained": lambda c: press(c, strained.Strained()),
    "breaks": lambda c: break_up(c, breaks.Breaks()),
    "diplophonia": lambda c: double(c, diplophonia.Diplophonia()),
    "nasal": lambda c: c.shaped(nasal.envelope(c.voice.envelope, c.frames, nasal.Nasal())),
    "mumble": lambda c: c.shaped(mumble.envelope(c.voice.envelope, mumble.Mumble())),
    "pauses": lambda c: pauses.insert(c.plain, pauses.Pauses(), np.random.default_rng(1))[0],
    "fade": lambda c: faded(c, fade.Fade()),
    "shout": lambda c: c.shaped(shout.envelope(c.voice.envelope, c.frames, shout.Effort())),
    "muffled": lambda c: muffled.muffle(c.plain, 1500.0, 0.0),
    "overdriven": lambda c: overdriven.overdrive(c.plain, overdriven.Overdrive()),
}


@pytest.mark.parametrize("name", list(STRONG))
def test_every_effect_is_sound_and_deterministic(clip: Clip, name: str) -> None:
    changed = STRONG[name](clip, 1)
    assert changed.dtype == np.float32
    assert np.isfinite(changed).all()
    assert name == "pauses" or len(changed) == clip.count
    assert np.abs(changed).max() < 1.0
    assert np.array_equal(changed, STRONG[name](clip, 1))
    # Nothing but the fade and what silences or takes away makes the clip much weaker or louder.
    lost = {"fade": 8.0, "breaks": 3.0}.get(name, 2.0)
    assert -lost < 20 * np.log10(rms(changed) / rms(clip.plain)) < 2.0
    assert np.abs(level.set_level(changed, -26.0)[0]).max() <= level.PEAK + 1e-6


@pytest.mark.parametrize("name", ["strained", "breaks", "pauses"])
def test_another_seed_gives_another_clip(clip: Clip, name: str) -> None:
    assert not np.array_equal(STRONG[name](clip, 1), STRONG[name](clip, 2))


@pytest.mark.parametrize("name", list(NONE))
def test_depth_zero_is_as_good_as_nothing(clip: Clip, name: str) -> None:
    unchanged = NONE[name](clip)
    # Reading at positions loses the very first samples, hence not nothing.
    assert rms(unchanged - clip.plain) < 0.01 * rms(clip.plain)


@pytest.mark.parametrize("name", ["strained", "nasal", "mumble", "shout", "murmur", "fade"])
def test_effects_of_timbre_and_level_leave_pitch_and_voicing(clip: Clip, name: str) -> None:
    changed = STRONG[name](clip, 1)
    one_per_cent = 0.01 * clip.base["pitch_hz.p50"]
    assert clip.change(changed, "pitch_hz.p50") == pytest.approx(0.0, abs=one_per_cent)
    assert clip.change(changed, "voiced_share") == pytest.approx(0.0, abs=0.08)
    assert clip.change(changed, "duration_seconds") == 0.0


@pytest.mark.parametrize(("first_db", "tilt"), [(6.0, 2.0), (10.0, 3.0)])
def test_strain_weakens_the_first_harmonic_and_flattens_the_slope(
    clip: Clip, first_db: float, tilt: float
) -> None:
    pressed = press(clip, strained.Strained(first_db, tilt, 1.0, 0.004))
    assert clip.change(pressed, "h1_h2_db.mean") == pytest.approx(-first_db, rel=0.15)
    assert clip.change(pressed, "alpha_ratio_db.voiced_mean") > 0.8 * tilt
    # More regular, though the stronger high harmonics show more noise than the low ones did.
    assert clip.change(pressed, "cpp_db.mean") > 0.8
    assert clip.change(pressed, "jitter.local") < 0.004


def test_steadier_cycles_have_less_noise(clip: Clip) -> None:
    steady = press(clip, strained.Strained(steadiness=1.0))
    assert clip.change(steady, "hnr_db.mean") > 0.8
    assert clip.change(steady, "h1_h2_db.mean") == pytest.approx(0.0, abs=0.3)
    assert clip.change(steady, "alpha_ratio_db.voiced_mean") == pytest.approx(0.0, abs=1.0)


def test_breaks_are_as_long_as_said_and_inside_the_voice(clip: Clip) -> None:
    wanted = breaks.Breaks(1.5)
    found = breaks.spans(clip.voicing, wanted, np.random.default_rng(1))
    voiced = float((clip.voicing > 0.5).sum()) / SAMPLE_RATE
    assert len(found) >= 0.6 * 1.5 * voiced
    edge = round(0.03 * SAMPLE_RATE)
    for (first, last, octave), after in zip(found, [*found[1:], None], strict=True):
        assert 0.059 <= (last - first) / SAMPLE_RATE <= 0.201
        assert not octave
        assert (clip.voicing[first - edge : last + edge] > 0.5).all()
        assert after is None or after[0] > last


def test_breaks_stop_the_voice(clip: Clip) -> None:
    wanted = breaks.Breaks(1.5)
    broken = break_up(clip, wanted)
    assert clip.change(broken, "voiced_share") < -0.05
    assert clip.change(broken, "voiced_segments_per_second") > 0.4
    assert clip.change(broken, "jitter.local") < 0.003
    for first, last, _ in breaks.spans(clip.voicing, wanted, np.random.default_rng(1)):
        inner = slice(first + (last - first) // 3, last - (last - first) // 3)
        fallen = rms_of(broken[inner]) / rms_of(clip.plain[inner])
        assert 20 * np.log10(fallen) < -12


def rms_of(samples: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64)))) + 1e-9


def subharmonic_db(samples: np.ndarray, clip: Clip) -> float:
    """Level at 1.5 times the pitch over that at twice it, median of the loud voiced frames."""
    ratios = []
    for frame in np.flatnonzero(clip.voice.pitch.voiced)[::4]:
        at, size = frame * 128, 2 * round(4 * SAMPLE_RATE / clip.hz[frame] / 2)
        piece = samples[at - size // 2 : at + size // 2]
        if len(piece) < size or rms_of(piece) < 0.5 * rms(samples):
            continue
        time = np.arange(size) / SAMPLE_RATE
        sub, full = (
            abs(np.sum(piece * np.hanning(size) * np.exp(-2j * np.pi * n * clip.hz[frame] * time)))
            for n in (1.5, 2.0)
        )
        ratios.append(20 * np.log10((sub + 1e-9) / (full + 1e-9)))
    return float(np.median(ratios))


def test_octave_breaks_halve_the_pitch_where_they_are(clip: Clip) -> None:
    wanted = breaks.Breaks(1.0, 0.15, 0.2, octave_share=1.0)
    found = breaks.spans(clip.voicing, wanted, np.random.default_rng(2))
    cracked = break_up(clip, wanted, 2)
    low = 0.4 * clip.voice.pitch.median_hz
    track = pitch_track(cracked, low, 400.0)
    halved = [
        np.median(track.hz[(first + last) // 256 - 2 : (first + last) // 256 + 3])
        / np.median(clip.hz[(first + last) // 256 - 2 : (first + last) // 256 + 3])
        for first, last, _ in found
    ]
    assert len(halved) >= 2
    assert np.mean(np.isclose(halved, 0.5, rtol=0.1)) > 0.6
    assert clip.change(cracked, "voiced_share") > -0.05


@pytest.mark.parametrize(("period", "decibels"), [(0.08, 0.0), (0.0, 6.0), (0.1, 6.0)])
def test_diplophonia_has_a_subharmonic(clip: Clip, period: float, decibels: float) -> None:
    doubled = double(clip, diplophonia.Diplophonia(period, decibels))
    assert subharmonic_db(doubled, clip) > subharmonic_db(clip.plain, clip) + 4
    assert clip.change(doubled, "alpha_ratio_db.voiced_mean") == pytest.approx(0.0, abs=1.5)
    assert clip.change(doubled, "equivalent_level_dbfs") == pytest.approx(0.0, abs=1.5)


def test_diplophonic_cycles_alternate_by_what_is_said() -> None:
    marks, count = np.arange(100, 15_900, 100), 16_000
    wanted = diplophonia.Diplophonia(0.1, 6.0)
    gains = 20 * np.log10(diplophonia.gain(marks, count, wanted)[marks])
    assert np.abs(np.diff(gains)) == pytest.approx(6.0, abs=1e-3)
    places = diplophonia.positions(marks, count, wanted)
    times = np.interp(marks, places, np.arange(count))
    assert np.abs(np.diff(np.diff(times))) == pytest.approx(10.0, abs=0.15)


def band_db(samples: np.ndarray, low: float, high: float) -> float:
    hz, power = welch(samples, SAMPLE_RATE, nperseg=1024)
    return float(10 * np.log10(power[(hz >= low) & (hz < high)].sum()))


def test_nasality_widens_the_first_formant_and_moves_energy_to_the_murmur(clip: Clip) -> None:
    nasalised = STRONG["nasal"](clip, 1)
    assert clip.change(nasalised, "f1_bandwidth_hz.mean") > 40
    rise = band_db(nasalised, 200, 300) - band_db(clip.plain, 200, 300)
    fall = band_db(nasalised, 600, 800) - band_db(clip.plain, 600, 800)
    assert rise > 4
    assert fall < -6
    above = band_db(nasalised, 2000, 6000) - band_db(clip.plain, 2000, 6000)
    assert above == pytest.approx(0.0, abs=1.0)


def movement(samples: np.ndarray, clip: Clip) -> float:
    """Standard deviation over voiced frames of the envelope's shape, 300 to 3500 Hz, in dB."""
    shape = 20 * np.log10(analyse(samples, clip.voice.pitch).envelope[:, 10:112])
    shape = shape[clip.voice.pitch.voiced]
    return float((shape - shape.mean(axis=1, keepdims=True)).std(axis=0).mean())


def test_mumbling_stills_the_spectrum_and_keeps_the_level(clip: Clip) -> None:
    still = movement(clip.plain, clip)
    mild = clip.shaped(mumble.envelope(clip.voice.envelope, mumble.Mumble(0.08, 0.4)))
    strong = clip.shaped(mumble.envelope(clip.voice.envelope, mumble.Mumble(0.15, 0.8)))
    assert movement(mild, clip) < 0.85 * still
    assert movement(strong, clip) < 0.65 * still
    for slurred in (mild, strong):
        assert clip.change(slurred, "equivalent_level_dbfs") == pytest.approx(0.0, abs=0.6)
        assert clip.change(slurred, "jitter.local") == pytest.approx(0.0, abs=0.003)


def test_pauses_are_silent_and_lengthen_the_clip_by_themselves(clip: Clip) -> None:
    hesitant, spans = pauses.insert(clip.plain, pauses.Pauses(3), np.random.default_rng(1))
    assert len(spans) == 3
    kept = np.ones(len(hesitant), bool)
    for first, last in spans:
        assert 0.399 <= (last - first) / SAMPLE_RATE <= 1.201
        assert np.abs(hesitant[first:last]).max() == 0.0
        kept[first:last] = False
    assert kept.sum() == clip.count
    # All of the speech is there; only 5 ms beside each pause are faded, where it is weak.
    assert rms_of(hesitant[kept] - clip.plain) < 0.05 * rms_of(clip.plain)
    assert clip.change(hesitant, "voiced_share") < -0.1
    assert clip.change(hesitant, "pitch_hz.p50") == pytest.approx(0.0, abs=1.0)
    assert clip.change(hesitant, "h1_h2_db.mean") == pytest.approx(0.0, abs=0.2)


def test_pauses_come_where_speech_is_weak(clip: Clip) -> None:
    found = pauses.places(clip.plain, pauses.Pauses(3))
    assert (np.diff(found) > 0.45 * SAMPLE_RATE).all()
    for at in found:
        assert rms_of(clip.plain[at - 160 : at + 160]) < 0.3 * rms(clip.plain)


def test_a_breath_is_drawn_before_speech_goes_on(clip: Clip) -> None:
    wanted = pauses.Pauses(2, breath_db=30.0)
    hesitant, spans = pauses.insert(clip.plain, wanted, np.random.default_rng(1))
    for first, last in spans:
        drawn = hesitant[last - round(0.3 * SAMPLE_RATE) : last]
        assert 20 * np.log10(rms_of(drawn) / rms(clip.plain)) == pytest.approx(-30.0, abs=0.1)
        assert np.abs(hesitant[first : last - len(drawn)]).max(initial=0.0) == 0.0


@pytest.mark.parametrize("decibels", [12.0, 24.0])
@pytest.mark.parametrize("by_phrase", [False, True])
def test_a_fade_falls_by_what_is_said(clip: Clip, decibels: float, by_phrase: bool) -> None:
    gain = 20 * np.log10(fade.gain(clip.plain, fade.Fade(decibels, by_phrase)))
    parts = fade.phrases(clip.plain, 0.15 if by_phrase else np.inf)
    assert len(parts) >= 2 if by_phrase else len(parts) == 1
    for first, last in parts:
        assert gain[first] == pytest.approx(0.0, abs=0.01)
        assert gain[last - 1] == pytest.approx(-decibels, abs=0.1)
    weak = faded(clip, fade.Fade(decibels, by_phrase))
    assert clip.change(weak, "equivalent_level_dbfs") < -0.25 * decibels
    assert clip.change(weak, "alpha_ratio_db.voiced_mean") == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize("name", list(STRONG))
def test_silence_stays_silence(name: str) -> None:
    changed = STRONG[name](Clip(np.zeros(2 * SAMPLE_RATE, np.float32)), 1)
    assert np.isfinite(changed).all()
    assert np.abs(changed).max() < 1e-6


def test_effort_raises_the_slope_and_the_first_formant_and_a_murmur_lowers_them(
    clip: Clip,
) -> None:
    shouted, murmured = STRONG["shout"](clip, 1), STRONG["murmur"](clip, 1)
    assert clip.change(shouted, "alpha_ratio_db.voiced_mean") > 4
    assert clip.change(murmured, "alpha_ratio_db.voiced_mean") < -4
    assert clip.change(shouted, "f1_hz.mean") > 80
    assert clip.change(murmured, "f1_hz.mean") < -40
    assert clip.change(shouted, "loudness.cv") < -0.05
    for changed in (shouted, murmured):
        assert clip.change(changed, "equivalent_level_dbfs") == pytest.approx(0.0, abs=1.5)


@pytest.mark.parametrize(("corner", "shelf"), [(1000.0, 30.0), (1500.0, 24.0), (2000.0, 18.0)])
def test_cloth_takes_the_high_frequencies_to_a_shelf(
    clip: Clip, corner: float, shelf: float
) -> None:
    behind = muffled.muffle(clip.plain, corner, shelf)
    low = band_db(behind, 50, 300) - band_db(clip.plain, 50, 300)
    high = band_db(behind, 6500, 8000) - band_db(clip.plain, 6500, 8000)
    assert -0.8 < low < 0.1
    assert -shelf <= high < -0.6 * shelf
    assert clip.change(behind, "alpha_ratio_db.voiced_mean") < -3
    assert clip.change(behind, "jitter.local") == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize("drive", [12.0, 24.0])
def test_overdrive_flattens_the_peaks_and_keeps_the_level(
    clip: Clip, hard: bool, drive: float
) -> None:
    driven = overdriven.overdrive(clip.plain, overdriven.Overdrive(drive, hard))
    crest = np.abs(driven).max() / rms(driven)
    before = np.abs(clip.plain).max() / rms(clip.plain)
    assert 20 * np.log10(crest / before) < -0.4 * drive
    assert 20 * np.log10(rms(driven) / rms(clip.plain)) == pytest.approx(0.0, abs=0.2)
    assert clip.change(driven, "pitch_hz.p50") == pytest.approx(0.0, abs=0.5)


def test_hard_clipping_adds_odd_harmonics_only() -> None:
    tone = np.sin(2 * np.pi * 500 * np.arange(SAMPLE_RATE) / SAMPLE_RATE).astype(np.float32)
    driven = overdriven.overdrive(0.5 * tone, overdriven.Overdrive(20.0, True))
    power = np.abs(np.fft.rfft(driven * np.hanning(len(driven)))) ** 2
    second, third = power[1000] / power[500], power[1500] / power[500]
    assert 10 * np.log10(third) > -16
    assert 10 * np.log10(second + 1e-12) < -40


@pytest.mark.parametrize(("bits", "ratio"), [(8, 25.0), (5, 10.0)])
def test_the_coder_keeps_four_kilohertz_and_adds_noise(clip: Clip, bits: int, ratio: float) -> None:
    coded = codec.code(clip.plain, bits)
    kept = codec.code(clip.plain, 16)
    assert band_db(coded, 4300, 8000) < band_db(coded, 300, 4000) - 35
    found = 20 * np.log10(rms_of(kept) / rms_of(coded - kept))
    assert ratio < found < ratio + 15
    assert clip.change(coded, "pitch_hz.p50") == pytest.approx(0.0, abs=1.0)
