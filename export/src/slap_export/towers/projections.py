"""From the frozen encoder's sentence embeddings to the space of the audio tower.

`LinearProjection` is what most systems of two towers have. `PhraseMemory` is for captions that
are written from a vocabulary: the encoder puts sentences near each other for many reasons
(length, frame, politeness), and a linear map carries all of them over; the memory carries over
what is said and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor, nn


class LinearProjection(nn.Module):
    """Linear map from sentence embeddings to the space of the audio tower, then unit length."""

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(width, dim) * width**-0.5)  # [S, D]

    def forward(self, sentences: Tensor) -> Tensor:
        return F.normalize(sentences @ self.weight, dim=-1)  # [..., D]


class PhraseMemory(nn.Module):
    """A key-value memory (Miller et al. 2016, eq. 1 and 2) of things that can be said.

    Keys are embeddings of phrases that say one thing each; phrases that say the same share one
    learned value. A sentence is read as the mixture of things its nearest phrases say:

        share_m = Σ_{k says m} softmax_k(key_k · sentence / τ)
        embedding = unit(base + Σ_m share_m · value_m)

    Keys are kept as a device has them: int8, each row with a scale of its own.
    """

    levels: Tensor  # [K, S] int8
    scales: Tensor  # [K]
    meanings: Tensor  # [K] number of what each phrase says

    def __init__(
        self,
        keys: Tensor,
        meanings: Sequence[int],
        names: Sequence[str],
        dim: int,
        temperature: float,
    ) -> None:
        """Args:
        keys: Unit sentence embeddings of the phrases [K, S].
        meanings: What each of them says, [K].
        names: A plain sentence for each thing that can be said, [M].
        dim: Size of the audio tower's embeddings.
        temperature: τ; the smaller, the fewer phrases count.
        """
        super().__init__()
        scales = keys.abs().amax(dim=1) / 127  # [K]
        self.register_buffer("levels", (keys / scales[:, None]).round().to(torch.int8))
        self.register_buffer("scales", scales)
        self.register_buffer("meanings", torch.tensor(meanings, dtype=torch.int64))
        self.names = tuple(names)
        self.temperature = temperature
        self.values = nn.Parameter(torch.randn(len(names), dim) * dim**-0.5)  # [M, D]
        self.base = nn.Parameter(torch.zeros(dim))  # [D]

    def shares(self, sentences: Tensor) -> Tensor:
        """How much of each thing sentences [..., S] say: [..., M], summing to 1."""
        cosines = (sentences @ self.levels.to(sentences.dtype).T) * self.scales  # [..., K]
        weights = torch.softmax(cosines / self.temperature, dim=-1)  # [..., K]
        shares = weights.new_zeros(*weights.shape[:-1], len(self.names))
        return shares.index_add(-1, self.meanings, weights)

    def forward(self, sentences: Tensor) -> Tensor:
        return F.normalize(self.base + self.shares(sentences) @ self.values, dim=-1)  # [..., D]

    def get_extra_state(self) -> dict[str, Any]:
        """What belongs to the weights and is no tensor."""
        return {"names": list(self.names), "temperature": self.temperature}

    def set_extra_state(self, state: Mapping[str, Any]) -> None:
        """Takes what `get_extra_state` gave."""
        self.names, self.temperature = tuple(state["names"]), state["temperature"]


TextProjection = LinearProjection | PhraseMemory


def projection_of(state: Mapping[str, Any]) -> TextProjection:
    """The projection whose `state_dict` this is."""
    projection: TextProjection
    if "weight" in state:
        projection = LinearProjection(*state["weight"].shape)
    else:
        extra = state["_extra_state"]
        keys = torch.ones_like(state["levels"], dtype=torch.float32)
        meanings, dim = state["meanings"].tolist(), state["values"].shape[1]
        names, temperature = extra["names"], extra["temperature"]
        projection = PhraseMemory(keys, meanings, names, dim, temperature)
    projection.load_state_dict(state)
    return projection


@torch.no_grad()
def project(projection: TextProjection, sentences: NDArray[np.float32]) -> NDArray[np.float32]:
    """Unit embeddings [n, D] of sentence embeddings [n, S]."""
    device = next(projection.parameters()).device
    projected: NDArray[np.float32] = (
        projection(torch.from_numpy(sentences).to(device)).cpu().numpy()
    )
    return projected
