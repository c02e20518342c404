"""The report and card of a bundle: measured through the runtime, and written whole."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from small_bundle import RECIPE, measure

from slap_export.bundle import BundleError, verify_files
from slap_export.card import model_card
from slap_export.checkpoint import load_trained, run_folder
from slap_export.cli import main
from slap_export.config import Config, load_config
from slap_export.evaluation.calibration import diagram
from slap_export.evaluation.listening import listen
from slap_export.evaluation.zero_shot import embed_with_torch
from slap_export.features import load_features
from slap_export.report import publish, read_report
from slap_export.tasks import task
from slap_export.verify import verify_bundle


def test_a_measured_bundle_is_still_whole(reported: Path) -> None:
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
    corpus, again = root / config.corpus.path, root / "again"
    shutil.rmtree(corpus / "heard")
    assert measure(reported, corpus, "--out", str(again)) == 0
    for name in ("report.json", "MODEL_CARD.md", "reliability.svg"):
        assert (again / name).read_bytes() == (reported / name).read_bytes()


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
    config, root = made
    few = tmp_path / "few"
    assert measure(reported, root / config.corpus.path, "--limit", "3", "--out", str(few)) == 0
    assert measured_in(few)["reliability"]["calibration_error"] is None
    assert "error over all is –" in (few / "MODEL_CARD.md").read_text()
    assert "calibration error –" in (few / "reliability.svg").read_text()


def measured_in(folder: Path) -> dict[str, Any]:
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
    tasks = measured_in(tmp_path / "out")["splits"]["test_voices"]["tasks"]
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
    made: tuple[Config, Path], reported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, root = made
    other = str(root / "bundle")
    assert measure(reported, root / config.corpus.path, "--out", other) == 1
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


def test_a_bundle_of_an_older_version_is_not_reported_on(
    made: tuple[Config, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, root = made
    older = tmp_path / "older"
    shutil.copytree(root / "bundle", older)
    (older / "report.json").unlink()
    assert main(["report", str(older), "--corpus", str(root / config.corpus.path)]) == 1
    assert "pack it again" in capsys.readouterr().err
