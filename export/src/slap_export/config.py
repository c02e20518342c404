"""The recipe of a bundle, read from one TOML file.

Every number a bundle depends on stands in that file. Unknown keys are refused,
so a misspelt setting never falls back to a default in silence.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from slap_export.bundle_tables import BoundsConfig as BoundsConfig
from slap_export.bundle_tables import ExportConfig, QualityConfig, ScoringConfig
from slap_export.bundle_tables import GateConfig as GateConfig
from slap_export.objectives.tables import SENTENCE_WIDTH, ObjectivesConfig
from slap_export.settings import ConfigError, above, at_least, build, folder_name, within


@dataclass(frozen=True)
class TowerConfig:
    """Sizes of a `SlapTower`."""

    bands: int = 64
    """Mel bands of a frame."""
    patch_frames: int = 4
    """Frames joined into one token."""
    chunk_frames: int = 48
    """Frames taken by one step; a multiple of `patch_frames`."""
    context_chunks: int = 3
    """Chunks before its own that each layer of a token sees."""
    pool_chunks: int = 8
    """Chunks, its own included, that an embedding is pooled from."""
    recent_chunks: int = 0
    """Chunks that a second embedding of the step graph is pooled from; 0: there is none.

    Training does not depend on it."""
    layers: int = 5
    heads: int = 5
    head_dim: int = 32
    hidden: int = 448
    """Width of the SwiGLU feed-forward."""
    embedding_dim: int = 256
    rotary_base: float = 10_000.0

    def __post_init__(self) -> None:
        at_least(self, 1, "bands", "patch_frames", "chunk_frames", "pool_chunks", "layers")
        at_least(self, 1, "heads", "head_dim", "hidden", "embedding_dim")
        at_least(self, 0, "context_chunks")
        above(self, 1, "rotary_base")
        if self.chunk_frames % self.patch_frames:
            raise ValueError(
                f"chunk_frames ({self.chunk_frames}) must be a multiple of "
                f"patch_frames ({self.patch_frames})"
            )
        if self.context_chunks >= self.pool_chunks:
            raise ValueError("context_chunks must be smaller than pool_chunks")
        if not 0 <= self.recent_chunks <= self.pool_chunks:
            raise ValueError(
                f"recent_chunks ({self.recent_chunks}) must be 0 or at most "
                f"pool_chunks ({self.pool_chunks})"
            )
        if self.head_dim % 2:
            raise ValueError(f"head_dim ({self.head_dim}) must be even")

    @property
    def width(self) -> int:
        """Size of a token, W."""
        return self.heads * self.head_dim

    @property
    def chunk_tokens(self) -> int:
        """Tokens in a chunk, S."""
        return self.chunk_frames // self.patch_frames

    @property
    def context_tokens(self) -> int:
        """Tokens of left context in each layer, K."""
        return self.context_chunks * self.chunk_tokens

    @property
    def past_tokens(self) -> int:
        """Tokens the pool remembers from earlier chunks, P."""
        return (self.pool_chunks - 1) * self.chunk_tokens


@dataclass(frozen=True)
class BundleConfig:
    """What the bundle is called and what it says about itself."""

    name: str
    description: str
    licence: str
    created: str
    """Date written into the manifest, ISO 8601; stated so that bundles are repeatable."""

    def __post_init__(self) -> None:
        folder_name(self, "name")


@dataclass(frozen=True)
class CorpusConfig:
    """Which recordings to learn from; all but the path is for a corpus that is synthesised."""

    path: str
    """Folder of the corpus, relative to the folder of the TOML file's project (`export/`)."""
    seed: int | None = None
    train: int | None = None
    """Spoken clips of the split; each is rendered several times with another treatment."""
    validation: int | None = None
    test_voices: int | None = None
    test_languages: int | None = None
    test_synthesiser: int | None = None
    train_renders: int | None = None
    """Renders of a training clip, at most."""
    other_renders: int | None = None

    def __post_init__(self) -> None:
        missing = [name for name, value in asdict(self).items() if value is None]
        if missing and self.synthesised:
            raise ValueError(
                f"{', '.join(missing)}: missing; state all sizes, or none where the corpus is not "
                "synthesised"
            )
        at_least(self, 0, "seed", "train", "validation", "test_voices", "test_languages")
        at_least(self, 0, "test_synthesiser", "train_renders", "other_renders")

    @property
    def synthesised(self) -> bool:
        """Whether it is stated how the corpus is made."""
        return any(value is not None for name, value in asdict(self).items() if name != "path")


