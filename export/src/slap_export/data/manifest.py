"""The manifest: one recording a line, as JSON.

    {"path": "clips/a.wav", "start": 0.0, "end": null, "speaker": "vctk/p225", "language": "en",
     "transcript": "Please call Stella.", "attributes": {"sex": "female"}, "captions": [],
     "split": "train"}

`path` and `split` must be there; the others may be left out and then mean *not known*. Times are
seconds, `end` null is the end of the file. Paths are relative to the manifest's own folder and,
written out, never leave it; an absolute path is refused unless the caller allows it. Links inside
the folder are followed: they are the owner's own arrangement. Keys nobody knows are refused, so
that a misspelt one is never silently lost.

`parts` is for a voice that changes once: two stretches of the recording, one after the other, in
seconds from its start, each `{"start": 0.0, "end": 1.4, "attributes": {...}}`.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from slap_export.corpus import Part
from slap_export.data.files import whole_file

_SLACK = 0.05
"""Seconds that a part may reach beyond its recording: tables round."""


class FieldError(ValueError):
    """A field of a recording that cannot be: its key, what was expected and what was there."""

    def __init__(self, key: str, expected: str, got: str) -> None:
        super().__init__(f"{key}: expected {expected}, got {got}")
        self.key = key
        self.expected = expected
        self.got = got


class ManifestError(ValueError):
    """A line of a manifest that cannot be read or written."""

    def __init__(self, file: Path, line: int, error: FieldError) -> None:
        super().__init__(f"{file}, line {line}: {error}")
        self.file = file
        self.line = line
        self.key = error.key
        self.expected = error.expected
        self.got = error.got


@dataclass(frozen=True)
class Recording:
    """One recording, or a span of one, and what is known of it. None is *not known*.

    Attribute names and values are those of `slap_export.corpus.attributes.VALUES` where they mean
    the same, and a corpus's own elsewhere.
    """

    path: Path
    split: str
    start: float = 0.0  # seconds
    end: float | None = None  # seconds; None is the end of the file
    speaker: str | None = None
    language: str | None = None
    transcript: str | None = None
    attributes: Mapping[str, str | None] = field(default_factory=dict)
    captions: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()  # seconds from the start of the recording

    def __post_init__(self) -> None:
        if not self.split:
            raise FieldError("split", "the name of a split", "an empty text")
        if self.speaker == "":
            raise FieldError("speaker", "a name or null", "an empty text")
        if not (math.isfinite(self.start) and self.start >= 0):
            raise FieldError("start", "seconds from 0 up", repr(self.start))
        if self.end is not None and not (math.isfinite(self.end) and self.end > self.start):
            raise FieldError("end", f"seconds after start ({self.start}) or null", repr(self.end))
        if len(self.parts) > 2:
            raise FieldError("parts", "at most two", str(len(self.parts)))
        before, seconds = 0.0, math.inf if self.end is None else self.end - self.start
        for at, part in enumerate(self.parts):
            got = f"{part.start}, {part.end}"
            if not (0 <= part.start < part.end < math.inf):
                raise FieldError(f"parts[{at}]", "an end after its start", got)
            if part.start < before:
                raise FieldError(f"parts[{at}]", f"a start from {before} on", got)
            if part.end > seconds + _SLACK:
                raise FieldError(f"parts[{at}]", f"an end within {seconds} s", got)
            before = part.end


KEYS = tuple(f.name for f in fields(Recording))
"""The keys of a line, in the order they are written."""


def is_line(values: Mapping[str, Any]) -> bool:
    """Whether an object has the keys of a line, and no others."""
    return {"path", "split"} <= set(values) <= set(KEYS)


def read_manifest(file: Path, *, allow_absolute: bool = False) -> Iterator[Recording]:
    """The recordings of a manifest, in order. Empty lines are passed over."""
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                yield _recording(raw, file.parent, allow_absolute)
            except FieldError as error:
                raise ManifestError(file, number, error) from None


def write_manifest(
    file: Path, recordings: Iterable[Recording], *, allow_absolute: bool = False
) -> int:
    """Writes a manifest and returns how many lines it has.

    The file appears whole or not at all: it is written beside its place and then renamed.
    """
    count = 0
    with whole_file(file) as out:
        for recording in recordings:
            try:
                out.write(_line(recording, file.parent, allow_absolute))
            except FieldError as error:
                raise ManifestError(file, count + 1, error) from None
            count += 1
    return count


def _line(recording: Recording, folder: Path, allow_absolute: bool) -> bytes:
    values: dict[str, Any] = {key: getattr(recording, key) for key in KEYS}
    values["path"] = _relative(recording.path, folder, allow_absolute)
    values["attributes"] = dict(recording.attributes)
    values["captions"] = list(recording.captions)
    values["parts"] = [asdict(part) for part in recording.parts]
    text = json.dumps(values, ensure_ascii=False, allow_nan=False) + "\n"
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        bad = repr(text[error.start : error.end])
        raise FieldError("line", "text that UTF-8 can hold", bad) from None


def _relative(path: Path, folder: Path, allow_absolute: bool) -> str:
    full = os.path.normpath(Path.cwd() / path)
    base = os.path.normpath(Path.cwd() / folder)
    if Path(full).is_relative_to(base) and full != base:
        return Path(full).relative_to(base).as_posix()
    if allow_absolute:
        return Path(full).as_posix()
    raise FieldError("path", f"a file inside {base}", repr(full))


def _recording(raw: bytes, folder: Path, allow_absolute: bool) -> Recording:
    values = _object(raw)
    for key in values:
        if key not in KEYS:
            raise FieldError(key, f"one of {', '.join(KEYS)}", "an unknown key")
    for key in ("path", "split"):
        if key not in values:
            raise FieldError(key, "a text", "nothing")
    end = values.get("end")
    return Recording(
        path=_path(_text("path", values["path"]), folder, allow_absolute),
        split=_text("split", values["split"]),
        start=_seconds("start", values.get("start", 0.0)),
        end=None if end is None else _seconds("end", end),
        speaker=text_or_none("speaker", values.get("speaker")),
        language=text_or_none("language", values.get("language")),
        transcript=text_or_none("transcript", values.get("transcript")),
        attributes=attributes_of(values.get("attributes", {})),
        captions=captions_of(values.get("captions", [])),
        parts=parts_of(values.get("parts", [])),
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        values = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise FieldError("line", "UTF-8", f"byte {raw[error.start]:#04x}") from None
    except json.JSONDecodeError as error:
        raise FieldError("line", "one JSON object", f"{error.msg} at {error.pos}") from None
    except RecursionError:
        raise FieldError("line", "one JSON object", "one nested too deeply") from None
    if not isinstance(values, dict):
        raise FieldError("line", "one JSON object", _kind(values))
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise FieldError(key, "each key once", "it twice")
        found[key] = value
    return found


def _refuse_constant(name: str) -> float:
    raise FieldError("line", "finite numbers", name)


def _path(text: str, folder: Path, allow_absolute: bool) -> Path:
    if not text or "\0" in text:
        raise FieldError("path", "the name of a file", repr(text))
    if Path(text).is_absolute():
        if not allow_absolute:
            raise FieldError("path", "a path relative to the manifest", repr(text))
        return Path(text)
    inside = os.path.normpath(text)
    if inside == "." or Path(inside).parts[0] == "..":
        raise FieldError("path", "a file inside the manifest's folder", repr(text))
    return folder / inside


def _text(key: str, value: object) -> str:
    if not isinstance(value, str):
        raise FieldError(key, "a text", _kind(value))
    return value


def text_or_none(key: str, value: object) -> str | None:
    """A text, or null, as it is written under a key."""
    if value is not None and not isinstance(value, str):
        raise FieldError(key, "a text or null", _kind(value))
    return value


def _seconds(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FieldError(key, "seconds", _kind(value))
    try:
        return float(value)
    except OverflowError:
        raise FieldError(key, "seconds", "a number beyond all bounds") from None


def attributes_of(value: object, key: str = "attributes") -> dict[str, str | None]:
    """Attributes as they are written: an object of texts and nulls."""
    if not isinstance(value, dict):
        raise FieldError(key, "an object", _kind(value))
    return {name: text_or_none(f"{key}.{name}", held) for name, held in value.items()}


def parts_of(value: object) -> tuple[Part, ...]:
    """Parts as they are written: a list of objects."""
    if not isinstance(value, list):
        raise FieldError("parts", "a list", _kind(value))
    found = []
    for at, held in enumerate(value):
        key = f"parts[{at}]"
        if not isinstance(held, dict) or set(held) != {"start", "end", "attributes"}:
            raise FieldError(key, "start, end and attributes", _kind(held))
        start, end = (_seconds(f"{key}.{name}", held[name]) for name in ("start", "end"))
        found.append(Part(start, end, attributes_of(held["attributes"], f"{key}.attributes")))
    return tuple(found)


def captions_of(value: object) -> tuple[str, ...]:
    """Captions as they are written: a list of texts."""
    if not isinstance(value, list):
        raise FieldError("captions", "a list", _kind(value))
    return tuple(_text(f"captions[{at}]", held) for at, held in enumerate(value))


def _kind(value: object) -> str:
    if value is None:
        return "null"
    names = {bool: "true or false", str: "a text", list: "a list", dict: "an object"}
    return names.get(type(value), f"the number {value!r:.40}")
