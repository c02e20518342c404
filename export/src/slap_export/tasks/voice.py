"""Questions about the voice and the manner of speaking."""

from __future__ import annotations

from slap_export.tasks.binary import CLEAR, SPEECH, VOICED, Task, TaskClass

WHISPERED = TaskClass(
    "whispered",
    (
        "someone is whispering",
        "this speech is whispered",
        "a recording of a whispering voice",
    ),
    (("phonation", "whispered"),),
)

_BREATHY = (
    "the voice is breathy",
    "this person speaks with an airy voice",
    "a recording of a breathy voice",
)

BREATHY_NOT_ROUGH = TaskClass(
    "breathy", _BREATHY, (("breathiness", "breathy"), ("roughness", "clear"))
)

_CREAKY = (
    "the voice is creaky",
    "this person speaks with vocal fry",
    "a recording of a creaky voice",
)

HOARSE = (
    "the voice is hoarse",
    "this person speaks with a rough, raspy voice",
    "a recording of a hoarse voice",
)

SHOUTED = TaskClass(
    "shouted",
    (
        "someone is shouting",
        "this person calls out at the top of the voice",
        "a recording of a shouting voice",
    ),
    (("effort", "shouted"),),
)

MURMURED = TaskClass(
    "murmured",
    (
        "someone is murmuring",
        "this person speaks softly, in an undertone",
        "a recording of a murmuring voice",
    ),
    (("effort", "murmured"),),
)

ORDINARY = TaskClass(
    "ordinary",
    (
        "someone is speaking with ordinary effort",
        "this person speaks as in a normal conversation",
        "a recording of a conversational voice",
    ),
    (("effort", "ordinary"),),
)

FADING = TaskClass(
    "fading",
    (
        "the voice fades away towards the end",
        "this person begins loudly and ends softly",
        "a recording of speech that gets quieter and quieter",
    ),
    (("course", "fading"),),
)

TASKS: tuple[Task, ...] = (
    Task(
        "whisper",
        "voice",
        "Whispering",
        (
            WHISPERED,
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
        usual="voiced",
    ),
    Task(
        "breathy",
        "voice",
        "Breathy voice",
        (
            BREATHY_NOT_ROUGH,
            TaskClass(
                "clear",
                (
                    "the voice is clear and firm",
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
        "creak",
        "voice",
        "Creaky voice",
        (
            TaskClass("creaky", _CREAKY, (("creak", "creaky"),)),
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
        "nasal",
        "voice",
        "Nasal voice",
        (
            TaskClass(
                "nasal",
                (
                    "the voice is nasal",
                    "this person speaks with a nasal twang",
                    "a recording of a voice that sounds in the nose",
                ),
                (("nasality", "nasal"),),
            ),
            TaskClass(
                "oral",
                (
                    "the voice resonates in the mouth",
                    "this person speaks with an open, oral tone",
                    "a recording of a voice that sounds in the mouth",
                ),
                (("nasality", "oral"),),
            ),
        ),
        usual="oral",
        needs=(VOICED,),
    ),
    Task("shout", "voice", "Shouting", (SHOUTED, ORDINARY), usual="ordinary", needs=(VOICED,)),
    Task("murmur", "voice", "Murmuring", (MURMURED, ORDINARY), usual="ordinary", needs=(VOICED,)),
    Task(
        "effort",
        "voice",
        "Vocal effort",
        (SHOUTED, MURMURED),
        needs=(VOICED, (("shout", "shouted"), ("murmur", "murmured"))),
    ),
    Task(
        "rate",
        "voice",
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
        needs=(SPEECH,),
    ),
    Task(
        "intonation",
        "voice",
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
        needs=(VOICED, SPEECH),
    ),
    Task(
        "breathy_or_hoarse",
        "voice",
        "Breathy or hoarse",
        (
            BREATHY_NOT_ROUGH,
            TaskClass("hoarse", HOARSE, (("roughness", "hoarse"), ("breathiness", "clear"))),
        ),
        needs=(VOICED, (("breathy", "breathy"), ("hoarse", "hoarse"))),
    ),
    Task(
        "creaky_or_hoarse",
        "voice",
        "Creaky or hoarse",
        (
            TaskClass("creaky", _CREAKY, (("creak", "creaky"), ("roughness", "clear"))),
            TaskClass("hoarse", HOARSE, (("roughness", "hoarse"), ("creak", "clear"))),
        ),
        needs=(VOICED, (("creak", "creaky"), ("hoarse", "hoarse"))),
    ),
    Task(
        "whispered_or_breathy",
        "voice",
        "Whispered or breathy",
        (WHISPERED, TaskClass("breathy", _BREATHY, (("breathiness", "breathy"),))),
        needs=((("whisper", "whispered"), ("breathy", "breathy")),),
    ),
    Task(
        "tension",
        "voice",
        "Tension of the voice",
        (
            TaskClass(
                "strained",
                (
                    "the voice is tense and pressed",
                    "this person squeezes the voice",
                    "a recording of a tight, strained voice",
                ),
                (("strain", "strained"),),
            ),
            TaskClass(
                "breathy",
                (
                    "the voice is lax and breathy",
                    "this person lets air flow through the voice",
                    "a recording of a loose, airy voice",
                ),
                (("breathiness", "breathy"), ("strain", "clear")),
            ),
        ),
        needs=(VOICED, (("strained", "strained"), ("breathy", "breathy"))),
    ),
    Task(
        "material",
        "voice",
        "Held vowel or speech",
        (
            TaskClass(
                "vowel",
                (
                    "a single vowel is held",
                    "this person sustains one long vowel",
                    "a recording of a sustained ah",
                ),
                (("material", "vowel"),),
            ),
            TaskClass(
                "speech",
                (
                    "words and sentences are spoken",
                    "this person speaks in whole sentences",
                    "a recording of running speech",
                ),
                (("material", "speech"),),
            ),
        ),
        usual="speech",
    ),
    Task(
        "course",
        "voice",
        "Course of the loudness",
        (
            TaskClass(
                "growing",
                (
                    "the voice grows louder towards the end",
                    "this person begins softly and ends loudly",
                    "a recording of speech that gets louder and louder",
                ),
                (("course", "growing"),),
            ),
            FADING,
        ),
    ),
)
"""Tasks of the group `voice`."""
