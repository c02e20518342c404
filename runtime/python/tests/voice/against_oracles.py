"""The measures beside those of Praat and openSMILE, clip by clip and frame by frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from .material import Clip, speech, vowels
from .oracles import ask_opensmile, ask_praat
from .reading import Array, Reading, ask_slap_edge, mean, median, rank_correlation, smoothed


@dataclass(frozen=True)
class Asked:
    """A clip, and what each says of it."""

    clip: Clip
    ours: Reading
    praat: Reading
    smile: Reading


@dataclass(frozen=True)
class Row:
    """One measure on one kind of material."""

    oracle: str  # "praat" or "opensmile"
    measure: str
    material: str  # "vowels" or "speech"
    theirs: str  # what it is compared with
    unit: str  # of the bias; "×" if that is a ratio
    rank: float  # Spearman's rho over clips
    bias: float  # median over clips of ours less theirs, or of their ratio
    frames: float  # median over clips of Spearman's rho over frames; NaN where not asked

    @property
    def key(self) -> str:
        """What its bounds are called."""
        return f"{self.oracle}.{self.measure}"


@lru_cache
def asked() -> dict[str, list[Asked]]:
    """Everybody's word on all clips, by material."""
    return {
        material: [
            Asked(c, ask_slap_edge(c.audio), ask_praat(c.audio), ask_opensmile(c.audio))
            for c in clips
        ]
        for material, clips in (("vowels", vowels()), ("speech", speech()))
    }


# Praat


def both_voiced(one: Asked, name: str, theirs: str | None = None) -> tuple[Array, Array]:
    """A descriptor where both find a voice, at Praat's times: ours and theirs. [T] each"""
    ours = one.ours.at(name, one.praat.seconds)
    found = one.praat.frames[theirs or name]
    voiced = np.isfinite(one.ours.at("pitch_hz", one.praat.seconds))
    voiced &= np.isfinite(one.praat.frames["pitch_hz"]) & np.isfinite(ours) & np.isfinite(found)
    return np.where(voiced, ours, np.nan), np.where(voiced, found, np.nan)


@dataclass(frozen=True)
class PitchRow:
    """How two tracks of pitch agree on one kind of material."""

    oracle: str
    material: str
    median_worst: float  # percent, over clips, on frames that both find voiced
    median_typical: float  # percent, median over clips
    gross: float  # percent of frames that differ by more than a fifth
    agreement: float  # percent of frames of which both say the same: voiced or not


def pitch_rows() -> list[PitchRow]:
    """Pitch and voicing beside both oracles, and those beside each other."""
    rows = []
    for material, clips in asked().items():
        for oracle in ("praat", "opensmile", "praat and opensmile"):
            medians, grosses, agreements = [], [], []
            for one in clips:
                ours, theirs = pitch_pair(one, oracle)
                voiced = np.isfinite(ours) & np.isfinite(theirs)
                agreements.append(np.isfinite(ours) == np.isfinite(theirs))
                if voiced.any():
                    ratio = ours[voiced] / theirs[voiced]
                    grosses.append(np.abs(ratio - 1) > 0.2)
                    quotient = np.median(ours[voiced]) / np.median(theirs[voiced])
                    medians.append(100 * abs(quotient - 1))
            rows.append(
                PitchRow(
                    oracle,
                    material,
                    float(np.max(medians, initial=np.nan if not medians else 0.0)),
                    median(np.array(medians)),
                    float(100 * np.concatenate(grosses).mean()) if grosses else np.nan,
                    float(100 * np.concatenate(agreements).mean()),
                )
            )
    return rows


def pitch_pair(one: Asked, oracle: str) -> tuple[Array, Array]:
    """Two tracks of pitch in Hz at the times of the second. [T] each"""
    if oracle == "praat":
        return one.ours.at("pitch_hz", one.praat.seconds), one.praat.frames["pitch_hz"]
    semitones = one.smile.frames["F0semitoneFrom27.5Hz_sma3nz"]
    theirs = 27.5 * 2 ** (semitones / 12)
    seconds = smile_seconds("F0semitoneFrom27.5Hz", len(theirs))
    ours = one.ours if oracle == "opensmile" else one.praat
    return ours.at("pitch_hz", seconds), theirs


