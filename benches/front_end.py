"""Times streaming front ends that are called from Python.

Takes float32 audio on standard input and prints the microseconds
that each contestant took for a hop, round by round.
"""

from __future__ import annotations

import json
import time

import harness
import kaldi_native_fbank
import numpy as np
import slap_edge

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


def main() -> None:
    samples, hop = harness.audio()
    hops = samples.reshape(-1, hop)  # [hops, samples of a hop]
    lists = [hop.tolist() for hop in hops]  # converting them is not its work
    contestants = {
        "slap_edge through Python, as Kaldi": lambda: ours(hops),
        "kaldi-native-fbank through Python, from lists": lambda: kaldi(lists),
        "kaldi-native-fbank through Python, from arrays": lambda: kaldi(hops),
    }
    harness.take_turns(contestants, len(hops))


if __name__ == "__main__":
    main()
