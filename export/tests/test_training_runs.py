"""What lies in the folder of a run is gone on from, or refused; never taken for something else."""

import dataclasses
import json
import os
import pickle
import shutil
import signal
import time
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import torch
from small_training import write_corpus, write_recipe

from slap_export.checkpoint import CheckpointError, InputStatistics, load_trained, save_whole
from slap_export.config import Config, load_config
from slap_export.training.checkpoints import Left, differences, forget_after, origin_of
from slap_export.training.lock import RunBusyError, held
from slap_export.training.loop import train
from slap_export.training.losses import DivergenceError

OBJECTIVES = '[objectives.contrastive]\nkind = "softmax"\n'
RUN = Path("runs/small")


def silent(_: str) -> None:
    """Tells nothing."""


def project(root: Path, validation: int = 4) -> Config:
    write_corpus(root / "corpus", validation=validation)
    return load_config(write_recipe(root, objectives=OBJECTIVES))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """A finished training."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("project")
    config = project(root)
    train(config, root, silent)
    return config, root


@pytest.fixture
def copy(whole: tuple[Config, Path], tmp_path: Path) -> tuple[Config, Path]:
    """The same, to be spoilt."""
    config, root = whole
    shutil.copytree(root, tmp_path / "project")
    return config, tmp_path / "project"


def changed(config: Config, **settings: Any) -> Config:
    return dataclasses.replace(config, train=dataclasses.replace(config.train, **settings))


def weights_of(root: Path) -> dict[str, torch.Tensor]:
    return torch.load(root / RUN / "progress.pt", weights_only=True)["average"]


def files_of(root: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (root / RUN).glob("*.*") if path.is_file()}


def edited(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Changes what a file of weights holds."""
    content = torch.load(path, weights_only=True)
    change(content)
    save_whole(content, path)


def as_older_versions_wrote(root: Path) -> None:
    """Takes away what files did not tell before runs were compared."""
    edited(root / RUN / "trained.pt", lambda content: content.pop("origin"))
    edited(root / RUN / "progress.pt", lambda x: [x.pop(name) for name in ("origin", "config")])


def test_a_trial_is_no_beginning_of_the_training(whole: tuple[Config, Path]) -> None:
    config, root = whole
    other = root.parent / "trial"
    shutil.copytree(root, other, ignore=shutil.ignore_patterns("small"))
    lines: list[str] = []
    train(config, other, lines.append, max_steps=1)
    tried = load_trained(other / RUN / "trained.pt", config)
    assert tried.unfinished() == "a trial with --max-steps 1, not what the recipe makes"
    train(changed(config, epochs=1), other, lines.append, max_steps=1)
    assert lines.count(f"{other / RUN} holds a trial with --max-steps 1; starting anew") == 1
    assert json.loads((other / RUN / "config.json").read_text())["train"]["epochs"] == 1
    train(config, other, lines.append)
    assert lines.count(f"{other / RUN} holds a trial with --max-steps 1; starting anew") == 2
    assert not any(line.startswith("continuing") for line in lines)
    log = [json.loads(line) for line in (other / RUN / "log.jsonl").read_text().splitlines()]
    assert [line["epoch"] for line in log] == [1, 2]
    for name, value in weights_of(root).items():
        assert torch.equal(weights_of(other)[name], value), name
    assert load_trained(other / RUN / "trained.pt", config).unfinished() is None


def test_a_trial_leaves_a_training_alone(copy: tuple[Config, Path]) -> None:
    config, root = copy
    before = files_of(root)
    with pytest.raises(ValueError, match=r"--max-steps was not given and is 1; remove .*small to"):
        train(config, root, silent, max_steps=1)
    assert files_of(root) == before


@pytest.mark.parametrize("epochs", [2, 3])
def test_another_recipe_is_not_gone_on_with(copy: tuple[Config, Path], epochs: int) -> None:
    config, root = copy
    before = files_of(root)
    other = changed(config, learning_rate=1e-5, batch=4, seed=9, epochs=epochs)
    with pytest.raises(ValueError, match="trained by another recipe") as refusal:
        train(other, root, silent)
    for said in ("train.learning_rate was 0.002 and is 1e-05", "train.batch was 8 and is 4"):
        assert said in str(refusal.value)
    assert ("train.epochs was 2 and is 3" in str(refusal.value)) == (epochs == 3)
    assert f"remove {root / RUN} to start over, or give the recipe another" in str(refusal.value)
    assert files_of(root) == before


