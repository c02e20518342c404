"""Window graphs give what the step graph gives, for one window and for whole recordings."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from slap_export.config import TowerConfig
from slap_export.onnx.files import check_output
from slap_export.onnx.metadata import About, read_metadata
from slap_export.onnx.stream import export_stream, graph_interface
from slap_export.onnx.window import (
    export_recordings,
    export_window,
    fewest_chunks,
    window_interface,
)
from slap_export.runtime import StepRunner, session
from slap_export.towers import SlapTower
from slap_export.towers.branches import AttributeBranch, BranchedTower

torch.set_num_threads(1)

SMALL = TowerConfig(layers=2, heads=2, hidden=64, pool_chunks=4, context_chunks=2)
FRONT_END = {
    "sample_rate": 16000,
    "hop_length": 160,
    "spectrum": "power",
    "log": "ln",
    "input_scale": 1.0,
    "normalise": {"kind": "none"},
}
ABOUT = About("test", "Apache-2.0", "unknown", FRONT_END)
CHUNKS = 6


@pytest.fixture(scope="module")
def tower() -> BranchedTower:
    torch.manual_seed(0)
    return BranchedTower(SlapTower(SMALL), {"speaker": AttributeBranch(SMALL, 24)}).eval()


def mel_of(chunks: int, recordings: int = 1) -> torch.Tensor:
    torch.manual_seed(3)
    return torch.randn(recordings, chunks * SMALL.chunk_frames, SMALL.bands)


@pytest.fixture(scope="module")
def stepped(
    tower: BranchedTower, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, np.ndarray]:
    """What the step graph gives after each of the chunks of one recording."""
    path = tmp_path_factory.mktemp("step") / "audio.onnx"
    export_stream(tower, path, ABOUT)
    return StepRunner(path, graph_interface(tower)).outputs(mel_of(CHUNKS)[0].numpy())


def test_a_window_ends_where_the_steps_end(
    tower: BranchedTower, stepped: dict[str, np.ndarray], tmp_path: Path
) -> None:
    export_window(tower, tmp_path / "audio.onnx", ABOUT, CHUNKS)
    interface = window_interface(tower, CHUNKS)
    found = StepRunner(tmp_path / "audio.onnx", interface).outputs(mel_of(CHUNKS)[0].numpy())
    for name in ("embedding", "speaker"):
        assert found[name].shape[0] == 1
        assert np.abs(found[name][-1] - stepped[name][-1]).max() <= 1e-5
    tokens = stepped["tokens"].reshape(-1, SMALL.width)
    assert np.abs(found["tokens"][0] - tokens).max() <= 1e-5
    # And not where they were one chunk before.
    assert np.abs(found["embedding"][-1] - stepped["embedding"][-2]).max() > 1e-3


def test_a_window_slides_by_a_chunk(tower: BranchedTower, tmp_path: Path) -> None:
    export_window(tower, tmp_path / "audio.onnx", ABOUT, 3)
    runner = StepRunner(tmp_path / "audio.onnx", window_interface(tower, 3))
    mel = mel_of(CHUNKS)
    found = runner.steps(mel[0].numpy())
    assert found.shape == (CHUNKS - 2, SMALL.embedding_dim)
    with torch.no_grad():
        last = tower(mel[:, -3 * SMALL.chunk_frames :]).tower.embeddings[0, -1].numpy()
    assert np.abs(found[-1] - last).max() <= 1e-5


def test_recordings_of_any_length_and_number(
    tower: BranchedTower, stepped: dict[str, np.ndarray], tmp_path: Path
) -> None:
    path = tmp_path / "audio.onnx"
    export_recordings(tower, path, ABOUT)
    run = session(path).run
    names = [entry["name"] for entry in json.loads(read_metadata(path)["outputs"])]
    assert names == ["embedding", "speaker", "tokens"]
    alone = dict(zip(names, run(names, {"mel": mel_of(CHUNKS).numpy()}), strict=True))
    for name in ("embedding", "speaker"):
        assert np.abs(alone[name][0] - stepped[name]).max() <= 1e-5
    assert fewest_chunks(tower) == 3
    for chunks, recordings in ((3, 1), (4, 3), (9, 2)):
        mel = mel_of(chunks, recordings)
        with torch.no_grad():
            expected = tower(mel)
        embeddings, speaker, tokens = run(names, {"mel": mel.numpy()})
        assert np.abs(embeddings - expected.tower.embeddings.numpy()).max() <= 1e-5
        assert np.abs(speaker - expected.branches["speaker"].numpy()).max() <= 1e-5
        assert tokens.shape == (recordings, chunks * SMALL.chunk_tokens, SMALL.width)


def test_a_window_that_no_machine_holds_is_refused(tower: BranchedTower, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most 7500 chunks, which are 3600 s, got 10000000"):
        export_window(tower, tmp_path / "audio.onnx", ABOUT, 10_000_000)
    assert not (tmp_path / "audio.onnx").exists()


def test_a_graph_is_written_over_nothing_but_a_graph(tower: BranchedTower, tmp_path: Path) -> None:
    path = tmp_path / "audio.onnx"
    check_output(path)
    for content in (b"", b"weights, or a recipe", torch.zeros(3).numpy().tobytes(), b"PK\3\4"):
        path.write_bytes(content)
        with pytest.raises(ValueError, match="is no ONNX file"):
            check_output(path)
    export_window(tower, path, ABOUT, 3)
    check_output(path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ValueError, match="is a bundle; choose a file outside"):
        check_output(path)
    with pytest.raises(ValueError, match="is a folder"):
        check_output(tmp_path)
    with pytest.raises(ValueError, match="no folder"):
        check_output(tmp_path / "nowhere" / "audio.onnx")


def test_a_graph_that_cannot_be_written_leaves_the_earlier_one(
    tower: BranchedTower, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audio.onnx"
    path.write_bytes(b"earlier")
    write = Path.write_bytes

    def half(to: Path, content: bytes) -> int:
        write(to, content[: len(content) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", half)
    with pytest.raises(OSError, match="No space left"):
        export_window(tower, path, ABOUT, 3)
    assert path.read_bytes() == b"earlier"
    assert [found.name for found in tmp_path.iterdir()] == ["audio.onnx"]
