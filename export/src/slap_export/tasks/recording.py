"""Questions about the recording, whoever speaks in it."""

from __future__ import annotations

from slap_export.tasks.binary import Task, TaskClass

_HISS = TaskClass(
    "hiss",
    (
        "there is a loud hiss behind the voice",
        "this was recorded amid hissing noise",
        "a recording with white noise",
    ),
    (("noise", "noisy"), ("noise_kind", "white")),
)

TASKS: tuple[Task, ...] = (
    Task(
        "noise",
        "recording",
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
        usual="quiet",
    ),
    Task(
        "telephone",
        "recording",
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
        usual="full",
    ),
    Task(
        "room",
        "recording",
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
        usual="dry",
    ),
    Task(
        "level",
        "recording",
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
    Task(
        "hum_or_hiss",
        "recording",
        "Hum or hiss",
        (
            TaskClass(
                "hum",
                (
                    "there is a mains hum behind the voice",
                    "this was recorded beside a humming machine",
                    "a recording with an electric hum",
                ),
                (("noise", "noisy"), ("noise_kind", "hum")),
            ),
            _HISS,
        ),
        needs=((("noise", "noisy"),),),
    ),
    Task(
        "babble_or_hiss",
        "recording",
        "Babble or hiss",
        (
            TaskClass(
                "babble",
                (
                    "there are many people talking behind the voice",
                    "this was recorded in a crowd",
                    "a recording with a babble of voices",
                ),
                (("noise", "noisy"), ("noise_kind", "babble")),
            ),
            _HISS,
        ),
        needs=((("noise", "noisy"),),),
    ),
    Task(
        "muffled",
        "recording",
        "Muffled microphone",
        (
            TaskClass(
                "muffled",
                (
                    "the sound is muffled",
                    "this was recorded with cloth over the microphone",
                    "a dull, muffled recording",
                ),
                (("microphone", "muffled"),),
            ),
            TaskClass(
                "open",
                (
                    "the sound is open and bright",
                    "this was recorded with an uncovered microphone",
                    "a bright, open recording",
                ),
                (("microphone", "open"),),
            ),
        ),
        usual="open",
    ),
    Task(
        "overdriven",
        "recording",
        "Overdriven recording",
        (
            TaskClass(
                "overdriven",
                (
                    "the sound is distorted",
                    "this was recorded with too much gain and clips",
                    "an overdriven recording",
                ),
                (("distortion", "overdriven"),),
            ),
            TaskClass(
                "clean",
                (
                    "the sound is clean and undistorted",
                    "this was recorded with the right gain",
                    "an undistorted recording",
                ),
                (("distortion", "clean"),),
            ),
        ),
        usual="clean",
    ),
    Task(
        "coded",
        "recording",
        "Coarsely coded recording",
        (
            TaskClass(
                "coded",
                (
                    "the sound is heavily compressed",
                    "this went through a coarse digital coder",
                    "a recording full of coding artefacts",
                ),
                (("codec", "coded"),),
            ),
            TaskClass(
                "clean",
                (
                    "the sound is natural and uncompressed",
                    "this was kept in full digital quality",
                    "an uncompressed recording",
                ),
                (("codec", "clean"),),
            ),
        ),
        usual="clean",
    ),
)
"""Tasks of the group `recording`."""
