"""What a recipe says of the bundle alone, not of training: its graphs, its scoring, its limits."""

from __future__ import annotations

from dataclasses import dataclass, field

from slap_export.settings import at_least, within

DAY = 86_400
"""The longest time in seconds that a runtime takes."""


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

    def __post_init__(self) -> None:
        within(self, 0, 1, "changed_winners", "probability_99", "probability_largest")
        within(self, -1, 1, "mean_cosine")


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
        at_least(self, 1, "background_clips", "calibration_clips")
        within(self, 0, 1, "minimum_precision")
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

    def __post_init__(self) -> None:
        within(self, 0, DAY, "smoothing_seconds", "minimum_event_seconds")
        within(self, 0, 1, "on_probability")
        within(self, 0, self.on_probability, "off_probability")


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

    def __post_init__(self) -> None:
        within(self, 0, 1, "maximum_clipped_share", "maximum_dropout_share")
        within(self, 0, 1, "maximum_silent_share", "maximum_dc")
        at_least(self, 0, "minimum_active_seconds", "minimum_voiced_seconds")
        at_least(self, 0, "minimum_bandwidth_hz")


@dataclass(frozen=True)
class QualityConfig:
    """When input is too poor to be scored, and when it is good; copied into the manifest."""

    active_dbfs: float
    """Level from which 10 ms are active."""
    usable: BoundsConfig
    good: BoundsConfig
