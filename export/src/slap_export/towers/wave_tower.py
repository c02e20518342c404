"""WaveTower: a wav2vec 2.0 encoder from samples to unit embeddings.

The alternative to `SlapTower` for recordings where a large published encoder
may be afforded. It is the audio side of ParaCLAP (Jing et al., 2024, arXiv
2406.07203): the encoder's frames are averaged over time and go through
ParaCLAP's projection. It sees a window of samples at a time and keeps no state.

Letters in shape comments: B recordings, T samples, N frames of the encoder
(one in 320 samples), W its width, D embedding.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from transformers import Wav2Vec2Config, Wav2Vec2Model


@dataclass(frozen=True)
class WaveTowerConfig:
    """A `WaveTower`: where its encoder comes from, and how a bundle slides it over a recording."""

    embedding_dim: int = 768
    window_seconds: float = 5.0
    hop_seconds: float = 2.5
    weights: str | None = None
    """Folder with published weights, as `save_pretrained` of `transformers` leaves it. Without
    one the weights are random, and have learnt nothing before training."""
    encoder: dict[str, Any] = field(default_factory=dict)
    """Settings of `transformers.Wav2Vec2Config`, where there is no folder."""
    dropout: float = 0.5
    """In the projection, while training."""


class ParaClapProjection(nn.Module):
    """ParaCLAP's projection, the same for audio and text.

    `norm(u + dropout(U · gelu(u)))` with `u = V x`, both maps without bias; the
    block of CLAP (Elizalde et al., 2023).
    """

    def __init__(self, width: int, dim: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.linear1 = nn.Linear(width, dim, bias=False)
        self.linear2 = nn.Linear(dim, dim, bias=False)
        self.layer_norm = nn.LayerNorm(dim)
        self.drop = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        first = self.linear1(x)  # [..., D]
        return self.layer_norm(first + self.drop(self.linear2(F.gelu(first))))


class WaveTower(nn.Module):
    """The tower. See the module's documentation for what it computes."""

    def __init__(self, encoder: Wav2Vec2Model, embedding_dim: int, dropout: float = 0.5) -> None:
        super().__init__()
        self.encoder = encoder
        self.embedding_dim = embedding_dim
        self.projection = ParaClapProjection(encoder.config.hidden_size, embedding_dim, dropout)

    def forward(self, samples: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Unit embeddings [B, D] of samples [B, T] of which `lengths`, int [B], are not padding.

        With the encoder's `feat_extract_norm` at `layer` a padded recording comes
        out as if alone. At `group` its first layer takes its mean and deviation
        over the padding too, so recordings should be of one length.
        """
        if lengths is None:
            return unit(self.projection(self.encoder(samples).last_hidden_state.mean(dim=1)))
        known = torch.arange(samples.shape[1], device=samples.device) < lengths[:, None]  # [B, T]
        frames = self.encoder(samples, attention_mask=known.long()).last_hidden_state  # [B, N, W]
        count = self.encoder._get_feat_extract_output_lengths(lengths)  # [B]
        within = torch.arange(frames.shape[1], device=frames.device) < count[:, None]  # [B, N]
        total = (frames * within[..., None]).sum(dim=1)  # [B, W]
        return unit(self.projection(total / count[:, None]))

    def plain(self) -> WaveTower:
        """A copy for export: on the CPU, and weights that were held in parts put together."""
        tower = copy.deepcopy(self).eval().float().cpu()
        positions = tower.encoder.encoder.pos_conv_embed
        held = positions.conv
        # Taking the parametrization off a copy would take it off the original as well.
        positions.conv = nn.Conv1d(
            held.in_channels,
            held.out_channels,
            held.kernel_size,
            padding=held.padding,
            groups=held.groups,
        )
        positions.conv.load_state_dict({"weight": held.weight.detach(), "bias": held.bias.detach()})
        return tower.requires_grad_(False)


def unit(x: Tensor) -> Tensor:
    """Rows of length one, in operations that every ONNX runtime has."""
    return x * torch.rsqrt(x.square().sum(-1, keepdim=True) + 1e-12)


def encoder_config(settings: dict[str, Any]) -> Wav2Vec2Config:
    """The encoder's configuration; a setting that does not exist is refused, not ignored."""
    known = Wav2Vec2Config().to_dict()
    for name in settings:
        if name not in known:
            raise ValueError(f"wav2vec 2.0 has no setting `{name}`")
    return Wav2Vec2Config(**settings, attn_implementation="eager")


def wave_tower(config: WaveTowerConfig) -> WaveTower:
    """A tower with published weights from a folder, or with random ones."""
    if config.weights is None:
        encoder = Wav2Vec2Model(encoder_config(config.encoder))
    else:
        folder = Path(config.weights)
        if not (folder / "config.json").exists():
            raise FileNotFoundError(
                f"no published weights at {folder}: expected config.json and model.safetensors"
            )
        encoder = Wav2Vec2Model.from_pretrained(
            folder, local_files_only=True, attn_implementation="eager"
        )
    return WaveTower(encoder, config.embedding_dim, config.dropout)
