"""Everything that changes while training."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from slap_export.checkpoint import (
    InputStatistics,
    Origin,
    Trained,
    attribute_branches,
    git_revision,
    load_trained,
    run_folder,
)
from slap_export.config import Config, TrainConfig
from slap_export.objectives.attributes import value_weights
from slap_export.objectives.prototypes import teacher_momentum
from slap_export.objectives.tables import PrototypesConfig
from slap_export.towers import SlapTower
from slap_export.towers.captioner import Captioner
from slap_export.towers.heads import AttributeHeads, MaskToken, PrototypeHead, ReconstructionHead
from slap_export.towers.projections import projection_of
from slap_export.training.material import Material

# Where the logit of the sigmoid objective begins (Zhai et al., 2023, § 3.2).
FIRST_BIAS = -10.0


class DivergenceError(ValueError):
    """A loss, its gradient or a weight that is no longer a number."""


class PrototypeTeacher(nn.Module):
    """A tower and head that follow the student's slowly, and the running mean of their scores."""

    centre: Tensor

    def __init__(self, tower: SlapTower, head: PrototypeHead) -> None:
        super().__init__()
        self.tower, self.head = copy.deepcopy(tower), copy.deepcopy(head)
        self.requires_grad_(False)
        self.register_buffer("centre", torch.zeros(len(head.prototypes)))  # [K]

    @torch.no_grad()
    def follow(self, tower: SlapTower, head: PrototypeHead, momentum: float) -> None:
        """`teacher ← momentum · teacher + (1 − momentum) · student`."""
        own = [*self.tower.parameters(), *self.head.parameters()]
        theirs = [*tower.parameters(), *head.parameters()]
        torch._foreach_lerp_(own, [value.detach() for value in theirs], 1 - momentum)


class Modules(nn.Module):
    """The towers, and the heads that the recipe's objectives ask for; others are None."""

    def __init__(self, config: Config, material: Material) -> None:
        super().__init__()
        tower, tables = config.tower, config.objectives
        self.tower = SlapTower(tower)
        self.projection = material.text_projection(config)
        self.log_scale = nn.Parameter(torch.tensor(math.log(config.train.initial_scale)))
        self.branches = nn.ModuleDict(attribute_branches(config))
        self.bias: nn.Parameter | None = None
        if tables.contrastive is not None and tables.contrastive.kind == "sigmoid":
            self.bias = nn.Parameter(torch.tensor(FIRST_BIAS))
        self.mask: MaskToken | None = None
        if tables.reconstruction is not None or tables.prototypes is not None:
            self.mask = MaskToken(tower.width)
        self.reconstruction: ReconstructionHead | None = None
        if tables.reconstruction is not None:
            self.reconstruction = ReconstructionHead(tower.width, tower.patch_frames * tower.bands)
        self.prototypes: PrototypeHead | None = None
        self.teacher: PrototypeTeacher | None = None
        if tables.prototypes is not None:
            sizes = tables.prototypes
            self.prototypes = PrototypeHead(
                tower.width, sizes.prototypes, sizes.hidden, sizes.bottleneck
            )
            self.teacher = PrototypeTeacher(self.tower, self.prototypes)
        self.attributes: AttributeHeads | None = None
        if tables.attributes is not None:
            pool, values = material.pool, torch.tensor(material.pool.values)  # [A]
            codes = torch.from_numpy(pool.attributes[material.training])  # [training, A]
            weights = value_weights(codes, values)
            self.attributes = AttributeHeads(tower.embedding_dim, values, weights)
        self.captioner: Captioner | None = None
        if tables.captioning is not None and material.words is not None:
            self.captioner = Captioner(tables.captioning, tower, material.words.vocabulary)
        self.voices: nn.Parameter | None = None  # [training speakers, D]
        if tables.speaker is not None:
            self.voices = nn.Parameter(torch.randn(material.speaker_count, tables.speaker.dim))
        if not tables.with_text:
            self.projection.requires_grad_(False)
            self.log_scale.requires_grad_(False)

    def take_text_side(self, teacher: Trained) -> None:
        """The teacher's text projection and scale, kept as they are: its space becomes ours."""
        self.projection = projection_of(teacher.projection.state_dict())
        self.log_scale.data.fill_(math.log(teacher.logit_scale))
        self.projection.requires_grad_(False)
        self.log_scale.requires_grad_(False)


