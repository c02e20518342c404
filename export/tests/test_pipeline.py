"""From nothing to a bundle, in small: corpus, features, a few steps, evaluation, pack, verify."""

import dataclasses
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file
from slap_edge import FrontEnd

from slap_export import pipeline
from slap_export.bundle import BundleError, verify_files, write_manifest
from slap_export.checkpoint import run_folder
from slap_export.cli import main
from slap_export.config import Config
from slap_export.corpus import CorpusClip
from slap_export.features import Features, load_features, read_audio
from slap_export.pairs import ABSENT, build_pool
from slap_export.pipeline import FEWEST_VALIDATION, pack_run, scarce
from slap_export.runtime import pad_to_chunks
from slap_export.training.loop import train
from slap_export.verify import verify_bundle


def test_too_few_recordings_to_calibrate_on_are_told() -> None:
    def clip(at: int) -> CorpusClip:
        said = {"sex": ("female", "male")[at % 2]}
        return CorpusClip(f"c{at}", Path(), "validation", "", "", "", "", 2.0, said, ())

    enough = [clip(at) for at in range(FEWEST_VALIDATION)]
    (line,) = scarce(enough)
    assert re.search(r"warning: 4[0-9] of 47 tasks have fewer than 8 validation recordings", line)
    first, second = scarce(enough[1:])
    assert first.startswith("warning: fewer than 100 recordings of the split `validation`")
    assert second == line


def test_bundle_is_whole(made: tuple[Config, Path]) -> None:
    config, root = made
    checkpoint = run_folder(config, root) / "trained.pt"
    lines = list(verify_bundle(root / "bundle", checkpoint))
    assert len(lines) == 4
    for line, engine in zip(lines[1:], ("torch", "ONNX Runtime", "tract"), strict=True):
        assert line.startswith(engine)
        assert "embedding " in line
    card = (root / "bundle" / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "synthetic voices only" in card
    assert "not a medical device" in card
    assert "Nothing has been measured yet" in card


def test_log_tells_every_epoch(made: tuple[Config, Path]) -> None:
    config, root = made
    text = (root / "runs" / config.bundle.name / "log.jsonl").read_text()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2]
    assert all(np.isfinite(line["loss"]) for line in lines)


def test_a_finished_training_is_left_alone(made: tuple[Config, Path]) -> None:
    config, root = made
    run = run_folder(config, root)
    before = {path: path.read_bytes() for path in run.glob("*.*") if path.is_file()}
    lines: list[str] = []
    assert train(config, root, lines.append) == run / "trained.pt"
    assert lines == []
    longer = dataclasses.replace(config, train=dataclasses.replace(config.train, epochs=3))
    with pytest.raises(ValueError, match=r"train\.epochs was 2 and is 3"):
        train(longer, root, lines.append)
    assert {path: path.read_bytes() for path in run.glob("*.*") if path.is_file()} == before


def test_wrong_golden_numbers_are_found(made: tuple[Config, Path]) -> None:
    _, root = made
    damaged = root / "damaged"
    shutil.copytree(root / "bundle", damaged)
    path = damaged / "golden" / "embeddings.safetensors"
    tensors = load_file(path)
    tensors["clip"] = tensors["clip"] + np.float32(1e-3)
    save_file(tensors, path)
    manifest = json.loads((damaged / "manifest.json").read_text())
    for key in ("format", "version", "files"):
        del manifest[key]
    write_manifest(damaged, manifest)
    with pytest.raises(BundleError, match=r"ONNX Runtime [0-9.]*: embedding differs by 1"):
        list(verify_bundle(damaged))


def test_features_are_those_of_the_device(made: tuple[Config, Path]) -> None:
    config, root = made
    features = load_features(config, root)
    spec = json.loads((root / "bundle" / "manifest.json").read_text())["front_end"]
    for clip in (0, len(features.clips) - 1):
        audio = read_audio(features.clips[clip].path, spec["sample_rate"])
        padded = pad_to_chunks(audio, spec, config.tower.chunk_frames)
        expected = FrontEnd(json.dumps(spec)).log_mel(padded)
        # Stored as float16: half a unit in the last place at 13.8 is 0.004.
        assert np.abs(features.frames(clip) - expected).max() < 0.01


