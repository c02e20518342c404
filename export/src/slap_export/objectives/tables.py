"""What a recipe says of the objectives: a table each, and an objective without a table is off."""

from __future__ import annotations

from dataclasses import dataclass

from slap_export.settings import above, at_least, folder_name, share, within

# Width of the sentence encoder's embeddings.
SENTENCE_WIDTH = 384

CONTRASTS = ("multi_positive", "softmax", "sigmoid")


def hidden_spans(table: ReconstructionConfig | PrototypesConfig) -> None:
    """Refuses a table that says to hide what cannot be hidden."""
    if not 0 < table.ratio < 1:
        raise ValueError(f"ratio ({table.ratio}) must be above 0 and below 1")
    at_least(table, 1, "span")


@dataclass(frozen=True)
class ContrastiveConfig:
    """Recordings against captions, over the whole batch."""

    kind: str = "multi_positive"
    """`multi_positive`, `softmax` or `sigmoid`."""
    weight: float = 1.0
    early_share: float = 0.25
    """Share of the loss that is taken at an earlier chunk, so that short input is understood."""
    captions: int = 1
    """Captions of each recording in a step; all stand against all recordings of the batch."""

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        if self.kind not in CONTRASTS:
            raise ValueError(f"kind ({self.kind}) must be one of {', '.join(CONTRASTS)}")
        if self.captions < 1 or (self.kind == "softmax" and self.captions > 1):
            raise ValueError(f"captions ({self.captions}) must be 1 or, save for softmax, more")
        if not 0.0 <= self.early_share < 1.0:
            raise ValueError(f"early_share ({self.early_share}) must be from 0 to below 1")


@dataclass(frozen=True)
class AttributesConfig:
    """Every attribute known of a recording, guessed from its embedding by a linear head."""

    weight: float = 1.0

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")


@dataclass(frozen=True)
class FlipsConfig:
    """Each caption against itself with one attribute flipped."""

    weight: float = 0.2
    captions: int = 2
    """Flipped versions drawn of every caption once, before training."""

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        at_least(self, 1, "captions")


@dataclass(frozen=True)
class SegmentsConfig:
    """Captions of the parts of recordings whose voice changes."""

    weight: float = 0.5
    captions: int = 2
    """Captions drawn for every part once, before training."""

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        at_least(self, 1, "captions")


@dataclass(frozen=True)
class ReconstructionConfig:
    """Log-mel patches guessed from those around them."""

    weight: float = 1.0
    ratio: float = 0.5
    """Share of a recording's tokens that is hidden."""
    span: int = 6
    """Tokens hidden together."""
    share: float = 0.25
    """Share of the batch's recordings that are heard once more, with tokens hidden."""

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        share(self, "share")
        hidden_spans(self)


@dataclass(frozen=True)
class PrototypesConfig:
    """Masked self-distillation with a slowly moving teacher."""

    weight: float = 1.0
    ratio: float = 0.5
    span: int = 6
    share: float = 0.25
    prototypes: int = 512
    bottleneck: int = 64
    hidden: int = 256
    student_temperature: float = 0.1
    teacher_temperature: float = 0.04
    first_momentum: float = 0.994
    """Share of its old weights that the teacher keeps at the first step."""
    last_momentum: float = 1.0
    centre_momentum: float = 0.9

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        share(self, "share")
        hidden_spans(self)
        at_least(self, 1, "prototypes", "bottleneck", "hidden")
        above(self, 0, "student_temperature", "teacher_temperature")
        within(self, 0, 1, "first_momentum", "last_momentum", "centre_momentum")


@dataclass(frozen=True)
class CaptioningConfig:
    """Captions written piece by piece from the tower's tokens."""

    weight: float = 0.5
    share: float = 0.25
    """Share of the batch's recordings that are captioned."""
    layers: int = 2
    heads: int = 4
    head_dim: int = 32
    hidden: int = 256
    longest: int = 40
    """Word pieces of a caption that are learned, at most."""

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        share(self, "share")
        at_least(self, 1, "layers", "heads", "head_dim", "hidden", "longest")


@dataclass(frozen=True)
class SpeakerConfig:
    """A branch that tells the training speakers apart."""

    weight: float = 0.2
    dim: int = 128
    scale: float = 30.0
    margin: float = 0.2
    affine: bool = False
    """Whether every layer has an affine map of its own before layers are mixed."""
    heads: int = 1
    """Heads of the branch's pooling."""

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        at_least(self, 1, "dim", "heads")
        above(self, 0, "scale")
        within(self, 0, 1, "margin")


@dataclass(frozen=True)
class SemanticConfig:
    """A branch that follows the sentence encoder's embedding of the transcript."""

    weight: float = 1.0
    dim: int = SENTENCE_WIDTH
    """Width of the sentence encoder, which is the teacher; no other is possible."""
    affine: bool = False
    heads: int = 1

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        at_least(self, 1, "heads")
        if self.dim != SENTENCE_WIDTH:
            raise ValueError(f"dim ({self.dim}) must be that of the teacher, {SENTENCE_WIDTH}")


@dataclass(frozen=True)
class DistillationConfig:
    """The embedding of a larger tower at the same chunk."""

    teacher: str
    """Name of a finished run beside this one; its text projection is taken over as it is."""
    weight: float = 1.0

    def __post_init__(self) -> None:
        at_least(self, 0, "weight")
        folder_name(self, "teacher")


@dataclass(frozen=True)
class ObjectivesConfig:
    """The loss is the sum of the objectives that have a table, each times its weight."""

    contrastive: ContrastiveConfig | None = None
    attributes: AttributesConfig | None = None
    flips: FlipsConfig | None = None
    segments: SegmentsConfig | None = None
    reconstruction: ReconstructionConfig | None = None
    prototypes: PrototypesConfig | None = None
    captioning: CaptioningConfig | None = None
    speaker: SpeakerConfig | None = None
    semantic: SemanticConfig | None = None
    distillation: DistillationConfig | None = None

    @property
    def named(self) -> tuple[str, ...]:
        """The objectives that have a table."""
        return tuple(name for name in self.__dataclass_fields__ if getattr(self, name) is not None)

    @property
    def with_text(self) -> bool:
        """Whether any objective compares recordings with sentences, so the projection learns."""
        return any(x is not None for x in (self.contrastive, self.flips, self.segments))
