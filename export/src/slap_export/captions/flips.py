"""Captions with one thing changed, which are false of every clip the caption is true of."""

from __future__ import annotations

import numpy as np

from slap_export.captions.changes import BEGIN, END
from slap_export.captions.drawing import VOCABULARY, Caption, Vocabulary
from slap_export.captions.items import Item
from slap_export.captions.sentences import Recipe, sentence

# Of the flips, those that say the changed thing by a denial if they can, and those that do not.
_DENYING, _PLAIN = 0.3, 0.3


def flipped(
    drawn: Caption, rng: np.random.Generator, vocabulary: Vocabulary = VOCABULARY
) -> Caption | None:
    """The same sentence with one attribute it states changed to another value.

    Of a voice that changes, both ends may change: "first hoarse, then smooth" becomes "first
    smooth, then hoarse". What is changed may be said by a denial where it was not, and the other
    way round: "shaky" and "not shaky" share their words. None if `drawn` says nothing that could
    be otherwise.
    """
    recipe = drawn.recipe
    if recipe is None:
        return None
    choices = [
        (place, other)
        for place, item in enumerate(recipe.items)
        for other in vocabulary
        if _differ_in_one(item, other)
    ]
    if not choices:
        return None
    # First which thing changes, then to what: a thing with many values is not changed more often.
    places = sorted({place for place, _ in choices})
    place = places[int(rng.random() * len(places))]
    others = [other for at, other in choices if at == place]
    items = list(recipe.items)
    items[place] = others[int(rng.random() * len(others))]
    roll = rng.random()
    denying = ((place, roll < _DENYING),) if roll < _DENYING + _PLAIN else ()
    changed = Recipe(tuple(items), recipe.seed, denying)
    return Caption(sentence(changed), frozenset(f for i in items for f in i.facts), changed)


def _differ_in_one(item: Item, other: Item) -> bool:
    """Whether `other` says the same kind of thing, with one attribute of another value."""
    if type(item) is not type(other) or not other.names <= item.names:
        return False
    said = dict(item.facts)
    differing = {name for name, value in other.facts if said[name] != value}
    return len({name.removeprefix(BEGIN).removeprefix(END) for name in differing}) == 1
