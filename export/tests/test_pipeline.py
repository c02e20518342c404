"""From nothing to a bundle, in small: corpus, features, a few steps, evaluation, pack, verify."""

import dataclasses
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file, save_file
from slap_edge import FrontEnd

from slap_export import pipeline
from slap_export.bundle import BundleError, verify_files, write_manifest
from slap_export.card import model_card
from slap_export.checkpoint import load_trained, run_folder
from slap_export.cli import main
from slap_export.config import Config, CorpusConfig, GateConfig, load_config
from slap_export.corpus import CorpusClip
from slap_export.corpus.synth import synthesise_corpus
from slap_export.evaluation.calibration import diagram
from slap_export.evaluation.listening import listen
from slap_export.evaluation.zero_shot import embed_with_torch
from slap_export.features import Features, compute_features, load_features, read_audio
from slap_export.pairs import ABSENT, build_pool
from slap_export.pipeline import FEWEST_VALIDATION, pack_run, scarce
from slap_export.report import publish, read_report
from slap_export.runtime import pad_to_chunks
from slap_export.tasks import task
from slap_export.training.loop import train
from slap_export.verify import verify_bundle

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None,
    reason="espeak-ng and flite are not installed",
)


def small(config: Config) -> Config:
    """The shipped recipe with a two-layer tower and next to no training."""
    return dataclasses.replace(
        config,
        corpus=CorpusConfig("corpus", 1, 16, 24, 30, 2, 2, train_renders=1, other_renders=1),
        tower=dataclasses.replace(config.tower, layers=2),
        text=dataclasses.replace(config.text, captions_per_clip=2),
        train=dataclasses.replace(config.train, epochs=2, batch=8, crop_chunks=(3, 4)),
        export=dataclasses.replace(
            config.export,
            background_clips=20,
            calibration_clips=4,
            gate=GateConfig(1.0, 1.0, 1.0, 0.0),
        ),
    )


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


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """A finished run and a bundle in a temporary folder; `recent` of the bundle is another."""
    root = tmp_path_factory.mktemp("project")
    config = small(load_config(RECIPE))
    synthesise_corpus(root / config.corpus.path, config.corpus, processes=1)
    lines: list[str] = []
    compute_features(config, root, lines.append)
    train(config, root, lines.append)
    config = dataclasses.replace(config, tower=dataclasses.replace(config.tower, recent_chunks=2))
    pack_run(config, root, root / "bundle", lines.append)
    return config, root


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


def report_of(made: tuple[Config, Path], *more: str) -> int:
    config, root = made
    corpus = str(root / config.corpus.path)
    sizes = ("--resamples", "20", "--probe", "16")
    return main(["report", str(root / "bundle"), "--corpus", corpus, *sizes, *more])


@pytest.fixture(scope="module")
def reported(made: tuple[Config, Path]) -> Path:
    """The finished bundle, measured."""
    assert report_of(made) == 0
    return made[1] / "bundle"


def test_a_measured_bundle_is_still_whole(made: tuple[Config, Path], reported: Path) -> None:
    assert len(list(verify_bundle(reported))) == 3
    listed = json.loads((reported / "manifest.json").read_text())["files"]
    assert {"report.json", "MODEL_CARD.md", "reliability.svg"} <= listed.keys()
    measured = read_report(reported)["measured"]
    assert set(measured["splits"]) == {"test_voices", "test_languages", "test_synthesiser"}
    tasks = measured["splits"]["test_voices"]["tasks"]
    assert len(tasks) > 3
    for score in tasks.values():
        assert {"averaged", "calibrated", "int8", "wordings", "plain", "free"} <= score.keys()
        assert 0 <= score["averaged"]["low"] <= score["averaged"]["high"] <= 1
    retrieval = measured["splits"]["test_voices"]["retrieval"]["text_to_audio"]
    assert retrieval["recall"]["1"] <= retrieval["recall"]["10"]


def test_the_card_says_what_the_report_says(reported: Path) -> None:
    card = (reported / "MODEL_CARD.md").read_text(encoding="utf-8")
    manifest = json.loads((reported / "manifest.json").read_text())
    report = read_report(reported)
    assert card == model_card(manifest, report)
    assert "Nothing has been measured yet" not in card
    for name, score in report["measured"]["splits"]["test_voices"]["tasks"].items():
        row = f"| {task(name).title} | {score['recordings']} | {score['averaged']['value']:.3f} ["
        assert row in card
    error = report["measured"]["reliability"]["calibration_error"]
    assert f"error over all is {error:.3f}" in card
    assert f"calibration error {error:.3f}" in (reported / "reliability.svg").read_text()


def test_a_report_comes_out_again(made: tuple[Config, Path], reported: Path) -> None:
    config, root = made
    shutil.rmtree(root / config.corpus.path / "heard")
    assert report_of(made, "--out", str(root / "again")) == 0
    for name in ("report.json", "MODEL_CARD.md", "reliability.svg"):
        assert (root / "again" / name).read_bytes() == (reported / name).read_bytes()


def test_the_runtime_hears_what_was_trained(made: tuple[Config, Path], reported: Path) -> None:
    config, root = made
    features = load_features(config, root)
    chosen = features.split("test_voices")
    clips = [features.clips[int(clip)] for clip in chosen]
    manifest = json.loads((reported / "manifest.json").read_text())
    heard = listen(reported, manifest, clips, root / config.corpus.path / "heard")
    trained = load_trained(run_folder(config, root) / "trained.pt", config)
    cosines = (heard.clips * embed_with_torch(trained, features, chosen)).sum(axis=1)
    # The runtime leaves out steps that heard too little, and features are stored as float16.
    assert np.median(cosines) > 0.999
    assert cosines.min() > 0.9