@dataclass
class Learner:
    """The modules, what is averaged of them, and where training stands."""

    modules: Modules
    average: dict[str, Tensor]
    """Exponential moving average of every trained weight; what is exported."""
    optimiser: torch.optim.Optimizer
    epoch: int = 0
    step: int = 0
    """Steps done of the epoch."""

    def trained(self) -> dict[str, Tensor]:
        """Every trained weight by name."""
        named = self.modules.named_parameters()
        return {name: value for name, value in named if value.requires_grad}

    @torch.no_grad()
    def update_average(self, decay: float) -> None:
        """`average ← decay · average + (1 − decay) · weights`."""
        weights = self.trained()
        torch._foreach_lerp_(
            [self.average[name] for name in weights],
            [value.detach() for value in weights.values()],
            1 - decay,
        )

    def update_teacher(self, table: PrototypesConfig, step: int, steps: int) -> None:
        """Moves the teacher of the prototypes a little towards its student."""
        teacher, head = self.modules.teacher, self.modules.prototypes
        assert teacher is not None and head is not None
        momentum = teacher_momentum(step, steps, table.first_momentum, table.last_momentum)
        teacher.follow(self.modules.tower, head, momentum)

    def averaged(
        self, config: Config, statistics: InputStatistics, origin: Origin | None = None
    ) -> Trained:
        """The averaged weights as towers of their own, on the CPU."""
        modules = copy.deepcopy(self.modules).cpu()
        modules.load_state_dict(self.average, strict=False)
        modules.eval().requires_grad_(False)
        return Trained(
            modules.tower,
            modules.projection,
            float(modules.log_scale.exp()),
            statistics,
            config,
            git_revision(),
            self.epoch,
            dict(modules.branches.items()),  # type: ignore[arg-type]
            modules.captioner,
            origin,
        )

    def refuse_divergence(self, where: str) -> None:
        """Ends a training whose weights are not finite, before they are saved."""
        for name, value in [*self.trained().items(), *self.average.items()]:
            if not bool(value.isfinite().all()):
                raise DivergenceError(
                    f"{where}: {name} is no longer finite; stopped before it was saved. Try a "
                    "lower train.learning_rate"
                )

    def state(self) -> dict[str, Any]:
        """All that is needed to go on as if never interrupted."""
        return {
            "modules": self.modules.state_dict(),
            "average": self.average,
            "optimiser": self.optimiser.state_dict(),
            "epoch": self.epoch,
            "step": self.step,
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes what `state` gave."""
        self.modules.load_state_dict(state["modules"])
        for name, value in self.average.items():
            value.copy_(state["average"][name])
        self.optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.step = state["epoch"], state["step"]


def start(
    config: Config, material: Material, device: torch.device, teacher: Trained | None = None
) -> Learner:
    """A learner before its first step; every process builds the same."""
    torch.manual_seed(config.train.seed)
    modules = Modules(config, material)
    if teacher is not None:
        modules.take_text_side(teacher)
    modules.to(device)
    learner = Learner(modules, {}, optimiser_of(modules, config.train))
    learner.average = {name: value.detach().clone() for name, value in learner.trained().items()}
    return learner


def optimiser_of(modules: Modules, settings: TrainConfig) -> torch.optim.Optimizer:
    """AdamW (Loshchilov and Hutter, 2019); only matrices decay."""
    weights = [value for value in modules.parameters() if value.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [x for x in weights if x.dim() == 2], "weight_decay": settings.weight_decay},
            {"params": [x for x in weights if x.dim() != 2], "weight_decay": 0.0},
        ],
        lr=settings.learning_rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def load_teacher(config: Config, root: Path) -> Trained | None:
    """The finished run that this one follows, if the recipe names one."""
    table = config.objectives.distillation
    if table is None:
        return None
    path = run_folder(config, root).parent / table.teacher / "trained.pt"
    teacher = load_trained(path, config)
    for name in ("bands", "chunk_frames", "embedding_dim"):
        own, theirs = getattr(config.tower, name), getattr(teacher.config.tower, name)
        if own != theirs:
            raise ValueError(f"tower.{name} is {own}, but the teacher's is {theirs}")
    if teacher.config.front_end != config.front_end:
        raise ValueError(f"the front end differs from that of the teacher {table.teacher}")
    return teacher