# Ours, theirs, unit. Both are multiplied by 100 where the unit is percentage points.
PRAAT_FUNCTIONALS = (
    *((f"jitter.{k}", "% points") for k in ("local", "rap", "ppq5")),
    ("shimmer.local_db", "dB"),
    *((f"shimmer.{k}", "% points") for k in ("local", "apq3", "apq5", "apq11")),
)

PRAAT_FRAMES = (
    ("hnr_db", "hnr_db", "dB"),
    ("level_dbfs", "level_db", "dB"),
    *((f"f{n}_hz", f"f{n}_hz", "Hz") for n in (1, 2, 3)),
    *((f"f{n}_bandwidth_hz", f"f{n}_bandwidth_hz", "Hz") for n in (1, 2, 3)),
)

# Praat's levels are relative to 20 µPa, ours to full scale, which it takes for 1 Pa.
FULL_SCALE_DB = 20 * np.log10(1 / 2e-5)


def praat_rows() -> list[Row]:
    """All measures that Praat has as well."""
    rows = []
    for material, clips in asked().items():
        for name, unit in PRAAT_FUNCTIONALS:
            scale = 100 if unit == "% points" else 1
            ours = scale * collect(clips, lambda one, n=name: one.ours.functionals[n])
            theirs = scale * collect(clips, lambda one, n=name: one.praat.functionals[n])
            rows.append(row("praat", name, material, "the same", unit, ours, theirs))
        for name, other, unit in PRAAT_FRAMES:
            offset = FULL_SCALE_DB if name == "level_dbfs" else 0.0
            pairs = [both_voiced(one, name, other) for one in clips]
            ours = np.array([mean(a) for a, _ in pairs])
            theirs = np.array([mean(b) - offset for _, b in pairs])
            within = median(np.array([rank_correlation(a, b) for a, b in pairs]))
            label = "intensity" if name == "level_dbfs" else "the same"
            rows.append(row("praat", name, material, label, unit, ours, theirs, within))
        ours = collect(clips, lambda one: one.ours.functionals["cpp_db.mean"])
        theirs = collect(clips, lambda one: one.praat.functionals["cpp_db"])
        rows.append(row("praat", "cpp_db.mean", material, "CPPS", "dB", ours, theirs))
    return rows


# openSMILE

