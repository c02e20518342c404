"""The loss of a batch: the sum of the recipe's objectives, each times its weight.

With several processes each gives a loss of its own, and their mean is the loss of the whole
batch, as its gradient is the mean of theirs:

* where recordings stand against all captions of the batch, embeddings are gathered from all
  processes, with their gradients, and every process computes the whole;
* a mean over recordings, tokens or words is the process's own sum over the count of the whole
  batch, times the number of processes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor, nn

from slap_export.checkpoint import InputStatistics, Trained
from slap_export.config import Config
from slap_export.objectives.attributes import attribute_cross_entropy
from slap_export.objectives.branches import cosine_distillation
from slap_export.objectives.captioning import caption_cross_entropy
from slap_export.objectives.contrastive import sigmoid_contrastive, softmax_contrastive
from slap_export.objectives.flips import flipped_attributes
from slap_export.objectives.margin import UNKNOWN, additive_margin_softmax
from slap_export.objectives.multi_positive import multi_positive_info_nce, target_entropy
from slap_export.objectives.prototypes import masked_prototypes, updated_centre
from slap_export.objectives.reconstruction import masked_reconstruction
from slap_export.objectives.segments import segment_contrastive
from slap_export.towers.heads import patches_of
from slap_export.towers.spans import pool_span
from slap_export.training.batches import Batch, Hidden
from slap_export.training.learner import DivergenceError, Modules


class Gather(torch.autograd.Function):
    """Rows of all processes in order; gradients of all of them come back summed."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor) -> Tensor:
        found = [torch.empty_like(rows) for _ in range(dist.get_world_size())]
        dist.all_gather(found, rows.contiguous())
        return torch.cat(found)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        gradient = gradient.clone()
        dist.all_reduce(gradient)
        return gradient.chunk(dist.get_world_size())[dist.get_rank()]


def gathered(rows: Tensor) -> Tensor:
    """The rows of all processes, [b, ...] to [B, ...]."""
    return Gather.apply(rows) if dist.is_initialized() else rows


def world_size() -> int:
    """Processes that train together."""
    return dist.get_world_size() if dist.is_initialized() else 1


def share_of(own: Tensor | int, total: int) -> Tensor | float:
    """What turns a mean over this process's `own` into its share of a mean over all processes."""
    return world_size() * own / max(1, total)


class Heard(NamedTuple):
    """What the tower makes of a batch, with the place of every item."""

    embeddings: Tensor  # [R, C, D]
    tokens: Tensor  # [R, N, W]
    branches: dict[str, Tensor]  # name: [R, C, D]
    rows: Tensor  # [I]
    firsts: Tensor  # [I] in chunks
    chunk_tokens: int

    def at(self, chunks: Tensor, where: Tensor) -> Tensor:
        """Of the first items, what is given at a chunk of each, [R, C, ...] to [b, ...]."""
        count = len(where)
        return chunks[self.rows[:count], self.firsts[:count] + where]

    def of_items(self, tokens: Tensor, items: Tensor, count: int) -> Tensor:
        """The first `count` tokens of some items, [R, N, ...] to [M, count, ...].

        Of an item that is shorter the rest is anything.
        """
        columns = self.firsts[items, None] * self.chunk_tokens  # [M, 1]
        columns = columns + torch.arange(count, device=items.device)  # [M, count]
        return tokens[self.rows[items, None], columns.clamp(max=tokens.shape[1] - 1)]


