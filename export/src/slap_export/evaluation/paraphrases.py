"""Zero-shot answers to wordings that no training caption contains.

`PARAPHRASES` says every class of every task in the words of an everyday listener, plainly and
freely. No sentence in it can be written by `slap_export.captions` or is a prompt of
`slap_export.tasks`; the tests prove both. The spread of the scores over these wordings says how far
a user may stray from the prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from slap_export.evaluation.free import FREE
from slap_export.evaluation.plain import PLAIN
from slap_export.scoring import PackedClass, PackedTask, class_cosines, macro_f1

Array = NDArray[np.floating]


@dataclass(frozen=True)
class Spread:
    """Zero-shot macro-F1 of one task over wordings."""

    combinations: int
    mean: float
    worst: float
    best: float
    deviation: float
    """Standard deviation over the combinations."""
    together: float
    """Macro-F1 with all wordings of each class averaged."""


def spread(embeddings: Array, wordings: Sequence[Array], truth: NDArray[np.int64]) -> Spread:
    """Macro-F1 with every combination of one wording per class.

    `embeddings` [n, D] are of recordings and `wordings`, one array [p, D] for each class, of
    sentences; all are unit vectors. The answer is the class with the higher cosine, the first of
    equals. Five wordings of two classes are 25 combinations: a user picks both sides.
    """
    classes = len(wordings)
    cosines = [embeddings.astype(np.float64) @ found.astype(np.float64).T for found in wordings]
    scores = np.array(
        [
            macro_f1(
                truth,
                np.stack(
                    [found[:, i] for found, i in zip(cosines, choice, strict=True)], axis=1
                ).argmax(axis=1),
                classes,
            )
            for choice in product(*(range(len(found)) for found in wordings))
        ]
    )
    starts = np.cumsum([0, *(len(found) for found in wordings)])
    packed = [PackedClass(str(i), list(range(starts[i], starts[i + 1]))) for i in range(classes)]
    prompts = np.concatenate(list(wordings)).astype(np.float32)
    averaged = class_cosines(embeddings.astype(np.float32), prompts, PackedTask("", "", packed))
    return Spread(
        len(scores),
        float(scores.mean()),
        float(scores.min()),
        float(scores.max()),
        float(scores.std()),
        macro_f1(truth, averaged.argmax(axis=1), classes),
    )


PARAPHRASES: dict[str, dict[str, dict[str, tuple[str, ...]]]] = {"plain": PLAIN, "free": FREE}
"""Wordings by kind, task and class, at least five for each."""
