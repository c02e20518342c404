"""Times front ends that are called from Python.

Takes float32 audio on standard input and prints the microseconds
that each contestant took for a hop, round by round.
"""

from __future__ import annotations

import json
import time

import harness
import kaldi_native_fbank
import librosa
import numpy as np
import pymicro_features
import slap_edge
import torch
import torchaudio

BANDS = 80
RATE = 16_000

KALDI = {
    "sample_rate": RATE,
    "frame_length": 400,
    "hop_length": 160,
    "fft_length": 512,
    "framing": "snip",
    "window": "povey",
    "input_scale": 1.0,
    "remove_dc": True,
    "pre_emphasis": 0.97,
    "spectrum": "power",
    "mel_scale": "kaldi",
    "mel_norm": "none",
    "bands": BANDS,
    "low_hz": 20.0,
    "high_hz": 8000.0,
    "log": "ln",
    "log_floor": 1.1920929e-07,
    "log_floor_mode": "max",
    "normalise": {"kind": "none"},
}

WHISPER = KALDI | {
    "fft_length": 400,
    "window": "hann",
    "remove_dc": False,
    "pre_emphasis": 0.0,
    "mel_scale": "slaney",
    "mel_norm": "slaney",
    "low_hz": 0.0,
    "log": "log10",
    "log_floor": 1e-10,
}


def kaldi(pieces: list[list[float]] | np.ndarray) -> float:
    """Feeds `kaldi-native-fbank` piece by piece and takes each frame when it is ready."""
    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = RATE
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = BANDS
    fbank = kaldi_native_fbank.OnlineFbank(options)
    taken = 0
    total = 0.0
    start = time.perf_counter()
    for piece in pieces:
        fbank.accept_waveform(RATE, piece)
        while taken < fbank.num_frames_ready:
            total += float(fbank.get_frame(taken)[0])
            taken += 1
    took = time.perf_counter() - start
    assert total != 0.0
    return took


def ours(hops: np.ndarray) -> float:
    """Feeds `slap_edge` hop by hop with the same convention."""
    stream = slap_edge.FrontEnd(json.dumps(KALDI)).stream()
    total = 0.0
    start = time.perf_counter()
    for hop in hops:
        for frame in stream.push(hop):
            total += float(frame[0])
    took = time.perf_counter() - start
    assert total != 0.0
    return took


def ours_at_once(samples: np.ndarray) -> float:
    """Gives `slap_edge` all samples at once, with Whisper's convention."""
    front_end = slap_edge.FrontEnd(json.dumps(WHISPER))
    start = time.perf_counter()
    log_mel = front_end.log_mel(samples)
    took = time.perf_counter() - start
    assert np.isfinite(log_mel).all()
    return took


def with_librosa(samples: np.ndarray) -> float:
    """Whisper's convention on all samples at once; librosa has no stream."""
    start = time.perf_counter()
    power = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=400, hop_length=160, n_mels=BANDS, center=False
    )
    log_mel = np.log10(np.maximum(power, 1e-10))
    took = time.perf_counter() - start
    assert np.isfinite(log_mel).all()
    return took


def with_torchaudio(transform: torch.nn.Module, samples: torch.Tensor) -> float:
    """Whisper's convention on all samples at once; torchaudio has no stream."""
    start = time.perf_counter()
    log_mel = transform(samples).clamp_min(1e-10).log10()
    took = time.perf_counter() - start
    assert bool(log_mel.isfinite().all())
    return took


def micro(pieces: list[bytes]) -> float:
    """Feeds `pymicro_features` piece by piece."""
    front_end = pymicro_features.MicroFrontend()
    total = 0.0
    start = time.perf_counter()
    for piece in pieces:
        features = front_end.process_samples(piece).features
        if features:
            total += features[0]
    took = time.perf_counter() - start
    assert total != 0.0
    return took


def main() -> None:
    samples, hop = harness.audio()
    hops = samples.reshape(-1, hop)  # [hops, samples of a hop]
    # What everyone is given is made beforehand: converting is not their work.
    lists = [hop.tolist() for hop in hops]
    pcm = [hop.tobytes() for hop in np.round(hops * 32_767.0).astype("<i2")]
    tensor = torch.from_numpy(samples.copy())
    torch.set_num_threads(1)
    transform = torchaudio.transforms.MelSpectrogram(
        sample_rate=RATE,
        n_fft=400,
        hop_length=160,
        n_mels=BANDS,
        center=False,
        norm="slaney",
        mel_scale="slaney",
    )
    contestants = {
        "slap_edge through Python, as Kaldi": lambda: ours(hops),
        "kaldi-native-fbank through Python, from lists": lambda: kaldi(lists),
        "kaldi-native-fbank through Python, from arrays": lambda: kaldi(hops),
        "pymicro-features, its own 40 bands in fixed point": lambda: micro(pcm),
        "slap_edge, as Whisper, all at once": lambda: ours_at_once(samples),
        "torchaudio, as Whisper, all at once": lambda: with_torchaudio(transform, tensor),
        "librosa, as Whisper, all at once": lambda: with_librosa(samples),
    }
    harness.take_turns(contestants, len(hops))


if __name__ == "__main__":
    main()
