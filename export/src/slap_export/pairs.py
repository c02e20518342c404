"""Captions for the recordings of a corpus, and which captions are true of which recordings."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slap_export.captions import Caption, caption
from slap_export.config import Config
from slap_export.corpus import CorpusClip
from slap_export.corpus.attributes import VALUES
from slap_export.measured_captions import VALUES as MEASURED_VALUES
from slap_export.measured_captions import measured_caption
from slap_export.text import embed_captions, text_files

# Code of an attribute that is not known of a recording, or not stated by a caption.
ABSENT = -1


def attribute_codes(
    attributes: Mapping[str, str | None], known: Mapping[str, tuple[str, ...]] = VALUES
) -> list[int]:
    """Number of each attribute's value, in the order of `known`."""
    return [
        ABSENT if (value := attributes.get(name)) is None else values.index(value)
        for name, values in known.items()
    ]


@dataclass(frozen=True)
class CaptionPool:
    """A fixed set of captions for every training recording, with sentence embeddings."""

    texts: list[str]
    sentences: NDArray[np.float32]  # [captions, 384]
    facts: NDArray[np.int8]  # [captions, attributes] value stated, or ABSENT
    attributes: NDArray[np.int8]  # [recordings, attributes] value known, or ABSENT
    of_clip: NDArray[np.int64]  # [recordings, captions per recording] rows of `texts`

    def draw(self, clips: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
        """One caption for each recording, as rows of `texts`, [B]."""
        return self.of_clip[clips, rng.integers(self.of_clip.shape[1], size=len(clips))]

    def truth(
        self, clips: NDArray[np.int64], captions: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether caption j is true of recording i, and whether that is unsure, [B, B] each.

        A caption is false of a recording when a fact contradicts a known
        attribute; otherwise it is unsure when a fact is about an unknown one.
        """
        known = self.attributes[clips][:, None, :]  # [B, 1, A]
        stated = self.facts[captions][None, :, :]  # [1, B, A]
        said = stated != ABSENT
        false = (said & (known != ABSENT) & (known != stated)).any(axis=-1)  # [B, B]
        unsure = ~false & (said & (known == ABSENT)).any(axis=-1)  # [B, B]
        return ~false & ~unsure, unsure


def build_pool(
    clips: list[CorpusClip],
    config: Config,
    cache: Path,
    bins: Sequence[Mapping[str, str | None]] | None = None,
) -> CaptionPool:
    """Draws captions for the training recordings and embeds each different one once.

    Args:
        clips: The recordings.
        config: The recipe.
        cache: Folder of the sentence encoder and its embeddings.
        bins: The quantile bins of every recording, needed for `text.measured_captions`.
    """
    count, measured = config.text.captions_per_clip, config.text.measured_captions
    if measured and bins is None:
        raise ValueError("captions from measures need the quantile bins of every recording")
    known = {**VALUES, **MEASURED_VALUES} if measured else VALUES
    described = [
        {**clip.attributes, **(bins[index] if bins is not None and measured else {})}
        for index, clip in enumerate(clips)
    ]
    # The same words may state what is known and what was measured: they are two captions.
    rows: dict[Caption, int] = {}
    facts: list[list[int]] = []
    of_clip = np.full((len(clips), count + measured), ABSENT, np.int64)
    for index, clip in enumerate(clips):
        if clip.split != "train":
            continue
        # A generator of its own, so that a change to one recording leaves the others' captions.
        rng = np.random.default_rng((config.train.seed, zlib.crc32(clip.id.encode())))
        for place in range(count + measured):
            drawn = measured_caption(described[index], rng) if place >= count else None
            drawn = drawn or caption(clip.attributes, rng)
            row = rows.setdefault(drawn, len(rows))
            if row == len(facts):
                facts.append(attribute_codes(dict(drawn.facts), known))
            of_clip[index, place] = row
    texts = [drawn.text for drawn in rows]
    sentences = embed_captions(texts, cache, *text_files(cache), config.text.max_tokens)
    attributes = np.array([attribute_codes(found, known) for found in described], np.int8)
    return CaptionPool(texts, sentences, np.array(facts, np.int8), attributes, of_clip)