@dataclass(frozen=True)
class FrontEndConfig:
    """Every parameter of the front end, named as in the manifest."""

    sample_rate: int
    frame_length: int
    hop_length: int
    fft_length: int
    framing: str
    window: str
    input_scale: float
    remove_dc: bool
    pre_emphasis: float
    spectrum: str
    mel_scale: str
    mel_norm: str
    bands: int
    low_hz: float
    high_hz: float
    log: str
    log_floor: float
    log_floor_mode: str

    def __post_init__(self) -> None:
        at_least(self, 1, "sample_rate", "frame_length", "hop_length", "fft_length", "bands")
        above(self, 0, "input_scale", "log_floor")
        at_least(self, 0, "low_hz")
        above(self, self.low_hz, "high_hz")

    @property
    def frames_per_second(self) -> float:
        """Frames that begin within a second."""
        return self.sample_rate / self.hop_length


@dataclass(frozen=True)
class TextConfig:
    """The text side: a frozen sentence encoder and a trained projection."""

    dim: int
    max_tokens: int
    captions_per_clip: int
    """Captions drawn for every recording once, before training."""
    measured_captions: int = 0
    """More of them, written from quantile bins of the voice's measures."""
    own_captions: int = 0
    """More of them, taken from those of the corpus where it has such."""
    phrases: int = 0
    """Phrases for each thing that can be said, by which a sentence is read; 0: a linear map."""
    temperature: float = 0.05
    """Of the softmax over those phrases; the smaller, the fewer of them count."""

    def __post_init__(self) -> None:
        within(self, SENTENCE_WIDTH, SENTENCE_WIDTH, "dim")
        at_least(self, 1, "max_tokens")
        at_least(self, 0, "captions_per_clip", "measured_captions", "own_captions", "phrases")
        if self.captions_per_clip + self.measured_captions + self.own_captions == 0:
            raise ValueError("a recording needs a caption: captions_per_clip must be 1 or more")
        above(self, 0, "temperature")


@dataclass(frozen=True)
class AugmentConfig:
    """Changes made to log-mel features while training."""

    gain_db: float
    """Largest level change, in dB, either way."""
    tilt_db: float
    """Largest change of the top band against the bottom band, in dB, either way."""
    band_masks: int
    band_mask_width: int
    """Bands hidden by one mask, at most."""
    time_masks: int
    time_mask_width: int
    """Frames hidden by one mask, at most."""

    def __post_init__(self) -> None:
        at_least(self, 0, "gain_db", "tilt_db", "band_masks", "band_mask_width")
        at_least(self, 0, "time_masks", "time_mask_width")


@dataclass(frozen=True)
class BalanceConfig:
    """Attributes whose values are heard equally often."""

    keys: tuple[str, ...]
    cap: float = 2.0
    """Times that an epoch repeats a recording on average, at most."""

    def __post_init__(self) -> None:
        at_least(self, 1, "cap")


