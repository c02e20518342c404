"""Captions for the recordings of a corpus, and which captions are true of which recordings."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from slap_export.captions import Caption, caption, flipped
from slap_export.config import Config, TextConfig
from slap_export.corpus import CorpusClip
from slap_export.corpus.attributes import VALUES
from slap_export.measured_captions import VALUES as MEASURED_VALUES
from slap_export.measured_captions import measured_caption
from slap_export.text import embed_captions, text_files

# Code of an attribute that is not known of a recording, or not stated by a caption;
# number of a caption or a part that does not exist.
ABSENT = -1

# Values of the attribute that has most.
MOST_VALUES = max(len(values) for values in (*VALUES.values(), *MEASURED_VALUES.values()))

Attributes = Mapping[str, str | None]


def attribute_codes(
    attributes: Attributes, known: Mapping[str, tuple[str, ...]] = VALUES
) -> list[int]:
    """Number of each attribute's value, in the order of `known`."""
    codes = []
    for name, values in known.items():
        value = attributes.get(name)
        if value is not None and value not in values:
            raise ValueError(f"{name}: expected one of {', '.join(values)}, got {value!r:.40}")
        codes.append(ABSENT if value is None else values.index(value))
    return codes


def truth(
    known: NDArray[np.int8], stated: NDArray[np.int8]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Whether caption j is true of recording i, and whether that is unsure, [B, C] each.

    A caption is false of a recording when a fact contradicts a known
    attribute; otherwise it is unsure when a fact is about an unknown one.

    Args:
        known: Codes of the recordings' attributes [B, A].
        stated: Codes of the captions' facts [C, A].
    """
    # As products of matrices: counts of facts that agree, and of facts that can be compared.
    agreeing = one_hot(known) @ one_hot(stated).T  # [B, C]
    said = (stated != ABSENT).astype(np.float32)  # [C, A]
    compared = (known != ABSENT).astype(np.float32) @ said.T  # [B, C]
    false = agreeing < compared
    unsure = ~false & (compared < said.sum(axis=1))
    return ~false & ~unsure, unsure


def one_hot(codes: NDArray[np.int8]) -> NDArray[np.float32]:
    """A column for every value of every attribute, [rows, A · most values]."""
    values = np.arange(MOST_VALUES, dtype=np.int8)
    found = (codes[:, :, None] == values).astype(np.float32)  # [rows, A, most values]
    return found.reshape(len(codes), codes.shape[1] * MOST_VALUES)


@dataclass(frozen=True)
class PartPool:
    """The parts of recordings whose voice changes, with captions of their own."""

    of_clip: NDArray[np.int64]  # [recordings, 2] numbers of its parts, or ABSENT
    seconds: NDArray[np.float64]  # [parts, 2] start and end
    attributes: NDArray[np.int8]  # [parts, attributes]
    captions: NDArray[np.int64]  # [parts, captions per part] rows of `texts`


@dataclass(frozen=True)
class CaptionPool:
    """A fixed set of captions for every training recording, with sentence embeddings."""

    texts: list[str]
    sentences: NDArray[np.float32]  # [captions, 384]
    facts: NDArray[np.int8]  # [captions, attributes] value stated, or ABSENT
    attributes: NDArray[np.int8]  # [recordings, attributes] value known, or ABSENT
    values: tuple[int, ...]  # of every attribute, how many
    of_clip: NDArray[np.int64]  # [recordings, captions per recording] rows of `texts`
    flips: NDArray[np.int64]  # [captions, flips] rows of `texts` with one fact flipped, or ABSENT
    parts: PartPool

    def draw(
        self, clips: NDArray[np.int64], count: int, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Some captions of each recording, as rows of `texts`, [B, count].

        They differ where the recording has so many.
        """
        held = self.of_clip.shape[1]
        order = rng.random((len(clips), held)).argsort(axis=1)  # [B, held]
        return self.of_clip[clips[:, None], order[:, np.arange(count) % held]]

    def truth(
        self, clips: NDArray[np.int64], captions: NDArray[np.int64]
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Whether caption j is true of recording i, and whether that is unsure, [B, C] each.

        What a corpus's own caption says is not known: it is true of the recordings that have
        it, and unsure of all others.
        """
        true, unsure = truth(self.attributes[clips], self.facts[captions])
        unknown = np.flatnonzero((self.facts[captions] == ABSENT).all(axis=1))  # [own captions]
        held = self.of_clip[clips][:, None, :] == captions[unknown][:, None]  # [B, own, held]
        true[:, unknown] = held.any(axis=-1)
        unsure[:, unknown] = ~true[:, unknown]
        return true, unsure


@dataclass
class CaptionRows:
    """Numbers captions as they come; the same words stating the same facts come once."""

    known: Mapping[str, tuple[str, ...]]
    rows: dict[Caption, int] = field(default_factory=dict)

    def row(self, drawn: Caption) -> int:
        """The caption's number."""
        return self.rows.setdefault(drawn, len(self.rows))

    def facts(self) -> NDArray[np.int8]:
        """Codes of what every caption states, [captions, attributes]."""
        codes = [attribute_codes(dict(drawn.facts), self.known) for drawn in self.rows]
        return np.array(codes, np.int8).reshape(len(codes), len(self.known))


def generator(seed: int, text: str) -> np.random.Generator:
    """Chance of its own for each text, so that a change to one leaves the others' draws."""
    return np.random.default_rng((seed, zlib.crc32(text.encode())))


def draw_captions(
    clip: CorpusClip, described: Attributes, text: TextConfig, seed: int
) -> list[Caption]:
    """The captions of a training recording, as many of each kind as the recipe says.

    Where its corpus has fewer of its own, or there is nothing to say of its measures, others
    are written; of a recording with captions and without known attributes they are said again.
    """
    rng, chance = generator(seed, clip.id), generator(seed, f"{clip.id} own")
    chosen = chance.permutation(len(clip.captions))[: text.own_captions]
    own = [Caption(clip.captions[at], frozenset()) for at in chosen]
    told = any(clip.attributes.get(name) is not None for name in VALUES)

    def written(place: int) -> Caption:
        return caption(clip.attributes, rng) if told or not own else own[place % len(own)]

    drawn = [written(place) for place in range(text.captions_per_clip)]
    for place in range(text.measured_captions):
        drawn.append(measured_caption(described, rng) or written(place))
    drawn += own
    return [*drawn, *map(written, range(text.own_captions - len(own)))]


def draw_flips(
    pool: CaptionRows, captions: Sequence[Caption], count: int, seed: int
) -> NDArray[np.int64]:
    """Flipped versions of each caption as rows, [captions, count]; ABSENT where there is none."""
    flips = np.full((len(captions), count), ABSENT, np.int64)
    for row, stated in enumerate(captions):
        rng = generator(seed, f"{stated.text} flipped")
        for place in range(count):
            drawn = flipped(stated, rng)
            flips[row, place] = ABSENT if drawn is None else pool.row(drawn)
    return flips


def draw_parts(pool: CaptionRows, clips: Sequence[CorpusClip], count: int, seed: int) -> PartPool:
    """Captions of the parts of the training recordings; no parts where `count` is 0."""
    of_clip = np.full((len(clips), 2), ABSENT, np.int64)
    seconds, attributes, captions = [], [], []
    for index, clip in enumerate(clips):
        if count == 0 or clip.split != "train":
            continue
        rng = generator(seed, f"{clip.id} parts")
        for place, part in enumerate(clip.parts):
            of_clip[index, place] = len(seconds)
            seconds.append((part.start, part.end))
            attributes.append(attribute_codes(part.attributes, pool.known))
            captions.append([pool.row(caption(part.attributes, rng)) for _ in range(count)])
    return PartPool(
        of_clip,
        np.array(seconds, np.float64).reshape(-1, 2),
        np.array(attributes, np.int8).reshape(-1, len(pool.known)),
        np.array(captions, np.int64).reshape(len(captions), count),
    )


def build_pool(
    clips: list[CorpusClip],
    config: Config,
    cache: Path,
    bins: Sequence[Attributes] | None = None,
) -> CaptionPool:
    """Draws captions for the training recordings and embeds each different one once.

    Args:
        clips: The recordings.
        config: The recipe.
        cache: Folder of the sentence encoder and its embeddings.
        bins: The quantile bins of every recording, needed for `text.measured_captions`.
    """
    measured, seed, objectives = config.text.measured_captions, config.train.seed, config.objectives
    if measured and bins is None:
        raise ValueError("captions from measures need the quantile bins of every recording")
    described = [
        {**clip.attributes, **(bins[index] if bins is not None and measured else {})}
        for index, clip in enumerate(clips)
    ]
    # The same words may state what is known and what was measured: they are two captions.
    pool = CaptionRows({**VALUES, **MEASURED_VALUES} if measured else VALUES)
    count = config.text.captions_per_clip + measured + config.text.own_captions
    of_clip = np.full((len(clips), count), ABSENT, np.int64)
    for index, clip in enumerate(clips):
        if clip.split == "train":
            try:
                drawn = draw_captions(clip, described[index], config.text, seed)
            except ValueError as error:
                raise ValueError(f"recording {clip.id}: {error}") from None
            of_clip[index] = [pool.row(each) for each in drawn]
    flips = draw_flips(
        pool, list(pool.rows), objectives.flips.captions if objectives.flips else 0, seed
    )
    parts = draw_parts(
        pool, clips, objectives.segments.captions if objectives.segments else 0, seed
    )
    texts = [drawn.text for drawn in pool.rows]
    return CaptionPool(
        texts,
        embed_captions(texts, cache, *text_files(cache), config.text.max_tokens),
        pool.facts(),
        np.array([attribute_codes(found, pool.known) for found in described], np.int8),
        tuple(map(len, pool.known.values())),
        of_clip,
        flips,
        parts,
    )
