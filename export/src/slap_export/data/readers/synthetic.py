"""The synthetic corpus that `slap-export corpus synth` makes.

    clips.jsonl             id, path, split, engine, speaker, language, text, attributes, parts
    audio/SPLIT/ID.flac

Splits are the corpus's own, and so are all attributes; `engine` names the synthesiser. Other keys
of a line, which say how the clip was made, are not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import FieldError, Recording, attributes_of, parts_of
from slap_export.data.readers.common import ReaderError, inside, json_lines, some

_TEXTS = ("path", "split", "engine", "speaker", "language", "text")


def read(folder: Path) -> Iterator[Recording]:
    """Every clip, in the order of the corpus."""
    file = folder / "clips.jsonl"
    some([file] if file.is_file() else [], folder, "clips.jsonl")
    for number, values in json_lines(file):
        yield _recording(folder, values, f"{file}, line {number}")


def _recording(folder: Path, values: dict[str, object], place: str) -> Recording:
    text: dict[str, str] = {}
    for key in _TEXTS:
        value = values.get(key)
        if not isinstance(value, str):
            raise ReaderError(f"{place}: {key}: expected a text, got {value!r:.40}")
        text[key] = value
    path = inside(folder, text["path"], f"{place}: path")
    if not path.is_file():
        raise ReaderError(f"{place}: expected audio at {path}, got nothing")
    try:
        return Recording(
            path=path,
            split=text["split"],
            speaker=f"synthetic/{text['speaker']}",
            language=text["language"],
            transcript=text["text"] or None,
            attributes={"corpus": "synthetic", "engine": text["engine"]}
            | attributes_of(values.get("attributes")),
            parts=parts_of(values.get("parts", [])),
        )
    except FieldError as error:
        raise ReaderError(f"{place}: {error}") from None
