"""Recipes: what is written is what is used, and a misspelt key is refused."""

import dataclasses
import json
from pathlib import Path

import pytest

from slap_export.config import Config, ConfigError, CorpusConfig, build, load_config, to_dict
from slap_export.corpus import CorpusError
from slap_export.corpus.synth import synthesise_corpus
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


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("batch = 192", "batch = -8", r"\[train\] batch \(-8\) must be 1 or more"),
        ("batch = 192", "batch = 0", r"\[train\] batch \(0\) must be 1 or more"),
        ("epochs = 14", "epochs = 0", r"\[train\] epochs \(0\) must be 1"),
        ("\nseed = 1", "\nseed = -1", r"\[train\] seed \(-1\) must be 0"),
        ("bfloat16 = true", "bfloat16 = true\nsave_every_steps = 0", r"save_every_steps \(0\)"),
        ("learning_rate = 2e-3", "learning_rate = -1.0", r"learning_rate \(-1.0\) must be above"),
        ("learning_rate = 2e-3", "learning_rate = nan", r"`train.learning_rate` must be a finite"),
        ("warmup_share = 0.1", "warmup_share = 2", r"warmup_share \(2.0\) must be from 0 to 1"),
        ("ema_decay = 0.99", "ema_decay = 1", r"ema_decay \(1.0\) must be from 0 to below 1"),
        ("[11, 11]", '["a", 2]', r"`train.crop_chunks\[0\]` must be int, got 'a'"),
        ("[11, 11]", "[11]", r"`train.crop_chunks` must have 2 elements"),
        ("[11, 11]", "11", r"`train.crop_chunks` must be a list, got 11"),
        ("[11, 11]", "[11, 3]", r"crop_chunks \(\[11, 3\]\) must be the least and the most"),
        ("[11, 11]", "[0, 11]", r"crop_chunks \(\[0, 11\]\)"),
        ("packed_chunks = 22", "packed_chunks = 9", r"packed_chunks \(9\) must be 11 or more"),
        ("patch_frames = 6", "patch_frames = 0", r"\[tower\] patch_frames \(0\)"),
        ("chunk_frames = 48", "chunk_frames = -48", r"chunk_frames \(-48\)"),
        ("layers = 6", "layers = -1", r"layers \(-1\) must be 1 or more"),
        ("low_hz = 50.0", "low_hz = inf", r"`front_end.low_hz` must be a finite number"),
        ("low_hz = 50.0", "low_hz = 9e3", r"high_hz \(8000.0\) must be above 9000"),
        ("log_floor = 1e-6", "log_floor = -1", r"\[front_end\] log_floor \(-1.0\) must be above"),
        ("high_hz = 8000.0", "high_hz = 1" + 400 * "0", r"`front_end.high_hz` is too large"),
        ("bands = 64\nlow", "bands = 32\nlow", r"front_end.bands \(32\) and tower.bands \(64\)"),
        ("captions_per_clip = 4", "captions_per_clip = 0", r"a recording needs a caption"),
        ("phrases = 64", "phrases = -3", r"phrases \(-3\) must be 0 or more"),
        ("dim = 384", "dim = 12", r"\[text\] dim \(12\) must be from 384 to 384"),
        ("gain_db = 1.5", "gain_db = -1.5", r"\[train.augment\] gain_db \(-1.5\)"),
        ("band_mask_width = 6", "band_mask_width = 65", r"band_mask_width \(65\) must be at most"),
        ("time_mask_width = 12", "time_mask_width = 49", r"time_mask_width \(49\) must be at most"),
        ("weight = 0.15", "weight = -1.0", r"\[objectives.segments\] weight \(-1.0\)"),
        ("heads = 4", "heads = 0", r"\[objectives.speaker\] heads \(0\)"),
        ("minimum_precision = 0.95", 'minimum_precision = 0.95\nprecisions = "int8"', r"be a list"),
        ("minimum_precision = 0.95", "minimum_precision = 95", r"minimum_precision \(95.0\)"),
        ("off_probability = 0.55", "off_probability = 0.8", r"off_probability \(0.8\) must be"),
        ("maximum_clipped_share = 0.02", "maximum_clipped_share = 2", r"maximum_clipped_share"),
        ('"slap-voice-small"', '"../../escaped"', r"\[bundle\] name .* must be the name of a"),
        ('"slap-voice-small"', '""', r"\[bundle\] name .* must be the name of a folder"),
        ("[corpus]\n", "[corpus]\nx = " + 2000 * "[" + 2000 * "]" + "\n", r"nested too deeply"),
    ],
)
def test_a_number_that_makes_no_sense_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = RECIPE.read_text(encoding="utf-8")
    assert old in text
    wrong = tmp_path / "wrong.toml"
    wrong.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        load_config(wrong)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("reconstruction]\nratio = 1.0", r"ratio \(1.0\) must be above 0 and below 1"),
        ("reconstruction]\nspan = 0", r"span \(0\) must be 1 or more"),
        ("reconstruction]\nshare = 0", r"share \(0.0\) must be above 0 and at most 1"),
        ("prototypes]\nteacher_temperature = 0.0", r"teacher_temperature \(0.0\) must be above"),
        ("prototypes]\nlast_momentum = 1.5", r"last_momentum \(1.5\) must be from 0 to 1"),
        ("captioning]\nlongest = 0", r"longest \(0\) must be 1 or more"),
        ("flips]\ncaptions = 0", r"captions \(0\) must be 1 or more"),
        ("speaker]\nmargin = -0.2", r"margin \(-0.2\) must be from 0 to 1"),
        ('distillation]\nteacher = "../x"', r"teacher \('../x'\) must be the name of a folder"),
    ],
)
def test_an_objective_that_makes_no_sense_is_refused(
    tmp_path: Path, table: str, message: str
) -> None:
    wrong = tmp_path / "wrong.toml"
    (tmp_path / "base.toml").write_text(RECIPE.read_text(encoding="utf-8"), encoding="utf-8")
    wrong.write_text(f'extends = "base.toml"\n[objectives.{table}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
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


def test_another_corpus_inherits_no_sizes(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(RECIPE.read_text(encoding="utf-8"), encoding="utf-8")
    own = tmp_path / "own.toml"
    base = load_config(tmp_path / "base.toml").corpus
    assert base.synthesised
    own.write_text('extends = "base.toml"\n[corpus]\npath = "corpora/mine"\n', encoding="utf-8")
    found = load_config(own)
    assert found.corpus == CorpusConfig("corpora/mine")
    assert not found.corpus.synthesised
    assert build(Config, json.loads(json.dumps(to_dict(found)))) == found
    with pytest.raises(CorpusError, match="states no sizes to synthesise one by"):
        synthesise_corpus(tmp_path / "corpus", found.corpus, processes=1)
    own.write_text('extends = "base.toml"\n[corpus]\nseed = 9\n', encoding="utf-8")
    assert load_config(own).corpus == dataclasses.replace(base, seed=9)
    text = 'extends = "base.toml"\n[corpus]\npath = "corpora/mine"\nseed = 1\ntrain = 9\n'
    own.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"validation, .*, other_renders: missing; state all"):
        load_config(own)


def test_recipes_that_extend_each_other_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('extends = "b.toml"\n', encoding="utf-8")
    (tmp_path / "b.toml").write_text('extends = "a.toml"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="extend"):
        load_config(tmp_path / "a.toml")
