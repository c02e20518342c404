"""Features of a corpus: computed once, computed again where they no longer hold, or refused."""

import dataclasses
import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_training import small_project, write_recipe

import slap_export.features
from slap_export.checkpoint import InputStatistics, Trained
from slap_export.cli import main
from slap_export.config import Config, load_config
from slap_export.corpus import CorpusError, read_clips
from slap_export.features import (
    FRAMES,
    INDEX,
    FeatureError,
    compute_features,
    feature_folder,
    features_for,
    load_features,
)
from slap_export.towers import SlapTower
from slap_export.towers.projections import LinearProjection


@pytest.fixture
def project(tmp_path: Path) -> tuple[Config, Path]:
    return small_project(tmp_path), tmp_path


def computed(config: Config, root: Path) -> list[str]:
    """What is told while features are computed."""
    lines: list[str] = []
    compute_features(config, root, lines.append)
    return lines


def relabel(root: Path, at: int, **values: object) -> None:
    path = root / "corpus" / "clips.jsonl"
    lines = path.read_text().splitlines()
    lines[at] = json.dumps({**json.loads(lines[at]), **values})
    path.write_text("".join(line + "\n" for line in lines))


def test_they_are_computed_once(project: tuple[Config, Path]) -> None:
    config, root = project
    assert computed(config, root) == ["features: 36 of 36 recordings"]
    assert computed(config, root) == []
    features = load_features(config, root)
    mel = np.concatenate([features.frames(int(clip)) for clip in features.split("train")])
    assert mel.mean() == pytest.approx(0.0, abs=1e-3)
    assert mel.std() == pytest.approx(1.0, abs=1e-3)
    assert sorted(path.name for path in feature_folder(config, root).iterdir()) == [INDEX, FRAMES]


def test_a_recording_that_was_replaced_is_noticed(project: tuple[Config, Path]) -> None:
    config, root = project
    computed(config, root)
    first = load_features(config, root).frames(3).copy()
    clip = read_clips(root / "corpus")[3]
    louder = np.random.default_rng(9).standard_normal(soundfile.info(clip.path).frames)
    soundfile.write(clip.path, (0.2 * louder).astype(np.float32), 16000)
    with pytest.raises(FeatureError, match=r"1 recordings, .*3\.wav first, have been replaced"):
        load_features(config, root)
    assert "computing them anew" in computed(config, root)[0]
    second = load_features(config, root).frames(3)
    assert np.abs(first - second).max() > 0.1
    # Recordings that have been removed or copied since change nothing.
    clip.path.unlink()
    os.utime(read_clips(root / "corpus")[4].path, (1, 1))
    assert computed(config, root) == []


def test_an_index_of_an_older_version_is_taken_as_it_is(project: tuple[Config, Path]) -> None:
    config, root = project
    folder = feature_folder(config, root)
    computed(config, root)
    with np.load(folder / INDEX) as index:
        old = {name: index[name] for name in ("starts", "mean", "std")}
    np.savez(folder / INDEX, **old)
    os.utime(read_clips(root / "corpus")[0].path, (1, 1))
    assert computed(config, root) == []
    assert len(load_features(config, root).clips) == 36


@pytest.mark.parametrize("name", [INDEX, FRAMES])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_damaged_ones_are_refused_and_computed_anew(
    project: tuple[Config, Path], name: str, share: float
) -> None:
    config, root = project
    computed(config, root)
    file = feature_folder(config, root) / name
    whole = file.read_bytes()
    file.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(FeatureError, match="damaged"):
        load_features(config, root)
    assert "damaged" in computed(config, root)[0]
    load_features(config, root)
    assert file.stat().st_size == len(whole)


def test_those_of_another_corpus_than_the_trainings_are_refused(
    project: tuple[Config, Path],
) -> None:
    config, root = project
    computed(config, root)
    found = load_features(config, root).statistics

    def trained(statistics: InputStatistics) -> Trained:
        tower, projection = SlapTower(config.tower), LinearProjection(384, 16)
        return Trained(tower, projection, 1.0, statistics, config, "", 1)

    assert features_for(trained(found), config, root).statistics == found
    near = dataclasses.replace(found, mean=found.mean + 1e-4)
    features_for(trained(near), config, root)
    for other in (
        dataclasses.replace(found, mean=found.mean + 0.1),
        dataclasses.replace(found, std=found.std * 1.1),
    ):
        with pytest.raises(FeatureError, match="trained on another corpus than corpus: mean and"):
            features_for(trained(other), config, root)