class Losses(nn.Module):
    """The modules, heard and judged in one call, as data-parallel training wants it."""

    def __init__(
        self,
        learned: Modules,
        config: Config,
        statistics: InputStatistics,
        teacher: Trained | None = None,
    ) -> None:
        super().__init__()
        self.learned = learned
        self.config = config
        self.statistics = statistics
        self.teacher = teacher.tower.requires_grad_(False) if teacher else None
        self.teacher_statistics = teacher.statistics if teacher else statistics

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """The loss of every objective that the recipe names, not yet weighted."""
        heard = self.hear(batch)
        return {name: getattr(self, name)(batch, heard) for name in self.config.objectives.named}

    def bfloat16(self, device: torch.device) -> torch.autocast:
        """Matrix products in half the width, if the recipe wants them."""
        return torch.autocast(device.type, torch.bfloat16, enabled=self.config.train.bfloat16)

    def hear(self, batch: Batch) -> Heard:
        """Runs the tower and its branches over every item at once."""
        tower, mask = self.learned.tower, self.learned.mask
        with self.bfloat16(batch.mel.device):
            offline = tower(batch.mel, batch.masked, mask.token if mask else None, batch.recordings)
            branches = {
                name: branch(offline.layers, batch.recordings).float()
                for name, branch in self.learned.branches.items()
            }
        return Heard(
            offline.embeddings.float(),
            offline.tokens,
            branches,
            batch.rows,
            batch.firsts,
            self.config.tower.chunk_tokens,
        )

    def contrastive(self, batch: Batch, heard: Heard) -> Tensor:
        """At the end of each crop and, for `early_share` of the loss, at an earlier chunk.

        The earlier chunk teaches the tower to answer before its pool is full.
        """
        table = self.config.objectives.contrastive
        assert table is not None
        places = [heard.at(heard.embeddings, at) for at in (batch.last, batch.earlier)]
        last, earlier = gathered(torch.stack(places, dim=1)).unbind(dim=1)  # [B, D] each
        text = self.learned.projection(batch.pairs.sentences)  # [B·K, D]
        loss = self.against_captions(last, text, batch, table.kind)
        if table.early_share == 0.0:
            return loss
        early = self.against_captions(earlier, text, batch, table.kind)
        return (1 - table.early_share) * loss + table.early_share * early

    def against_captions(self, audio: Tensor, text: Tensor, batch: Batch, kind: str) -> Tensor:
        """One kind of contrast of embeddings [B, D] with the captions [B·K, D] of the batch."""
        pairs, scale = batch.pairs, self.learned.log_scale.exp()
        if kind == "softmax":
            return softmax_contrastive(audio, text, scale)
        if kind == "sigmoid":
            assert self.learned.bias is not None
            return sigmoid_contrastive(
                audio, text, pairs.true, scale, self.learned.bias, pairs.unsure
            )
        return multi_positive_info_nce(audio, text, pairs.true, scale, pairs.unsure)

    def attributes(self, batch: Batch, heard: Heard) -> Tensor:
        """What is known of the recordings, at the end of each crop."""
        heads = self.learned.attributes
        assert heads is not None
        scores = heads(gathered(heard.at(heard.embeddings, batch.last)))  # [B, A, V]
        return attribute_cross_entropy(scores, batch.codes, heads.weights)

    def flips(self, batch: Batch, heard: Heard) -> Tensor:
        """Each recording prefers its caption to the flipped ones."""
        flips = batch.flips
        assert flips is not None
        audio = heard.at(heard.embeddings, batch.last)  # [b, D]
        loss = flipped_attributes(
            audio.repeat_interleave(len(flips.own) // len(audio), dim=0),
            self.learned.projection(flips.own),
            self.learned.projection(flips.sentences),
            self.learned.log_scale.exp(),
            flips.present,
        )
        return loss * share_of(flips.present.any(dim=1).sum(), flips.total)

    def segments(self, batch: Batch, heard: Heard) -> Tensor:
        """Each part of a changing voice belongs with its own captions."""
        segments = batch.segments
        assert segments is not None
        chosen = (segments.end > segments.start).nonzero().squeeze(1)  # [p]
        start, end = segments.start[chosen], segments.end[chosen]
        count = int(segments.end.max())
        tokens = heard.of_items(heard.tokens, chosen // 2, count)  # [p, N', W]
        with self.bfloat16(tokens.device):
            pooled = pool_span(self.learned.tower, tokens, start, end).float()  # [p, D]
        spans = pooled.new_zeros(len(segments.start), pooled.shape[1])  # [2b, D]
        spans = gathered(spans.index_copy(0, chosen, pooled))[segments.slots]  # [P, D]
        return segment_contrastive(
            spans,
            self.learned.projection(segments.sentences),
            self.learned.log_scale.exp(),
            segments.true,
            segments.unsure,
        )

    def reconstruction(self, batch: Batch, heard: Heard) -> Tensor:
        """Patches of log-mel guessed where they were hidden."""
        hidden, head = batch.reconstruction, self.learned.reconstruction
        assert hidden is not None and head is not None
        tokens = heard.of_items(heard.tokens, hidden.items, hidden.masked.shape[1])
        with self.bfloat16(tokens.device):
            guessed = head(tokens).float()  # [M, N', V]
        loss = masked_reconstruction(guessed, self.patches(batch, heard, hidden), hidden.masked)
        return loss * share_of(hidden.masked.sum(), hidden.total)

    def prototypes(self, batch: Batch, heard: Heard) -> Tensor:
        """The teacher's prototypes guessed where tokens were hidden; also moves its centre."""
        hidden, head, teacher = batch.prototypes, self.learned.prototypes, self.learned.teacher
        table = self.config.objectives.prototypes
        assert hidden and head and teacher and table
        tokens = heard.of_items(heard.tokens, hidden.items, hidden.masked.shape[1])
        student = head(tokens.float())  # [M, N', K]
        patches = self.patches(batch, heard, hidden)  # [M, N', V]
        with torch.no_grad():
            mel = patches.flatten(1).unflatten(1, (-1, self.config.tower.bands))  # [M, T', F]
            tokens = torch.zeros_like(tokens)  # of a process that has none of these recordings
            if len(mel):
                with self.bfloat16(mel.device):
                    tokens = teacher.tower(mel).tokens  # [M, N', W]
            target = teacher.head(tokens.float())  # [M, N', K]
        loss = masked_prototypes(
            student,
            target,
            hidden.masked,
            teacher.centre.clone(),  # which moves before the gradient is taken
            table.student_temperature,
            table.teacher_temperature,
        )
        mean = mean_everywhere(target[hidden.present])  # [K]
        teacher.centre.copy_(
            updated_centre(teacher.centre, mean[None, None], table.centre_momentum)
        )
        return loss * share_of(hidden.masked.sum(), hidden.total)

    def captioning(self, batch: Batch, heard: Heard) -> Tensor:
        """Captions written piece by piece."""
        described, captioner = batch.captioning, self.learned.captioner
        assert described is not None and captioner is not None
        lengths = (batch.last[described.clips] + 1) * heard.chunk_tokens  # [M]
        count = int(batch.last.max() + 1) * heard.chunk_tokens
        tokens = heard.of_items(heard.tokens, described.clips, count)  # [M, count, W]
        padding = torch.arange(count, device=tokens.device) >= lengths[:, None]  # [M, count]
        with self.bfloat16(tokens.device):
            logits = captioner(described.pieces, tokens, padding)  # [M, L, V]
        loss = caption_cross_entropy(logits.float(), described.pieces, described.present)
        return loss * share_of(described.present[:, 1:].sum(), described.total)

    def speaker(self, batch: Batch, heard: Heard) -> Tensor:
        """Training speakers told apart by their branch."""
        table, classes, voices = self.config.objectives.speaker, self.learned.voices, batch.speaker
        assert table is not None and classes is not None and voices is not None
        found = heard.at(heard.branches["speaker"], batch.last)  # [b, D]
        loss = additive_margin_softmax(found, classes, voices.numbers, table.scale, table.margin)
        return loss * share_of((voices.numbers != UNKNOWN).sum(), voices.total)

    def semantic(self, batch: Batch, heard: Heard) -> Tensor:
        """The branch follows the sentence embedding of what is said."""
        taught = batch.semantic
        assert taught is not None
        found = heard.at(heard.branches["semantic"], batch.last)  # [b, D]
        loss = cosine_distillation(found, taught.sentences, taught.present)
        return loss * share_of(taught.present.sum(), taught.total)

    def distillation(self, batch: Batch, heard: Heard) -> Tensor:
        """The embedding at every chunk follows that of the teacher."""
        assert self.teacher is not None
        own, theirs = self.statistics, self.teacher_statistics
        count = len(batch.last)
        rows = batch.rows[:count]
        used = int(rows.max()) + 1  # rows beyond hold recordings with hidden tokens alone
        mel = (batch.mel[:used] * own.std + own.mean - theirs.mean) / theirs.std  # [R', T, F]
        recordings = None if batch.recordings is None else batch.recordings[:used]
        with torch.no_grad(), self.bfloat16(mel.device):
            teacher = self.teacher(mel, recordings=recordings).embeddings.float()  # [R', C, D]
        chunk = torch.arange(int(batch.last.max()) + 1, device=mel.device)  # [C']
        inside = chunk <= batch.last[:, None]  # [b, C']
        columns = (batch.firsts[:count, None] + chunk)[inside]  # [Q]
        row = rows[:, None].expand_as(inside)[inside]  # [Q]
        loss = cosine_distillation(heard.embeddings[row, columns], teacher[row, columns])
        return loss * share_of(inside.sum(), batch.chunks)

    def patches(self, batch: Batch, heard: Heard, hidden: Hidden) -> Tensor:
        """The log-mel patches of recordings whose tokens are hidden, [M, N', V]."""
        patches = patches_of(batch.mel, self.config.tower.patch_frames)  # [R, N, V]
        return heard.of_items(patches, hidden.clips, hidden.masked.shape[1])


def mean_everywhere(rows: Tensor) -> Tensor:
    """The mean of the rows of all processes, [n, K] to [K]."""
    total = torch.cat((rows.sum(dim=0), rows.new_tensor([len(rows)])))  # [K + 1]
    if dist.is_initialized():
        dist.all_reduce(total)
    return total[:-1] / total[-1]


def weighted_sum(losses: Mapping[str, Tensor], config: Config) -> Tensor:
    """What is minimised."""
    parts = [getattr(config.objectives, name).weight * loss for name, loss in losses.items()]
    return torch.stack(parts).sum()


def refuse_divergence(losses: Mapping[str, Tensor], loss: Tensor, norm: Tensor, where: str) -> None:
    """Ends a training whose loss or gradient is not finite, before it spoils the weights.

    Args:
        losses: Each objective's.
        loss: What is minimised.
        norm: Of its gradient.
        where: Names the step.
    """
    if bool(torch.isfinite(loss) & torch.isfinite(norm)):
        return
    wrong = [f"of {name} is {x.item()}" for name, x in losses.items() if not torch.isfinite(x)]
    said = f"the loss {', '.join(wrong)}" if wrong else f"the gradient's norm is {norm.item()}"
    raise DivergenceError(
        f"{where}: {said}; stopped before it was saved. Try a lower train.learning_rate, and look "
        "for recordings whose samples are not numbers"
    )


def above_floor(losses: Mapping[str, Tensor], batch: Batch, config: Config) -> Tensor:
    """How far the contrastive loss is above the least it can be, which several positives raise."""
    table, pairs = config.objectives.contrastive, batch.pairs
    if table is None or table.kind != "multi_positive":
        return pairs.sentences.new_zeros(())
    return losses["contrastive"].detach() - target_entropy(pairs.true)
