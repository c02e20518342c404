"""Binary tasks by which a model is measured without training on them: prompts against attributes.

A task has two classes; a class has several wordings and a rule that says, from a clip's
attributes, whether the clip belongs to it. A clip in neither class is not used for the task. A
rule never needs an attribute that is None: what cannot be heard is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TaskClass:
    """One class of a task: a clip belongs to it if every attribute in `where` has its value."""

    name: str
    prompts: tuple[str, ...]
    where: tuple[tuple[str, str], ...]

    def holds(self, attributes: Mapping[str, str | None]) -> bool:
        """Whether a clip with `attributes` is of this class."""
        return all(attributes.get(name) == value for name, value in self.where)


@dataclass(frozen=True)
class Task:
    """A question with two answers."""

    name: str
    title: str
    classes: tuple[TaskClass, TaskClass]

    def class_of(self, attributes: Mapping[str, str | None]) -> int | None:
        """0 or 1, or None if the clip is not used for this task."""
        for index, option in enumerate(self.classes):
            if option.holds(attributes):
                return index
        return None


# A voice without any of the qualities that have tasks of their own.
_CLEAR = (
    ("phonation", "voiced"),
    ("breathiness", "clear"),
    ("roughness", "clear"),
    ("creak", "clear"),
)

TASKS: tuple[Task, ...] = (
    Task(
        "sex",
        "Sex-typical voice",
        (
            TaskClass(
                "female",
                (
                    "a woman is speaking",
                    "this is the voice of a woman",
                    "a recording of a female speaker",
                    "an adult female voice",
                ),
                (("sex", "female"),),
            ),
            TaskClass(
                "male",
                (
                    "a man is speaking",
                    "this is the voice of a man",
                    "a recording of a male speaker",
                    "an adult male voice",
                ),
                (("sex", "male"),),
            ),
        ),
    ),
    Task(
        "age",
        "Age-typical voice",
        (
            TaskClass(
                "child",
                (
                    "a child is speaking",
                    "this is the voice of a child",
                    "a recording of a young child's voice",
                ),
                (("age", "child"),),
            ),
            TaskClass(
                "adult",
                (
                    "an adult is speaking",
                    "this is the voice of a grown-up",
                    "a recording of an adult's voice",
                ),
                (("age", "adult"),),
            ),
        ),
    ),
    Task(
        "whisper",
        "Whispering",
        (
            TaskClass(
                "whispered",
                (
                    "someone is whispering",
                    "this speech is whispered",
                    "a recording of a whispering voice",
                ),
                (("phonation", "whispered"),),
            ),
            TaskClass(
                "voiced",
                (
                    "someone is speaking with full voice",
                    "this speech is voiced, not whispered",
                    "a recording of a normal speaking voice",
                ),
                (("phonation", "voiced"),),
            ),
        ),
    ),
    Task(
        "creak",
        "Creaky voice",
        (
            TaskClass(
                "creaky",
                (
                    "the voice is creaky",
                    "this person speaks with vocal fry",
                    "a recording of a creaky voice",
                ),
                (("creak", "creaky"),),
            ),
            TaskClass(
                "clear",
                (
                    "the voice is clear and smooth",
                    "this person speaks with a clean voice",
                    "a recording of a clear voice",
                ),
                _CLEAR,
            ),
        ),
    ),
    Task(
        "breathy",
        "Breathy voice",
        (
            TaskClass(
                "breathy",
                (
                    "the voice is breathy",
                    "this person speaks with an airy voice",
                    "a recording of a breathy voice",
                ),
                (("breathiness", "breathy"), ("roughness", "clear")),
            ),
            TaskClass(
                "clear",
                (
                    "the voice is clear and firm",
                    "this person speaks with a clean voice",
                    "a recording of a clear voice",
                ),
                _CLEAR,
            ),
        ),
    ),
    Task(
        "hoarse",
        "Hoarse voice",
        (
            TaskClass(
                "hoarse",
                (
                    "the voice is hoarse",
                    "this person speaks with a rough, raspy voice",
                    "a recording of a hoarse voice",
                ),
                (("roughness", "hoarse"),),
            ),
            TaskClass(
                "clear",
                (
                    "the voice is clear and smooth",
                    "this person speaks with a clean voice",
                    "a recording of a clear voice",
                ),
                _CLEAR,
            ),
        ),
    ),
    Task(
        "rate",
        "Speaking rate",
        (
            TaskClass(
                "fast",
                (
                    "the speech is fast",
                    "this person talks very quickly",
                    "a recording of rapid speech",
                ),
                (("rate", "fast"),),
            ),
            TaskClass(
                "slow",
                (
                    "the speech is slow",
                    "this person talks very slowly",
                    "a recording of slow speech",
                ),
                (("rate", "slow"),),
            ),
        ),
    ),
    Task(
        "pitch",
        "Pitch of the voice",
        (
            TaskClass(
                "high",
                (
                    "the voice is high",
                    "this person speaks at a high pitch",
                    "a recording of a high-pitched voice",
                ),
                (("pitch", "high"),),
            ),
            TaskClass(
                "low",
                (
                    "the voice is deep",
                    "this person speaks at a low pitch",
                    "a recording of a low-pitched voice",
                ),
                (("pitch", "low"),),
            ),
        ),
    ),
    Task(
        "intonation",
        "Intonation",
        (
            TaskClass(
                "monotone",
                (
                    "the speech is monotone",
                    "this person speaks in a flat voice that stays on one note",
                    "a recording of monotonous speech",
                ),
                (("intonation", "monotone"),),
            ),
            TaskClass(
                "lively",
                (
                    "the speech is lively and expressive",
                    "this person speaks with a lot of intonation",
                    "a recording of animated speech",
                ),
                (("intonation", "lively"),),
            ),
        ),
    ),
    Task(
        "tremor",
        "Trembling voice",
        (
            TaskClass(
                "trembling",
                (
                    "the voice is trembling",
                    "this person speaks with a shaky voice",
                    "a recording of a quavering voice",
                ),
                (("tremor", "trembling"),),
            ),
            TaskClass(
                "steady",
                (
                    "the voice is steady",
                    "this person speaks with a stable voice",
                    "a recording of a steady voice",
                ),
                (("tremor", "steady"),),
            ),
        ),
    ),
    Task(
        "noise",
        "Background noise",
        (
            TaskClass(
                "noisy",
                (
                    "there is a lot of noise in the background",
                    "this was recorded in a noisy place",
                    "a noisy recording",
                ),
                (("noise", "noisy"),),
            ),
            TaskClass(
                "quiet",
                (
                    "there is no noise in the background",
                    "this was recorded in a quiet place",
                    "a clean recording",
                ),
                (("noise", "quiet"),),
            ),
        ),
    ),
    Task(
        "telephone",
        "Telephone band",
        (
            TaskClass(
                "telephone",
                (
                    "the voice comes over the telephone",
                    "this sounds like a phone call",
                    "a telephone recording",
                ),
                (("band", "telephone"),),
            ),
            TaskClass(
                "full",
                (
                    "the sound has its full bandwidth",
                    "this sounds like a good microphone",
                    "a full-band recording",
                ),
                (("band", "full"),),
            ),
        ),
    ),
    Task(
        "room",
        "Reverberation",
        (
            TaskClass(
                "reverberant",
                (
                    "the voice echoes in a large room",
                    "this was recorded in a hall with a lot of echo",
                    "a reverberant recording",
                ),
                (("room", "reverberant"),),
            ),
            TaskClass(
                "dry",
                (
                    "the voice is close to the microphone, without echo",
                    "this was recorded in a dry room",
                    "a recording without reverberation",
                ),
                (("room", "dry"),),
            ),
        ),
    ),
    Task(
        "level",
        "Level of the recording",
        (
            TaskClass(
                "faint",
                (
                    "the recording is very faint",
                    "this was recorded at a very low level",
                    "a barely audible recording",
                ),
                (("level", "faint"),),
            ),
            TaskClass(
                "loud",
                (
                    "the recording is loud",
                    "this was recorded at a high level",
                    "a loud recording",
                ),
                (("level", "loud"),),
            ),
        ),
    ),
)
"""Every task."""


def task(name: str) -> Task:
    """The task called `name`; a `KeyError` names those that exist."""
    for candidate in TASKS:
        if candidate.name == name:
            return candidate
    raise KeyError(f"no task {name!r}; there are {', '.join(t.name for t in TASKS)}")
