"""The extension module: arrays in, arrays out, errors as sentences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import slap_edge
import soundfile

ROOT = Path(__file__).parents[3]
BUNDLE = ROOT / "models" / "slap-voice-small"
RECORDINGS = ROOT / "tests" / "recordings"


def tone(hz: float, rate: int, seconds: float = 1.0) -> np.ndarray:
    """A sine of half full scale, float32 [samples]."""
    time = np.arange(int(rate * seconds)) / rate
    return (0.5 * np.sin(2 * np.pi * hz * time)).astype(np.float32)


def level(audio: np.ndarray) -> float:
    """Mean level in dBFS, the edges left out."""
    inner = audio[len(audio) // 8 : -len(audio) // 8]
    return 10 * np.log10(np.mean(inner.astype(np.float64) ** 2) + 1e-20)


def test_resampling_keeps_a_tone_in_place() -> None:
    resampled = slap_edge.resample(tone(1_000.0, 48_000), 48_000, 16_000)
    assert resampled.dtype == np.float32
    assert len(resampled) == 16_000
    want = tone(1_000.0, 16_000)
    assert np.abs(resampled[1_000:-1_000] - want[1_000:-1_000]).max() < 1e-3


def test_resampling_leaves_no_alias() -> None:
    source = tone(10_000.0, 48_000)
    assert level(slap_edge.resample(source, 48_000, 16_000)) < level(source) - 80.0


@pytest.mark.parametrize("rate", [0, 1, 10_000_000])
def test_an_impossible_rate_is_refused(rate: int) -> None:
    with pytest.raises(ValueError, match=str(rate)):
        slap_edge.resample(tone(440.0, 16_000), rate, 16_000)


def test_nan_is_refused_by_the_resampler() -> None:
    audio = tone(440.0, 16_000)
    audio[7] = np.nan
    with pytest.raises(ValueError, match="7"):
        slap_edge.resample(audio, 16_000, 8_000)


def test_the_screener_scores_as_the_golden_files_say() -> None:
    golden = json.loads((BUNDLE / "manifest.json").read_text())["golden"]
    audio, rate = soundfile.read(BUNDLE / golden["audio"], dtype="float32")
    result = slap_edge.Screener(BUNDLE).score(audio, rate)
    assert result["poor"] is None
    assert result["seconds"] == pytest.approx(len(audio) / rate, abs=0.01)
    assert np.linalg.norm(result["embedding"]) == pytest.approx(1.0, abs=1e-4)
    assert len(result["tasks"]) >= 10
    for task in result["tasks"].values():
        assert (task["probabilities"] is None) == (task["needs"] is not None)
        if task["certainty"] == "not_applicable":
            assert task["answer"] is None
            assert all(need["answer"] != need["class"] for need in task["needs"])
        else:
            assert (task["answer"] is None) == (task["certainty"] == "unsure")
            assert sum(task["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)


def test_a_screener_can_be_used_again() -> None:
    screener = slap_edge.Screener(BUNDLE, tasks=["whisper"], prompts=["a person whispering"])
    whisper, rate = soundfile.read(RECORDINGS / "whisper.flac", dtype="float32")
    first = screener.score(whisper, rate)
    woman, other_rate = soundfile.read(RECORDINGS / "woman.flac", dtype="float32")
    other = screener.score(woman, other_rate)
    again = screener.score(whisper, rate)
    assert list(first["tasks"]) == ["whisper"]
    assert first["prompts"] == again["prompts"]
    assert np.array_equal(first["embedding"], again["embedding"])
    key = "a person whispering"
    assert first["prompts"][key]["percentile"] > other["prompts"][key]["percentile"]


def test_poor_input_gives_a_reason_and_no_number() -> None:
    result = slap_edge.Screener(BUNDLE).score(np.zeros(32_000, np.float32), 16_000)
    assert "silent" in result["poor"]
    for task in result["tasks"].values():
        assert task["certainty"] == "abstained"
        assert task["answer"] is None
        assert task["probabilities"] is None
        assert task["needs"] is None


def test_a_missing_bundle_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-bundle"):
        slap_edge.Screener("no-such-bundle")


def test_an_unknown_task_is_named() -> None:
    with pytest.raises(ValueError, match="no-such-task"):
        slap_edge.Screener(BUNDLE, tasks=["no-such-task"])


def test_steps_are_told_when_asked_for() -> None:
    audio, rate = soundfile.read(RECORDINGS / "woman.flac", dtype="float32")
    audio = np.concatenate([audio, audio])  # longer than what an embedding pools
    manifest = json.loads((BUNDLE / "manifest.json").read_text())
    screener = slap_edge.Screener(BUNDLE, outputs=["tokens"])
    plain = screener.score(audio, rate)
    assert "steps" not in plain
    result = screener.score(audio, rate, steps=True)
    steps, tower = result["steps"], manifest["tower"]
    hop = tower["hop_frames"] * manifest["front_end"]["hop_length"] / rate
    count = int(np.ceil(len(audio) / rate / hop))
    assert steps["embeddings"].shape == (count, tower["embedding_dim"])
    assert np.diff(steps["ends"])[:-1] == pytest.approx(hop)
    assert steps["ends"][-1] == pytest.approx(result["seconds"])
    full = steps["embeddings"][tower["pool_chunks"] - 1 :]
    mean = full[steps["scored"][tower["pool_chunks"] - 1 :]].mean(axis=0)
    assert mean / np.linalg.norm(mean) == pytest.approx(result["embedding"], abs=1e-5)
    tokens = next(output for output in tower["outputs"] if output["name"] == "tokens")
    assert steps["outputs"]["tokens"].shape == (count, np.prod(tokens["shape"]))
    again = screener.score(audio, rate, steps=True)["steps"]
    assert np.array_equal(steps["outputs"]["tokens"], again["outputs"]["tokens"])


def test_engines_agree() -> None:
    audio, rate = soundfile.read(RECORDINGS / "woman.flac", dtype="float32")
    scores = {}
    for engine in ("tract", "ort"):
        screener = slap_edge.Screener(BUNDLE, engine=engine)
        scores[engine] = screener.score(audio, rate)["tasks"]
    assert scores["tract"] != scores["ort"]  # two engines, so not to the last bit
    for name, task in scores["tract"].items():
        assert task.keys() == scores["ort"][name].keys()


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(ValueError, match="expected an engine, tract, ort, got `native`"):
        slap_edge.Screener(BUNDLE, engine="native")


def test_an_unknown_output_is_named() -> None:
    with pytest.raises(ValueError, match=r"`speakers`; there are: .*tokens"):
        slap_edge.Screener(BUNDLE, outputs=["speakers"])


def test_a_sentence_is_read_as_things_that_can_be_said() -> None:
    text = slap_edge.TextTower(BUNDLE)
    reading = text.read("someone is whispering")
    assert reading is not None
    assert reading[0][0] == "it is whispered"
    shares = [share for _, share in reading]
    assert shares == sorted(shares, reverse=True)
    assert sum(shares) == pytest.approx(1, abs=1e-4)
    with pytest.raises(ValueError, match="without words"):
        text.read("?!")


def test_sentences_are_embedded_as_those_of_the_pack() -> None:
    from safetensors import safe_open

    with safe_open(BUNDLE / "prompts.safetensors", "numpy") as pack:
        texts = json.loads(pack.metadata()["prompts"])[:3]
        expected = pack.get_tensor("embeddings")[:3].astype(np.float32)
    found = slap_edge.TextTower(BUNDLE).embed(texts)
    assert (found.dtype, found.shape) == (np.float32, expected.shape)
    assert np.abs(found - expected).max() < 1e-3
    with pytest.raises(ValueError, match="without words"):
        slap_edge.TextTower(BUNDLE).embed(["?!"])