def test_captions_from_measures_join_the_others(made: tuple[Config, Path]) -> None:
    from slap_export.measures import Bins, corpus_bins

    config, root = made
    corpus = root / config.corpus.path
    texts, run = root / config.runs / "text", root / "measured"
    bins = corpus_bins(corpus, root / config.runs / "measures", run, lambda _: None)
    assert Bins.read(run / "bins.json").low == 0.3
    features = load_features(config, root)
    wanted = dataclasses.replace(config, text=dataclasses.replace(config.text, measured_captions=2))
    plain = build_pool(features.clips, config, texts)
    pool = build_pool(features.clips, wanted, texts, bins)
    train = features.split("train")
    count = config.text.captions_per_clip
    for clip in train:
        before, after = plain.of_clip[clip], pool.of_clip[clip]
        assert [plain.texts[row] for row in before] == [pool.texts[row] for row in after[:count]]
    known = plain.attributes.shape[1]
    written = pool.facts[pool.of_clip[train][:, count:].ravel()]  # [captions, attributes]
    assert (written[:, :known] == ABSENT).all()
    assert (written[:, known:] != ABSENT).any(axis=1).all()
    for place in range(count + 2):
        true, unsure = pool.truth(train, pool.of_clip[train, place])
        assert true.diagonal().all()
        assert not (true & unsure).any()
    with pytest.raises(ValueError, match="quantile bins"):
        build_pool(features.clips, wanted, texts)


def test_captions_of_the_corpus_join_the_others(made: tuple[Config, Path]) -> None:
    config, root = made
    features = load_features(config, root)
    train, count = features.split("train"), config.text.captions_per_clip
    clips = list(features.clips)
    clips[train[0]] = dataclasses.replace(clips[train[0]], captions=("said on the spot",))
    wanted = dataclasses.replace(config, text=dataclasses.replace(config.text, own_captions=1))
    pool = build_pool(clips, wanted, root / config.runs / "text")
    assert pool.of_clip.shape[1] == count + 1
    own = int(pool.of_clip[train[0], count])
    assert pool.texts[own] == "said on the spot"
    assert np.linalg.norm(pool.sentences[own]) == pytest.approx(1, abs=1e-3)
    true, unsure = pool.truth(train, np.array([own]))
    assert np.flatnonzero(true[:, 0]).tolist() == [0]
    assert (unsure[:, 0] == ~true[:, 0]).all()


def test_a_pack_that_fails_leaves_the_bundle_whole(
    made: tuple[Config, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, root = made
    copy = tmp_path / "bundle"
    shutil.copytree(root / "bundle", copy)

    def interrupted(line: str) -> None:
        if line.startswith("calibrating"):
            assert (tmp_path / ".bundle.slap-export-new" / "audio.onnx").exists()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pack_run(config, root, copy, interrupted)
    verify_files(copy)
    assert [path.name for path in tmp_path.iterdir()] == ["bundle"]

    def no_features(*_: object) -> Features:
        found = load_features(config, root)
        clips = [clip for clip in found.clips if clip.split != "validation"]
        return dataclasses.replace(found, clips=clips)

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "features_for", no_features)
        with pytest.raises(ValueError, match="no recordings of the split `validation`"):
            pack_run(config, root, copy, lambda _: None)
    verify_files(copy)


def test_a_checkpoint_that_cannot_be_compared_is_refused(
    made: tuple[Config, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, root = made
    bundle = str(root / "bundle")
    assert main(["verify", bundle, "--checkpoint", str(tmp_path / "typo.pt")]) == 1
    assert "no checkpoint at" in capsys.readouterr().err
    other = tmp_path / "trained.pt"
    other.write_bytes((run_folder(config, root) / "trained.pt").read_bytes() + b"?")
    assert main(["verify", bundle, "--checkpoint", str(other)]) == 1
    assert "is of another training than the bundle" in capsys.readouterr().err
