"""What a binary task is: two classes, each with prompts and a rule over attributes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Rule = tuple[tuple[str, str], ...]
"""Attributes and the values they must all have."""

Need = tuple[tuple[str, str], ...]
"""Answers to other tasks, each a task and a class, one of which will do."""

CLEAR: Rule = (("quality", "clear"),)
"""A voice without any of the qualities that have tasks of their own."""

VOICED: Need = (("whisper", "voiced"),)
"""Of a whisper, nothing about the tone of the voice can be asked."""

SPEECH: Need = (("material", "speech"),)
"""Of a held vowel, nothing about words can be asked."""

ONE: Need = (("speakers", "one"),)
"""Of two who speak at once, it cannot be asked who speaks."""

ADULT: Need = (("age", "adult"),)
"""Of children, nothing is asked that goes by sex."""


@dataclass(frozen=True)
class TaskClass:
    """One class of a task: a clip belongs to it if every attribute in `where` has its value."""

    name: str
    prompts: tuple[str, ...]
    where: Rule

    def holds(self, attributes: Mapping[str, str | None]) -> bool:
        """Whether a clip with `attributes` is of this class."""
        return all(attributes.get(name) == value for name, value in self.where)


@dataclass(frozen=True)
class Task:
    """A question with two answers."""

    name: str
    group: str
    title: str
    classes: tuple[TaskClass, TaskClass]
    usual: str | None = None
    """The class that most recordings are of and that is nothing to remark on, if there is one."""
    needs: tuple[Need, ...] = ()
    """What answers to other tasks may not contradict, or the question makes no sense: all of it.

    A clip that is of a class is never of a class that contradicts a need. A task repeats the
    needs of those that it needs: a task that does not apply itself contradicts nothing.
    """

    def class_of(self, attributes: Mapping[str, str | None]) -> int | None:
        """0 or 1, or None if the clip is not used for this task."""
        for index, option in enumerate(self.classes):
            if option.holds(attributes):
                return index
        return None
