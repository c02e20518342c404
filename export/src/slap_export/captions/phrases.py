"""Everything that can be said of a clip, one thing at a time, in many wordings."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from slap_export.captions.drawing import VOCABULARY, Vocabulary
from slap_export.captions.sentences import Recipe, sentence

# Sentences drawn for one that is not yet among those found.
_TRIES = 8


@dataclass(frozen=True)
class Phrases:
    """Sentences that say one thing each."""

    texts: tuple[str, ...]
    meanings: tuple[int, ...]
    """Of every sentence, the number of the thing it says."""
    names: tuple[str, ...]
    """Of every thing, a plain sentence that says it."""


def phrases(count: int, vocabulary: Vocabulary = VOCABULARY) -> Phrases:
    """At most `count` different sentences for each thing in `vocabulary`; always the same ones."""
    texts: dict[str, int] = {}
    for meaning, item in enumerate(vocabulary):
        rng = np.random.default_rng(zlib.crc32(repr(item.facts).encode()))
        found: set[str] = set()
        for _ in range(count * _TRIES):
            if len(found) == count:
                break
            text = sentence(Recipe((item,), int(rng.integers(2**32))))
            if text not in texts:
                found.add(text)
                texts[text] = meaning
    names = tuple(item.clauses[0] for item in vocabulary)
    return Phrases(tuple(texts), tuple(texts.values()), names)
