"""RAVDESS: two statements spoken and sung in up to eight emotions by 24 actors.

    Actor_01/03-01-06-01-02-01-12.wav

The name says it all: modality (03 is audio alone), vocal channel (01 speech, 02 song), emotion,
intensity (01 normal, 02 strong), statement, repetition, actor. Odd actors are male, even ones
female. Layout as of the Zenodo release of 2018, where the archives of speech and song both unpack
to folders of actors; they may lie one folder deeper. Ages were 21 to 33. There are no splits:
actors are split by hash.

Described in Livingstone and Russo 2018 (PLoS ONE 13), https://doi.org/10.5281/zenodo.1188976.
Licence: CC BY-NC-SA 4.0, so nothing trained on it may be shipped for commercial use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers.common import ReaderError, some, split_of

EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happy",
    "04": "sad",
    "05": "angry",
    "06": "fearful",
    "07": "disgusted",
    "08": "surprised",
}
STATEMENTS = {"01": "Kids are talking by the door.", "02": "Dogs are sitting by the door."}
_CHANNELS = {"01": "speech", "02": "song"}
_INTENSITY = {"01": "normal", "02": "strong"}
_NAME = re.compile(r"03-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(0[1-9]|1\d|2[0-4])")


def read(folder: Path) -> Iterator[Recording]:
    """Every statement of every actor."""
    pattern = "Actor_*/*.wav"
    for file in some(sorted(folder.rglob(pattern)), folder, pattern):
        match = _NAME.fullmatch(file.stem)
        if match is None or file.parent.name != f"Actor_{match[6]}":
            raise ReaderError(
                f"{file}: expected 03-CC-EE-II-SS-RR-AA.wav in Actor_AA, got {file.name}"
            )
        actor = f"ravdess/{match[6]}"
        yield Recording(
            path=file,
            split=split_of(actor),
            speaker=actor,
            language="en",
            transcript=STATEMENTS[match[4]],
            attributes={
                "corpus": "ravdess",
                "sex": "male" if int(match[6]) % 2 else "female",
                "age": "adult",
                "emotion": EMOTIONS[match[2]],
                "emotion_intensity": _INTENSITY[match[3]],
                "vocal_channel": _CHANNELS[match[1]],
            },
        )
