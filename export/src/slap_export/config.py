"""The recipe of a bundle, read from one TOML file.

Every number a bundle depends on stands in that file. Unknown keys are refused,
so a misspelt setting never falls back to a default in silence.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar, get_args, get_type_hints

from slap_export.objectives.tables import ObjectivesConfig

T = TypeVar("T")


class ConfigError(ValueError):
    """A setting that is unknown, missing or of the wrong type."""


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


@dataclass(frozen=True)
class CorpusConfig:
    """Which recordings to learn from."""

    path: str
    """Folder of the corpus, relative to the folder of the TOML file's project (`export/`)."""
    seed: int
    train: int
    """Spoken clips of the split; each is rendered several times with another treatment."""
    validation: int
    test_voices: int
    test_languages: int
    test_synthesiser: int
    train_renders: int
    """Renders of a training clip, at most."""
    other_renders: int


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


@dataclass(frozen=True)
class BalanceConfig:
    """Attributes whose values are heard equally often."""

    keys: tuple[str, ...]
    cap: float = 2.0
    """Times that an epoch repeats a recording on average, at most."""


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


@dataclass(frozen=True)
class GateConfig:
    """What a lighter graph may change of the float32 graph's answers on validation recordings."""

    changed_winners: float = 0.01
    """Share of answers, one for each recording and task, in which another class comes out first."""
    probability_99: float = 0.06
    """Change of a calibrated probability that 99 % of answers must stay below."""
    probability_largest: float = 0.4
    mean_cosine: float = 0.998
    """Mean cosine of a recording's embeddings by both graphs, at least."""


@dataclass(frozen=True)
class ExportConfig:
    """What is written beside the towers."""

    background_clips: int
    minimum_precision: float
    """Calibration raises a task's abstention threshold until this share of answers is right."""
    text: bool = True
    """Whether the bundle has a text tower; without one no prompt can be added on a device."""
    precisions: tuple[str, ...] = ("int8",)
    """Lighter graphs to write, of `int8` and `float16`, if they pass the gate."""
    calibration_clips: int = 128
    """Training recordings that fix the scales of the int8 graph."""
    gate: GateConfig = field(default_factory=GateConfig)

    def __post_init__(self) -> None:
        for name in self.precisions:
            if name not in ("int8", "float16"):
                raise ValueError(f"precisions: expected int8 or float16, got {name}")


@dataclass(frozen=True)
class ScoringConfig:
    """Smoothing and events, copied into the manifest."""

    smoothing_seconds: float
    on_probability: float
    off_probability: float
    minimum_event_seconds: float


@dataclass(frozen=True)
class BoundsConfig:
    """What a recording must be like; what is left out is not asked for."""

    silence_dbfs: float
    """Level that the loudest 10 ms must reach."""
    minimum_active_seconds: float
    maximum_clipped_share: float
    minimum_snr_db: float | None = None
    minimum_bandwidth_hz: float | None = None
    minimum_voiced_seconds: float | None = None
    maximum_dropout_share: float | None = None
    """Share of the time lost where sound breaks off and comes back."""
    maximum_silent_share: float | None = None
    """Share of the time that is digital silence."""
    maximum_dc: float | None = None


@dataclass(frozen=True)
class QualityConfig:
    """When input is too poor to be scored, and when it is good; copied into the manifest."""

    active_dbfs: float
    """Level from which 10 ms are active."""
    usable: BoundsConfig
    good: BoundsConfig


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


def build(kind: type[T], values: dict[str, Any], where: str = "") -> T:
    """Builds a dataclass from a table, refusing unknown, missing and mistyped keys."""
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise ConfigError(f"unknown setting `{where}{key}`; known: {', '.join(known)}")
    arguments: dict[str, Any] = {}
    for name, hint in hints.items():
        if name not in values:
            continue
        value = values[name]
        if NoneType in get_args(hint):
            if value is None:  # written beside a checkpoint, never in a recipe
                continue
            hint = next(kind for kind in get_args(hint) if kind is not NoneType)
        if is_dataclass(hint):
            if not isinstance(value, dict):
                raise ConfigError(f"`{where}{name}` must be a table, got {value!r}")
            value = build(hint, value, f"{where}{name}.")  # type: ignore[arg-type]
        elif hint is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        elif hint in (int, float, str, bool):
            if type(value) is not hint:
                raise ConfigError(f"`{where}{name}` must be {hint.__name__}, got {value!r}")
        elif isinstance(value, list):
            value = tuple(value)
        arguments[name] = value
    try:
        return kind(**arguments)
    except TypeError as error:
        raise ConfigError(f"missing setting in `{where or 'the file'}`: {error}") from error


def load_config(path: Path) -> Config:
    """Reads a recipe, and first the one that it `extends`, if it does."""
    return build(Config, read_tables(path))


def read_tables(path: Path, above: tuple[str, ...] = ()) -> dict[str, Any]:
    """The tables of a recipe over those of the recipe beside it that it `extends`.

    What a table does not say is taken over, except that objectives are not mixed: a recipe that
    names any has no others.
    """
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read the recipe {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} is not valid TOML: {error}") from error
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
