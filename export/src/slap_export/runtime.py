"""Running a bundle's ONNX files with ONNX Runtime, the way a device runs them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

Array = NDArray[np.float32]


def session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """Opens an ONNX file on the CPU.

    int8 weights beside `DequantizeLinear` are computed with as written: left
    alone, ONNX Runtime would also round the activations, which no other engine does.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


class StepRunner:
    """Runs a step graph over recordings, chunk by chunk."""

    def __init__(self, path: Path, interface: dict[str, Any], threads: int = 1) -> None:
        self.session = session(path, threads)
        self.interface = interface
        self.names = [output.name for output in self.session.get_outputs()]

    def steps(self, log_mel: Array) -> Array:
        """Unit embedding after every chunk [C, D] of normalised log-mel [C × chunk, F]."""
        hop = self.interface["hop_frames"]
        states = {
            state["input"]: np.zeros(state["shape"], np.float32)
            for state in self.interface["states"]
        }
        found = []
        for start in range(0, len(log_mel), hop):
            chunk = np.ascontiguousarray(log_mel[None, start : start + hop], np.float32)
            values = self.session.run(None, {self.interface["input_name"]: chunk, **states})
            result = dict(zip(self.names, values, strict=True))
            states = {state["input"]: result[state["output"]] for state in self.interface["states"]}
            found.append(result["embedding"][0])
        return np.stack(found)  # [C, D]


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


def chunks_of(samples: int, front_end: dict[str, Any], chunk_frames: int) -> int:
    """Chunks that hold a real frame of a recording; at least one."""
    frames = max(0, (samples - front_end["frame_length"]) // front_end["hop_length"] + 1)
    return max(1, -(-frames // chunk_frames))


def pad_to_chunks(audio: Array, front_end: dict[str, Any], chunk_frames: int) -> Array:
    """Appends digital silence until the last chunk that holds a real frame is complete."""
    frames = chunks_of(len(audio), front_end, chunk_frames) * chunk_frames
    needed = front_end["frame_length"] + front_end["hop_length"] * (frames - 1)
    return np.pad(audio, (0, max(0, needed - len(audio)))).astype(np.float32)


class TextEncoder:
    """The frozen sentence encoder, run from the same int8 file that a device runs."""

    def __init__(self, blob: Path, tokenizer: Path, max_tokens: int, threads: int = 0) -> None:
        self.session = session(blob, threads)
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
