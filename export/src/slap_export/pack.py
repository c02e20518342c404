"""Writes a whole bundle in one step."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray
from slap_edge import FrontEnd

from slap_export.bundle import (
    sha256,
    write_background,
    write_manifest,
    write_prompt_pack,
    write_safetensors,
)
from slap_export.checkpoint import Trained
from slap_export.export_onnx import export_float32, export_int8, graph_interface
from slap_export.runtime import StepRunner, TextEncoder, clip_embedding, pad_to_chunks
from slap_export.scoring import PackedTask, task_probabilities
from slap_export.text import text_files

Array = NDArray[np.float32]

TOLERANCE = {"log_mel": 1e-3, "embedding": 1e-4, "probability": 1e-3}


@dataclass
class Tower:
    """The exported towers of a bundle being written, run as a device runs them."""

    runner: StepRunner
    front_end: FrontEnd
    text: TextEncoder
    trained: Trained

    def embed_audio(self, audio: Array) -> tuple[Array, Array, Array]:
        """Log-mel [T, F], step embeddings [C, D] and clip embedding [D] of 16 kHz audio."""
        config = self.trained.config
        padded = pad_to_chunks(audio, self.trained.front_end, config.tower.chunk_frames)
        log_mel = self.front_end.log_mel(padded)
        steps = self.runner.steps(log_mel)
        return log_mel, steps, clip_embedding(steps, config.tower.pool_chunks)

    def embed_text(self, texts: list[str]) -> Array:
        """Projected unit embeddings [n, D] of sentences."""
        weight = self.trained.projection.weight.detach().numpy()  # [384, D]
        projected = self.text.encode(texts) @ weight
        return projected / np.linalg.norm(projected, axis=1, keepdims=True)


def write_towers(folder: Path, trained: Trained, cache: Path) -> Tower:
    """Writes the ONNX files, tokenizer and projection, and opens them."""
    folder.mkdir(parents=True, exist_ok=True)
    export_float32(trained.tower, folder / "audio.onnx")
    export_int8(folder / "audio.onnx", folder / "audio.int8.onnx")
    for path in text_files(cache):
        shutil.copyfile(path, folder / path.name)
    weight = trained.projection.weight.detach().numpy()
    write_safetensors(folder / "text_projection.safetensors", {"weight": weight})
    return open_towers(folder, trained, "audio.onnx")


def open_towers(folder: Path, trained: Trained, audio: str) -> Tower:
    """Opens the written towers with the named audio graph."""
    text = trained.config.text
    return Tower(
        StepRunner(folder / audio, graph_interface(trained.tower)),
        FrontEnd(json.dumps(trained.front_end)),
        TextEncoder(folder / "text.int8.onnx", folder / "tokenizer.json", text.max_tokens),
        trained,
    )


def write_golden(
    folder: Path, tower: Tower, audio: Array, prompts: Array, tasks: list[PackedTask]
) -> None:
    """Writes a recording and what this bundle must make of it."""
    golden = folder / "golden"
    golden.mkdir(exist_ok=True)
    rate = tower.trained.config.front_end.sample_rate
    soundfile.write(golden / "speech.wav", audio, rate, subtype="PCM_16")
    audio, _ = soundfile.read(golden / "speech.wav", dtype="float32")
    log_mel, steps, clip = tower.embed_audio(audio)
    write_safetensors(golden / "log_mel.safetensors", {"log_mel": log_mel})
    write_safetensors(golden / "embeddings.safetensors", {"steps": steps, "clip": clip})
    halves = prompts.astype(np.float16).astype(np.float32)
    scores: dict[str, Any] = {"prompts": [round(float(v), 6) for v in halves @ clip], "tasks": {}}
    for task in tasks:
        found = task_probabilities(clip[None], halves, task, tower.trained.logit_scale)[0]
        scores["tasks"][task.name] = {
            entry.name: round(float(value), 6)
            for entry, value in zip(task.classes, found, strict=True)
        }
    text = json.dumps(scores, indent=2, ensure_ascii=False) + "\n"
    (golden / "scores.json").write_text(text, encoding="utf-8")


def manifest_content(trained: Trained) -> dict[str, Any]:
    """Everything the manifest states beside the list of files."""
    config = trained.config
    interface = graph_interface(trained.tower)
    tower = {
        "input": interface["input"],
        "mode": interface["mode"],
        "float32": "audio.onnx",
        "int8": "audio.int8.onnx",
        **{key: value for key, value in interface.items() if key not in ("input", "mode")},
        "logit_scale": round(trained.logit_scale, 4),
    }
    return {
        "name": config.bundle.name,
        "description": config.bundle.description,
        "licence": config.bundle.licence,
        "created": config.bundle.created,
        "front_end": trained.front_end,
        "tower": tower,
        "text": {
            "file": "text.int8.onnx",
            "tokenizer": "tokenizer.json",
            "input_ids": "input_ids",
            "attention_mask": "attention_mask",
            "output": "sentence",
            "dim": 384,
            "max_tokens": config.text.max_tokens,
            "projection": "text_projection.safetensors",
        },
        "prompts": "prompts.safetensors",
        "background": "background.safetensors",
        "scoring": asdict(config.scoring),
        "quality": asdict(config.quality),
        "golden": {
            "audio": "golden/speech.wav",
            "log_mel": "golden/log_mel.safetensors",
            "embeddings": "golden/embeddings.safetensors",
            "scores": "golden/scores.json",
            "tolerance": TOLERANCE,
        },
    }


def write_bundle(
    folder: Path,
    tower: Tower,
    texts: list[str],
    tasks: list[PackedTask],
    background: Array,
    golden: Array,
    card: str,
) -> None:
    """Writes prompts, background, golden files, model card and manifest beside the towers."""
    digest = sha256(folder / "audio.onnx")
    config = tower.trained.config
    prompts = tower.embed_text(texts)
    write_prompt_pack(
        folder / "prompts.safetensors", config.bundle.name, texts, prompts, tasks, digest
    )
    description = f"{len(background)} recordings of the training corpus, one embedding each"
    write_background(folder / "background.safetensors", background, digest, description)
    write_golden(folder, tower, golden, prompts, tasks)
    (folder / "MODEL_CARD.md").write_text(card, encoding="utf-8")
    write_manifest(folder, manifest_content(tower.trained))
