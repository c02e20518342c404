"""Mozilla Common Voice: sentences read by volunteers, one folder a language.

    validated.tsv             client_id, path, sentence, age, gender, accents, locale and others
    train.tsv dev.tsv test.tsv    the corpus's own splits, columns alike; may be missing
    clips/common_voice_*.mp3

Layout as of release 17. Older releases write `accent` for `accents` and `male`, `female`, `other`
for what later became `male_masculine`, `female_feminine` and others; both are read. Other genders
say nothing of the vocal tract and leave `sex` unknown. Ages are decades: teens are left between
child and adult.

The tables of splits hold one reading of each sentence, `validated.tsv` holds them all. A speaker in
a table of a split takes all their clips there; the other speakers are split by hash.

Described in Ardila et al. 2020 (LREC), https://commonvoice.mozilla.org. Licence: CC0 1.0; whoever
downloads it agrees not to try to find out who the speakers are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers.common import (
    ReaderError,
    inside,
    known,
    need_audio,
    split_of,
    table,
)

_COLUMNS = ("client_id", "path", "sentence", "age", "gender", "locale")
_SEX: dict[str, str | None] = {
    "male": "male",
    "female": "female",
    "male_masculine": "male",
    "female_feminine": "female",
    "other": None,
    "transgender": None,
    "non-binary": None,
    "intersex": None,
    "do_not_wish_to_say": None,
}
_DECADES = [
    "twenties",
    "thirties",
    "fourties",  # so spelt in the releases
    "forties",
    "fifties",
    "sixties",
    "seventies",
    "eighties",
    "nineties",
]
_AGES: dict[str, str | None] = {"teens": None} | dict.fromkeys(_DECADES, "adult")
_SPLITS = {"train.tsv": "train", "dev.tsv": "validation", "test.tsv": "test"}


def read(folder: Path) -> Iterator[Recording]:
    """All validated clips of one language."""
    splits = _own_splits(folder)
    for row in table(folder / "validated.tsv", _COLUMNS, "\t", csv.QUOTE_NONE):
        client = row.need("client_id")
        name = row.need("path")
        clip = inside(folder / "clips", name, f"{row.file}, line {row.line}: path")
        yield Recording(
            path=need_audio(clip, row),
            split=splits.get(client) or split_of(client),
            speaker=f"common_voice/{client}",
            language=row.need("locale"),
            transcript=row.need("sentence"),
            attributes=known(
                corpus="common_voice",
                sex=row.choose("gender", _SEX),
                age=row.choose("age", _AGES),
                age_decade=row.get("age"),
                accent=row.get("accents") or row.get("accent"),
            ),
        )


def _own_splits(folder: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for file, split in _SPLITS.items():
        if not (folder / file).is_file():
            continue
        for row in table(folder / file, ("client_id",), "\t", csv.QUOTE_NONE):
            client = row.need("client_id")
            if found.setdefault(client, split) != split:
                raise ReaderError(
                    f"{row.file}, line {row.line}: expected a speaker of {split} alone,"
                    f" got {client} of {found[client]}"
                )
    return found
