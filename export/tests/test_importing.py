"""A published checkpoint becomes a bundle with calibrated tasks that every engine runs."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from test_wave_tower import SPEECH, WORDS, audio, published_layout

from slap_export.bundle import read_prompt_pack
from slap_export.config import Config, GateConfig, load_config
from slap_export.features import compute_features
from slap_export.importing import ImportConfig, import_paraclap
from slap_export.verify import verify_bundle

torch.set_num_threads(1)

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"
SETTINGS = ImportConfig(window_seconds=0.5, hop_seconds=0.25, audio=SPEECH, text=WORDS)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """A recipe, a corpus of buzzes, half of them noisy, and a checkpoint of random weights."""
    root = tmp_path_factory.mktemp("project")
    (root / "corpus" / "audio").mkdir(parents=True)
    lines = []
    for index in range(20):
        noisy = index % 2 == 1
        sound = audio(1.0, index)
        if noisy:
            noise = np.random.default_rng(index).standard_normal(len(sound))
            sound = sound + 0.1 * noise.astype(np.float32)
        path = f"audio/{index}.wav"
        soundfile.write(root / "corpus" / path, sound, 16000, subtype="PCM_16")
        attributes = {"noise": "noisy" if noisy else "quiet", "phonation": "voiced"}
        lines.append(
            {
                "id": str(index),
                "path": path,
                "split": "train" if index < 8 else "validation",
                "engine": "buzz",
                "speaker": str(index),
                "language": "und",
                "text": "",
                "seconds": 1.0,
                "attributes": attributes,
            }
        )
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (root / "corpus" / "clips.jsonl").write_text(text, encoding="utf-8")
    torch.save(published_layout(), root / "best.pth.tar")
    config = load_config(RECIPE)
    config = dataclasses.replace(
        config,
        corpus=dataclasses.replace(config.corpus, path="corpus"),
        export=dataclasses.replace(
            config.export, background_clips=6, gate=GateConfig(1.0, 1.0, 1.0, 0.9)
        ),
    )
    compute_features(config, root, lambda _: None)
    return config, root


def test_from_a_checkpoint_to_a_bundle(project: tuple[Config, Path]) -> None:
    config, root = project
    told: list[str] = []
    folder = root / "bundle"
    import_paraclap(root / "best.pth.tar", config, root, folder, SETTINGS, told.append)
    assert "calibrating on 12 recordings" in told
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["name"] == "paraclap"
    assert manifest["licence"] == "CC-BY-NC-SA-4.0"
    assert manifest["text"] is None
    tower = manifest["tower"]
    assert (tower["input"], tower["input_shape"], tower["hop_samples"]) == (
        "waveform",
        [1, 8000],
        4000,
    )
    assert tower["logit_scale"] == pytest.approx(20.0)
    assert tower["int8"] == "audio.int8.onnx"
    _, _, tasks, _ = read_prompt_pack(folder / "prompts.safetensors")
    fitted = {task.name: task for task in tasks}["noise"]
    assert fitted.minimum_probability > 0
    card = (folder / "MODEL_CARD.md").read_text()
    assert "not a medical device" in card
    assert "were not trained by this project" in card
    assert "| int8 | static | yes |" in card
    lines = list(verify_bundle(folder))
    assert lines[-2].startswith("ONNX Runtime")
    assert lines[-1].startswith("tract")


def test_a_window_shorter_than_its_hop_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot begin every 2 s"):
        ImportConfig(window_seconds=1.0, hop_seconds=2.0)
