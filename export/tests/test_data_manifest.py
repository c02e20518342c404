"""Manifests read back what was written, and say exactly what is wrong with a bad line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slap_export.corpus import Part
from slap_export.data.audio import AudioError, seconds_of
from slap_export.data.manifest import (
    FieldError,
    ManifestError,
    Recording,
    read_manifest,
    write_manifest,
)

NAMES = st.text(
    st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=12
).filter(lambda name: name not in (".", ".."))
TEXTS = st.text(st.characters(codec="utf-8"), max_size=30)
SECONDS = st.floats(0, 1e6)
LABELS = st.dictionaries(TEXTS, st.none() | TEXTS, max_size=3)
EDGES = st.lists(st.floats(0, 20), min_size=4, max_size=4, unique=True)


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    start = draw(SECONDS)
    end = draw(st.none() | st.floats(min_value=start + 20, max_value=2e6))
    first, until, second, last = sorted(draw(EDGES))
    parts = (Part(first, until, draw(LABELS)), Part(second, last, draw(LABELS)))
    return Recording(
        path=Path("/corpus").joinpath(*draw(st.lists(NAMES, min_size=1, max_size=3))),
        split=draw(NAMES),
        start=start,
        end=end,
        speaker=draw(st.none() | NAMES),
        language=draw(st.none() | TEXTS),
        transcript=draw(st.none() | TEXTS),
        attributes=draw(LABELS),
        captions=tuple(draw(st.lists(TEXTS, max_size=3))),
        parts=parts[: draw(st.integers(0, 2))],
    )


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(recordings(), max_size=5), st.booleans())
def test_written_and_read_is_the_same(tmp_path: Path, found: list[Recording], inside: bool) -> None:
    if inside:
        found = [_under(tmp_path, one) for one in found]
    file = tmp_path / "manifest.jsonl"
    assert write_manifest(file, found, allow_absolute=not inside) == len(found)
    assert list(read_manifest(file, allow_absolute=not inside)) == found
    assert [path.name for path in tmp_path.iterdir()] == ["manifest.jsonl"]


def _under(folder: Path, one: Recording) -> Recording:
    values = vars(one) | {"path": folder / one.path.relative_to("/corpus")}
    return Recording(**values)


BAD = [
    (b"{", "line: expected one JSON object, got"),
    (b"[]", "line: expected one JSON object, got a list"),
    (b"\xff", "line: expected UTF-8, got byte 0xff"),
    (b"[" * 100_000, "line: expected one JSON object, got one nested too deeply"),
    (b'{"path": "a.wav"}', "split: expected a text, got nothing"),
    (b'{"split": "train"}', "path: expected a text, got nothing"),
    (b'{"path": "a", "path": "b"}', "path: expected each key once, got it twice"),
    (b'{"path": "a", "split": ""}', "split: expected the name of a split, got an empty text"),
    (b'{"path": "a", "split": "t", "start": NaN}', "line: expected finite numbers, got NaN"),
    (b'{"path": "a", "split": "t", "end": 1e999}', "end: expected seconds after start (0.0)"),
]
BAD_VALUES = [
    ("path", 3, "path: expected a text, got the number 3"),
    ("path", "", "path: expected the name of a file, got ''"),
    ("path", ".", "path: expected a file inside the manifest's folder, got '.'"),
    ("path", "../b.wav", "path: expected a file inside the manifest's folder, got '../b.wav'"),
    ("path", "a/../../b", "path: expected a file inside the manifest's folder, got 'a/../../b'"),
    ("path", "/b.wav", "path: expected a path relative to the manifest, got '/b.wav'"),
    ("start", "1", "start: expected seconds, got a text"),
    ("start", True, "start: expected seconds, got true or false"),
    ("start", -1, "start: expected seconds from 0 up, got -1.0"),
    ("start", 10**400, "start: expected seconds, got a number beyond all bounds"),
    ("end", 0, "end: expected seconds after start (0.0) or null, got 0.0"),
    ("speaker", 7, "speaker: expected a text or null, got the number 7"),
    ("speaker", "", "speaker: expected a name or null, got an empty text"),
    ("language", [], "language: expected a text or null, got a list"),
    ("transcript", {}, "transcript: expected a text or null, got an object"),
    ("attributes", [], "attributes: expected an object, got a list"),
    ("attributes", {"sex": 1}, "attributes.sex: expected a text or null, got the number 1"),
    ("captions", "a", "captions: expected a list, got a text"),
    ("captions", ["a", None], "captions[1]: expected a text, got null"),
    ("parts", 0, "parts: expected a list, got the number 0"),
    ("parts", [[]], "parts[0]: expected start, end and attributes, got a list"),
    ("parts", [{"start": 0}], "parts[0]: expected start, end and attributes, got an object"),
    (
        "parts",
        [{"start": 0, "end": "1", "attributes": {}}],
        "parts[0].end: expected seconds, got a text",
    ),
    (
        "parts",
        [{"start": 0, "end": 1, "attributes": {"sex": 1}}],
        "parts[0].attributes.sex: expected a text or null, got the number 1",
    ),
    (
        "parts",
        [{"start": 1, "end": 1, "attributes": {}}],
        "parts[0]: expected an end after its start, got 1.0, 1.0",
    ),
    (
        "parts",
        [{"start": 0, "end": 2, "attributes": {}}, {"start": 1, "end": 3, "attributes": {}}],
        "parts[1]: expected a start from 2.0 on, got 1.0, 3.0",
    ),
    (
        "parts",
        [{"start": at, "end": at + 1, "attributes": {}} for at in range(3)],
        "parts: expected at most two, got 3",
    ),
    ("speeker", "a", "speeker: expected one of path, split, start, end, speaker, language,"),
]


def _lines() -> list[tuple[bytes, str]]:
    good = {"path": "a.wav", "split": "train"}
    return BAD + [
        (json.dumps(good | {key: value}).encode(), error) for key, value, error in BAD_VALUES
    ]


@pytest.mark.parametrize(("line", "error"), _lines())
def test_a_bad_line_is_named(tmp_path: Path, line: bytes, error: str) -> None:
    file = tmp_path / "m.jsonl"
    file.write_bytes(b'{"path": "ok.wav", "split": "train"}\n\n' + line + b"\n")
    rows = read_manifest(file)
    assert next(rows).path == tmp_path / "ok.wav"
    with pytest.raises(ManifestError) as caught:
        next(rows)
    assert str(caught.value).startswith(f"{file}, line 3: {error}")
    assert caught.value.line == 3


def test_a_path_outside_is_not_written_and_the_old_manifest_stays(tmp_path: Path) -> None:
    file = tmp_path / "m.jsonl"
    write_manifest(file, [Recording(tmp_path / "a.wav", "train")])
    before = file.read_bytes()
    with pytest.raises(ManifestError, match=r"line 2: path: expected a file inside"):
        write_manifest(
            file, [Recording(tmp_path / "b.wav", "x"), Recording(tmp_path.parent / "c.wav", "x")]
        )
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["m.jsonl"]


def test_text_that_utf8_cannot_hold_is_named(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="line 1: line: expected text that UTF-8 can hold"):
        write_manifest(tmp_path / "m", [Recording(tmp_path / "a", "x", transcript="\udcff")])


def test_a_recording_refuses_impossible_spans() -> None:
    with pytest.raises(FieldError, match="end: expected seconds after start"):
        Recording(Path("a"), "train", start=2.0, end=2.0)
    with pytest.raises(FieldError, match="start: expected seconds from 0 up, got nan"):
        Recording(Path("a"), "train", start=float("nan"))


def test_a_part_beyond_its_recording_is_refused(tmp_path: Path) -> None:
    part = Part(0.0, 3.0, {})
    with pytest.raises(FieldError, match=r"parts\[0\]: expected an end within 2.0 s, got 0.0, 3.0"):
        Recording(Path("a.wav"), "train", start=1.0, end=3.0, parts=(part,))
    Recording(Path("a.wav"), "train", start=1.0, end=3.98, parts=(part,))
    # Where the end of the file is the end, it is known once the file is opened.
    soundfile.write(tmp_path / "a.wav", np.zeros(32_000), 16_000)
    found = Recording(tmp_path / "a.wav", "train", parts=(part,))
    with pytest.raises(AudioError, match=r"expected parts within 2\.000 s, got one to 3\.0"):
        seconds_of(found)
