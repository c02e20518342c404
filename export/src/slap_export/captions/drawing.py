"""A caption drawn from the attributes of a clip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from slap_export.captions.changes import CHANGES, THROUGHOUT
from slap_export.captions.items import Change, Fact, Setting, Voicing, Who
from slap_export.captions.manner import MANNER
from slap_export.captions.recording import SETTING
from slap_export.captions.sentences import Recipe, sentence
from slap_export.captions.signs import SIGNS
from slap_export.captions.speaker import COMPANY, WHO
from slap_export.captions.voice import VOICE as SOUND

VOICE: tuple[Voicing, ...] = (*SOUND, *MANNER, *SIGNS, *COMPANY, *THROUGHOUT, *CHANGES)

Vocabulary = tuple[Who | Voicing | Setting, ...]

VOCABULARY: Vocabulary = (*WHO, *VOICE, *SETTING)
"""All that can be said of a clip from its known attributes."""

_COUNTS = (0.26, 0.32, 0.26, 0.16)
_CHANGE_SHARE = 0.5  # of the captions of a clip whose voice changes, those that say so


@dataclass(frozen=True)
class Caption:
    """A sentence, the facts it states, and how it came about; captions of equal words and facts
    are equal."""

    text: str
    facts: frozenset[Fact]
    recipe: Recipe | None = field(default=None, compare=False, repr=False)


def caption(
    attributes: Mapping[str, str | None],
    rng: np.random.Generator,
    vocabulary: Vocabulary = VOCABULARY,
    most: int = len(_COUNTS),
) -> Caption:
    """A sentence that is true of a clip with `attributes`, and the facts it states.

    It says at most `most` things, and never more than four. Of a clip whose voice changes, half of
    the captions say so.

    Raises `ValueError` if the vocabulary has no word for any of the attributes.
    """
    if most < 1:
        raise ValueError(f"a caption says at least 1 thing, not {most}")
    usable = [item for item in vocabulary if _holds(item.facts, attributes)]
    if not usable:
        raise ValueError("a clip without a single known attribute cannot be described")
    changes = [item for item in usable if isinstance(item, Change)]
    others = [item for item in usable if not isinstance(item, Change)]
    changing = bool(changes) and (not others or rng.random() < _CHANGE_SHARE)
    count = min(1 + int(np.searchsorted(np.cumsum(_COUNTS), rng.random())), most)
    chosen: list[Who | Voicing | Setting] = []
    usable = others
    if changing:
        chosen.append(changes[int(rng.random() * len(changes))])
        usable = _beside(chosen[0], others)
    while usable and len(chosen) < count:
        weights = np.cumsum([item.weight for item in usable])
        place = min(int(np.searchsorted(weights, rng.random() * weights[-1])), len(usable) - 1)
        chosen.append(usable[place])
        usable = _beside(usable[place], usable)
    if changing:
        chosen = [chosen[int(place)] for place in rng.permutation(len(chosen))]
    recipe = Recipe(tuple(chosen), int(rng.integers(2**32)))
    facts = frozenset(fact for item in chosen for fact in item.facts)
    return Caption(sentence(recipe), facts, recipe)


def caption_key(facts: Iterable[Fact]) -> str:
    """One string for a set of facts, whatever the wording: equal for equal descriptions."""
    return ";".join(f"{name}={value}" for name, value in sorted(facts))


def consistent(facts: Iterable[Fact], attributes: Mapping[str, str | None]) -> bool | None:
    """Whether a caption that states `facts` is true of a clip with `attributes`.

    False if a fact contradicts a known attribute; otherwise None if a fact is about an attribute
    that is not known; otherwise True.
    """
    unknown = False
    for name, value in facts:
        actual = attributes.get(name)
        if actual is None:
            unknown = True
        elif actual != value:
            return False
    return None if unknown else True


def _holds(facts: tuple[Fact, ...], attributes: Mapping[str, str | None]) -> bool:
    return all(attributes.get(name) == value for name, value in facts)


def _beside(
    item: Who | Voicing | Setting, usable: list[Who | Voicing | Setting]
) -> list[Who | Voicing | Setting]:
    """What can still be said once `item` is."""
    return [
        other for other in usable if not item.topics & other.topics and not item.names & other.names
    ]
