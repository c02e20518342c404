"""Lighter twins: what becomes int8 or float16, what stays, and the gate they must pass."""

import dataclasses
from collections import Counter
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, numpy_helper

from slap_export.config import ExportConfig, GateConfig, TowerConfig
from slap_export.onnx.gate import change_of, refusals, write_lighter
from slap_export.onnx.metadata import About, read_metadata
from slap_export.onnx.precision import (
    products_of_products,
    write_dynamic,
    write_float16,
    write_mixed,
    write_static,
)
from slap_export.onnx.stream import export_stream, graph_interface
from slap_export.runtime import StepRunner
from slap_export.scoring import PackedClass, PackedTask
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower

torch.set_num_threads(1)

LAYERS = 2
SMALL = TowerConfig(
    layers=LAYERS, heads=4, hidden=192, pool_chunks=4, context_chunks=2, recent_chunks=2
)
SCALE = 10.0
TASKS = [
    PackedTask("one", "One", [PackedClass("a", [0]), PackedClass("b", [1])]),
    PackedTask("two", "Two", [PackedClass("a", [2], 0.1), PackedClass("b", [3], -0.1)]),
]
FRONT_END = {
    "sample_rate": 16000,
    "hop_length": 160,
    "spectrum": "power",
    "log": "ln",
    "input_scale": 1.0,
    "normalise": {"kind": "none"},
}
WRITERS = {
    "static": write_static,
    "mixed": write_mixed,
    "dynamic": write_dynamic,
    "float16": write_float16,
}


def recordings(count: int, seed: int) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    lengths = generator.integers(1, 6, count) * SMALL.chunk_frames
    return [generator.standard_normal((n, SMALL.bands)).astype(np.float32) for n in lengths]


def prompts() -> np.ndarray:
    rows = np.random.default_rng(9).standard_normal((4, SMALL.embedding_dim)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict, Path]:
    """The interface of a tower and a folder with its graph in every precision."""
    torch.manual_seed(0)
    tower = BranchedTower(SlapTower(SMALL), {"speaker": AttributeBranch(SMALL, 24)})
    folder = tmp_path_factory.mktemp("towers")
    interface = graph_interface(tower)
    export_stream(tower, folder / "audio.onnx", About("test", "MIT", "unknown", FRONT_END))
    for name, write in WRITERS.items():
        write(folder / "audio.onnx", folder / f"{name}.onnx", interface, recordings(4, 1))
    return interface, folder


@pytest.mark.parametrize(
    ("name", "cosine", "size"),
    [("static", 0.99, 0.45), ("mixed", 0.99, 0.45), ("dynamic", 0.99, 0.45), ("float16", 1, 0.6)],
)
def test_a_twin_is_close_smaller_and_says_what_it_is(
    made: tuple[dict, Path], name: str, cosine: float, size: float
) -> None:
    interface, folder = made
    rows = recordings(6, 2)
    full = StepRunner(folder / "audio.onnx", interface)
    twin = StepRunner(folder / f"{name}.onnx", interface)
    for row in rows:
        wanted, found = full.outputs(row), twin.outputs(row)
        for output in ("embedding", "recent", "speaker"):
            lengths = np.linalg.norm(found[output], axis=1)
            cosines = (wanted[output] * found[output]).sum(axis=1) / lengths
            assert cosines.min() > cosine - 1e-5
        assert np.abs(np.linalg.norm(twin.steps(row), axis=1) - 1).max() < 1e-6
    small = (folder / f"{name}.onnx").stat().st_size
    assert small < size * (folder / "audio.onnx").stat().st_size
    told = read_metadata(folder / f"{name}.onnx")
    plain = read_metadata(folder / "audio.onnx")
    assert told["precision"].endswith(name)
    assert {**told, "precision": ""} == {**plain, "precision": ""}


@pytest.mark.parametrize("name", WRITERS)
def test_inputs_outputs_and_states_stay_float32(made: tuple[dict, Path], name: str) -> None:
    _, folder = made
    graph, plain = (onnx.load(folder / f"{file}.onnx").graph for file in (name, "audio"))
    for values, wanted in ((graph.input, plain.input), (graph.output, plain.output)):
        assert [value.name for value in values] == [value.name for value in wanted]
        kinds = {value.type.tensor_type.elem_type for value in values}
        assert kinds == {TensorProto.FLOAT}


def test_weights_have_seven_bits_and_a_scale_for_every_channel(made: tuple[dict, Path]) -> None:
    _, folder = made
    graph = onnx.load(folder / "static.onnx").graph
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    weights = {name: array for name, array in constants.items() if array.dtype == np.int8}
    # patch; four products a layer; pool, projection; the branch's maps, score and projection
    matrices = [array for array in weights.values() if array.ndim == 2]
    assert len(matrices) == 1 + 4 * LAYERS + 2 + LAYERS + 2
    assert max(np.abs(array.astype(int)).max() for array in matrices) <= 64
    for node in graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in weights:
            columns = weights[node.input[0]].shape[-1]
            assert constants[node.input[1]].shape == (columns,)


