"""What the spaces of a model are good for beside the tasks, measured on one split.

Speaker verification, style, retrieval and localisation, each from embeddings alone, so that it
does not matter who computed them: the runtime for a bundle, PyTorch for a trained run.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from slap_export.captions import Caption, caption, consistent
from slap_export.corpus import CorpusClip
from slap_export.evaluation.answers import interval_dict
from slap_export.evaluation.localisation import Interval, intervals, localise
from slap_export.evaluation.retrieval import both_ways
from slap_export.evaluation.style import attribute_distances, style_correlation
from slap_export.evaluation.verification import verify
from slap_export.tasks import Task

Array = NDArray[np.float32]
Embed = Callable[[list[str]], Array]

# Intervals over pairs of recordings take long; these suffice for two digits.
PAIR_RESAMPLES = 200
# Pairs of different speakers grow with the square of the recordings.
MOST_DIFFERENT = 200_000

STYLE: dict[str, tuple[str, ...]] = {
    "sex": (),
    "age": (),
    "phonation": (),
    "breathiness": (),
    "roughness": (),
    "creak": (),
    "strain": (),
    "breaks": (),
    "doubling": (),
    "tremor": (),
    "nasality": (),
    "articulation": (),
    "fluency": (),
    "rate": ("slow", "medium", "fast"),
    "pitch": ("low", "medium", "high"),
    "intonation": ("monotone", "medium", "lively"),
    "effort": ("murmured", "ordinary", "shouted"),
    "course": ("fading", "even", "growing"),
}
"""Attributes of voice and manner, and the order of those whose values have one."""


def verification(
    embeddings: Mapping[str, Array], clips: Sequence[CorpusClip], seed: int = 0
) -> dict[str, Any]:
    """Speaker verification by each space; recordings of the same words are never a pair.

    Recordings of a nameless speaker or of two speakers are left out. Empty without two
    recordings of one speaker.
    """
    single = [
        i
        for i, clip in enumerate(clips)
        if clip.speaker and clip.attributes.get("speakers") != "two"
    ]
    speakers = [clips[i].speaker for i in single]
    # The renders of one utterance have its words; where there are none, its number.
    said = [clips[i].text or clips[i].id.rsplit("-", 1)[0] for i in single]
    result = {}
    for name, values in embeddings.items():
        try:
            found = verify(values[single], speakers, said, MOST_DIFFERENT, PAIR_RESAMPLES, seed)
        except ValueError:  # no trials of one kind
            continue
        result[name] = {**asdict(found), "equal_error_rate": interval_dict(found.equal_error_rate)}
    return result


def style(
    embeddings: Mapping[str, Array], clips: Sequence[CorpusClip], seed: int = 0
) -> dict[str, Any]:
    """Correlation of similarity with the distance of known attributes, between speakers."""
    known = [{name: clip.attributes.get(name) for name in STYLE} for clip in clips]
    orders = {name: order for name, order in STYLE.items() if order}
    distances = attribute_distances(known, orders)
    speakers = [clip.speaker or clip.id for clip in clips]
    result = {}
    for name, values in embeddings.items():
        found = style_correlation(values, distances, speakers, PAIR_RESAMPLES, seed)
        result[name] = {**asdict(found), "pearson": interval_dict(found.pearson)}
    return result


def retrieval(
    embeddings: Array, clips: Sequence[CorpusClip], embed: Embed, seed: int = 0
) -> dict[str, Any]:
    """Retrieval both ways between recordings and one new caption of each.

    A caption counts as true of every recording that it describes; one that says something
    unknown of a recording does not count as true of it.
    """
    rng = np.random.default_rng(seed)
    drawn = []
    for clip in clips:
        # Of some recordings nothing is known that could be said.
        with contextlib.suppress(ValueError):
            drawn.append(caption(clip.attributes, rng))
    if not drawn:
        return {}
    return retrieval_by(embeddings, drawn, [clip.attributes for clip in clips], embed)


def retrieval_by(
    embeddings: Array,
    drawn: Sequence[Caption],
    known: Sequence[Mapping[str, str | None]],
    embed: Embed,
) -> dict[str, Any]:
    """Retrieval both ways between recordings, of which something is known, and captions."""
    distinct = list({written.text: written for written in drawn}.values())
    relevant = np.array(
        [[consistent(c.facts, attributes) is True for c in distinct] for attributes in known]
    )
    text = embed([written.text for written in distinct])
    described = relevant.any(axis=1)
    audio_to_text, text_to_audio = both_ways(embeddings[described], text, relevant[described])
    return {"audio_to_text": asdict(audio_to_text), "text_to_audio": asdict(text_to_audio)}


def changing(task: Task) -> str | None:
    """The attribute that a task asks of and that may change within a recording, if it is one."""
    names = {name for option in task.classes for name, _ in option.where}
    return next(iter(names)) if len(names) == 1 else None


def true_intervals(clip: CorpusClip, attribute: str, value: str) -> list[Interval]:
    """When a recording of two parts has a value of an attribute."""
    return [(p.start, p.end) for p in clip.parts if p.attributes.get(attribute) == value]


def localisation(
    tasks: Sequence[Task],
    clips: Sequence[CorpusClip],
    tracks: Callable[[int, int], tuple[NDArray[np.floating], NDArray[np.floating]]],
    on: float = 0.5,
    off: float = 0.5,
) -> dict[str, Any]:
    """When each class of a task holds, in recordings whose voice changes between its classes.

    `tracks(recording, task)` gives the seconds at which a moment begins [m] and the
    probabilities of the task's classes from then on [m, classes].
    """
    result: dict[str, Any] = {}
    everything: list[tuple[list[Interval], list[Interval], Interval]] = []
    for column, task in enumerate(tasks):
        attribute = changing(task)
        if attribute is None:
            continue
        rows = []
        for row, clip in enumerate(clips):
            true = [true_intervals(clip, attribute, c.where[0][1]) for c in task.classes]
            if not clip.parts or not all(true):
                continue
            starts, found = tracks(row, column)
            for index, intervals_of_class in enumerate(true):
                heard = intervals(found[:, index], starts, clip.seconds, on, off)
                rows.append((heard, intervals_of_class, (0.0, clip.seconds)))
        if rows:
            result[task.name] = located(rows)
            everything += rows
    return {"all": located(everything), "tasks": result} if everything else {}


def located(rows: Sequence[tuple[list[Interval], list[Interval], Interval]]) -> dict[str, Any]:
    """Localisation scores, and those of calling the whole recording."""
    found = localise([row[0] for row in rows], [row[1] for row in rows])
    whole = localise([[row[2]] for row in rows], [row[1] for row in rows])
    return {
        "intervals": sum(len(row[1]) for row in rows),
        **asdict(found),
        "whole_event_f1": whole.event_f1,
        "whole_frame_f1": whole.frame_f1,
    }
