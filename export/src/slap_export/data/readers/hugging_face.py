"""A folder in the AudioFolder layout of Hugging Face `datasets`.

    metadata.csv or metadata.jsonl           file_name and any other columns
    clips/a.wav                              named by file_name, relative to the metadata's folder
    or the same in train/, validation/ (valid, val, dev) and test/, each with metadata of its own

Layout as of `datasets` 3. The folder of a split, or a folder of that name in `file_name`, gives the
split; elsewhere it is a hash of the speaker, or of the file's name where no speaker is named. These
columns have a meaning: transcription, transcript, text or sentence; speaker or speaker_id; language
or locale; caption, captions, description or text_description; sex or gender. All others become
attributes as they are, or, where an attribute of ours has that name but not that value, under the
name with `_words` behind it. Capitals make no difference in these columns and values. Parquet, and
labels by folder names without metadata, are not read.

Described at https://huggingface.co/docs/datasets/audio_dataset. The licence is the dataset's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from slap_export.corpus.attributes import VALUES
from slap_export.data.manifest import Recording
from slap_export.data.readers.common import ReaderError, inside, json_lines, some, split_of, table
from slap_export.data.readers.words import WORDS

_SPLITS = {
    "train": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
}
_TRANSCRIPT = ("transcription", "transcript", "text", "sentence")
_SPEAKER = ("speaker", "speaker_id")
_LANGUAGE = ("language", "locale")
_CAPTIONS = ("captions", "caption", "description", "text_description")
_SEX = ("sex", "gender")
_MEANT = {*VALUES, *_TRANSCRIPT, *_SPEAKER, *_LANGUAGE, *_CAPTIONS, *_SEX}


def read(folder: Path) -> Iterator[Recording]:
    """Every row of every metadata file, at the top or in the folder of a split."""
    homes = [folder] + [folder / name for name in _SPLITS]
    names = ("metadata.csv", "metadata.jsonl")
    found = [home / name for home in homes for name in names if (home / name).is_file()]
    for file in some(found, folder, "metadata.csv or metadata.jsonl"):
        split = _SPLITS.get(file.parent.name) if file.parent != folder else None
        for place, values in _rows(file):
            yield _recording(folder.resolve().name, file.parent, values, split, place)


def _rows(file: Path) -> Iterator[tuple[str, dict[str, object]]]:
    if file.suffix == ".csv":
        for row in table(file, ("file_name",)):
            yield f"{file}, line {row.line}", dict(row.values)
    else:
        for number, values in json_lines(file):
            yield f"{file}, line {number}", values


def _recording(
    corpus: str, home: Path, values: dict[str, object], split: str | None, place: str
) -> Recording:
    left = _filled(values, place)
    name = _take(left, ("file_name",), place)
    if name is None:
        raise ReaderError(f"{place}: file_name: expected a text, got nothing")
    path = inside(home, name, f"{place}: file_name")
    if not path.is_file():
        raise ReaderError(f"{place}: expected audio at {path}, got nothing")
    speaker = _take(left, _SPEAKER, place)
    named = [_SPLITS[part] for part in PurePosixPath(name).parts[:-1] if part in _SPLITS]
    captions = _captions(left, place)
    transcript = _take(left, _TRANSCRIPT, place)
    language = _take(left, _LANGUAGE, place)
    sex = _take(left, _SEX, place)
    attributes: dict[str, str | None] = {"corpus": corpus}
    if sex is not None:
        left["sex"] = {"f": "female", "m": "male"}.get(sex.lower(), sex.lower())
    for key, value in left.items():
        if isinstance(value, list | dict):
            raise ReaderError(f"{place}: {key}: expected a single value, got {value!r:.40}")
        words, said = VALUES.get(key), str(value)
        if words is not None:
            said = said.lower() if said.lower() in words else said
            key = key if said in words else f"{key}{WORDS}"
        attributes[key] = said
    return Recording(
        path=path,
        split=split or (named[0] if named else split_of(speaker or name)),
        speaker=None if speaker is None else f"{corpus}/{speaker}",
        language=language,
        transcript=transcript,
        attributes=attributes,
        captions=captions,
    )


def _filled(values: dict[str, object], place: str) -> dict[str, object]:
    """The cells that are not empty, columns that have a meaning under their names in small."""
    found: dict[str, object] = {}
    for column, value in values.items():
        name = column.strip().lower()
        name = name if name in _MEANT else column
        value = value.strip() if isinstance(value, str) else value
        if value in (None, "", []):
            continue
        if name in found:
            raise ReaderError(f"{place}: {name}: expected one column of that name, got two")
        found[name] = value
    return found


def _take(left: dict[str, object], names: tuple[str, ...], place: str) -> str | None:
    """Removes the first of the columns that is there and gives its text."""
    for name in names:
        if name in left:
            value = left.pop(name)
            if isinstance(value, bool) or not isinstance(value, str | int):
                raise ReaderError(f"{place}: {name}: expected a text, got {value!r:.40}")
            return str(value)
    return None


def _captions(left: dict[str, object], place: str) -> tuple[str, ...]:
    for name in _CAPTIONS:
        if name in left:
            value = left.pop(name)
            texts = [value] if isinstance(value, str) else value
            if not isinstance(texts, list) or not all(isinstance(t, str) for t in texts):
                raise ReaderError(f"{place}: {name}: expected texts, got {value!r:.40}")
            return tuple(texts)
    return ()
