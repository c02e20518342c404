"""Recipes: what is written is what is used, and a misspelt key is refused."""

import json
from pathlib import Path

import pytest

from slap_export.config import Config, ConfigError, build, load_config, to_dict
from slap_export.objectives.tables import ContrastiveConfig

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"


def test_the_shipped_recipe_is_read() -> None:
    config = load_config(RECIPE)
    assert config.bundle.name == "slap-voice-small"
    assert config.front_end.bands == config.tower.bands
    assert config.train.crop_chunks == (11, 11)
    assert config.quality.usable.minimum_snr_db is None
    assert config.quality.good.minimum_snr_db == 20.0


def test_a_recipe_survives_being_written_beside_a_checkpoint() -> None:
    config = load_config(RECIPE)
    assert build(Config, json.loads(json.dumps(to_dict(config)))) == config


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs = ", "epoch = ", r"unknown setting `train.epoch`"),
        ("gain_db = ", "gain = ", r"unknown setting `train.augment.gain`"),
        ('name = "slap-voice-small"', "", r"missing setting in `bundle.`.*name"),
        ("batch = 192", 'batch = "192"', r"`train.batch` must be int, got '192'"),
        ("[scoring]", "[scoring", r"not valid TOML"),
        ("minimum_snr_db = 20.0", "minimum_snr = 20.0", r"`quality.good.minimum_snr`"),
        ("minimum_snr_db = 20.0", 'minimum_snr_db = "low"', r"must be float, got 'low'"),
        ("maximum_dc = 0.02", "maximum_dc = true", r"`quality.good.maximum_dc` must be float"),
        ("context_chunks = 3", "context_chunks = 99", r"context_chunks"),
        ('kind = "multi_positive"', 'kind = "triplet"', r"kind \(triplet\) must be one of"),
        ("early_share = 0.25", "early_share = 1.5", r"early_share \(1.5\) must be from 0"),
        ("early_share = 0.25", "late_share = 1", r"`objectives.contrastive.late_share`"),
        ("[objectives.contrastive]", "[objectives.contrast]", r"`objectives.contrast`"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert old in text
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_config(wrong)


def test_a_recording_has_at_least_one_caption_in_a_step() -> None:
    with pytest.raises(ValueError, match=r"captions \(0\) must be 1 or"):
        ContrastiveConfig(captions=0)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the recipe"):
        load_config(tmp_path / "none.toml")


def test_a_recipe_extends_another(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(RECIPE.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "own.toml").write_text(
        'extends = "base.toml"\n[bundle]\nname = "own"\n[objectives.semantic]\nweight = 2\n',
        encoding="utf-8",
    )
    base, own = load_config(tmp_path / "base.toml"), load_config(tmp_path / "own.toml")
    assert own.bundle.name == "own"
    assert own.bundle.licence == base.bundle.licence
    assert own.tower == base.tower
    assert own.objectives.named == ("semantic",)


@pytest.mark.parametrize("name", ['"../x.toml"', '"own.toml"', "3", '"none.toml"'])
def test_what_cannot_be_extended_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "own.toml").write_text(f"extends = {name}\n", encoding="utf-8")
    with pytest.raises(ConfigError):
        load_config(tmp_path / "own.toml")


def test_recipes_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="extend"):
        load_config(tmp_path / "a.toml")
