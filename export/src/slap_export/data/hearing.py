"""A recording from a shard as it is heard once: perhaps changed, with the labels that are left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from slap_export.corpus import Part
from slap_export.corpus.measures import rms
from slap_export.data.augment import WaveformConfig, draw
from slap_export.data.changes import Change, Speed, contradict_words, heard, relabelled
from slap_export.data.shards import Stored

_CHANGES = 2  # what a generator is for; `streaming` has the others


@dataclass(frozen=True)
class Hearing:
    """What is heard, and what is known of it."""

    samples: NDArray[np.float32]  # [n] 16 kHz
    attributes: dict[str, str | None]
    captions: tuple[str, ...]
    parts: tuple[Part, ...]
    changes: tuple[Change, ...]


def hear(stored: Stored, config: WaveformConfig | None, seed: int, epoch: int) -> Hearing:
    """A recording in an epoch; the same for the same seed, epoch and key. None changes nothing."""
    samples = stored.samples()
    if config is None:
        return Hearing(samples, stored.attributes, stored.captions, stored.parts, ())
    rng = np.random.default_rng((seed, epoch, _CHANGES, int(stored.key, 16)))
    changes = draw(config, stored.attributes, rng)
    samples = heard(samples, changes, rng)
    dbfs = 20 * np.log10(max(rms(samples), 1e-9))
    factor = next((it.factor for it in changes if isinstance(it, Speed)), 1.0)
    return Hearing(
        samples=samples,
        attributes=relabelled(stored.attributes, changes, float(dbfs)),
        captions=() if contradict_words(changes) else stored.captions,
        parts=tuple(
            Part(it.start / factor, it.end / factor, relabelled(it.attributes, changes))
            for it in stored.parts
        ),
        changes=changes,
    )