def test_an_objective_that_joins_is_told(whole: tuple[Config, Path]) -> None:
    config, root = whole
    with_flips = write_recipe(root, "flips", OBJECTIVES + "\n[objectives.flips]\ncaptions = 1\n")
    flips = load_config(with_flips)
    origin = origin_of(config, root, InputStatistics(0.0, 1.0), None)
    found = differences(Left(config, origin, 1, None), flips, origin)
    assert "objectives.flips.captions was not given and is 1" in found
    assert differences(Left(config, origin, 1, None), config, origin) == []


def test_what_training_does_not_depend_on_may_change(copy: tuple[Config, Path]) -> None:
    config, root = copy
    before = files_of(root)
    (root / "corpus").rename(root / "moved")
    other = dataclasses.replace(
        changed(config, save_every_steps=7),
        scoring=dataclasses.replace(config.scoring, smoothing_seconds=3.0),
        tower=dataclasses.replace(config.tower, recent_chunks=1),
        corpus=dataclasses.replace(config.corpus, path="moved"),
    )
    assert train(other, root, silent) == root / RUN / "trained.pt"
    assert files_of(root) == before


def test_another_corpus_is_told(copy: tuple[Config, Path]) -> None:
    config, root = copy
    clips = root / "corpus/clips.jsonl"
    clips.write_text(clips.read_text().replace("voice1", "voice9"))
    with pytest.raises(ValueError, match="the corpus is another"):
        train(config, root, silent)


def test_a_teacher_that_was_trained_anew_is_told(copy: tuple[Config, Path]) -> None:
    _, root = copy
    path = write_recipe(root, "student", '[objectives.distillation]\nteacher = "small"\n')
    student = load_config(path)
    train(student, root, silent, max_steps=1)
    origin = origin_of(student, root, InputStatistics(0.0, 1.0), None)
    edited(root / RUN / "trained.pt", lambda content: content.update(logit_scale=5.0))
    after = origin_of(student, root, InputStatistics(0.0, 1.0), None)
    assert differences(Left(student, origin, 1, None), student, after) == [
        "the teacher was trained anew"
    ]


def test_runs_of_older_versions_are_known_by_their_recipe(copy: tuple[Config, Path]) -> None:
    config, root = copy
    as_older_versions_wrote(root)
    assert load_trained(root / RUN / "trained.pt", config).origin is None
    assert train(config, root, silent) == root / RUN / "trained.pt"
    with pytest.raises(ValueError, match=r"train.seed was 1 and is 2"):
        train(changed(config, seed=2), root, silent)
    # An older `train` left the recipe of its last start there, trained or not.
    recipe = json.loads((root / RUN / "config.json").read_text())
    recipe["train"]["seed"] = 5
    (root / RUN / "config.json").write_text(json.dumps(recipe))
    train(config, root, silent)
    (root / RUN / "trained.pt").unlink()
    with pytest.raises(ValueError, match=r"train.seed was 5 and is 1"):
        train(config, root, silent)


def test_the_result_is_written_again_if_it_is_gone(copy: tuple[Config, Path]) -> None:
    config, root = copy
    before = load_trained(root / RUN / "trained.pt", config).tower.state_dict()
    log = (root / RUN / "log.jsonl").read_bytes()
    (root / RUN / "trained.pt").unlink()
    train(config, root, silent)
    after = load_trained(root / RUN / "trained.pt", config)
    assert after.epochs == 2
    for name, value in after.tower.state_dict().items():
        assert torch.equal(value, before[name]), name
    assert (root / RUN / "log.jsonl").read_bytes() == log


def test_a_result_alone_is_kept(copy: tuple[Config, Path]) -> None:
    config, root = copy
    (root / RUN / "progress.pt").unlink()
    train(config, root, silent)
    edited(root / RUN / "trained.pt", lambda content: content.update(epochs=1))
    left = load_trained(root / RUN / "trained.pt", config)
    assert left.unfinished() == "trained for 1 of 2 epochs"
    before = files_of(root)
    with pytest.raises(ValueError, match=r"has 1 of 2 epochs, and the progress.pt to go on from"):
        train(config, root, silent)
    assert files_of(root) == before


