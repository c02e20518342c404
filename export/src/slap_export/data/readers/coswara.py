"""Coswara: breath, cough, counting and vowels that people recorded on their phones in 2020 to 2022.

    combined_data.csv                    id, a (age), g (gender), covid_status and others
    Extracted_data/20200413/ID/cough-heavy.wav
    or 20200413/ID/cough-heavy.wav

Layout as of the public repository after its `extract_data.py` has run; the folders of dates may lie
in `Extracted_data` or at the top. The nine sounds are the names of the files. Participants left out
sounds, and many releases are partial: rows without audio are passed over, audio without a row is an
error. Which language was counted in is not noted. Some files are empty or silent; a file of no
samples is passed over here, silence is for later checks.

`covid_status_label` is what the participants said of themselves, in the table's words. `sound`
keeps what was asked for: how fast "counting-fast" is was never measured. There are no splits:
participants are split by hash.

Described in Sharma et al. 2020 (Interspeech) and Bhattacharya et al. 2023 (Scientific Data 10),
https://github.com/iiscleap/Coswara-Data. Licence: CC BY 4.0.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers.common import (
    ReaderError,
    age_group,
    known,
    some,
    split_of,
    table,
)

SOUNDS = (
    "breathing-deep",
    "breathing-shallow",
    "cough-heavy",
    "cough-shallow",
    "counting-fast",
    "counting-normal",
    "vowel-a",
    "vowel-e",
    "vowel-o",
)
_SEX: dict[str, str | None] = {"male": "male", "female": "female", "other": None}
_HEADER_BYTES = 44  # of a .wav without a sample


def read(folder: Path) -> Iterator[Recording]:
    """Every sound of every participant that is here."""
    file_of_rows = folder / "combined_data.csv"
    rows = {r.need("id"): r for r in table(file_of_rows, ("id", "a", "g", "covid_status"))}
    root = folder / "Extracted_data"
    root = root if root.is_dir() else folder
    for file in some(sorted(root.glob("[0-9]*/*/*.wav")), root, "DATE/ID/SOUND.wav"):
        if file.stem not in SOUNDS:
            raise ReaderError(f"{file}: expected one of {', '.join(SOUNDS)}, got {file.stem}")
        participant = file.parent.name
        if participant not in rows:
            raise ReaderError(f"{file_of_rows}: expected {participant}, got nothing")
        if file.stat().st_size <= _HEADER_BYTES:
            continue
        row = rows[participant]
        speaker = f"coswara/{participant}"
        yield Recording(
            path=file,
            split=split_of(speaker),
            speaker=speaker,
            attributes=known(
                corpus="coswara",
                sex=row.choose("g", _SEX),
                age=age_group(row.years("a")),
                sound=file.stem,
                covid_status_label=row.get("covid_status"),
            ),
        )