def test_only_products_of_activations_find_their_scale_at_run_time(
    made: tuple[dict, Path],
) -> None:
    _, folder = made
    ops = {
        name: Counter(node.op_type for node in onnx.load(folder / f"{name}.onnx").graph.node)
        for name in ("static", "mixed", "dynamic")
    }
    assert len(products_of_products(onnx.load(folder / "audio.onnx"))) == LAYERS
    assert ops["static"]["MatMulInteger"] == 0
    assert ops["mixed"]["MatMulInteger"] == LAYERS
    assert ops["mixed"]["QuantizeLinear"] == ops["static"]["QuantizeLinear"] - LAYERS
    assert ops["dynamic"]["QuantizeLinear"] == 0


def test_calibration_carries_the_states(made: tuple[dict, Path], tmp_path: Path) -> None:
    """The same frames as one recording and as many are other calibrations."""
    interface, folder = made
    whole = [np.concatenate(recordings(4, 5))]
    cut = [whole[0][i : i + 48] for i in range(0, len(whole[0]), 48)]
    for name, rows in (("whole", whole), ("again", whole), ("cut", cut)):
        write_static(folder / "audio.onnx", tmp_path / name, interface, rows)
    content = {name: (tmp_path / name).read_bytes() for name in ("whole", "again", "cut")}
    assert content["whole"] == content["again"]
    assert content["whole"] != content["cut"]


def test_changes_by_hand() -> None:
    axes = np.eye(4, dtype=np.float32)
    full = axes[[0, 2]]  # [2, 4]
    light = np.array([[0.6, 0.8, 0, 0], [0, 0, 1, 0]], np.float32)
    found = change_of(full, light, axes, [TASKS[0]], SCALE)
    # Task one: σ(10) → σ(10 · (0.6 − 0.8)) = σ(−2) for the first, ½ → ½ for the second.
    moved = 1 / (1 + np.exp(-10)) - 1 / (1 + np.exp(2))
    assert (found.recordings, found.tasks) == (2, 1)
    assert found.changed_winners == 0.5
    assert found.probability_largest == pytest.approx(moved, abs=1e-6)
    assert found.probability_99 == pytest.approx(0.99 * moved, abs=1e-6)
    assert found.mean_cosine == pytest.approx(0.8)


def test_the_budget_names_what_is_beyond_it() -> None:
    axes = np.eye(4, dtype=np.float32)
    same = change_of(axes, axes, axes, TASKS, SCALE)
    assert refusals(same, GateConfig(0.0, 0.0, 0.0, 1.0)) == ()
    budget = GateConfig()
    for field, word in (
        ("changed_winners", "changed answers"),
        ("probability_99", "99 %"),
        ("probability_largest", "largest"),
    ):
        worse = dataclasses.replace(same, **{field: 0.5})
        assert [word in reason for reason in refusals(worse, budget)] == [True]
    assert len(refusals(dataclasses.replace(same, mean_cosine=0.9), budget)) == 1
    assert len(refusals(dataclasses.replace(same, mean_cosine=float("nan")), budget)) == 1


def lighter(made: tuple[dict, Path], folder: Path, level: float, gate: GateConfig) -> list:
    """Runs the gate with calibration recordings of another level than those it judges by."""
    interface, source = made
    (folder / "audio.onnx").write_bytes((source / "audio.onnx").read_bytes())
    export = ExportConfig(10, 0.9, gate=gate)
    calibration = [level * rows for rows in recordings(4, 1)]
    return write_lighter(
        folder, interface, calibration, recordings(8, 2), prompts(), TASKS, SCALE, export
    )


LENIENT = GateConfig(0.2, 0.1, 0.2, 0.99)


def test_the_wanted_way_is_written(made: tuple[dict, Path], tmp_path: Path) -> None:
    (report,) = lighter(made, tmp_path, 1.0, LENIENT)
    assert (report.precision, report.method, report.written) == ("int8", "static", True)
    assert report.reasons == ()
    assert 0 < report.probability_99 < 0.1
    assert report.speed == pytest.approx(report.milliseconds_float32 / report.milliseconds, rel=0.1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["audio.int8.onnx", "audio.onnx"]
    assert read_metadata(tmp_path / "audio.int8.onnx")["precision"].endswith("static")


def test_a_damaged_graph_is_refused_and_the_next_way_tried(
    made: tuple[dict, Path], tmp_path: Path
) -> None:
    # Calibrated on whispers of recordings, fixed scales cut off everything louder.
    reports = lighter(made, tmp_path, 0.02, LENIENT)
    assert [(r.method, r.written) for r in reports] == [
        ("static", False),
        ("mixed", False),
        ("dynamic", True),
    ]
    assert "cosine" in reports[0].reasons[-1]
    assert "refused" in str(reports[0])
    assert read_metadata(tmp_path / "audio.int8.onnx")["precision"].endswith("dynamic")


def test_nothing_is_written_beyond_the_budget(made: tuple[dict, Path], tmp_path: Path) -> None:
    reports = lighter(made, tmp_path, 1.0, GateConfig(0.0, 1e-6, 1e-6, 1.0))
    assert [r.written for r in reports] == [False] * 3
    assert [path.name for path in tmp_path.iterdir()] == ["audio.onnx"]