# Ours, theirs, unit, and what theirs is multiplied by. "×": the scale is arbitrary, and the
# ratio is told instead of the difference.
OPENSMILE_FUNCTIONALS: tuple[tuple[str, str, str, float], ...] = (
    ("pitch_semitones.mean", "F0semitoneFrom27.5Hz_sma3nz_amean", "st", 1),
    ("pitch_semitones.cv", "F0semitoneFrom27.5Hz_sma3nz_stddevNorm", "", 1),
    ("pitch_semitones.p20", "F0semitoneFrom27.5Hz_sma3nz_percentile20.0", "st", 1),
    ("pitch_semitones.p50", "F0semitoneFrom27.5Hz_sma3nz_percentile50.0", "st", 1),
    ("pitch_semitones.p80", "F0semitoneFrom27.5Hz_sma3nz_percentile80.0", "st", 1),
    ("pitch_semitones.range_20_80", "F0semitoneFrom27.5Hz_sma3nz_pctlrange0-2", "st", 1),
    (
        "pitch_semitones.rising_slope_mean",
        "F0semitoneFrom27.5Hz_sma3nz_meanRisingSlope",
        "×",
        1,
    ),
    (
        "pitch_semitones.falling_slope_mean",
        "F0semitoneFrom27.5Hz_sma3nz_meanFallingSlope",
        "×",
        1,
    ),
    ("jitter.mean", "jitterLocal_sma3nz_amean", "% points", 1),
    ("shimmer_db.mean", "shimmerLocaldB_sma3nz_amean", "dB", 1),
    ("hnr_db.mean", "HNRdBACF_sma3nz_amean", "dB", 1),
    ("loudness.mean", "loudness_sma3_amean", "×", 1),
    ("loudness.cv", "loudness_sma3_stddevNorm", "", 1),
    ("loudness.p20", "loudness_sma3_percentile20.0", "×", 1),
    ("loudness.p50", "loudness_sma3_percentile50.0", "×", 1),
    ("loudness.p80", "loudness_sma3_percentile80.0", "×", 1),
    ("loudness.range_20_80", "loudness_sma3_pctlrange0-2", "×", 1),
    ("loudness.rising_slope_mean", "loudness_sma3_meanRisingSlope", "×", 1),
    ("loudness.falling_slope_mean", "loudness_sma3_meanFallingSlope", "×", 1),
    ("equivalent_level_dbfs", "equivalentSoundLevel_dBp", "dB", 1),
    ("alpha_ratio_db.voiced_mean", "alphaRatioV_sma3nz_amean", "dB", 1),
    ("alpha_ratio_db.unvoiced_mean", "alphaRatioUV_sma3nz_amean", "dB", 1),
    ("hammarberg_db.voiced_mean", "hammarbergIndexV_sma3nz_amean", "dB", 1),
    ("hammarberg_db.unvoiced_mean", "hammarbergIndexUV_sma3nz_amean", "dB", 1),
    ("slope_0_500_db_per_khz.voiced_mean", "slopeV0-500_sma3nz_amean", "dB/kHz", 1e3),
    ("slope_0_500_db_per_khz.unvoiced_mean", "slopeUV0-500_sma3nz_amean", "dB/kHz", 1e3),
    ("slope_500_1500_db_per_khz.voiced_mean", "slopeV500-1500_sma3nz_amean", "dB/kHz", 1e3),
    (
        "slope_500_1500_db_per_khz.unvoiced_mean",
        "slopeUV500-1500_sma3nz_amean",
        "dB/kHz",
        1e3,
    ),
    ("spectral_flux.mean", "spectralFlux_sma3_amean", "×", 1),
    ("spectral_flux.voiced_mean", "spectralFluxV_sma3nz_amean", "×", 1),
    ("spectral_flux.unvoiced_mean", "spectralFluxUV_sma3nz_amean", "×", 1),
    *((f"mfcc{n}.mean", f"mfcc{n}_sma3_amean", "", 1.0) for n in (1, 2, 3, 4)),
    *((f"mfcc{n}.voiced_mean", f"mfcc{n}V_sma3nz_amean", "", 1.0) for n in (1, 2, 3, 4)),
    ("h1_h2_db.mean", "logRelF0-H1-H2_sma3nz_amean", "dB", 1),
    ("h1_a3_db.mean", "logRelF0-H1-A3_sma3nz_amean", "dB", 1),
    *((f"f{n}_hz.mean", f"F{n}frequency_sma3nz_amean", "Hz", 1.0) for n in (1, 2, 3)),
    *((f"f{n}_bandwidth_hz.mean", f"F{n}bandwidth_sma3nz_amean", "Hz", 1.0) for n in (1, 2, 3)),
    *(
        (f"f{n}_amplitude_db.mean", f"F{n}amplitudeLogRelF0_sma3nz_amean", "dB", 1.0)
        for n in (1, 2, 3)
    ),
    ("loudness_peaks_per_second", "loudnessPeaksPerSec", "1/s", 1),
    ("voiced_segments_per_second", "VoicedSegmentsPerSec", "1/s", 1),
    ("voiced_segment_seconds.mean", "MeanVoicedSegmentLengthSec", "s", 1),
    ("unvoiced_segment_seconds.mean", "MeanUnvoicedSegmentLength", "s", 1),
)

# The descriptor whose frames are compared along with a functional.
OPENSMILE_FRAMES = {
    "pitch_semitones.mean": ("pitch_semitones", "F0semitoneFrom27.5Hz_sma3nz"),
    "jitter.mean": ("jitter", "jitterLocal_sma3nz"),
    "shimmer_db.mean": ("shimmer_db", "shimmerLocaldB_sma3nz"),
    "hnr_db.mean": ("hnr_db", "HNRdBACF_sma3nz"),
    "loudness.mean": ("loudness", "Loudness_sma3"),
    "alpha_ratio_db.voiced_mean": ("alpha_ratio_db", "alphaRatio_sma3"),
    "hammarberg_db.voiced_mean": ("hammarberg_db", "hammarbergIndex_sma3"),
    "slope_0_500_db_per_khz.voiced_mean": ("slope_0_500_db_per_khz", "slope0-500_sma3"),
    "slope_500_1500_db_per_khz.voiced_mean": (
        "slope_500_1500_db_per_khz",
        "slope500-1500_sma3",
    ),
    "spectral_flux.mean": ("spectral_flux", "spectralFlux_sma3"),
    **{f"mfcc{n}.mean": (f"mfcc{n}", f"mfcc{n}_sma3") for n in (1, 2, 3, 4)},
    "h1_h2_db.mean": ("h1_h2_db", "logRelF0-H1-H2_sma3nz"),
    "h1_a3_db.mean": ("h1_a3_db", "logRelF0-H1-A3_sma3nz"),
    **{f"f{n}_hz.mean": (f"f{n}_hz", f"F{n}frequency_sma3nz") for n in (1, 2, 3)},
}