def bad_audio(kind: str, path: Path) -> None:
    if kind == "lost":
        path.unlink()
    elif kind == "noise":
        path.write_bytes(b"RIFF" + bytes(range(200)))
    elif kind == "empty":
        soundfile.write(path, np.zeros(0), 16000)
    elif kind == "endless":
        soundfile.write(path, np.full(16000, np.inf), 16000, subtype="FLOAT")
    else:
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("lost", "expected audio that can be decoded"),
        ("noise", "expected audio that can be decoded"),
        ("empty", "expected sound, got a file of no length"),
        ("endless", "expected finite samples"),
        ("half", "expected (audio that can be decoded|32000 samples)"),
    ],
)
def test_a_recording_that_cannot_be_heard_is_named(
    project: tuple[Config, Path], kind: str, told: str
) -> None:
    config, root = project
    path = root / "corpus" / "audio" / "7.flac"
    soundfile.write(path, np.random.default_rng(0).uniform(-0.5, 0.5, 32000), 16000)
    relabel(root, 7, path="audio/7.flac")
    if kind in ("empty", "endless"):
        path = path.with_suffix(".wav")
        relabel(root, 7, path="audio/7.wav")
    bad_audio(kind, path)
    with pytest.raises(FeatureError, match=rf"{path.name}: {told}"):
        computed(config, root)
    # Nothing of gigabytes is left under a name that nobody asks for again.
    assert list(root.glob("runs/features/*")) == []


def test_silence_alone_and_no_training_recordings_are_refused(
    project: tuple[Config, Path],
) -> None:
    config, root = project
    for clip in read_clips(root / "corpus"):
        soundfile.write(clip.path, np.zeros(16000), 16000)
    with pytest.raises(FeatureError, match="training recordings are all alike"):
        computed(config, root)
    path = root / "corpus" / "clips.jsonl"
    path.write_text(path.read_text().replace('"train"', '"validation"'))
    with pytest.raises(FeatureError, match="expected recordings of the split `train`, got none"):
        computed(config, root)
    path.write_text("")
    with pytest.raises(FeatureError, match="expected recordings of the split `train`, got none"):
        computed(config, root)


def test_a_value_that_there_is_not_is_named(project: tuple[Config, Path]) -> None:
    config, root = project
    relabel(root, 2, attributes={"mood": "merry", "sex": "femal"})
    with pytest.raises(CorpusError, match="clip2: sex: expected one of female, male, got 'femal'"):
        computed(config, root)
    relabel(root, 2, attributes={"mood": "merry", "sex": "female"})
    computed(config, root)


def test_a_full_disk_is_told_before_anything_is_computed(
    project: tuple[Config, Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, root = project

    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(slap_export.features.os, "posix_fallocate", full)
    assert main(["features", "--config", str(root / "configs" / "small.toml")]) == 1
    told = capsys.readouterr().err
    assert "No space left on device" in told and "Traceback" not in told
    assert list((root / "runs" / "features").iterdir()) == []


LINES = [
    ("{", r"line 3: expected one JSON object"),
    ("[1]", r"line 3: expected one JSON object, got \[1\]"),
    ("[" * 100_000, r"line 3: expected one JSON object: too deep"),
    ({"speaker": None}, r"line 3: speaker: expected a text, got None"),
    ({"speaker": "\ud800"}, r"line 3: expected text that UTF-8 can hold"),
    ({"id": 5}, r"line 3: id: expected a text, got 5"),
    ({"path": ""}, r"line 3: path: expected a name, got ''"),
    ({"seconds": "2"}, r"line 3: seconds: expected seconds from 0 up, got '2'"),
    ({"seconds": float("nan")}, r"line 3: seconds: expected seconds from 0 up, got nan"),
    ({"attributes": []}, r"line 3: attributes: expected an object"),
    ({"attributes": {"sex": 1}}, r"line 3: attributes.sex: expected a text or null, got 1"),
    ({"captions": "one"}, r"line 3: captions: expected a list of texts"),
    ({"parts": [{"start": 0.0}]}, r"line 3: parts\[0\]: expected start, end and attributes"),
    (
        {"parts": [{"start": at, "end": at + 0.1, "attributes": {}} for at in (0.0, 0.2, 0.4)]},
        r"line 3: parts: expected a list of at most two",
    ),
    (
        {"parts": [{"start": 0.0, "end": 99.0, "attributes": {}}], "seconds": 2.0},
        r"line 3: parts\[0\]: expected a stretch from 0 s on that ends by 2 s, got 0 to 99",
    ),
    (
        {"parts": [{"start": 0.0, "end": end, "attributes": {}} for end in (0.5, 0.6)]},
        r"line 3: parts\[1\]: expected a stretch from 0.5 s on",
    ),
]


@pytest.mark.parametrize(("change", "told"), LINES, ids=range(len(LINES)))
def test_a_bad_line_of_a_corpus_is_named(
    tmp_path: Path, change: str | dict[str, object], told: str
) -> None:
    small_project(tmp_path)
    if isinstance(change, dict):
        relabel(tmp_path, 2, **change)
    else:
        path = tmp_path / "corpus" / "clips.jsonl"
        lines = path.read_text().splitlines()
        lines[2] = change
        path.write_text("\n".join(lines))
    with pytest.raises(CorpusError, match=told):
        read_clips(tmp_path / "corpus")


def test_the_command_tells_what_is_wrong_in_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small_project(tmp_path)
    relabel(tmp_path, 0, parts=5)
    recipe = write_recipe(tmp_path)
    load_config(recipe)
    assert main(["features", "--config", str(recipe)]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and "clips.jsonl, line 1: parts: expected a list" in told
