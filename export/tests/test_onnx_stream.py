"""Step graphs: the same numbers as PyTorch, the same bytes every time, and what they say."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from slap_export.config import TowerConfig
from slap_export.onnx.files import save
from slap_export.onnx.metadata import About, read_metadata
from slap_export.onnx.stream import export_stream, graph_interface
from slap_export.runtime import StepRunner
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower

torch.set_num_threads(1)

SMALL = TowerConfig(layers=3, heads=2, hidden=64, pool_chunks=4, context_chunks=2, recent_chunks=2)
CHUNKS = 7
ABOUT = About(
    "test",
    "Apache-2.0",
    "0123456789ab",
    {
        "sample_rate": 16000,
        "hop_length": 160,
        "spectrum": "power",
        "log": "ln",
        "input_scale": 1.0,
        "normalise": {"kind": "fixed", "mean": -5.5, "std": 3.25},
    },
)


def branched() -> BranchedTower:
    torch.manual_seed(0)
    branches = {"speaker": AttributeBranch(SMALL, 24), "semantic": AttributeBranch(SMALL, 16)}
    return BranchedTower(SlapTower(SMALL), branches).eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[BranchedTower, Path]:
    tower = branched()
    path = tmp_path_factory.mktemp("towers") / "audio.onnx"
    export_stream(tower, path, ABOUT)
    return tower, path


def mel_of(chunks: int = CHUNKS) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(1, chunks * SMALL.chunk_frames, SMALL.bands)


def shapes(values: object) -> dict[str, list[int]]:
    return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}


@torch.no_grad()
def test_onnx_runtime_agrees_with_torch(exported: tuple[BranchedTower, Path]) -> None:
    tower, path = exported
    mel = mel_of()
    expected = tower(mel)
    runner = StepRunner(path, graph_interface(tower))
    found = runner.outputs(mel[0].numpy())
    assert list(found) == ["embedding", "speaker", "semantic", "tokens", "recent"]
    assert np.abs(found["embedding"] - expected.tower.embeddings[0].numpy()).max() <= 1e-4
    for name, values in expected.branches.items():
        assert found[name].shape == (CHUNKS, values.shape[-1])
        assert np.abs(found[name] - values[0].numpy()).max() <= 1e-4
    recent = tower.tower.recent_offline(expected.tower.tokens)[0].numpy()
    assert np.abs(found["recent"] - recent).max() <= 1e-4
    assert np.abs(found["recent"] - found["embedding"])[SMALL.recent_chunks :].max() > 1e-3
    tokens = found["tokens"].reshape(-1, SMALL.width)
    assert np.abs(tokens - expected.tower.tokens[0].numpy()).max() <= 1e-4
    assert np.abs(runner.steps(mel[0].numpy()) - found["embedding"]).max() <= 1e-6


@torch.no_grad()
def test_a_tower_without_branches(tmp_path: Path) -> None:
    tower = SlapTower(replace(SMALL, recent_chunks=0)).eval()
    export_stream(tower, tmp_path / "audio.onnx", ABOUT)
    assert "recent_chunks" not in graph_interface(tower)
    found = StepRunner(tmp_path / "audio.onnx", graph_interface(tower)).outputs(mel_of()[0].numpy())
    assert list(found) == ["embedding", "tokens"]
    assert np.abs(found["embedding"] - tower(mel_of()).embeddings[0].numpy()).max() <= 1e-4


def test_interface_names_what_the_graph_has(exported: tuple[BranchedTower, Path]) -> None:
    tower, path = exported
    graph = onnx.load(path).graph
    interface = graph_interface(tower)
    inputs = {s["input"]: s["shape"] for s in interface["states"]}
    inputs[interface["input_name"]] = interface["input_shape"]
    outputs = {s["output"]: s["shape"] for s in interface["states"]}
    outputs |= {o["name"]: o["shape"] for o in interface["outputs"]}
    assert shapes(graph.input) == inputs
    assert shapes(graph.output) == outputs
    assert [o["kind"] for o in interface["outputs"]] == [
        "global",
        "attribute",
        "attribute",
        "token",
        "recent",
    ]
    assert (interface["pool_chunks"], interface["recent_chunks"]) == (4, 2)
    assert "speaker_pool_cache_in" in inputs


def test_the_file_tells_names_shapes_and_units(exported: tuple[BranchedTower, Path]) -> None:
    _, path = exported
    told = read_metadata(path)
    assert (told["name"], told["licence"]) == ("test", "Apache-2.0")
    assert (told["training_revision"], told["precision"]) == ("0123456789ab", "float32")
    assert (told["sample_rate_hz"], told["frame_hop_samples"]) == ("16000", "160")
    assert (told["pool_chunks"], told["recent_chunks"]) == ("4", "2")
    assert told["step_hop_samples"] == str(48 * 160)
    graph = onnx.load(path).graph
    for what, values in (("inputs", graph.input), ("outputs", graph.output)):
        entries = json.loads(told[what])
        assert {entry["name"]: entry["shape"] for entry in entries} == shapes(values)
        assert all(entry["unit"] and entry["type"] == "float32" for entry in entries)
    mel = json.loads(told["inputs"])[0]
    assert mel["unit"] == "natural logarithm of the power in a mel band, less -5.5, over 3.25"


def test_export_is_repeatable_and_leaves_no_traces(
    exported: tuple[BranchedTower, Path], tmp_path: Path
) -> None:
    tower, path = exported
    export_stream(tower, tmp_path / "audio.onnx", ABOUT)
    content = (tmp_path / "audio.onnx").read_bytes()
    assert content == path.read_bytes()
    assert b"site-packages" not in content
    assert str(Path.cwd()).encode() not in content


def test_metadata_is_replaced_not_added_to(
    exported: tuple[BranchedTower, Path], tmp_path: Path
) -> None:
    _, path = exported
    save(onnx.load(path), tmp_path / "other.onnx", "audio", {"name": "other"})
    assert read_metadata(tmp_path / "other.onnx") == {"name": "other"}