# Sustained vowels have neither pauses nor sounds without voice.
SPEECH_ONLY = ("unvoiced", "segment", "peaks")

# openSMILE says 0 where it has no value. These can be 0 truly.
ZERO_IS_A_VALUE = ("slope", "mfcc", "PerSec", "SegmentLength", "Slope")


def smile_seconds(name: str, count: int) -> Array:
    """The middles of openSMILE's frames: 60 ms long for what needs pitch, else 20 ms. [count]"""
    long = name.startswith(("F0semitone", "jitter", "shimmer", "HNR", "logRel"))
    return 0.01 * np.arange(count) + (0.03 if long else 0.01)


def opensmile_rows() -> list[Row]:
    """All measures that openSMILE has as well."""
    rows = []
    for material, clips in asked().items():
        for name, theirs, unit, scale in OPENSMILE_FUNCTIONALS:
            if material == "vowels" and any(word in name for word in SPEECH_ONLY):
                continue
            percent = 100 if unit == "% points" else 1
            mine = percent * collect(clips, lambda one, n=name: one.ours.functionals[n])
            other = percent * scale * collect(clips, lambda one, n=theirs: smile_value(one, n))
            within = frame_correlation(clips, name)
            rows.append(row("opensmile", name, material, theirs, unit, mine, other, within))
    return rows


def smile_value(one: Asked, name: str) -> float:
    """A functional of openSMILE, NaN where its 0 stands for none."""
    value = one.smile.functionals[name]
    return np.nan if value == 0 and not any(w in name for w in ZERO_IS_A_VALUE) else value


def frame_correlation(clips: list[Asked], name: str) -> float:
    """The median over clips of the rank correlation over frames; NaN where not compared."""
    if name not in OPENSMILE_FRAMES:
        return np.nan
    ours, theirs = OPENSMILE_FRAMES[name]
    found = []
    for one in clips:
        other = one.smile.frames[theirs]
        mine = one.ours.at(ours, smile_seconds(theirs, len(other)))
        found.append(rank_correlation(smoothed(mine), other))
    return median(np.array(found))


def collect(clips: Iterable[Asked], value: Callable[[Asked], float]) -> Array:
    """A number per clip. [clips]"""
    return np.array([value(one) for one in clips], float)


def row(
    oracle: str,
    measure: str,
    material: str,
    label: str,
    unit: str,
    ours: Array,
    theirs: Array,
    within: float = np.nan,
) -> Row:
    """The comparison of two numbers per clip."""
    bias = median(ours / theirs) if unit == "×" else median(ours - theirs)
    rank = rank_correlation(ours, theirs)
    return Row(oracle, measure, material, label, unit, rank, bias, within)


def oracles_among_themselves() -> dict[str, dict[str, float]]:
    """How well Praat's and openSMILE's clips rank alike: measure -> material -> rho."""
    pairs = {
        "jitter.local": ("jitter.local", "jitterLocal_sma3nz_amean"),
        "shimmer.local_db": ("shimmer.local_db", "shimmerLocaldB_sma3nz_amean"),
        "hnr_db": ("hnr_db.mean", "HNRdBACF_sma3nz_amean"),
        **{f"f{n}_hz": (f"f{n}_hz.mean", f"F{n}frequency_sma3nz_amean") for n in (1, 2, 3)},
    }
    return {
        name: {
            material: rank_correlation(
                collect(clips, lambda one, k=first: one.praat.functionals[k]),
                collect(clips, lambda one, k=second: smile_value(one, k)),
            )
            for material, clips in asked().items()
        }
        for name, (first, second) in pairs.items()
    }
