"""The measures beside those of openSMILE."""

from __future__ import annotations

import numpy as np

from .asked import Asked, Row, asked, collect, row, smile_seconds, smile_value
from .reading import Array, mean, median, rank_correlation, smoothed

# Ours, theirs, unit, and what theirs is multiplied by. "×": the scale is arbitrary, and the
# ratio is told instead of the difference.
OPENSMILE_FUNCTIONALS: tuple[tuple[str, str, str, float], ...] = (
    ("pitch_semitones.mean", "F0semitoneFrom27.5Hz_sma3nz_amean", "st", 1),
    ("pitch_semitones.cv", "F0semitoneFrom27.5Hz_sma3nz_stddevNorm", "", 1),
    ("pitch_semitones.p20", "F0semitoneFrom27.5Hz_sma3nz_percentile20.0", "st", 1),
    ("pitch_semitones.p50", "F0semitoneFrom27.5Hz_sma3nz_percentile50.0", "st", 1),
    ("pitch_semitones.p80", "F0semitoneFrom27.5Hz_sma3nz_percentile80.0", "st", 1),
    ("pitch_semitones.range_20_80", "F0semitoneFrom27.5Hz_sma3nz_pctlrange0-2", "st", 1),
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
    **{
        f"f{n}_bandwidth_hz.mean": (f"f{n}_bandwidth_hz", f"F{n}bandwidth_sma3nz")
        for n in (1, 2, 3)
    },
    **{
        f"f{n}_amplitude_db.mean": (f"f{n}_amplitude_db", f"F{n}amplitudeLogRelF0_sma3nz")
        for n in (1, 2, 3)
    },
}

# Means of these are taken over the frames that both have: openSMILE's own means count frames
# in which it found nothing as -201 dB.
COMMON_FRAMES = ("f1_", "f2_", "f3_", "h1_")

# Sustained vowels have neither pauses nor sounds without voice, nor do they swell.
SPEECH_ONLY = ("unvoiced", "segment", "peaks", "ing_slope")


def opensmile_rows() -> list[Row]:
    """All measures that openSMILE has as well."""
    rows = []
    for material, clips in asked().items():
        for name, theirs, unit, scale in OPENSMILE_FUNCTIONALS:
            if material == "vowels" and any(word in name for word in SPEECH_ONLY):
                continue
            percent = 100 if unit == "% points" else 1
            if name.startswith(COMMON_FRAMES):
                pairs = [common_frames(one, *OPENSMILE_FRAMES[name]) for one in clips]
                mine = np.array([mean(a) for a, _ in pairs])
                other = np.array([mean(b) for _, b in pairs])
            else:
                mine = percent * collect(clips, lambda one, n=name: one.ours.functionals[n])
                other = collect(clips, lambda one, n=theirs: smile_value(one, n))
                other *= percent * scale
            within = frame_correlation(clips, name)
            rows.append(row("opensmile", name, material, theirs, unit, mine, other, within))
    return rows


def frame_correlation(clips: list[Asked], name: str) -> float:
    """The median over clips of the rank correlation over frames; NaN where not compared."""
    if name not in OPENSMILE_FRAMES:
        return np.nan
    pairs = [common_frames(one, *OPENSMILE_FRAMES[name]) for one in clips]
    return median(np.array([rank_correlation(a, b) for a, b in pairs]))


def common_frames(one: Asked, ours: str, theirs: str) -> tuple[Array, Array]:
    """A descriptor where both have it, smoothed like openSMILE's: ours and theirs. [T] each"""
    other = one.smile.frames[theirs]
    mine = smoothed(one.ours.at(ours, smile_seconds(theirs, len(other))))
    both = np.isfinite(mine) & np.isfinite(other) & (other > -150)
    return np.where(both, mine, np.nan), np.where(both, other, np.nan)
