"""Exported graphs: the same numbers as PyTorch, the same bytes every time."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import torch

from slap_export.config import TowerConfig
from slap_export.export_onnx import export_float32, export_int8, graph_interface
from slap_export.runtime import StepRunner
from slap_export.towers import SlapTower

CHUNKS = 11


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[SlapTower, Path]:
    torch.manual_seed(0)
    tower = SlapTower(TowerConfig()).eval()
    folder = tmp_path_factory.mktemp("towers")
    export_float32(tower, folder / "audio.onnx")
    export_int8(folder / "audio.onnx", folder / "audio.int8.onnx")
    return tower, folder


def mel_of(tower: SlapTower) -> torch.Tensor:
    torch.manual_seed(1)
    return torch.randn(1, CHUNKS * tower.config.chunk_frames, tower.config.bands)


def test_onnx_runtime_agrees_with_torch(exported: tuple[SlapTower, Path]) -> None:
    tower, folder = exported
    mel = mel_of(tower)
    with torch.no_grad():
        expected = tower(mel).embeddings[0].numpy()
    runner = StepRunner(folder / "audio.onnx", graph_interface(tower))
    assert np.abs(runner.steps(mel[0].numpy()) - expected).max() <= 1e-4


def test_int8_stays_close(exported: tuple[SlapTower, Path]) -> None:
    tower, folder = exported
    mel = mel_of(tower)[0].numpy()
    full = StepRunner(folder / "audio.onnx", graph_interface(tower)).steps(mel)
    small = StepRunner(folder / "audio.int8.onnx", graph_interface(tower)).steps(mel)
    assert (full * small).sum(axis=1).min() > 0.98
    smaller = (folder / "audio.int8.onnx").stat().st_size
    assert smaller < 0.3 * (folder / "audio.onnx").stat().st_size


def test_interface_names_what_the_graph_has(exported: tuple[SlapTower, Path]) -> None:
    tower, folder = exported
    graph = onnx.load(folder / "audio.onnx").graph
    interface = graph_interface(tower)

    def shapes(values: object) -> dict[str, list[int]]:
        return {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in values}

    inputs = {s["input"]: s["shape"] for s in interface["states"]}
    inputs[interface["input_name"]] = interface["input_shape"]
    outputs = {s["output"]: s["shape"] for s in interface["states"]}
    outputs |= {o["name"]: o["shape"] for o in interface["outputs"]}
    assert shapes(graph.input) == inputs
    assert shapes(graph.output) == outputs


def test_export_is_repeatable_and_leaves_no_traces(
    exported: tuple[SlapTower, Path], tmp_path: Path
) -> None:
    tower, folder = exported
    export_float32(tower, tmp_path / "audio.onnx")
    content = (tmp_path / "audio.onnx").read_bytes()
    assert content == (folder / "audio.onnx").read_bytes()
    assert b"site-packages" not in content
    assert str(Path.cwd()).encode() not in content
