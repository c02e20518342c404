"""Questions about signs in the voice. The corpus makes them; they say nothing about anyone."""

from __future__ import annotations

from slap_export.tasks.binary import CLEAR, SPEECH, VOICED, Task, TaskClass
from slap_export.tasks.voice import FADING, HOARSE

_TREMBLING = (
    "the voice is trembling",
    "this person speaks with a shaky voice",
    "a recording of a quavering voice",
)

_BREAKING = (
    "the voice breaks again and again",
    "this person speaks in a voice that gives way",
    "a recording of a breaking voice",
)

TASKS: tuple[Task, ...] = (
    Task(
        "hoarse",
        "health",
        "Hoarse voice",
        (
            TaskClass("hoarse", HOARSE, (("roughness", "hoarse"),)),
            TaskClass(
                "clear",
                (
                    "the voice is clear and smooth",
                    "this person speaks with a clean voice",
                    "a recording of a clear voice",
                ),
                CLEAR,
            ),
        ),
        usual="clear",
        needs=(VOICED,),
    ),
    Task(
        "strained",
        "health",
        "Strained voice",
        (
            TaskClass(
                "strained",
                (
                    "the voice is strained",
                    "this person speaks with a pressed, tight voice",
                    "a recording of a strained voice",
                ),
                (("strain", "strained"),),
            ),
            TaskClass(
                "clear",
                (
                    "the voice is relaxed and clear",
                    "this person speaks with an easy, free voice",
                    "a recording of a relaxed voice",
                ),
                CLEAR,
            ),
        ),
        usual="clear",
        needs=(VOICED,),
    ),
    Task(
        "tremor",
        "health",
        "Trembling voice",
        (
            TaskClass("trembling", _TREMBLING, (("tremor", "trembling"),)),
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
        usual="steady",
        needs=(VOICED,),
    ),
    Task(
        "breaks",
        "health",
        "Breaking voice",
        (
            TaskClass("breaking", _BREAKING, (("breaks", "breaking"),)),
            TaskClass(
                "unbroken",
                (
                    "the voice is unbroken and sustained",
                    "this person speaks in a voice that holds through",
                    "a recording of an unbroken voice",
                ),
                (("breaks", "unbroken"),),
            ),
        ),
        usual="unbroken",
        needs=(VOICED,),
    ),
    Task(
        "doubling",
        "health",
        "Doubled tone",
        (
            TaskClass(
                "double",
                (
                    "the voice sounds double",
                    "this person speaks with two tones at once",
                    "a recording of a double-toned voice",
                ),
                (("doubling", "double"),),
            ),
            TaskClass(
                "single",
                (
                    "the voice has one tone",
                    "this person speaks with one tone at a time",
                    "a recording of an undivided voice",
                ),
                (("doubling", "single"),),
            ),
        ),
        usual="single",
        needs=(VOICED,),
    ),
    Task(
        "hesitation",
        "health",
        "Hesitation",
        (
            TaskClass(
                "hesitant",
                (
                    "the speech is hesitant, with long pauses",
                    "this person keeps stopping in the middle of a phrase",
                    "a recording of halting speech",
                ),
                (("fluency", "hesitant"),),
            ),
            TaskClass(
                "fluent",
                (
                    "the speech is fluent",
                    "this person speaks in one flow",
                    "a recording of smoothly flowing speech",
                ),
                (("fluency", "fluent"),),
            ),
        ),
        usual="fluent",
        needs=(SPEECH,),
    ),
    Task(
        "breath_pauses",
        "health",
        "Breaths in the pauses",
        (
            TaskClass(
                "audible",
                (
                    "breaths are heard in the pauses",
                    "this person breathes in noisily between phrases",
                    "a recording of speech with audible breathing",
                ),
                (("breathing", "audible"),),
            ),
            TaskClass(
                "silent",
                (
                    "the pauses are silent",
                    "this person breathes in silently between phrases",
                    "a recording of speech with silent pauses",
                ),
                (("breathing", "silent"),),
            ),
        ),
        usual="silent",
        needs=(SPEECH, (("hesitation", "hesitant"),)),
    ),
    Task(
        "fading",
        "health",
        "Fading voice",
        (
            FADING,
            TaskClass(
                "even",
                (
                    "the voice keeps the same loudness",
                    "this person is equally loud from beginning to end",
                    "a recording of speech at an even volume",
                ),
                (("course", "even"),),
            ),
        ),
        usual="even",
    ),
    Task(
        "mumbling",
        "health",
        "Mumbling",
        (
            TaskClass(
                "mumbled",
                (
                    "the speech is mumbled",
                    "this person swallows the sounds of the words",
                    "a recording of indistinct speech",
                ),
                (("articulation", "mumbled"),),
            ),
            TaskClass(
                "distinct",
                (
                    "the speech is distinct",
                    "this person pronounces every word clearly",
                    "a recording of well articulated speech",
                ),
                (("articulation", "distinct"),),
            ),
        ),
        usual="distinct",
        needs=(SPEECH,),
    ),
    Task(
        "rough_breathy",
        "health",
        "Rough and breathy at once",
        (
            TaskClass(
                "rough_breathy",
                (
                    "the voice is hoarse and breathy",
                    "this person speaks with a rough, airy voice",
                    "a recording of a hoarse voice with a lot of breath",
                ),
                (("roughness", "hoarse"), ("breathiness", "breathy")),
            ),
            TaskClass(
                "clear",
                (
                    "the voice is smooth and firm",
                    "this person speaks with a clean voice",
                    "a recording of a clear voice",
                ),
                CLEAR,
            ),
        ),
        usual="clear",
        needs=(VOICED,),
    ),
    Task(
        "flat_slow",
        "health",
        "Flat and slow",
        (
            TaskClass(
                "flat_slow",
                (
                    "the speech is flat and slow",
                    "this person talks slowly, on one note",
                    "a recording of slow, monotonous speech",
                ),
                (("intonation", "monotone"), ("rate", "slow")),
            ),
            TaskClass(
                "lively_fast",
                (
                    "the speech is lively and fast",
                    "this person talks quickly, with a lot of intonation",
                    "a recording of rapid, animated speech",
                ),
                (("intonation", "lively"), ("rate", "fast")),
            ),
        ),
        needs=(
            VOICED,
            SPEECH,
            (("intonation", "monotone"), ("rate", "fast")),
            (("rate", "slow"), ("intonation", "lively")),
        ),
    ),
    Task(
        "trembling_or_breaking",
        "health",
        "Trembling or breaking",
        (
            TaskClass("trembling", _TREMBLING, (("tremor", "trembling"), ("breaks", "unbroken"))),
            TaskClass("breaking", _BREAKING, (("breaks", "breaking"), ("tremor", "steady"))),
        ),
        needs=(VOICED, (("tremor", "trembling"), ("breaks", "breaking"))),
    ),
    Task(
        "altered",
        "health",
        "Altered voice",
        (
            TaskClass(
                "altered",
                (
                    "the voice is altered",
                    "this person speaks with a damaged voice",
                    "a recording of a rough, strained or broken voice",
                    "a voice of poor quality",
                ),
                (("quality", "altered"),),
            ),
            TaskClass(
                "clear",
                (
                    "the voice is natural and clear",
                    "this person speaks with a clean voice",
                    "a recording of a smooth, relaxed and firm voice",
                    "a voice of the best quality",
                ),
                CLEAR,
            ),
        ),
        usual="clear",
        needs=(VOICED,),
    ),
)
"""Tasks of the group `health`."""
