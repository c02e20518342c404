"""CREMA-D: twelve sentences acted in six emotions by 91 actors.

    VideoDemographics.csv              ActorID, Age, Sex, Race, Ethnicity
    AudioWAV/1001_DFA_ANG_XX.wav       actor, sentence, emotion, intensity

Layout as of the public repository of 2014 and later. Intensity is LO, MD, HI or XX (not
specified); one file is known to end in X. `emotion` is what the actor was asked to show, not what
listeners heard. Race and ethnicity are not read. There are no splits: actors are split by hash. A
download without Git LFS leaves small text files in place of audio, which are refused.

Described in Cao et al. 2014 (IEEE Transactions on Affective Computing 5),
https://github.com/CheyneyComputerScience/CREMA-D. Licence: Open Database License 1.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers.common import (
    ReaderError,
    Row,
    age_group,
    known,
    some,
    split_of,
    table,
)

SENTENCES = {
    "IEO": "It's eleven o'clock.",
    "TIE": "That is exactly what happened.",
    "IOM": "I'm on my way to the meeting.",
    "IWW": "I wonder what this is about.",
    "TAI": "The airplane is almost full.",
    "MTI": "Maybe tomorrow it will be cold.",
    "IWL": "I would like a new alarm clock.",
    "ITH": "I think I have a doctor's appointment.",
    "DFA": "Don't forget a jacket.",
    "ITS": "I think I've seen this before.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}
EMOTIONS = {
    "ANG": "angry",
    "DIS": "disgusted",
    "FEA": "fearful",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
_INTENSITY = {"LO": "low", "MD": "medium", "HI": "high", "XX": None, "X": None}
_NAME = re.compile(r"(\d{4})_([A-Z]{3})_([A-Z]{3})_([A-Z]{1,2})")


def read(folder: Path) -> Iterator[Recording]:
    """Every acted sentence."""
    columns = ("ActorID", "Age", "Sex")
    actors = {r.need("ActorID"): r for r in table(folder / "VideoDemographics.csv", columns)}
    for file in some(sorted(folder.glob("AudioWAV/*.wav")), folder, "AudioWAV/*.wav"):
        match = _NAME.fullmatch(file.stem)
        if (
            match is None
            or match[2] not in SENTENCES
            or match[3] not in EMOTIONS
            or match[4] not in _INTENSITY
        ):
            raise ReaderError(f"{file}: expected ACTOR_SENTENCE_EMOTION_LEVEL.wav, got {file.name}")
        actor = match[1]
        if actor not in actors:
            raise ReaderError(f"{folder / 'VideoDemographics.csv'}: expected {actor}, got nothing")
        _refuse_pointer(file)
        yield Recording(
            path=file,
            split=split_of(f"crema_d/{actor}"),
            speaker=f"crema_d/{actor}",
            language="en",
            transcript=SENTENCES[match[2]],
            attributes=_attributes(actors[actor], match[3], match[4]),
        )


def _attributes(actor: Row, emotion: str, intensity: str) -> dict[str, str | None]:
    return known(
        corpus="crema_d",
        sex=actor.choose("Sex", {"Male": "male", "Female": "female"}),
        age=age_group(actor.years("Age")),
        emotion=EMOTIONS[emotion],
        emotion_intensity=_INTENSITY[intensity],
    )


def _refuse_pointer(file: Path) -> None:
    with file.open("rb") as start:
        if start.read(8) == b"version ":
            raise ReaderError(f"{file}: expected audio, got a Git LFS pointer")