def test_a_change_is_looked_for_in_what_was_heard_lately(
    made: tuple[Config, Path], reported: Path
) -> None:
    config, root = made
    run = run_folder(config, root)
    trained_with = json.loads((run / "config.json").read_text())["tower"]["recent_chunks"]
    assert trained_with == load_config(RECIPE).tower.recent_chunks != 2
    manifest = json.loads((reported / "manifest.json").read_text())
    assert manifest["tower"]["recent_chunks"] == 2
    assert read_report(reported)["training"]["recipe"]["tower"]["recent_chunks"] == 2
    features = load_features(config, root)
    row = int(features.split("test_voices")[0])
    heard = listen(reported, manifest, [features.clips[row]], root / config.corpus.path / "heard")
    tower = load_trained(run / "trained.pt", config).tower
    with torch.no_grad():
        found = tower(torch.from_numpy(features.frames(row))[None])
        recent = tower.recent_offline(found.tokens)[0].numpy()  # [C, D]
    assert heard.recent is not None
    # Features are stored as float16, and a tower hardly trained tells little apart.
    error = np.abs(heard.recent - recent).max()
    assert error < 0.02
    assert np.abs(heard.recent - heard.steps)[2:].max() > 2 * error, error
    assert set(heard.outputs) == {"speaker"}


def without_numbers(value: Any) -> Any:
    """A report in which nothing could be told."""
    if isinstance(value, dict):
        return {key: without_numbers(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [without_numbers(entry) for entry in value]
    return None if isinstance(value, float) else value


def test_a_card_says_where_there_is_no_number(reported: Path) -> None:
    manifest = json.loads((reported / "manifest.json").read_text())
    report = read_report(reported)
    measured = report["measured"]
    for key in ("splits", "weakest", "tasks"):
        measured[key] = without_numbers(measured[key])
    measured["reliability"] = {"answers": 0, "calibration_error": None, "bins": []}
    report["lighter"] = without_numbers(report["lighter"])
    card = model_card(manifest, report)
    assert "error over all is – (– on unseen voices" in card
    assert not re.search(r"\b(nan|None|null)\b", card)
    for split in measured["splits"].values():
        split["tasks"] = {}
    measured["weakest"] = []
    assert "error over all is –.\n" in model_card(manifest, report)
    assert "error –)" in diagram([], "none")


def test_a_report_on_a_few_recordings(
    made: tuple[Config, Path], reported: Path, tmp_path: Path
) -> None:
    assert report_of(made, "--limit", "3", "--out", str(tmp_path / "few")) == 0
    assert read_report_of(tmp_path / "few")["reliability"]["calibration_error"] is None
    assert "error over all is –" in (tmp_path / "few" / "MODEL_CARD.md").read_text()
    assert "calibration error –" in (tmp_path / "few" / "reliability.svg").read_text()


def read_report_of(folder: Path) -> dict[str, Any]:
    measured: dict[str, Any] = json.loads((folder / "report.json").read_text())["measured"]
    return measured


def test_a_corpus_without_training_recordings_is_reported_on(
    made: tuple[Config, Path], tmp_path: Path
) -> None:
    config, root = made
    corpus = tmp_path / "corpus"
    shutil.copytree(root / config.corpus.path, corpus, ignore=shutil.ignore_patterns("heard"))
    lines = (corpus / "clips.jsonl").read_text().splitlines()
    kept = [line for line in lines if json.loads(line)["split"] == "test_voices"]
    (corpus / "clips.jsonl").write_text("\n".join(kept) + "\n")
    again = ("--out", str(tmp_path / "out"), "--resamples", "5")
    assert main(["report", str(root / "bundle"), "--corpus", str(corpus), *again]) == 0
    tasks = read_report_of(tmp_path / "out")["splits"]["test_voices"]["tasks"]
    assert tasks
    assert not any("probe" in score for score in tasks.values())


def test_a_report_that_fails_leaves_the_bundle_whole(
    reported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "bundle"
    shutil.copytree(reported, copy)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    report = read_report(copy)
    report["measured"] = None

    def no_space(path: Path, *_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    for fails in ("write_text", "rename"):
        with monkeypatch.context() as patched:
            patched.setattr(Path, fails, no_space)
            with pytest.raises(OSError, match="No space left"):
                publish(copy, report)
        assert {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()} == before
        assert [path.name for path in tmp_path.iterdir()] == ["bundle"]
    publish(copy, report)
    assert verify_files(copy)["files"].keys() == verify_files(reported)["files"].keys() - {
        "reliability.svg"
    }
    assert read_report(copy)["measured"] is None


def test_a_report_is_not_written_into_another_bundle(
    made: tuple[Config, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert report_of(made, "--out", str(made[1] / "bundle")) == 1
    assert "choose another folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[]", "expected an object"),
        ("{", "is not valid JSON"),
        ('{"format": "slap-edge-report", "version": 1}', "says nothing of: lighter, measured"),
        ("{}", "expected slap-edge-report version 1"),
    ],
)
def test_a_report_that_is_none_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(BundleError, match="so it is not a bundle"):
        read_report(tmp_path / "nowhere")
    (tmp_path / "manifest.json").write_text("{}")
    (tmp_path / "report.json").write_text(content)
    with pytest.raises(BundleError, match=message):
        read_report(tmp_path)


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


def test_a_bundle_of_an_older_version_is_not_reported_on(
    made: tuple[Config, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, root = made
    older = tmp_path / "older"
    shutil.copytree(root / "bundle", older)
    (older / "report.json").unlink()
    assert main(["report", str(older), "--corpus", str(root / config.corpus.path)]) == 1
    assert "pack it again" in capsys.readouterr().err
