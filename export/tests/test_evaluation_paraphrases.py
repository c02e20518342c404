"""No paraphrase can have been a training caption, and their spread against worked numbers."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export import captions
from slap_export.captions import VOCABULARY, Who, caption, flipped, sentences
from slap_export.evaluation.paraphrases import PARAPHRASES, spread
from slap_export.measured_captions import MEASURED
from slap_export.tasks import TASKS, Task

SENTENCES = sorted(
    {
        text
        for tasks in PARAPHRASES.values()
        for classes in tasks.values()
        for texts in classes.values()
        for text in texts
    }
)
EVERYDAY = ("raspy", "husky", "shaky", "flat", "mumbling", "shouting")


def _words(text: str) -> tuple[str, ...]:
    return tuple(re.findall(r"[a-z0-9'-]+", text.lower()))


# What the shapes of sentences add between wordings.
LINKS = "a, an, the, of, and, recorded, voice, speech, with, whose voice is, who, or"
# These only begin a sentence.
BEGINNINGS = (*sentences.SOUNDS_LIKE, *sentences.SEEMS, *sentences.HEAR)
HEARS = {_words(text) for text in sentences.HEAR}


def _fragments() -> set[tuple[str, ...]]:
    """Every run of words that captions are put together from, however they are put together."""
    texts = set(LINKS.split(", "))
    for value in vars(sentences).values():
        if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
            texts.update(value)  # verbs, participles, nouns of a recording, beginnings
    nouns = {item.noun for item in (*VOCABULARY, *MEASURED)} | set(sentences.RECORDING)
    texts.update(f"{noun} {verb}" for noun in nouns for verb in ("is", "sounds"))
    for item in (*VOCABULARY, *MEASURED):
        texts.update((item.noun, *item.adjectives, *item.wordings))
        starts = (*sentences.HEAR_NO, "but no", "and no")
        texts.update(f"{start} {word}" for start in starts for word in item.absent)
        texts.update(f"it sounds {likeness}" for likeness in item.likenesses)
    return {_words(text) for text in texts if _words(text)}


def _heard() -> set[tuple[str, ...]]:
    """What may follow "I can hear"."""
    texts = {"a", "an"}
    for item in (*VOCABULARY, *MEASURED):
        texts.update(item.heard)
        if not isinstance(item, Who):
            texts.update(f"{adjective} {item.noun}" for adjective in item.adjectives)
    return {_words(text) for text in texts}


FRAGMENTS = _fragments()
HEARD = _heard()
LONGEST = max(map(len, FRAGMENTS | HEARD))
MIDDLES = FRAGMENTS - {_words(text) for text in BEGINNINGS}
ENDS = {f[:i] for f in MIDDLES for i in range(1, len(f) + 1)}
INSIDES = {f[i:j] for f in FRAGMENTS for i in range(len(f)) for j in range(i + 1, len(f) + 1)}
HEARS_STARTS = {f[i:] for f in HEARS for i in range(len(f))}
HEARD_ENDS = {f[:i] for f in HEARD for i in range(1, len(f) + 1)}
OTHER_STARTS = {f[i:] for f in FRAGMENTS - HEARS for i in range(len(f))}


def could_be_written(text: str) -> bool:
    """Whether `text` may stand in a caption: the end of a fragment, fragments, a beginning.

    Fragments may follow each other in any order, so this is true of more than captions say. Only
    beginnings have their place, and "I can hear" is followed by what is heard.
    """
    words = _words(text)
    if words in INSIDES:
        return True
    reached: set[tuple[int, bool]] = set()  # words used up, and whether a HEARS came last
    for length in range(1, LONGEST + 1):
        if words[:length] in OTHER_STARTS:
            reached.add((length, False))
        if words[:length] in HEARS_STARTS:
            reached.add((length, True))
    for start in range(1, len(words)):
        for after_hear in (False, True):
            if (start, after_hear) not in reached:
                continue
            if words[start:] in (HEARD_ENDS if after_hear else ENDS):
                return True
            for length in range(1, LONGEST + 1):
                part = words[start : start + length]
                if part in (HEARD if after_hear else MIDDLES):
                    reached.add((start + length, False))
    return any(place == len(words) for place, _ in reached)


def _attributes(vocabulary: captions.Vocabulary) -> st.SearchStrategy[dict[str, str]]:
    values: dict[str, set[str]] = {}
    for item in vocabulary:
        for name, value in item.facts:
            values.setdefault(name, set()).add(value)
    return st.fixed_dictionaries({name: st.sampled_from(sorted(v)) for name, v in values.items()})


@settings(deadline=None)
@given(_attributes(VOCABULARY), st.integers(0, 2**32), st.data())
def test_the_proof_covers_every_part_of_a_caption(
    attributes: dict[str, str], seed: int, data: st.DataObject
) -> None:
    rng = np.random.default_rng(seed)
    said = caption(attributes, rng)
    words = _words(said.text)
    if (other := flipped(said, rng)) is not None:
        assert could_be_written(other.text)
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    assert could_be_written(" ".join(words))
    assert could_be_written(" ".join(words[start:end]))


@settings(deadline=None)
@given(_attributes(MEASURED), st.integers(0, 2**32))
def test_the_proof_covers_measured_captions(attributes: dict[str, str], seed: int) -> None:
    assert could_be_written(caption(attributes, np.random.default_rng(seed), MEASURED).text)


@pytest.mark.parametrize("text", SENTENCES)
def test_no_caption_can_contain_a_paraphrase(text: str) -> None:
    assert not could_be_written(text)


def test_no_paraphrase_is_a_prompt() -> None:
    prompts = {_words(p) for task in TASKS for option in task.classes for p in option.prompts}
    assert not prompts & {_words(text) for text in SENTENCES}


@pytest.mark.parametrize("kind", PARAPHRASES)
@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_every_class_has_five_wordings_that_differ(task: Task, kind: str) -> None:
    wordings = PARAPHRASES[kind][task.name]
    assert list(wordings) == [option.name for option in task.classes]
    for texts in wordings.values():
        assert len({_words(text) for text in texts}) >= 5
    first, second = (set(texts) for texts in wordings.values())
    assert not first & second


def test_paraphrases_are_of_tasks_that_exist() -> None:
    for tasks in PARAPHRASES.values():
        assert set(tasks) <= {task.name for task in TASKS}


def test_everyday_words_are_among_them() -> None:
    used = {word for text in SENTENCES for word in _words(text)}
    assert set(EVERYDAY) <= used


def test_spread_by_hand() -> None:
    recordings = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], np.float32)
    truth = np.array([0, 0, 1, 1])
    good, bad = [1.0, 0.0], [-0.8, -0.6]
    found = spread(recordings, [np.array([good, bad]), np.array([[0.0, 1.0]])], truth)
    # The first wording answers all rightly. With the second, the cosines of the recordings of
    # class 0 are −0.8 and 0, so all four answers are 1: F1 0 and 2·2 / (2·2 + 2) = 2/3.
    assert found.combinations == 2
    assert found.best == 1
    assert found.worst == pytest.approx(1 / 3)
    assert found.mean == pytest.approx(2 / 3)
    assert found.deviation == pytest.approx(1 / 3)
    # The mean of the two still points towards class 0.
    assert found.together == 1


def test_spread_of_one_wording_each_is_nothing() -> None:
    rng = np.random.default_rng(0)
    points = rng.normal(size=(20, 4))
    found = spread(points, [np.eye(4)[:1], np.eye(4)[1:2]], rng.integers(0, 2, 20))
    assert found.deviation == 0
    assert found.worst == found.mean == found.best == found.together
