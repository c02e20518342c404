"""Reading a published ParaCLAP checkpoint: both towers, ready to be embedded with and exported.

The checkpoint is the bare state dictionary of the authors' module (Jing et al.,
2024, arXiv 2406.07203; repository KeiKinn/ParaCLAP), a wav2vec 2.0 encoder under
`audio_branch.base`, a BERT under `text_branch.base`, a projection for each and
`logit_scale`, the logarithm of the factor on cosines. Its encoder was published
for non-commercial use alone, and so are weights derived from it.

The text side reads BERT's lower-case word pieces, the vocabulary of the sentence
encoder that bundles carry, so the same tokenizer file serves both.
"""

from __future__ import annotations

import gzip
import io
import pickle
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel, Wav2Vec2Model

from slap_export.towers.wave_tower import ParaClapProjection, WaveTower, encoder_config, unit

AUDIO: dict[str, Any] = {
    "hidden_size": 1024,
    "num_hidden_layers": 12,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "feat_extract_norm": "layer",
    "conv_bias": True,
    "do_stable_layer_norm": True,
}
"""The encoder of the published checkpoint, where it is not the default of `transformers`."""

# How older releases name the two parts of a weight-normalised convolution, and newer ones.
RENAMED = {
    "pos_conv_embed.conv.weight_g": "pos_conv_embed.conv.parametrizations.weight.original0",
    "pos_conv_embed.conv.weight_v": "pos_conv_embed.conv.parametrizations.weight.original1",
}
# A constant table that older releases saved, and a layer that ParaCLAP does not use.
DROPPED = ("embeddings.position_ids", "pooler.dense.weight", "pooler.dense.bias")


LARGEST = 4 << 30
"""Bytes of an unpacked checkpoint, at most; the published one has 1.1 GB."""


class CheckpointError(ValueError):
    """A file that is not the checkpoint it should be."""


class TextTower(nn.Module):
    """BERT's first token through the projection: token ids and mask [B, T] to unit rows [B, D]."""

    def __init__(self, encoder: BertModel, embedding_dim: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.projection = ParaClapProjection(encoder.config.hidden_size, embedding_dim)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        states = self.encoder(ids, attention_mask=mask).last_hidden_state  # [B, T, W]
        return unit(self.projection(states[:, 0]))

    @torch.no_grad()
    def embed(self, texts: list[str], tokenizer: Tokenizer) -> Tensor:
        """Unit embeddings of sentences [n, D]."""
        rows = []
        for entry in tokenizer.encode_batch(texts):
            ids = torch.tensor([entry.ids])
            rows.append(self(ids, torch.ones_like(ids))[0])
        return torch.stack(rows)


@dataclass
class ParaClap:
    """A loaded checkpoint."""

    audio: WaveTower
    text: TextTower
    logit_scale: float
    """Factor on cosines."""


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a checkpoint, compressed or not; code hidden in the file is not run."""
    try:
        state = torch.load(unpacked(path), map_location="cpu", weights_only=True)
    except (gzip.BadGzipFile, zlib.error, EOFError, pickle.UnpicklingError, RuntimeError) as error:
        first = str(error).strip().split("\n")[0]
        raise CheckpointError(f"{path}: expected a checkpoint of PyTorch: {first:.120}") from None
    needed = ("logit_scale", "audio_projection.linear1.weight", "text_projection.linear1.weight")
    if (
        not isinstance(state, dict)
        or not all(isinstance(held, Tensor) for held in state.values())
        or not all(name in state for name in needed)
    ):
        raise CheckpointError(
            f"{path}: expected the state of a ParaCLAP model, with {', '.join(needed)}"
        )
    return state


def unpacked(path: Path) -> io.BytesIO:
    """The bytes of a checkpoint, compressed or not; refuses more than `LARGEST`."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    content = io.BytesIO()
    with gzip.open(path) if packed else path.open("rb") as file:
        while block := file.read(1 << 24):
            content.write(block)
            if content.tell() > LARGEST:
                raise CheckpointError(f"{path}: expected at most {LARGEST} bytes, unpacked")
    content.seek(0)
    return content


def part(state: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors under a prefix, by the names that today's `transformers` gives them."""
    found = {}
    for name, tensor in state.items():
        rest = name.removeprefix(f"{prefix}.")
        if rest == name or rest in DROPPED:
            continue
        for old, new in RENAMED.items():
            rest = rest.replace(old, new)
        found[rest] = tensor
    return found


def fill(module: nn.Module, state: dict[str, Tensor], prefix: str) -> None:
    """Loads the tensors under a prefix, all of them and no others."""
    try:
        module.load_state_dict(part(state, prefix))
    except RuntimeError as error:
        raise CheckpointError(f"`{prefix}` does not fit the configuration: {error}") from error


def load_paraclap(
    path: Path, audio: dict[str, Any] | None = None, text: dict[str, Any] | None = None
) -> ParaClap:
    """Reads a checkpoint; `audio` and `text` are encoder settings if not those published."""
    state = read_state(path)
    dim = len(state["audio_projection.linear1.weight"])
    speech = Wav2Vec2Model(encoder_config(AUDIO if audio is None else audio))
    audio_tower = WaveTower(speech, dim)
    words = BertModel(BertConfig(**(text or {})), add_pooling_layer=False)
    text_tower = TextTower(words, dim)
    fill(audio_tower.encoder, state, "audio_branch.base")
    fill(audio_tower.projection, state, "audio_projection")
    fill(text_tower.encoder, state, "text_branch.base")
    fill(text_tower.projection, state, "text_projection")
    return ParaClap(
        audio_tower.eval(), text_tower.eval(), float(state["logit_scale"].float().exp())
    )
