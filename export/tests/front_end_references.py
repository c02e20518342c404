"""The front ends that published towers were trained with, run by their own libraries.

Each reference is the `front_end` object of a manifest beside a function that computes the same
features without any code of this project. `test_front_end_parity.py` compares the two, live;
`record_front_end_golden.py` writes them down for the Rust tests.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import kaldi_native_fbank
import librosa
import numpy as np
import soundfile
import torch
import torchaudio
from numpy.typing import NDArray
from transformers import (
    ASTFeatureExtractor,
    ClapFeatureExtractor,
    SeamlessM4TFeatureExtractor,
    WhisperFeatureExtractor,
)

Floats = NDArray[np.float32]
RECORDINGS = Path(__file__).parents[2] / "tests" / "recordings"

KALDI_FLOOR = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Reference:
    """One published front end.

    Attributes:
        name: its name in file names and test reports.
        spec: the `front_end` object of a manifest that expresses it.
        log_mel: audio [samples] → features [frames, bands], by the library itself.
        natural: natural-log units in one unit of the features.
    """

    name: str
    spec: dict[str, Any]
    log_mel: Callable[[Floats], Floats]
    natural: float


def spec(**changes: Any) -> dict[str, Any]:
    """A complete `front_end` object; `changes` are what sets a reference apart."""
    base: dict[str, Any] = {
        "sample_rate": 16_000,
        "frame_length": 400,
        "hop_length": 160,
        "fft_length": 400,
        "framing": "centre_reflect",
        "window": "hann",
        "input_scale": 1.0,
        "remove_dc": False,
        "pre_emphasis": 0.0,
        "spectrum": "power",
        "mel_scale": "htk",
        "mel_norm": "none",
        "bands": 80,
        "low_hz": 0.0,
        "high_hz": 8_000.0,
        "log": "ln",
        "log_floor": 1e-10,
        "log_floor_mode": "max",
        "normalise": {"kind": "none"},
    }
    unknown = changes.keys() - base.keys()
    if unknown:
        raise KeyError(f"not a key of front_end: {sorted(unknown)}")
    return base | changes


def torchaudio_htk(audio: Floats) -> Floats:
    """`MelSpectrogram` with its own defaults of padding, scale and norm."""
    mel = torchaudio.transforms.MelSpectrogram(
        sample_rate=16_000, n_fft=512, win_length=400, hop_length=160, n_mels=64
    )
    power = mel(torch.from_numpy(audio))  # [64, frames]
    return torch.log(power.clamp_min(1e-10)).T.numpy()


def torchaudio_slaney(audio: Floats) -> Floats:
    """`MelSpectrogram` at 48 kHz with Slaney filters, magnitudes and an added floor."""
    mel = torchaudio.transforms.MelSpectrogram(
        sample_rate=48_000,
        n_fft=1_024,
        hop_length=480,
        f_min=50.0,
        f_max=14_000.0,
        n_mels=64,
        power=1.0,
        norm="slaney",
        mel_scale="slaney",
    )
    return torch.log(mel(torch.from_numpy(audio)) + 1e-6).T.numpy()


def kaldi(snip_edges: bool, bands: int, high_hz: float) -> Callable[[Floats], Floats]:
    """Kaldi's filter bank on samples in [-1, 1], without dither."""

    def log_mel(audio: Floats) -> Floats:
        options = kaldi_native_fbank.FbankOptions()
        options.frame_opts.samp_freq = 16_000
        options.frame_opts.dither = 0.0
        options.frame_opts.snip_edges = snip_edges
        options.mel_opts.num_bins = bands
        options.mel_opts.low_freq = 20.0
        options.mel_opts.high_freq = high_hz
        fbank = kaldi_native_fbank.OnlineFbank(options)
        fbank.accept_waveform(16_000, audio.tolist())
        fbank.input_finished()
        frames = [fbank.get_frame(i) for i in range(fbank.num_frames_ready)]
        return np.stack(frames) if frames else np.zeros((0, bands), np.float32)

    return log_mel


def librosa_db(audio: Floats) -> Floats:
    """`melspectrogram` and `power_to_db`, both with librosa's defaults but for the range."""
    power = librosa.feature.melspectrogram(
        y=audio, sr=22_050, n_fft=2_048, hop_length=512, n_mels=128
    )
    return librosa.power_to_db(power, ref=1.0, amin=1e-10, top_db=None).T


def clap(audio: Floats) -> Floats:
    """The unfused CLAP extractor; audio must fill its ten seconds or it would be tiled."""
    extractor = ClapFeatureExtractor(
        truncation="rand_trunc", padding="pad", frequency_min=50, feature_size=64
    )
    features = extractor(audio, sampling_rate=48_000, return_tensors="np")
    frames = 1 + len(audio) // 480
    # Frames whose window reaches the padding differ from those of the clip alone.
    return features["input_features"][0, 0, : frames - 2]


