"""Recipes: what is written is what is used, and a misspelt key is refused."""

from pathlib import Path

import pytest

from slap_export.config import ConfigError, load_config

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice-tiny.toml"


def test_the_shipped_recipe_is_read() -> None:
    config = load_config(RECIPE)
    assert config.bundle.name == "slap-voice-tiny"
    assert config.front_end.bands == config.tower.bands
    assert config.train.crop_chunks == (6, 9)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("epochs = ", "epoch = ", r"unknown setting `train.epoch`"),
        ("gain_db = ", "gain = ", r"unknown setting `train.augment.gain`"),
        ('name = "slap-voice-tiny"', "", r"missing setting in `bundle.`.*name"),
        ("batch = 192", 'batch = "192"', r"`train.batch` must be int, got '192'"),
        ("[scoring]", "[scoring", r"not valid TOML"),
        ("context_chunks = 3", "context_chunks = 9", r"context_chunks"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert old in text
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_config(wrong)


def test_a_missing_recipe_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read the recipe"):
        load_config(tmp_path / "none.toml")
