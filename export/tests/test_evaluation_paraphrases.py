"""No paraphrase can have been a training caption, and their spread against worked numbers."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export import captions
from slap_export.captions import VOCABULARY, caption
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


def _fragments() -> set[tuple[str, ...]]:
    """Every run of words that captions are put together from, however they are put together."""
    texts = {"a", "an", "the", "of", "is", "sounds", "and", "recorded", "voice", "speech"}
    for value in vars(captions).values():
        if isinstance(value, tuple) and all(isinstance(part, str) for part in value):
            texts.update(value)  # verbs, participles, nouns of a recording
    for item in (*VOCABULARY, *MEASURED):
        for field in dataclasses.fields(item):
            value = getattr(item, field.name)
            if isinstance(value, str):
                texts.add(value)
            elif isinstance(value, tuple):
                texts.update(part for part in value if isinstance(part, str))
    return {_words(text) for text in texts if _words(text)}


FRAGMENTS = _fragments()
LONGEST = max(map(len, FRAGMENTS))
STARTS = {f[i:] for f in FRAGMENTS for i in range(len(f))}
ENDS = {f[:i] for f in FRAGMENTS for i in range(1, len(f) + 1)}
INSIDES = {f[i:j] for f in FRAGMENTS for i in range(len(f)) for j in range(i + 1, len(f) + 1)}


def could_be_written(text: str) -> bool:
    """Whether `text` may stand in a caption: the end of a fragment, fragments, a beginning.

    Fragments may follow each other in any order, so this is true of more than captions say.
    """
    words = _words(text)
    if words in INSIDES:
        return True
    reached = {i for i in range(1, LONGEST + 1) if words[:i] in STARTS}
    for start in range(1, len(words)):
        if start in reached:
            if words[start:] in ENDS:
                return True
            reached |= {
                start + length
                for length in range(1, LONGEST + 1)
                if words[start : start + length] in FRAGMENTS
            }
    return len(words) in reached


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
    words = _words(caption(attributes, np.random.default_rng(seed)).text)
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