@pytest.mark.parametrize(("every", "said"), [(1, "tower"), (9, "the loss of contrastive is nan")])
def test_a_training_that_diverges_ends(copy: tuple[Config, Path], every: int, said: str) -> None:
    config, root = copy
    shutil.rmtree(root / RUN)
    far = changed(config, learning_rate=1e30, warmup_share=0.0, save_every_steps=every)
    with pytest.raises(DivergenceError, match=rf"^step \d of 8: {said}"):
        train(far, root, silent)
    assert not (root / RUN / "trained.pt").exists()
    assert not (root / RUN / "log.jsonl").exists()
    assert (root / RUN / "progress.pt").exists() == (every == 1)
    if every == 1:  # what was good is kept
        assert all(value.isfinite().all() for value in weights_of(root).values())


def test_recordings_without_any_spread_are_refused() -> None:
    with pytest.raises(ValueError, match="silent or all alike"):
        InputStatistics(-13.8, 0.0)


def test_the_log_is_json_without_a_validation_split(tmp_path: Path) -> None:
    config = project(tmp_path, validation=0)
    train(changed(config, epochs=1), tmp_path, silent, max_steps=1)
    text = (tmp_path / RUN / "log.jsonl").read_text()
    assert json.loads(text, parse_constant=pytest.fail)["validation"] is None


def holding(folder: Path) -> None:
    """Keeps a run's folder until it is killed."""
    with held(folder):
        time.sleep(600)


def test_two_trainings_in_one_folder_are_noticed(copy: tuple[Config, Path]) -> None:
    config, root = copy
    process = get_context("fork").Process(target=holding, args=(root / RUN,))
    process.start()
    while not (root / RUN / "lock").exists() or not (root / RUN / "lock").read_text():
        time.sleep(0.01)
    before = files_of(root)
    with pytest.raises(RunBusyError, match=rf"is going on in .*small \(process {process.pid}\)"):
        train(config, root, silent)
    assert files_of(root) == before
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert (root / RUN / "lock").exists(), "nobody tidied up"
    train(config, root, silent)
    assert not (root / RUN / "lock").exists()


def test_a_training_that_fails_at_once_leaves_nothing(whole: tuple[Config, Path]) -> None:
    config, root = whole
    other = dataclasses.replace(
        changed(config, batch=64), bundle=dataclasses.replace(config.bundle, name="other")
    )
    with pytest.raises(ValueError, match="fewer training recordings than one batch"):
        train(other, root, silent)
    assert not (root / "runs/other").exists()


class Bomb:
    """What a pickle must not be able to do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("bomb",)


def spoilt(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "list":
        torch.save([1, 2], path)
    elif how == "keys":
        torch.save({"config": {}, "epoch": 1, "epochs": 1}, path)
    elif how == "other":
        torch.save({"config": 3, "origin": {"corpus": 1}, "epoch": [], "epochs": []}, path)
    else:
        path.write_bytes(
            {
                "empty": b"",
                "text": b"no weights at all\n",
                "short": content[: len(content) // 2],
                "bomb": pickle.dumps(Bomb()),
            }[how]
        )


@pytest.mark.parametrize("how", ["empty", "text", "short", "bomb", "list", "keys", "other"])
def test_damaged_files_are_told(
    copy: tuple[Config, Path], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, root = copy
    monkeypatch.chdir(root)
    for name in ("trained.pt", "progress.pt"):
        spoilt(root / RUN / name, how)
    with pytest.raises(CheckpointError, match=r"trained\.pt"):
        load_trained(root / RUN / "trained.pt", config)
    with pytest.raises(ValueError, match=r"progress\.pt|trained by another recipe"):
        train(config, root, silent)
    assert not (root / "bomb").exists()


def test_progress_that_lacks_weights_is_told(copy: tuple[Config, Path]) -> None:
    config, root = copy
    (root / RUN / "trained.pt").unlink()
    edited(root / RUN / "progress.pt", lambda content: content["average"].popitem())
    with pytest.raises(CheckpointError, match=r"progress\.pt is damaged.*remove"):
        train(config, root, silent)


def test_a_line_that_is_none_of_the_log_is_told(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    log.write_text('{"epoch": 1}\nhello\n{"epoch": 2')
    with pytest.raises(ValueError, match=r"log\.jsonl, line 2: not the line of an epoch"):
        forget_after(log, 1)
    log.write_text('{"epoch": 1}\n{"epoch": 2}\n{"epoch": 3')
    forget_after(log, 1)
    assert log.read_text() == '{"epoch": 1}\n'
