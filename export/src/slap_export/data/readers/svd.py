"""Saarbrücken Voice Database: vowels and one sentence, of people in and out of a voice clinic.

    overview.csv            AufnahmeID, AufnahmeTyp, AufnahmeDatum, SprecherID, Geburtsdatum,
                            Geschlecht, Pathologien, and others that are not read
    .../1/vowels/1-a_n.wav  session, vowel, pitch asked for: n, h, l, lhl (low, high, low)
    .../1/vowels/1-iau.wav  all vowels of a session
    .../1/sentences/1-phrase.wav

Layout as of the web export and of the table that goes with it; the folders above a file are not
looked at, only its name. The release on Zenodo holds .nsp files in the same folders, which
must be converted to .wav first. Dates are read as 2000-12-31 or 31.12.2000. Tracks of the
electroglottograph (`-egg`) are passed over. Exports are often partial, so sessions of the table
without audio are passed over too; audio without a session in the table is an error.

`recording_type_label` (normal or pathological) and `pathology_label` (in German, as noted) are what
was written down in the clinic, and no more than that. The pitch asked for is kept as `pitch_asked`:
it is relative to the speaker and was not measured. There are no splits: speakers are split by hash.

Described by Barry and Pützer at https://stimmdb.coli.uni-saarland.de and in Woldert-Jokisz 2007.
Licence: CC BY 4.0 for the release on Zenodo as far as is known here; see what came with the copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
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

PHRASE = "Guten Morgen, wie geht es Ihnen?"
_COLUMNS = (
    "AufnahmeID",
    "AufnahmeTyp",
    "AufnahmeDatum",
    "SprecherID",
    "Geburtsdatum",
    "Geschlecht",
    "Pathologien",
)
_NAME = re.compile(r"(\d+)-(?:([aiu])_(n|h|l|lhl)|(iau)|(phrase))")
_PITCHES = {"n": "normal", "h": "high", "l": "low", "lhl": "rising and falling"}


def read(folder: Path) -> Iterator[Recording]:
    """Every vowel and sentence of every session that is here."""
    overview = folder / "overview.csv"
    sessions = {row.need("AufnahmeID"): row for row in table(overview, _COLUMNS)}
    files = sorted(f for f in folder.rglob("*.wav") if not f.stem.endswith("-egg"))
    for file in some(files, folder, "SESSION-a_n.wav and the like"):
        match = _NAME.fullmatch(file.stem)
        if match is None:
            raise ReaderError(f"{file}: expected SESSION-VOWEL_PITCH or -phrase, got {file.name}")
        if match[1] not in sessions:
            raise ReaderError(f"{overview}: expected session {match[1]}, got nothing")
        row = sessions[match[1]]
        speaker = f"svd/{row.need('SprecherID')}"
        yield Recording(
            path=file,
            split=split_of(speaker),
            speaker=speaker,
            language="de",
            transcript=PHRASE if match[5] else None,
            attributes=known(
                corpus="svd",
                sex=row.choose("Geschlecht", {"w": "female", "m": "male"}),
                age=age_group(_years(row)),
                material="speech" if match[5] else "vowel" if match[2] else None,
                vowel=match[2] or match[4],
                pitch_asked=_PITCHES.get(match[3] or ""),
                recording_type_label=row.choose(
                    "AufnahmeTyp", {"n": "normal", "p": "pathological"}
                ),
                pathology_label=row.get("Pathologien"),
            ),
        )


def _years(row: Row) -> int | None:
    born, then = _date(row, "Geburtsdatum"), _date(row, "AufnahmeDatum")
    if born is None or then is None:
        return None
    years = then.year - born.year - ((then.month, then.day) < (born.month, born.day))
    if not 0 <= years <= 120:
        raise row.error("Geburtsdatum", f"a birthday before {then}", str(born))
    return years


def _date(row: Row, column: str) -> date | None:
    value = row.get(column)
    if value is None:
        return None
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(value, pattern).date()
        except ValueError:
            continue
    raise row.error(column, "a date like 2000-12-31", repr(value))
