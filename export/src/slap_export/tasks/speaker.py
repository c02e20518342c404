"""Questions about who is speaking, and in which language."""

from __future__ import annotations

from slap_export.tasks.binary import ADULT, ONE, SPEECH, VOICED, Task, TaskClass

_CHILD = TaskClass(
    "child",
    (
        "a child is speaking",
        "this is the voice of a child",
        "a recording of a young child's voice",
    ),
    (("age", "child"),),
)

TASKS: tuple[Task, ...] = (
    Task(
        "sex",
        "speaker",
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
        needs=(ADULT, ONE),
    ),
    Task(
        "age",
        "speaker",
        "Age-typical voice",
        (
            _CHILD,
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
        needs=(ONE,),
    ),
    Task(
        "whispered_sex",
        "speaker",
        "Sex-typical whisper",
        (
            TaskClass(
                "female",
                (
                    "a woman is whispering",
                    "this is the whisper of a woman",
                    "a recording of a whispering female speaker",
                ),
                (("phonation", "whispered"), ("sex", "female")),
            ),
            TaskClass(
                "male",
                (
                    "a man is whispering",
                    "this is the whisper of a man",
                    "a recording of a whispering male speaker",
                ),
                (("phonation", "whispered"), ("sex", "male")),
            ),
        ),
        needs=((("whisper", "whispered"),), ADULT, ONE),
    ),
    Task(
        "woman_or_child",
        "speaker",
        "Woman or child",
        (
            TaskClass(
                "woman",
                (
                    "a grown woman is speaking",
                    "this is the voice of an adult woman",
                    "a recording of a woman's voice",
                ),
                (("sex", "female"), ("age", "adult")),
            ),
            _CHILD,
        ),
        needs=(ONE, (("sex", "female"), ("age", "child"))),
    ),
    Task(
        "man_or_child",
        "speaker",
        "Man or child",
        (
            TaskClass(
                "man",
                (
                    "a grown man is speaking",
                    "this is the voice of an adult man",
                    "a recording of a man's voice",
                ),
                (("sex", "male"), ("age", "adult")),
            ),
            _CHILD,
        ),
        needs=(ONE, (("sex", "male"), ("age", "child"))),
    ),
    Task(
        "speakers",
        "speaker",
        "Number of speakers",
        (
            TaskClass(
                "two",
                (
                    "two people are speaking at once",
                    "these are the voices of two speakers at the same time",
                    "a recording of two overlapping voices",
                ),
                (("speakers", "two"),),
            ),
            TaskClass(
                "one",
                (
                    "one person is speaking alone",
                    "this is the voice of a single speaker",
                    "a recording of one voice",
                ),
                (("speakers", "one"),),
            ),
        ),
        usual="one",
    ),
    Task(
        "english",
        "speaker",
        "Language",
        (
            TaskClass(
                "english",
                (
                    "the speech is in English",
                    "this person speaks English",
                    "a recording of English speech",
                ),
                (("english", "english"),),
            ),
            TaskClass(
                "other",
                (
                    "the speech is in a language other than English",
                    "this person speaks a foreign language",
                    "a recording of foreign speech",
                ),
                (("english", "other"),),
            ),
        ),
        needs=(SPEECH,),
    ),
    Task(
        "pitch",
        "speaker",
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
        needs=(ONE, VOICED),
    ),
    Task(
        "man_register",
        "speaker",
        "Pitch among men",
        (
            TaskClass(
                "light",
                (
                    "the man has a light voice",
                    "this man speaks high for a man",
                    "a recording of a light male voice",
                ),
                (("sex", "male"), ("register", "light")),
            ),
            TaskClass(
                "deep",
                (
                    "the man has a deep voice",
                    "this man speaks low for a man",
                    "a recording of a deep male voice",
                ),
                (("sex", "male"), ("register", "deep")),
            ),
        ),
        needs=((("sex", "male"),), ADULT, ONE, VOICED),
    ),
    Task(
        "woman_register",
        "speaker",
        "Pitch among women",
        (
            TaskClass(
                "light",
                (
                    "the woman has a light voice",
                    "this woman speaks high for a woman",
                    "a recording of a light female voice",
                ),
                (("sex", "female"), ("register", "light")),
            ),
            TaskClass(
                "deep",
                (
                    "the woman has a deep voice",
                    "this woman speaks low for a woman",
                    "a recording of a deep female voice",
                ),
                (("sex", "female"), ("register", "deep")),
            ),
        ),
        needs=((("sex", "female"),), ADULT, ONE, VOICED),
    ),
)
"""Tasks of the group `speaker`."""