def ast(audio: Floats) -> Floats:
    """The AST extractor with its own mean and deviation."""
    features = ASTFeatureExtractor()(audio, sampling_rate=16_000, return_tensors="np")
    frames = 1 + (len(audio) - 400) // 160
    return features["input_values"][0, :frames]


def whisper(audio: Floats) -> Floats:
    """The Whisper extractor on the clip itself, without its padding to thirty seconds."""
    extractor = WhisperFeatureExtractor(feature_size=80)
    features = extractor(
        audio, sampling_rate=16_000, padding="do_not_pad", truncation=False, return_tensors="np"
    )
    return features["input_features"][0].T


def seamless(audio: Floats) -> Floats:
    """The SeamlessM4T (w2v-BERT) extractor; its stride of two only folds rows."""
    extractor = SeamlessM4TFeatureExtractor(stride=1)
    features = extractor(audio, sampling_rate=16_000, return_tensors="np", padding=False)
    return features["input_features"][0]


KALDI = {
    "fft_length": 512,
    "window": "povey",
    "remove_dc": True,
    "pre_emphasis": 0.97,
    "mel_scale": "kaldi",
    "low_hz": 20.0,
    "log_floor": KALDI_FLOOR,
}
AST_MEAN, AST_STD = -4.2677393, 4.5689974
DECIBEL = float(np.log(10.0) / 10.0)

REFERENCES = [
    Reference(
        "torchaudio_htk",
        spec(fft_length=512, bands=64),
        torchaudio_htk,
        1.0,
    ),
    Reference(
        "torchaudio_slaney",
        spec(
            sample_rate=48_000,
            frame_length=1_024,
            fft_length=1_024,
            hop_length=480,
            bands=64,
            low_hz=50.0,
            high_hz=14_000.0,
            mel_scale="slaney",
            mel_norm="slaney",
            spectrum="magnitude",
            log_floor=1e-6,
            log_floor_mode="add",
        ),
        torchaudio_slaney,
        1.0,
    ),
    Reference("kaldi_snip", spec(**KALDI, framing="snip", bands=80), kaldi(True, 80, 8_000.0), 1.0),
    Reference(
        "kaldi_mirror",
        spec(**KALDI, framing="mirror", bands=128, high_hz=7_600.0),
        kaldi(False, 128, 7_600.0),
        1.0,
    ),
    Reference(
        "librosa",
        spec(
            sample_rate=22_050,
            frame_length=2_048,
            fft_length=2_048,
            hop_length=512,
            framing="centre_zero",
            mel_scale="slaney",
            mel_norm="slaney",
            bands=128,
            high_hz=11_025.0,
            log="decibel",
        ),
        librosa_db,
        DECIBEL,
    ),
    Reference(
        "clap",
        spec(
            sample_rate=48_000,
            frame_length=1_024,
            fft_length=1_024,
            hop_length=480,
            mel_scale="slaney",
            mel_norm="slaney",
            bands=64,
            low_hz=50.0,
            high_hz=14_000.0,
            log="decibel",
        ),
        clap,
        DECIBEL,
    ),
    Reference(
        "ast",
        spec(
            **(KALDI | {"window": "hann_symmetric"}),
            framing="snip",
            bands=128,
            normalise={"kind": "fixed", "mean": AST_MEAN, "std": 2 * AST_STD},
        ),
        ast,
        2 * AST_STD,
    ),
    Reference(
        "whisper",
        spec(
            framing="centre_reflect_floor",
            mel_scale="slaney",
            mel_norm="slaney",
            log="log10",
            normalise={"kind": "dynamic_range", "range": 8.0, "offset": 4.0, "scale": 4.0},
        ),
        whisper,
        4.0 * float(np.log(10.0)),
    ),
    Reference(
        "seamless",
        spec(
            **KALDI,
            framing="snip",
            bands=80,
            input_scale=32_768.0,
            normalise={"kind": "per_band", "epsilon": 1e-7},
        ),
        seamless,
        1.0,
    ),
]


def signals(sample_rate: int, seconds: float) -> dict[str, Floats]:
    """Noise, tones, silence, full-scale clipping and speech, each [samples]."""
    rng = np.random.default_rng(7)
    time = np.arange(int(sample_rate * seconds)) / sample_rate
    speech, rate = soundfile.read(RECORDINGS / "woman.flac", dtype="float32")
    speech = librosa.resample(speech, orig_sr=rate, target_sr=sample_rate)
    begin = int(0.4 * sample_rate)
    tones = 0.3 * np.sin(2 * np.pi * 440.0 * time) + 0.2 * np.sin(2 * np.pi * 3_100.0 * time)
    return {
        "noise": rng.uniform(-0.5, 0.5, len(time)).astype(np.float32),
        "tones": tones.astype(np.float32),
        "silence": np.zeros(len(time), np.float32),
        "clipped": np.clip(4.0 * np.sin(2 * np.pi * 150.0 * time), -1, 1).astype(np.float32),
        "speech": np.ascontiguousarray(speech[begin : begin + len(time)]),
    }
