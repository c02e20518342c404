"""Every question has two answers that exclude each other, whatever is true of a clip."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slap_export.corpus.attributes import VALUES
from slap_export.evaluation.zero_shot import packed_task, prompt_texts
from slap_export.scoring import PackedGroup
from slap_export.tasks import GROUPS, PROTOCOL, TASKS, Task, task

UNHEALTHY = {
    "breathiness": "breathy",
    "roughness": "hoarse",
    "creak": "creaky",
    "strain": "strained",
    "breaks": "breaking",
    "doubling": "double",
}
BY_NAME = pytest.mark.parametrize("question", TASKS, ids=lambda question: question.name)


@st.composite
def attributes_of_a_clip(draw: st.DrawFn) -> dict[str, str | None]:
    """Any attributes that respect what they mean: a whisper has no tone to be rough or clear."""
    found = {name: draw(st.sampled_from((*values, None))) for name, values in VALUES.items()}
    if found["phonation"] != "voiced":
        found |= dict.fromkeys((*UNHEALTHY, "tremor"))
    signs = {name: found[name] for name in UNHEALTHY}
    altered = any(signs[name] == value for name, value in UNHEALTHY.items())
    clear = None not in signs.values() and found["tremor"] != "trembling"
    found["quality"] = "altered" if altered else "clear" if clear else None
    if found["age"] != "adult":
        found["sex"] = found["register"] = None
    return found


@given(attributes_of_a_clip())
def test_a_clip_is_never_in_both_classes(attributes: dict[str, str | None]) -> None:
    for question in TASKS:
        held = [option.holds(attributes) for option in question.classes]
        assert sum(held) <= 1, question.name
        assert question.class_of(attributes) == (held.index(True) if any(held) else None)


@BY_NAME
def test_an_unknown_attribute_is_never_asked(question: Task) -> None:
    for option in question.classes:
        known: dict[str, str | None] = dict(option.where)
        assert option.holds(known)
        for name in known:
            assert not option.holds({**known, name: None})
            assert not option.holds({n: v for n, v in known.items() if n != name})


@BY_NAME
def test_rules_are_of_attributes_and_values_that_exist(question: Task) -> None:
    for option in question.classes:
        names = [name for name, _ in option.where]
        assert names and len(set(names)) == len(names)
        for name, value in option.where:
            assert value in VALUES[name]


@BY_NAME
def test_prompts_tell_the_classes_apart(question: Task) -> None:
    first, second = question.classes
    assert first.name != second.name
    assert not set(first.prompts) & set(second.prompts)
    for option in question.classes:
        assert 3 <= len(set(option.prompts)) == len(option.prompts) <= 5


def test_there_are_38_tasks_in_three_groups_and_the_recording_beside_them() -> None:
    assert Counter(question.group for question in TASKS) == {
        "speaker": 10,
        "voice": 15,
        "health": 13,
        "recording": 9,
    }
    assert list(GROUPS) == list(dict.fromkeys(question.group for question in TASKS))
    assert sum(question.group in PROTOCOL for question in TASKS) == 38
    assert len({question.name for question in TASKS}) == len(TASKS)
    assert len({question.title for question in TASKS}) == len(TASKS)


def test_the_page_counts_the_tasks() -> None:
    text = (Path(__file__).parents[2] / "docs" / "train-a-bundle.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*) \|$", text, re.MULTILINE)
    counts = Counter(question.group for question in TASKS)
    assert rows == [(name, str(counts[name]), title) for name, title in GROUPS.items()]
    assert f"A bundle answers {len(TASKS)} tasks" in text
    assert f"{sum(counts[name] for name in PROTOCOL)} tasks: all but those on" in text


def test_what_is_usual_is_an_answer_and_no_sign_is() -> None:
    usual = {question.name: question.usual for question in TASKS if question.usual is not None}
    for name, answer in usual.items():
        assert answer == task(name).classes[1].name
    # Questions of which of two signs, or of which of two ordinary things, it is.
    signs = {question.name for question in TASKS if question.group == "health"}
    assert signs - usual.keys() == {"flat_slow", "trembling_or_breaking"}
    assert not {"sex", "age", "pitch", "rate", "level", "english"} & usual.keys()


def test_a_pack_is_told_the_group_as_a_heading() -> None:
    rows = {text: row for row, text in enumerate(prompt_texts())}
    packed = packed_task(task("tremor"), rows)
    assert packed.group == PackedGroup("health", "Signs in the voice")
    assert packed.usual == "steady"


def test_no_two_tasks_ask_the_same() -> None:
    rules = [frozenset(frozenset(o.where) for o in question.classes) for question in TASKS]
    assert len(set(rules)) == len(rules)


def test_equal_rules_go_with_equal_answers() -> None:
    """A prompt may be shared by tasks, but never by rules that exclude each other."""
    rules: dict[str, set[frozenset[tuple[str, str]]]] = {}
    for question in TASKS:
        for option in question.classes:
            for prompt in option.prompts:
                rules.setdefault(prompt, set()).add(frozenset(option.where))
    for prompt, found in rules.items():
        values: dict[str, set[str]] = {}
        for name, value in frozenset().union(*found):
            values.setdefault(name, set()).add(value)
        assert all(len(seen) == 1 for seen in values.values()), prompt


def test_classes_by_hand() -> None:
    airy = {
        "phonation": "voiced",
        "breathiness": "breathy",
        "roughness": "clear",
        "quality": "altered",
    }
    assert task("breathy").class_of(airy) == 0
    assert task("breathy_or_hoarse").class_of(airy) == 0
    assert task("altered").class_of(airy) == 0
    assert task("rough_breathy").class_of(airy) is None
    assert task("whispered_or_breathy").class_of(airy) == 1
    assert task("tension").class_of(airy) is None  # whether it is strained too is not known
    assert task("tension").class_of({**airy, "strain": "clear"}) == 1
    girl = {"age": "child", "sex": None}
    assert [task(name).class_of(girl) for name in ("sex", "woman_or_child", "man_or_child")] == [
        None,
        1,
        1,
    ]


def test_an_unknown_task_is_named() -> None:
    assert task("tremor").title == "Trembling voice"
    with pytest.raises(KeyError, match="whisper"):
        task("yodel")
