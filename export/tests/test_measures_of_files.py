"""Measures of recordings: what the command writes, what it keeps, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import slap_edge
import soundfile
from small_training import write_corpus
from test_measures import vowel

from slap_export import cli
from slap_export.measures import measure_recordings, recordings_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six vowels: low to high, faint to loud, short to long."""
    found = tmp_path_factory.mktemp("voices")
    for index in range(6):
        audio = vowel(90 * 1.25**index, 0.4 + 0.1 * index, 0.01 * 1.8**index)
        soundfile.write(found / f"{index}.wav", audio, 16_000, subtype="FLOAT")
    return found


def run(*arguments: str | Path) -> int:
    return cli.main([str(argument) for argument in arguments])


def test_a_folder_of_recordings_becomes_captions(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run" / "measures.jsonl"
    assert run("measures", "--corpus", folder, "-o", out, "--captions", "3", "--facts", "2") == 0
    lines = [json.loads(line) for line in out.read_text().splitlines()]
    assert [line["id"] for line in lines] == [f"{index}.wav" for index in range(6)]
    order = ["low", "low", "normal", "normal", "high", "high"]
    for name in ("mean_pitch", "sound_level", "loudness", "duration"):
        assert [line["bins"][name] for line in lines] == order, name
    for index, line in enumerate(lines):
        semitones = 12 * np.log2(90 * 1.25**index / 27.5)
        assert line["measures"]["mean_pitch"] == pytest.approx(semitones, abs=0.05)
        assert line["measures"]["duration"] == pytest.approx(0.4 + 0.1 * index, abs=0.01)
        assert len(line["captions"]) == 3
    # A second run takes the measures from their file, and learnt bins can be given.
    (cache,) = out.parent.glob("measures-*.npz")
    before = cache.stat().st_mtime_ns
    again = tmp_path / "run" / "again.jsonl"
    learnt = tmp_path / "run" / "measures.bins.json"
    arguments = ("--bins", learnt, "--captions", "3", "--facts", "2")
    assert run("measures", "--corpus", folder, "-o", again, *arguments) == 0
    assert again.read_text() == out.read_text()
    assert cache.stat().st_mtime_ns == before
    assert not (tmp_path / "run" / "again.bins.json").exists()
    assert "measures.bins.json" in capsys.readouterr().err


def test_the_table_holds_what_the_device_measures(folder: Path, tmp_path: Path) -> None:
    table = measure_recordings(recordings_of(folder), tmp_path, lambda _: None)
    audio, rate = soundfile.read(folder / "4.wav", dtype="float32")
    want = slap_edge.measure(audio, rate)["functionals"]
    assert table.row(4) == want
    # Another recording in its place is measured anew.
    soundfile.write(folder / "5.wav", vowel(500.0, 0.3), 16_000)
    changed = measure_recordings(recordings_of(folder), tmp_path, lambda _: None)
    assert changed.row(5) != table.row(5)
    assert changed.row(4) == table.row(4)
    assert len(list(tmp_path.glob("measures-*.npz"))) == 2


def test_stereo_is_mixed_as_on_a_device(folder: Path, tmp_path: Path) -> None:
    one = vowel(150.0, 0.5).astype(np.float32)
    soundfile.write(tmp_path / "both.wav", np.stack([one, one], axis=1), 44_100, subtype="FLOAT")
    soundfile.write(tmp_path / "one.wav", one, 44_100, subtype="FLOAT")
    table = measure_recordings(recordings_of(tmp_path), tmp_path, lambda _: None)
    assert table.row(0) == table.row(1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--corpus", "nowhere", "-o", "x.jsonl"), "nowhere"),
        (("--corpus", "{folder}", "-o", "{out}", "--low", "0.8"), "low < high"),
        (("--corpus", "{folder}", "-o", "{out}", "--bins", "nowhere.json"), "nowhere.json"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    arguments: tuple[str, ...],
    words: str,
    folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    filled = [part.format(folder=folder, out=tmp_path / "out.jsonl") for part in arguments]
    assert run("measures", *filled) == 1
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("slap-export")]
    assert len(said) == 1
    assert words in said[0]


def test_one_bad_file_costs_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    soundfile.write(corpus / "good.wav", vowel(150, 0.5), 16_000)
    (corpus / "bad.wav").write_bytes(b"bad")
    out = tmp_path / "measures.jsonl"
    assert cli.main(["measures", "--corpus", str(corpus), "-o", str(out)]) == 0
    assert "bad.wav" in capsys.readouterr().err
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["bad.wav", "good.wav"]
    assert lines[0]["captions"] == [] and lines[1]["measures"]["duration"] == 0.5
    before = out.read_bytes()
    for refused in (["-o", str(corpus / "good.wav")], ["-o", str(corpus)]):
        assert cli.main(["measures", "--corpus", str(corpus), *refused]) == 1
    with pytest.raises(SystemExit):
        cli.main(["measures", "--corpus", str(corpus), "-o", str(out), "--facts", "0"])
    assert out.read_bytes() == before


def test_nothing_is_written_over_but_an_earlier_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "corpus", training=4, validation=1)
    corpus = tmp_path / "corpus"
    bins = tmp_path / "other.bins.json"
    bins.write_text('{"of": "somebody else"}')
    labels = (corpus / "clips.jsonl").read_bytes()
    for out in (corpus / "clips.jsonl", bins, corpus):
        assert run("measures", "--corpus", corpus, "-o", out) == 1
        told = capsys.readouterr().err
        assert "no result of this command" in told or "a folder" in told
    assert run("measures", "--corpus", corpus, "-o", tmp_path / "other.jsonl") == 1
    assert "does not hold quantile bins" in capsys.readouterr().err
    assert (corpus / "clips.jsonl").read_bytes() == labels
    assert bins.read_text() == '{"of": "somebody else"}'
    for _ in range(2):
        assert run("measures", "--corpus", corpus, "-o", tmp_path / "m.jsonl") == 0


def test_a_damaged_table_is_measured_anew(folder: Path, tmp_path: Path) -> None:
    few = recordings_of(folder)[:2]
    table = measure_recordings(few, tmp_path, lambda _: None)
    (cache,) = tmp_path.glob("measures-*.npz")
    whole = cache.read_bytes()
    for cut in (0, len(whole) // 2):
        cache.write_bytes(whole[:cut])
        lines: list[str] = []
        again = measure_recordings(few, tmp_path, lines.append)
        assert "is damaged" in lines[0]
        assert again.row(1) == table.row(1)
    assert cache.read_bytes() == whole
