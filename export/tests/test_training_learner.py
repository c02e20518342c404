"""What is trained, what is kept as it is, and what is left behind."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from small_training import small_project, write_recipe

from slap_export.checkpoint import Trained, load_trained, run_folder
from slap_export.config import Config, load_config
from slap_export.features import load_features
from slap_export.objectives.prototypes import teacher_momentum
from slap_export.text import text_files
from slap_export.towers.captioner import Special, caption_words
from slap_export.training.batches import batches
from slap_export.training.learner import Learner, load_teacher, start
from slap_export.training.log import Journal, duration
from slap_export.training.loop import train
from slap_export.training.losses import Losses, weighted_sum
from slap_export.training.material import load_material
from slap_export.training.schedule import average_decay, one_cycle

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """A finished run with every objective."""
    torch.set_num_threads(1)
    root = tmp_path_factory.mktemp("project")
    config = small_project(root)
    train(config, root, lambda _: None)
    return config, root


def trained_of(run: tuple[Config, Path]) -> Trained:
    config, root = run
    return load_trained(run_folder(config, root) / "trained.pt", config)


def test_what_is_left_behind_is_whole(run: tuple[Config, Path]) -> None:
    config, root = run
    trained = trained_of(run)
    assert trained.config == config
    assert trained.epochs == config.train.epochs
    branched = trained.branched()
    assert branched is not None
    assert branched.output_names() == ("embedding", "speaker", "semantic", "tokens")
    average = torch.load(root / "runs/small/progress.pt", weights_only=True)["average"]
    for part, module in {
        "tower": trained.tower,
        "projection": trained.projection,
        "branches.speaker": trained.branches["speaker"],
        "captioner": trained.captioner,
    }.items():
        for name, value in module.named_parameters():
            assert torch.equal(value, average[f"{part}.{name}"])
    mel = torch.from_numpy(load_features(config, root).frames(0))[None]
    heard = trained.tower(mel)
    _, tokenizer = text_files(root / "runs/text")
    written = trained.captioner.write(heard.tokens, None, tokenizer)
    assert len(written) == 1
    assert isinstance(written[0], str)


def test_recipe_revision_and_drawings_are_kept(run: tuple[Config, Path]) -> None:
    config, root = run
    folder = run_folder(config, root)
    kept = json.loads((folder / "config.json").read_text())
    assert kept["objectives"]["distillation"] is None
    assert kept["objectives"]["speaker"]["dim"] == 8
    assert kept["revision"]
    assert list((folder / "tensorboard").glob("events.*"))


def test_a_student_lives_in_its_teachers_space(run: tuple[Config, Path]) -> None:
    _, root = run
    objectives = '[objectives.distillation]\nteacher = "small"\n\n[objectives.contrastive]\n'
    student = load_config(write_recipe(root, "student", objectives))
    student = dataclasses.replace(student, tower=dataclasses.replace(student.tower, layers=1))
    train(student, root, lambda _: None, max_steps=2)
    teacher = trained_of(run)
    followed = load_trained(run_folder(student, root) / "trained.pt", student)
    own, theirs = followed.projection.state_dict(), teacher.projection.state_dict()
    assert own["_extra_state"] == theirs["_extra_state"]
    assert torch.equal(own["levels"], theirs["levels"])
    assert torch.equal(own["values"], theirs["values"])
    assert followed.logit_scale == pytest.approx(teacher.logit_scale)
    assert followed.branched() is None
    assert followed.captioner is None
    log = (run_folder(student, root) / "log.jsonl").read_text().splitlines()
    assert set(json.loads(log[-1])["losses"]) == {"contrastive", "distillation"}


def test_distillation_is_the_angle_at_every_chunk(run: tuple[Config, Path]) -> None:
    _, root = run
    objectives = '[objectives.distillation]\nteacher = "small"\n'
    student = load_config(write_recipe(root, "angle", objectives))
    teacher = load_teacher(student, root)
    assert teacher is not None
    # Another normalisation of the input, which the teacher must not notice.
    teacher.statistics = dataclasses.replace(teacher.statistics, mean=-3.0, std=2.0)
    material = load_material(student, root, lambda _: None)
    learner = start(student, material, CPU, teacher)
    statistics = material.features.statistics
    batch = next(batches(material, student, 0, range(1)))
    loss = Losses(learner.modules, student, statistics, teacher)(batch)["distillation"]
    angles = []
    for row, last in enumerate(batch.last.tolist()):
        raw = batch.mel[row : row + 1] * statistics.std + statistics.mean
        theirs = teacher.tower((raw + 3.0) / 2.0).embeddings[0, : last + 1]
        own = learner.modules.tower(batch.mel[row : row + 1]).embeddings[0, : last + 1]
        angles.append(1 - (own * theirs).sum(dim=-1))
    torch.testing.assert_close(loss, torch.cat(angles).mean())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('teacher = "small"', 'teacher = "nobody"', "no trained tower at"),
        ("hop_length = 160", "hop_length = 200", "front end differs"),
        ("embedding_dim = 16", "embedding_dim = 8", "embedding_dim is 8, but the teacher's is 16"),
    ],
)
def test_an_unfit_teacher_is_refused(
    run: tuple[Config, Path], old: str, new: str, message: str
) -> None:
    _, root = run
    path = write_recipe(root, "unfit", '[objectives.distillation]\nteacher = "small"\n')
    path.write_text(path.read_text().replace(old, new), encoding="utf-8")
    with pytest.raises((ValueError, FileNotFoundError), match=message):
        load_teacher(load_config(path), root)


def test_every_weight_gets_a_gradient(run: tuple[Config, Path]) -> None:
    config, root = run
    material = load_material(config, root, lambda _: None)
    learner = start(config, material, CPU)
    batch = next(batches(material, config, 0, range(1)))
    losses = Losses(learner.modules, config, material.features.statistics)(batch)
    assert list(losses) == list(config.objectives.named)
    weighted_sum(losses, config).backward()
    for name, value in learner.trained().items():
        assert value.grad is not None and value.grad.abs().sum() > 0, name
    teacher = learner.modules.teacher
    assert all(value.grad is None for value in teacher.parameters())
    assert teacher.centre.abs().sum() > 0


def test_the_average_and_the_teacher_follow(run: tuple[Config, Path]) -> None:
    config, root = run
    material = load_material(config, root, lambda _: None)
    learner: Learner = start(config, material, CPU)
    modules = learner.modules
    before = {name: value.clone() for name, value in learner.average.items()}
    old = modules.teacher.tower.patch.weight.clone()
    with torch.no_grad():
        for value in learner.trained().values():
            value += 1.0
    learner.update_average(0.9)
    for name, value in learner.average.items():
        torch.testing.assert_close(value, before[name] + 0.1, msg=name)
    learner.update_teacher(config.objectives.prototypes, 0, 10)
    share = 1 - teacher_momentum(0, 10, 0.994, 1.0)
    torch.testing.assert_close(modules.teacher.tower.patch.weight, old + share)
    averaged = learner.averaged(config, material.features.statistics)
    assert torch.equal(averaged.tower.patch.weight, learner.average["tower.patch.weight"])
    assert not torch.equal(modules.tower.patch.weight, averaged.tower.patch.weight)


def test_another_recipes_progress_is_refused(run: tuple[Config, Path]) -> None:
    config, root = run
    wider = dataclasses.replace(config, tower=dataclasses.replace(config.tower, hidden=32))
    with pytest.raises(ValueError, match=r"tower.hidden was 24 and is 32; remove .*small to start"):
        train(wider, root, lambda _: None)


def test_a_recipe_without_objectives_is_refused(run: tuple[Config, Path]) -> None:
    _, root = run
    config = load_config(write_recipe(root, "none", ""))
    with pytest.raises(ValueError, match="names no objective"):
        train(config, root, lambda _: None)


def test_learning_rate_rises_and_falls(run: tuple[Config, Path]) -> None:
    settings = run[0].train
    rates = [one_cycle(step, 1000, settings) for step in range(1001)]
    assert max(rates) == pytest.approx(settings.learning_rate)
    assert rates[0] == pytest.approx(settings.learning_rate / 100)
    assert rates[-1] == pytest.approx(0, abs=1e-9)
    # Half-way down between steps 100 and 1000 the cosine is at half its height.
    assert rates[550] == pytest.approx(settings.learning_rate / 2)
    assert average_decay(0, settings) == pytest.approx(0.1)
    assert average_decay(10_000, settings) == settings.ema_decay


def test_words_of_captions_by_hand(tmp_path: Path) -> None:
    _, tokenizer = text_files(tmp_path)
    words = caption_words(["a voice", "a hoarse voice", "voice voice voice"], tokenizer, 2)
    a, voice = (words.vocabulary.index(piece) + len(Special) for piece in (1037, 2376))
    assert words.pieces[0].tolist() == [Special.START, a, voice, Special.END]
    # Longer than two pieces: no end is learned where the caption goes on.
    assert words.pieces[2].tolist() == [Special.START, voice, voice, Special.PADDING]


def test_progress_in_plain_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[str] = []
    now = [100.0]
    monkeypatch.setattr("slap_export.training.log.time.monotonic", lambda: now[0])
    with Journal(tmp_path, lines.append, batch=10, done=20, steps=100, main=True) as journal:
        now[0] += 30.0
        journal.step(1, 30, lambda: {"loss": 2.0})
        assert lines == []  # too soon
        now[0] += 30.0
        journal.step(1, 40, lambda: {"loss": 1.5})
        journal.epoch({"epoch": 1, "validation": 0.5, "tasks": {"sex": 0.5}}, 50)
    # 20 steps of 10 recordings in a minute, and 60 steps to come.
    assert lines[0] == "epoch 1, step 40 of 100: loss 1.500, 3 recordings/s, 3 min left"
    assert (tmp_path / "log.jsonl").read_text() == lines[1] + "\n"


def test_progress_on_a_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [100.0]
    monkeypatch.setattr("slap_export.training.log.time.monotonic", lambda: now[0])
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    lines: list[str] = []
    with Journal(tmp_path, lines.append, batch=10, done=0, steps=100, main=True) as journal:
        now[0] += 2.0
        journal.step(3, 40, lambda: {"loss": 1.5})
    shown = capsys.readouterr().err
    assert "epoch 3" in shown
    assert "40/100" in shown
    assert "loss 1.500, 200 recordings/s, 3 s left" in shown
    assert lines == []


def test_other_processes_keep_still(tmp_path: Path) -> None:
    def asked() -> dict[str, float]:
        raise AssertionError("nobody looks")

    with Journal(tmp_path, print, batch=10, done=0, steps=10, main=False) as journal:
        journal.step(1, 10, asked)
        journal.epoch({}, 10)
    assert list(tmp_path.iterdir()) == []


def test_times_for_people() -> None:
    assert [duration(x) for x in (42, 420, 7500)] == ["42 s", "7 min", "2 h 05 min"]
