"""Binary tasks by which a model is measured without training on them: prompts against attributes.

A task has two classes; a class has several wordings and a rule that says, from a clip's
attributes, whether the clip belongs to it. A clip in neither class is not used for the task. A
rule never needs an attribute that is None: what cannot be heard is not asked.
"""

from __future__ import annotations

from slap_export.tasks import health, recording, speaker, voice
from slap_export.tasks.binary import Task, TaskClass

__all__ = ["GROUPS", "PROTOCOL", "TASKS", "Task", "TaskClass", "task"]

GROUPS: dict[str, str] = {
    "speaker": "the speaker",
    "voice": "voice and manner of speaking",
    "health": "signs in the voice",
    "recording": "the recording",
}
"""Groups of tasks and their titles, in the order of `TASKS`."""

PROTOCOL: tuple[str, ...] = ("speaker", "voice", "health")
"""The groups over whose tasks the mean score is taken; the recording is asked of beside them."""

TASKS: tuple[Task, ...] = (*speaker.TASKS, *voice.TASKS, *health.TASKS, *recording.TASKS)
"""Every task."""


def task(name: str) -> Task:
    """The task called `name`; a `KeyError` names those that exist."""
    for candidate in TASKS:
        if candidate.name == name:
            return candidate
    raise KeyError(f"no task {name!r}; there are {', '.join(t.name for t in TASKS)}")
