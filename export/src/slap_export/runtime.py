"""Running a bundle's ONNX files with ONNX Runtime, the way a device runs them."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from slap_edge import FrontEnd
from tokenizers import Tokenizer

Array = NDArray[np.float32]


def session(
    path: Path, threads: int = 1, *, as_written: bool = False
) -> onnxruntime.InferenceSession:
    """Opens an ONNX file on the CPU.

    Between `QuantizeLinear` and `DequantizeLinear` ONNX Runtime computes in int8. It
    would also do so where only weights are int8, and round activations that no other
    engine rounds; `as_written` keeps it from that.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_quant_qdq", str(int(as_written)))
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def hop_of(interface: dict[str, Any]) -> int:
    """Frames, or samples of a waveform tower, from one step to the next."""
    return int(interface.get("hop_samples") or interface["hop_frames"])


def span_of(interface: dict[str, Any]) -> int:
    """Steps that an embedding looks back on, its own included."""
    return int(interface.get("pool_chunks") or 1)


class StepRunner:
    """Runs a tower's graph over recordings, a chunk or a window at a time."""

    def __init__(self, path: Path, interface: dict[str, Any], threads: int = 1) -> None:
        self.session = session(path, threads)
        self.interface = interface
        self.names = [output.name for output in self.session.get_outputs()]

    def run(self, rows: Array) -> Iterator[tuple[dict[str, Array], dict[str, Array]]]:
        """What goes in and what comes out at every step over frames [T, F] or samples [T]."""
        length, states = self.interface["input_shape"][1], self.interface["states"]
        memory = {state["input"]: np.zeros(state["shape"], np.float32) for state in states}
        for start in range(0, len(rows) - length + 1, hop_of(self.interface)):
            part = np.ascontiguousarray(rows[None, start : start + length], np.float32)
            feed = {self.interface["input_name"]: part, **memory}
            result = dict(zip(self.names, self.session.run(None, feed), strict=True))
            memory = {state["input"]: result[state["output"]] for state in states}
            yield feed, result

    def outputs(self, rows: Array) -> dict[str, Array]:
        """Every named output after every step: embeddings [C, D], tokens [C, S, W]."""
        names = [output["name"] for output in self.interface["outputs"]]
        found = [{name: result[name][0] for name in names} for _, result in self.run(rows)]
        return {name: np.stack([step[name] for step in found]) for name in names}

    def steps(self, rows: Array) -> Array:
        """Unit embedding after every step [C, D] of whole chunks or windows.

        Like a device it takes only the direction of what the graph gives: in float16 a
        length is 1 to three digits.
        """
        found = np.stack([result["embedding"][0] for _, result in self.run(rows)])  # [C, D]
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def clip(self, rows: Array) -> Array:
        """One unit embedding [D] of whole chunks or windows."""
        return clip_embedding(self.steps(rows), span_of(self.interface))


@dataclass(frozen=True)
class Heard:
    """What a tower makes of a recording."""

    log_mel: Array  # [T, F]
    steps: Array  # [C, D]
    clip: Array  # [D]


class AudioTower:
    """A tower's graph behind its front end, from samples to embeddings as on a device."""

    def __init__(self, path: Path, interface: dict[str, Any], front_end: dict[str, Any]) -> None:
        self.runner = StepRunner(path, interface)
        self.interface = interface
        self.spec = front_end
        self.front_end = FrontEnd(json.dumps(front_end))

    def hear(self, audio: Array) -> Heard:
        """Embeds a recording at the front end's rate."""
        padded = pad_to_steps(audio, self.spec, self.interface)
        log_mel = self.front_end.log_mel(padded)
        rows = log_mel
        if self.interface["input"] == "waveform":
            rows = padded * np.float32(self.spec["input_scale"])
        steps = self.runner.steps(rows)
        return Heard(log_mel, steps, clip_embedding(steps, span_of(self.interface)))


def clip_embedding(steps: Array, pool_chunks: int) -> Array:
    """One unit embedding [D] for a recording from the embeddings of its steps [C, D].

    The mean of the steps whose pool is fullest: those with `pool_chunks` chunks
    read, or the last step alone when the recording is shorter than that. A device
    also leaves out steps that look back on too little sound to be scored, long
    pauses for one.
    """
    chosen = steps[pool_chunks - 1 :] if len(steps) >= pool_chunks else steps[-1:]
    mean = chosen.mean(axis=0)  # [D]
    return (mean / np.linalg.norm(mean)).astype(np.float32)


def frames_of(samples: int, front_end: dict[str, Any]) -> int:
    """Frames that lie wholly within a recording."""
    return max(0, (samples - front_end["frame_length"]) // front_end["hop_length"] + 1)


def chunks_of(samples: int, front_end: dict[str, Any], chunk_frames: int) -> int:
    """Chunks that hold a real frame of a recording; at least one."""
    return max(1, -(-frames_of(samples, front_end) // chunk_frames))


def pad_to_chunks(audio: Array, front_end: dict[str, Any], chunk_frames: int) -> Array:
    """Appends digital silence until the last chunk that holds a real frame is complete."""
    return pad_to_frames(
        audio, front_end, chunks_of(len(audio), front_end, chunk_frames) * chunk_frames
    )


def pad_to_steps(audio: Array, front_end: dict[str, Any], interface: dict[str, Any]) -> Array:
    """Appends digital silence until the last chunk or window that holds any of it is complete."""
    length, hop = interface["input_shape"][1], hop_of(interface)
    waveform = interface["input"] == "waveform"
    rows = len(audio) if waveform else frames_of(len(audio), front_end)
    rows = length + max(0, -(-(rows - length) // hop)) * hop
    if not waveform:
        return pad_to_frames(audio, front_end, rows)
    return np.pad(audio, (0, max(0, rows - len(audio)))).astype(np.float32)


def pad_to_frames(audio: Array, front_end: dict[str, Any], frames: int) -> Array:
    """Appends digital silence until a recording has so many frames."""
    needed = front_end["frame_length"] + front_end["hop_length"] * (frames - 1)
    return np.pad(audio, (0, max(0, needed - len(audio)))).astype(np.float32)


class TextEncoder:
    """The frozen sentence encoder, run from the same int8 file that a device runs."""

    def __init__(self, blob: Path, tokenizer: Path, max_tokens: int, threads: int = 0) -> None:
        self.session = session(blob, threads, as_written=True)
        self.tokenizer = load_tokenizer(tokenizer)
        self.max_tokens = max_tokens

    def encode(self, texts: list[str], batch: int = 64) -> Array:
        """Unit sentence embeddings [len(texts), 384], computed in batches of similar length."""
        encoded = self.tokenizer.encode_batch(texts)
        lengths = np.array([len(entry.ids) for entry in encoded])
        if len(texts) and lengths.max() > self.max_tokens:
            longest = int(lengths.argmax())
            raise ValueError(
                f"text has {lengths[longest]} tokens, at most {self.max_tokens} are read: "
                f"{texts[longest][:60]!r}…"
            )
        result = np.zeros((len(texts), 384), np.float32)
        order = np.argsort(lengths, kind="stable")
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            width = lengths[rows].max()
            ids = np.zeros((len(rows), width), np.int64)
            mask = np.zeros((len(rows), width), np.int64)
            for line, row in enumerate(rows):
                ids[line, : lengths[row]] = encoded[row].ids
                mask[line, : lengths[row]] = 1
            feeds = {"input_ids": ids, "attention_mask": mask}
            result[rows] = self.session.run(["sentence"], feeds)[0]
        return result


@functools.cache
def load_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer without the padding and truncation stored in its file."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
