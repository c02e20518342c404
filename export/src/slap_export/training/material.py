"""What is learned from: features, captions, and what the recipe's objectives need besides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from slap_export.captions import Phrases, phrases
from slap_export.checkpoint import run_folder
from slap_export.config import Config
from slap_export.corpus import CorpusClip
from slap_export.corpus.languages import ENGLISH_NAMES
from slap_export.data.sampling import balanced_weights
from slap_export.features import Features, load_features
from slap_export.measures import corpus_bins
from slap_export.objectives.margin import UNKNOWN
from slap_export.pairs import ABSENT, CaptionPool, build_pool
from slap_export.text import embed_captions, text_files
from slap_export.towers.captioner import Words, caption_words
from slap_export.towers.projections import LinearProjection, PhraseMemory, TextProjection

Report = Callable[[str], None]


@dataclass(frozen=True)
class Material:
    """Everything a batch is made of."""

    features: Features
    pool: CaptionPool
    training: NDArray[np.int64]
    """Numbers of the training recordings."""
    weights: NDArray[np.float64] | None  # [training] chance of each; None: once an epoch
    changes: NDArray[np.float64]  # [recordings] second at which the voice changes; NaN if never
    speakers: NDArray[np.int64]  # [recordings] number of its training speaker, or UNKNOWN
    transcripts: NDArray[np.int64]  # [recordings] row of `said`, or ABSENT
    said: NDArray[np.float32]  # [transcripts, 384]
    words: Words | None
    """Captions in pieces, for the objective `captioning`."""
    phrases: Phrases
    keys: NDArray[np.float32]  # [phrases, 384]

    @property
    def speaker_count(self) -> int:
        """Training speakers."""
        return int(self.speakers.max(initial=UNKNOWN)) + 1

    def text_projection(self, config: Config) -> TextProjection:
        """The text side as the recipe wants it, before training."""
        text, dim = config.text, config.tower.embedding_dim
        if not self.phrases.texts:
            return LinearProjection(text.dim, dim)
        keys, said = torch.from_numpy(self.keys), self.phrases
        return PhraseMemory(keys, said.meanings, said.names, dim, text.temperature)


def load_material(config: Config, root: Path, report: Report) -> Material:
    """Opens the features, draws the captions and embeds them; what is done once is cached."""
    features = load_features(config, root)
    clips, texts = features.clips, root / config.runs / "text"
    bins = None
    if config.text.measured_captions:
        corpus, measures = root / config.corpus.path, root / config.runs / "measures"
        bins = corpus_bins(corpus, measures, run_folder(config, root), report)
    pool = build_pool(clips, config, texts, bins)
    report(f"{len(pool.texts)} different captions, flipped ones and those of parts among them")
    objectives = config.objectives
    words = None
    if objectives.captioning is not None:
        _, tokenizer = text_files(texts)
        words = caption_words(pool.texts, tokenizer, objectives.captioning.longest)
    transcripts, said = transcripts_of(clips if objectives.semantic else [], len(clips))
    said_alone = phrases(config.text.phrases)
    training, balance = features.split("train"), config.train.balance
    weights = None
    if balance is not None:
        attributes = [clips[at].attributes for at in training]
        weights = balanced_weights(attributes, balance.keys, balance.cap)
    return Material(
        features,
        pool,
        training,
        weights,
        np.array([clip.parts[0].end if clip.parts else np.nan for clip in clips]),
        speaker_numbers(clips),
        transcripts,
        embed_captions(said, texts, *text_files(texts), config.text.max_tokens),
        words,
        said_alone,
        embed_captions([*said_alone.texts], texts, *text_files(texts), config.text.max_tokens),
    )


def speaker_numbers(clips: Sequence[CorpusClip]) -> NDArray[np.int64]:
    """The number of each training recording's speaker, in order of their names.

    UNKNOWN for other recordings, and where nobody is named.
    """
    names = [clip.speaker if clip.split == "train" else "" for clip in clips]
    number = {name: at for at, name in enumerate(sorted({*names} - {""}))}
    return np.array([number.get(name, UNKNOWN) for name in names], np.int64)


def transcripts_of(
    clips: Sequence[CorpusClip], recordings: int
) -> tuple[NDArray[np.int64], list[str]]:
    """Row of each training recording's transcript or ABSENT, [recordings], and the transcripts.

    English ones alone: the sentence encoder understands nothing else.
    """
    rows = np.full(recordings, ABSENT, np.int64)
    said: dict[str, int] = {}
    for at, clip in enumerate(clips):
        if clip.split == "train" and clip.text and clip.language in ENGLISH_NAMES:
            rows[at] = said.setdefault(clip.text, len(said))
    return rows, list(said)
