"""VCTK 0.92: newspaper sentences read by English speakers of many accents.

    speaker-info.txt                              ID AGE GENDER ACCENTS REGION COMMENTS
    wav48_silence_trimmed/p225/p225_001_mic1.flac
    txt/p225/p225_001.txt

Layout as of release 0.92; the columns of speaker-info.txt are parted by blanks, and everything
after the accent is region and comments. Only microphone 1 is read: microphone 2 holds the same
words. The texts of p315 were lost, so a text that is missing is an unknown transcript and no error.
There are no splits: speakers are split by hash.

Described in Yamagishi, Veaux and MacDonald 2019, https://doi.org/10.7488/ds/2645. Licence: CC BY
4.0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers.common import (
    ReaderError,
    age_group,
    known,
    need_file,
    some,
    split_of,
)

_SEX = {"F": "female", "M": "male"}
_NAME = re.compile(r"([ps]\d+)_(\d+)_mic1")


def read(folder: Path) -> Iterator[Recording]:
    """Every sentence of every speaker, microphone 1."""
    speakers = _speakers(folder / "speaker-info.txt")
    pattern = "wav48_silence_trimmed/*/*_mic1.flac"
    for file in some(sorted(folder.glob(pattern)), folder, pattern):
        match = _NAME.fullmatch(file.stem)
        if match is None or match[1] != file.parent.name:
            raise ReaderError(f"{file}: expected {file.parent.name}_NNN_mic1.flac, got {file.name}")
        speaker = match[1]
        if speaker not in speakers:
            raise ReaderError(f"{folder / 'speaker-info.txt'}: expected {speaker}, got nothing")
        text = folder / "txt" / speaker / f"{speaker}_{match[2]}.txt"
        yield Recording(
            path=file,
            split=split_of(f"vctk/{speaker}"),
            speaker=f"vctk/{speaker}",
            language="en",
            transcript=text.read_text(encoding="utf-8").strip() if text.is_file() else None,
            attributes={"corpus": "vctk", **speakers[speaker]},
        )


def _speakers(file: Path) -> dict[str, dict[str, str | None]]:
    found: dict[str, dict[str, str | None]] = {}
    lines = need_file(file).read_text(encoding="utf-8").split("\n")
    if lines[0].split()[:4] != ["ID", "AGE", "GENDER", "ACCENTS"]:
        raise ReaderError(f"{file}, line 1: expected ID AGE GENDER ACCENTS, got {lines[0]!r:.60}")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split()
        if not cells:
            continue
        if len(cells) < 4 or not cells[1].isdecimal() or cells[2] not in _SEX:
            raise ReaderError(
                f"{file}, line {number}: expected ID AGE F|M ACCENT, got {line!r:.60}"
            )
        # Early releases wrote the number alone.
        name = f"p{cells[0]}" if cells[0].isdecimal() else cells[0]
        found[name] = known(
            sex=_SEX[cells[2]], age=age_group(int(cells[1])), accent=cells[3].lower()
        )
    return found