@dataclass(frozen=True)
class TrainConfig:
    """The optimisation."""

    epochs: int
    batch: int
    learning_rate: float
    weight_decay: float
    warmup_share: float
    """Share of all steps in which the learning rate rises."""
    clip_norm: float
    crop_chunks: tuple[int, int]
    """Least and most chunks of a crop; one number is drawn for each batch."""
    ema_decay: float
    """Decay per step of the averaged weights that are exported; 0 exports the last weights."""
    initial_scale: float
    largest_scale: float
    bfloat16: bool
    seed: int
    augment: AugmentConfig
    balance: BalanceConfig | None = None
    """Without it an epoch hears every recording once."""
    late_frames: int = 0
    """Frames after its start at which a crop may begin, at most; the end is filled with silence."""
    packed_chunks: int | None = None
    """Chunks of a row in which recordings of different lengths are packed one after the other;
    without it all crops of a batch are as long as one another."""
    save_every_steps: int = 100
    """Steps after which an interrupted run loses nothing more; every epoch's end is saved too."""

    def __post_init__(self) -> None:
        at_least(self, 1, "epochs", "batch", "save_every_steps", "packed_chunks")
        at_least(self, 0, "seed", "weight_decay", "late_frames")
        above(self, 0, "learning_rate", "clip_norm", "initial_scale", "largest_scale")
        within(self, 0, 1, "warmup_share")
        if not 0 <= self.ema_decay < 1:
            raise ValueError(f"ema_decay ({self.ema_decay}) must be from 0 to below 1")
        if not 1 <= self.crop_chunks[0] <= self.crop_chunks[1]:
            raise ValueError(
                f"crop_chunks ({list(self.crop_chunks)}) must be the least and the most chunks, "
                "1 or more"
            )
        if self.packed_chunks is not None:
            at_least(self, self.crop_chunks[1], "packed_chunks")


@dataclass(frozen=True)
class Config:
    """The whole recipe."""

    bundle: BundleConfig
    corpus: CorpusConfig
    front_end: FrontEndConfig
    tower: TowerConfig
    text: TextConfig
    train: TrainConfig
    export: ExportConfig
    scoring: ScoringConfig
    quality: QualityConfig
    objectives: ObjectivesConfig = field(default_factory=ObjectivesConfig)
    runs: str = field(default="runs")
    """Folder of checkpoints and caches, relative to `export/`."""

    def __post_init__(self) -> None:
        if self.front_end.bands != self.tower.bands:
            raise ValueError(
                f"front_end.bands ({self.front_end.bands}) and tower.bands ({self.tower.bands}) "
                "must be the same"
            )
        if self.train.augment.band_mask_width > self.tower.bands:
            raise ValueError(
                f"train.augment.band_mask_width ({self.train.augment.band_mask_width}) must be at "
                f"most the bands, {self.tower.bands}"
            )
        packed = self.train.packed_chunks is not None  # as short as the recordings are
        shortest = (1 if packed else self.train.crop_chunks[0]) * self.tower.chunk_frames
        if self.train.augment.time_mask_width > shortest:
            raise ValueError(
                f"train.augment.time_mask_width ({self.train.augment.time_mask_width}) must be at "
                f"most the frames of the shortest crop, {shortest}"
            )


def load_config(path: Path) -> Config:
    """Reads a recipe, and first the one that it `extends`, if it does."""
    return build(Config, read_tables(path))


def read_tables(path: Path, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """The tables of a recipe over those of the recipe beside it that it `extends`.

    What a table does not say is taken over, with two exceptions. Objectives are not mixed: a recipe
    that names any has no others. And sizes are of one corpus: a recipe that names another has those
    that it states itself.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the recipe {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{path} is nested too deeply") from error
    base = values.pop("extends", None)
    if base is None:
        return values
    if not isinstance(base, str) or Path(base).name != base:
        raise ConfigError(f"`extends` must name a recipe beside {path.name}, got {base!r}")
    if base in (path.name, *above):
        raise ConfigError(f"{path.name} and {base} extend each other")
    inherited = read_tables(path.parent / base, (path.name, *above))
    if "objectives" in values:
        inherited.pop("objectives", None)
    corpus = values.get("corpus")
    if isinstance(corpus, dict) and "path" in corpus:
        inherited.pop("corpus", None)
    return merged(inherited, values)


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """`below` with everything that `above` says instead, table by table."""
    result = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def to_dict(config: Any) -> dict[str, Any]:
    """A dataclass as plain tables and lists, as written beside a checkpoint."""
    return asdict(config)
