"""A question that makes no sense of a clip is told from one that does, and never by mistake."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest

from slap_export.corpus.attributes import Clip, label
from slap_export.corpus.speakers import Speaker
from slap_export.corpus.treatment import draw
from slap_export.evaluation.zero_shot import packed_task, prompt_texts
from slap_export.scoring import NeedsError, PackedClass, PackedNeed, PackedTask, applicable
from slap_export.scoring import by_needs as in_order
from slap_export.tasks import TASKS, Task, task
from slap_export.tasks.binary import SPEECH, VOICED

BY_NAME = pytest.mark.parametrize("question", TASKS, ids=lambda question: question.name)
CLIPS = 3000


def drawn() -> Iterator[dict[str, str | None]]:
    """The attributes of clips as the corpus draws them, with any pitch, rate and pauses."""
    rng = np.random.default_rng(7)
    for _ in range(CLIPS):
        kind = str(rng.choice(["male", "female", "child"]))
        sex, age = (None, "child") if kind == "child" else (kind, "adult")
        speaker = Speaker("someone", "espeak-ng", "en", sex, age, (80.0, 300.0))
        held = bool(rng.random() < 0.1)
        treatment = draw(rng, float(rng.uniform(1.0, 5.0)), held)
        whispered = treatment.manner.whispered
        clip = Clip(
            pitch_hz=float(rng.uniform(80, 300)),
            pitch_spread=float(rng.uniform(0.3, 3.5)),
            voiced_share=0.0 if whispered else float(rng.uniform(0.2, 0.8)),
            syllable_rate=float(rng.uniform(2, 8)),
            longest_gap=float(rng.uniform(0, 0.5)),
            language=str(rng.choice(["en", "sr"])),
            held=held,
        )
        pauses = treatment.pauses.count if rng.random() < 0.5 and not held else 0
        yield label(speaker, clip, treatment, float(rng.uniform(-45, -14)), pauses)


DRAWN = list(drawn())


def contradicted(question: Task, attributes: Mapping[str, str | None]) -> bool:
    """Whether the true classes of other tasks contradict a need of this one."""

    def differs(name: str, option: str) -> bool:
        other = task(name)
        place = other.class_of(attributes)
        return place is not None and other.classes[place].name != option

    return any(all(differs(*answer) for answer in need) for need in question.needs)


@BY_NAME
def test_what_has_a_true_class_applies(question: Task) -> None:
    of = [clip for clip in DRAWN if question.class_of(clip) is not None]
    assert len(of) > 5
    assert not any(contradicted(question, clip) for clip in of)


@BY_NAME
def test_needs_are_answers_that_exist_and_hide_something(question: Task) -> None:
    for need in question.needs:
        for name, option in need:
            assert option in [c.name for c in task(name).classes]
    hidden = sum(contradicted(question, clip) for clip in DRAWN)
    assert (hidden > 0) == bool(question.needs)


@BY_NAME
def test_needs_are_passed_on(question: Task) -> None:
    """A task that does not apply hides nothing, so who needs it must need what it needs.

    Unless another answer to the same need is the very one that hides it.
    """
    for need in question.needs:
        for name, _ in need:
            for inherited in task(name).needs:
                ((other, option),) = inherited  # simple needs only are passed on so far
                instead = any(n == other and o != option for n, o in need)
                assert inherited in question.needs or instead, (name, inherited)


@BY_NAME
def test_nothing_is_asked_of_a_whisper_or_a_vowel_that_never_has_an_answer(question: Task) -> None:
    for attribute, value, need in (
        ("phonation", "whispered", VOICED),
        ("material", "vowel", SPEECH),
    ):
        of = [clip for clip in DRAWN if clip[attribute] == value]
        assert len(of) > 100
        answered = any(question.class_of(clip) is not None for clip in of)
        assert answered or contradicted(question, of[0]), (attribute, question.needs)
        assert not (answered and need in question.needs)


def test_by_hand() -> None:
    woman = {"sex": "female", "age": "adult", "phonation": "voiced", "speakers": "one"}
    hidden = {question.name for question in TASKS if contradicted(question, woman)}
    assert hidden == {"man_register", "man_or_child", "whispered_sex"}
    quiet = {"noise": "quiet", "material": "vowel"}
    hidden = {question.name for question in TASKS if contradicted(question, quiet)}
    assert {"hum_or_hiss", "babble_or_hiss", "rate", "english", "mumbling"} < hidden
    assert not {"tremor", "sex", "noise", "telephone"} & hidden


def test_a_pack_is_told_the_needs() -> None:
    rows = {text: row for row, text in enumerate(prompt_texts())}
    packed = packed_task(task("breath_pauses"), rows)
    assert packed.needs == [
        [PackedNeed("material", "speech")],
        [PackedNeed("hesitation", "hesitant")],
    ]
    in_order([packed_task(question, rows) for question in TASKS])


def binary(name: str, *needs: list[PackedNeed]) -> PackedTask:
    classes = [PackedClass("yes", [0]), PackedClass("no", [1])]
    return PackedTask(name, name, classes, 1.0, 0.8, needs=list(needs))


def test_what_is_contradicted_does_not_apply() -> None:
    yes = PackedNeed
    tasks = [
        binary("grandchild", [yes("child", "no")]),
        binary("child", [yes("root", "yes"), yes("other", "yes")]),
        binary("root"),
        binary("other"),
    ]
    assert in_order(tasks) == [2, 3, 1, 0]
    sure, unsure = (0.1, 0.9), (0.3, 0.7)
    rows = [
        # root, other, child, and whether child and grandchild apply
        (sure, sure, sure, False, True),  # what does not apply contradicts nothing
        (sure, unsure, sure, True, True),  # nor does what is unsure
        (sure, sure[::-1], sure[::-1], True, False),  # one of the answers will do
        (unsure, sure, unsure[::-1], True, True),
        (sure[::-1], sure, sure[::-1], True, False),
    ]
    column = [np.array([row[place] for row in rows]) for place in range(3)]
    found = applicable([column[2], column[2], column[0], column[1]], tasks)
    assert found[:, 1].tolist() == [row[3] for row in rows]
    assert found[:, 0].tolist() == [row[4] for row in rows]
    assert found[:, 2:].all()
    assert applicable([], []).shape == (0, 0)


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([binary("a", [PackedNeed("b", "yes")])], "a needs b: yes, which is no answer"),
        ([binary("a"), binary("b", [PackedNeed("a", "perhaps")])], "which is no answer"),
        ([binary("a", [PackedNeed("a", "yes")])], "tasks need one another: a"),
        (
            [
                binary("a", [PackedNeed("b", "yes")]),
                binary("b", [PackedNeed("a", "no")]),
                binary("c"),
            ],
            "tasks need one another: a, b",
        ),
        ([binary("a"), binary("b", [])], "expected different answers in every need"),
        ([binary("a"), binary("b", [PackedNeed("a", "yes")] * 2)], "expected different answers"),
        (
            [binary("a"), binary("b", [PackedNeed("a", "yes")], [PackedNeed("a", "yes")])],
            "expected different needs, got one twice",
        ),
    ],
)
def test_needs_that_cannot_be_met_are_refused(tasks: list[PackedTask], message: str) -> None:
    with pytest.raises(NeedsError, match=message):
        in_order(tasks)


def test_the_order_of_the_tasks_changes_nothing() -> None:
    tasks = [binary("b", [PackedNeed("a", "yes")]), binary("a")]
    found = [np.array([[0.1, 0.9]]), np.array([[0.0, 1.0]])]
    forwards = applicable(found, tasks)
    backwards = applicable(found[::-1], tasks[::-1])
    assert forwards.tolist() == [[False, True]]
    assert backwards.tolist() == [[True, False]]
    relaxed = [replace(entry, minimum_probability=1.01) for entry in tasks]
    assert applicable(found, relaxed).all()
