"""The step graph: one chunk of log-mel and the states in; embeddings, tokens, new states out.

It is `SlapTower.step`, or `BranchedTower.step` where the tower has branches,
with static shapes. Names and shapes are stated in the bundle's manifest.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from slap_export.onnx.files import save, trace
from slap_export.onnx.metadata import About, describe
from slap_export.towers import SlapTower
from slap_export.towers.branches import BranchedTower

Tower = SlapTower | BranchedTower

RECENT = "recent"
"""Name of the output that embeds the last `recent_chunks` chunks alone."""


def with_branches(tower: Tower) -> BranchedTower:
    """The tower and its branches as one; a plain tower has none."""
    return tower if isinstance(tower, BranchedTower) else BranchedTower(tower, {})


def ready(tower: Tower) -> BranchedTower:
    """The tower and its branches as they are exported: not in training, on the CPU, float32."""
    return with_branches(tower).eval().float().cpu()


class StepGraph(nn.Module):
    """The step with its state as separate arguments, for export."""

    def __init__(self, tower: BranchedTower) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, mel: Tensor, *state: Tensor) -> tuple[Tensor, ...]:
        step = self.tower.step(mel, self.tower.state_of(state))
        following = self.tower.flat_state(step.state)
        recent = () if step.recent is None else (step.recent,)
        return step.embedding, *step.branches.values(), step.tokens, *recent, *following


def embedding_outputs(branched: BranchedTower) -> list[dict[str, Any]]:
    """The manifest's entries for the tower's embedding and those of its branches."""
    dim = branched.tower.config.embedding_dim
    return [
        {"name": "embedding", "kind": "global", "shape": [1, dim]},
        *(
            {"name": name, "kind": "attribute", "shape": [1, branch.embedding_dim]}
            for name, branch in branched.each()
        ),
    ]


def graph_interface(tower: Tower) -> dict[str, Any]:
    """The manifest's description of the step graph: names, shapes, states, outputs."""
    branched = with_branches(tower)
    config = branched.tower.config
    initial = branched.flat_state(branched.initial_state())
    states = [
        {"input": f"{name}_in", "output": f"{name}_out", "shape": list(tensor.shape)}
        for name, tensor in zip(branched.state_names(), initial, strict=True)
    ]
    tokens = {"name": "tokens", "kind": "token", "shape": [1, config.chunk_tokens, config.width]}
    outputs, recent = [*embedding_outputs(branched), tokens], {}
    if config.recent_chunks:
        outputs.append({"name": RECENT, "kind": "recent", "shape": [1, config.embedding_dim]})
        recent = {"recent_chunks": config.recent_chunks}
    return {
        "input": "log_mel",
        "mode": "stream",
        "input_name": "mel",
        "input_shape": [1, config.chunk_frames, config.bands],
        "hop_frames": config.chunk_frames,
        "pool_chunks": config.pool_chunks,
        **recent,
        "states": states,
        "outputs": outputs,
        "embedding_dim": config.embedding_dim,
    }


def export_stream(tower: Tower, path: Path, about: About) -> None:
    """Writes the float32 step graph."""
    branched = ready(tower)
    config = branched.tower.config
    mel = torch.zeros(1, config.chunk_frames, config.bands)
    interface = graph_interface(tower)
    model = trace(
        StepGraph(branched),
        (mel, *branched.flat_state(branched.initial_state())),
        ["mel", *(state["input"] for state in interface["states"])],
        [
            *(output["name"] for output in interface["outputs"]),
            *(state["output"] for state in interface["states"]),
        ],
    )
    save(model, path, "audio", describe(about, interface, "float32"))
