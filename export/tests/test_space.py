"""A student's bundle names the space it is in, which is that of its teacher's bundle."""

import dataclasses
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from slap_export.bundle import (
    BundleError,
    Space,
    read_prompt_pack,
    sha256,
    verify_files,
    write_manifest,
)
from slap_export.checkpoint import Origin, Trained, load_trained, run_folder
from slap_export.cli import parser
from slap_export.config import Config
from slap_export.objectives.tables import DistillationConfig
from slap_export.pipeline import pack_run
from slap_export.space import space_of, teacher_folder
from slap_export.training.loop import train
from slap_export.verify import verify_bundle


def student_of(config: Config) -> Config:
    """The recipe of a smaller tower taught by the run of another."""
    return dataclasses.replace(
        config,
        bundle=dataclasses.replace(config.bundle, name="student"),
        objectives=dataclasses.replace(
            config.objectives,
            distillation=DistillationConfig(config.bundle.name),
            speaker=None,
        ),
        tower=dataclasses.replace(config.tower, layers=1, recent_chunks=0),
        train=dataclasses.replace(config.train, epochs=1),
        export=dataclasses.replace(config.export, text=False),
    )


@pytest.fixture(scope="module")
def taught(made: tuple[Config, Path]) -> tuple[Config, Path]:
    """A student that was trained but not packed, and the folder that holds it."""
    config, root = made
    student = student_of(config)
    train(student, root, lambda _: None)
    return student, root


def loaded(taught: tuple[Config, Path]) -> Trained:
    config, root = taught
    return load_trained(run_folder(config, root) / "trained.pt", config)


def stored_prompts(folder: Path) -> np.ndarray:
    return read_prompt_pack(folder / "prompts.safetensors")[0].astype(np.float32)


def test_pack_names_the_space(taught: tuple[Config, Path], made: tuple[Config, Path]) -> None:
    config, root = taught
    teacher = root / "bundle"
    place = root / "student"
    pack_run(config, root, place, lambda _: None, teacher)
    tower = verify_files(place)["tower"]
    assert tower["space"] == {"name": made[0].bundle.name, "sha256": sha256(teacher / "audio.onnx")}
    assert len(list(verify_bundle(place))) == 3
    assert "space" not in verify_files(teacher)["tower"]
    # A student's student is in the space of the first.
    whole = loaded(taught)
    nothing = dataclasses.replace(whole, origin=None)
    rows = stored_prompts(place)
    assert space_of(nothing, place, lambda texts: rows) == Space(**tower["space"])


def test_a_bundle_that_is_not_the_teachers_is_refused(
    taught: tuple[Config, Path], tmp_path: Path
) -> None:
    config, root = taught
    trained = loaded(taught)
    teacher = root / "bundle"
    rows = stored_prompts(teacher)
    assert space_of(trained, teacher, lambda texts: rows).name == verify_files(teacher)["name"]

    with pytest.raises(BundleError, match=r"no bundle of the teacher at .*; pack the teacher"):
        pack_run(config, root, tmp_path / "out", lambda _: None, tmp_path / "none")
    assert not (tmp_path / "out").exists()

    def refused(trained: Trained, given: np.ndarray, words: str) -> None:
        with pytest.raises(BundleError, match=f"is not the teacher's bundle: {words}"):
            space_of(trained, teacher, lambda texts: given)

    assert trained.origin is not None
    other = dataclasses.replace(trained, origin=Origin(trained.origin.corpus, "0" * 64, None))
    refused(other, rows, "it was packed from the weights .*, the student was taught by 0000")
    refused(trained, rows[::-1], "the embeddings of its prompts differ from the student's by")
    refused(trained, rows[:, 1:], "its embeddings are")

    damaged = tmp_path / "damaged"
    shutil.copytree(teacher, damaged)
    (damaged / "audio.onnx").write_bytes(b"")
    with pytest.raises(BundleError, match=r"audio\.onnx"):
        space_of(trained, damaged, lambda texts: rows)


def test_the_teacher_lies_beside_its_student(made: tuple[Config, Path]) -> None:
    config, root = made
    trained = load_trained(run_folder(config, root) / "trained.pt", config)
    models = Path("models")
    assert teacher_folder(trained, models, None) is None
    with pytest.raises(BundleError, match="has no teacher"):
        teacher_folder(trained, models, Path("bundle"))
    student = dataclasses.replace(trained, config=student_of(config))
    assert teacher_folder(student, models, None) == models / config.bundle.name
    assert teacher_folder(student, models, Path("bundle")) == Path("bundle")


def test_the_runtime_refuses_a_space_that_says_nothing(
    made: tuple[Config, Path], tmp_path: Path
) -> None:
    bundle = tmp_path / "bundle"
    shutil.copytree(made[1] / "bundle", bundle)
    content = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    for space, words in (("0" * 64, "space"), ({"name": "x", "sha256": "0"}, "64 lower-case")):
        content["tower"]["space"] = space
        write_manifest(
            bundle, {k: v for k, v in content.items() if k not in ("format", "version", "files")}
        )
        with pytest.raises(ValueError, match=words):
            list(verify_bundle(bundle))


def test_the_commands_take_a_teacher() -> None:
    for command in ("pack", "all"):
        arguments = parser().parse_args([command, "--config", "x.toml", "--teacher", "y"])
        assert arguments.teacher == Path("y")
