"""Scores a recording the way a Python program does it without this project's runtime.

    end_to_end.py pipeline|pipeline_without_torch|opensmile|wakeword RECORDING

A process of its own from start to exit, as `slap-edge score` is. It prints a line of JSON for each
result; the event of the first one that a user could act on is `segment`, as the command's is.
Each imports only what it needs, since imports are part of what is measured.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import numpy as np
import soundfile

RATE = 16_000


def say(event: str, **payload: object) -> None:
    """Prints a line that a reader of a pipe sees at once."""
    print(json.dumps({"event": event, "payload": payload}, separators=(",", ":")), flush=True)


def recording(path: Path, dtype: str) -> np.ndarray:
    """All of a recording [samples]."""
    samples, rate = soundfile.read(path, dtype=dtype)
    if rate != RATE or samples.ndim != 1:
        sys.exit(f"{path}: expected one channel at {RATE} Hz")
    return samples


def log_mel(samples: np.ndarray, front_end: dict) -> np.ndarray:
    """The bundle's log-mel [frames, bands], nearly, by an extractor of `transformers`.

    None of them has all of the bundle's conventions. This is Whisper's with the bundle's transform,
    hop, bands and filters put in. What stays different: its window is as long as the transform (512
    samples, not 400) and centred, and its floor lies 80 dB below the loudest value.
    """
    from transformers import WhisperFeatureExtractor
    from transformers.audio_utils import mel_filter_bank

    extractor = WhisperFeatureExtractor(
        feature_size=front_end["bands"],
        sampling_rate=RATE,
        hop_length=front_end["hop_length"],
        n_fft=front_end["fft_length"],
    )
    extractor.mel_filters = mel_filter_bank(
        num_frequency_bins=1 + front_end["fft_length"] // 2,
        num_mel_filters=front_end["bands"],
        min_frequency=front_end["low_hz"],
        max_frequency=front_end["high_hz"],
        sampling_rate=RATE,
        norm=None,
        mel_scale="htk",
    )
    features = extractor(
        samples, sampling_rate=RATE, padding="do_not_pad", truncation=False, return_tensors="np"
    )
    decades = features["input_features"][0].T * 4.0 - 4.0  # [frames, bands], from (log10 + 4) / 4
    normalise = front_end["normalise"]
    return (decades * np.log(10.0) - normalise["mean"]) / normalise["std"]


def pipeline(path: Path) -> None:
    """`transformers`, then ONNX Runtime step by step, then cosines and softmax in NumPy."""
    from bundle import Bundle

    bundle = Bundle()
    tower = bundle.manifest["tower"]
    prompts, tasks = bundle.prompts()
    classes = [task_class for task in tasks for task_class in task["classes"]]
    # A class is the mean of its prompts.
    means = np.stack([prompts[it["prompts"]].mean(axis=0) for it in classes])  # [classes, dim]
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    sizes = [len(task["classes"]) for task in tasks]
    first = np.cumsum([0, *sizes[:-1]])
    scales = np.repeat([tower["logit_scale"] / task["temperature"] for task in tasks], sizes)
    biases = np.array([it["bias"] for it in classes])

    def score(embedding: np.ndarray) -> dict[str, dict[str, float]]:
        """Every task's probabilities by class."""
        logits = scales * (means @ embedding) + biases  # [classes]
        logits -= np.repeat(np.maximum.reduceat(logits, first), sizes)
        shares = np.exp(logits)
        shares /= np.repeat(np.add.reduceat(shares, first), sizes)
        rounded = iter(shares.round(6).tolist())
        return {
            task["name"]: {it["name"]: next(rounded) for it in task["classes"]} for task in tasks
        }

    session = bundle.session("float32")
    steps = bundle.steps(log_mel(recording(path, "float32"), bundle.manifest["front_end"]))
    seconds = tower["hop_frames"] * bundle.manifest["front_end"]["hop_length"] / RATE
    wanted = ["embedding", *(output for _, output, _ in bundle.states)]
    feeds = {name: np.zeros(shape, np.float32) for name, _, shape in bundle.states}
    total = np.zeros(tower["embedding_dim"], np.float32)
    for number, step in enumerate(steps, 1):
        feeds[tower["input_name"]] = step
        embedding, *states = session.run(wanted, feeds)
        feeds |= {name: state for (name, _, _), state in zip(bundle.states, states, strict=True)}
        if number >= tower["pool_chunks"]:
            total += embedding[0]
        say("segment", end=number * seconds, tasks=score(embedding[0]))
    say("score", tasks=score(total / np.linalg.norm(total)))


def pipeline_without_torch(path: Path) -> None:
    """The same where PyTorch is not installed; `transformers` then computes spectra in NumPy."""
    os.environ["TRANSFORMERS_VERBOSITY"] = "error"  # else it says that there is no PyTorch
    for name in ("torch", "torchaudio", "torchvision"):
        sys.modules[name] = None  # type: ignore[assignment]
    pipeline(path)


def opensmile(path: Path) -> None:
    """The 88 functionals of eGeMAPSv02; there is one result, at the end."""
    import opensmile

    smile = opensmile.Smile(opensmile.FeatureSet.eGeMAPSv02, opensmile.FeatureLevel.Functionals)
    row = smile.process_signal(recording(path, "float32"), RATE).iloc[0]
    say("segment", functionals=row.to_dict())


def wakeword(path: Path) -> None:
    """A detector of one phrase that is always on: a probability every 30 ms."""
    from pymicro_wakeword import MicroWakeWord, MicroWakeWordFeatures, Model

    detector = MicroWakeWord.from_builtin(Model.OKAY_NABU)
    features = MicroWakeWordFeatures()
    samples = recording(path, "int16")
    highest, told = 0.0, False
    for begin in range(0, len(samples), RATE // 100):
        for frame in features.process_streaming(samples[begin : begin + RATE // 100].tobytes()):
            probability = detector.process_streaming_prob(frame) or 0.0
            if probability > 0.0 and not told:
                say("segment", probability=probability)
                told = True
            highest = max(highest, probability)
    say("score", highest=highest)


def main() -> None:
    which = {run.__name__: run for run in (pipeline, pipeline_without_torch, opensmile, wakeword)}
    which[sys.argv[1]](Path(sys.argv[2]))


if __name__ == "__main__":
    main()
