"""What the commands of data write, and what they write over."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_training import write_corpus

from slap_export.cli import main
from slap_export.data.manifest import Recording, write_manifest
from slap_export.data.statistics import LONGEST, balance, render


def run(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_a_manifest_takes_the_place_of_nothing_but_a_manifest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    write_corpus(corpus, training=4, validation=1)
    inputs = [corpus / "clips.jsonl", corpus / "audio" / "0.wav", tmp_path / "metadata.csv"]
    inputs[-1].write_text("file_name,speaker\na.wav,anna\n")
    before = [path.read_bytes() for path in inputs]
    for path in inputs:
        assert run("data", "read", "synthetic", corpus, "-o", path, "--absolute") == 1
        assert f"{path} is there and is no manifest" in capsys.readouterr().err
    assert run("data", "read", "synthetic", corpus, "-o", corpus) == 1
    assert [path.read_bytes() for path in inputs] == before
    (corpus / "manifest.jsonl").touch()
    for _ in range(2):
        assert run("data", "read", "synthetic", corpus, "-o", corpus / "manifest.jsonl") == 0


def voice(folder: Path, **known: str) -> Recording:
    soundfile.write(folder / "a.wav", np.zeros(16_000), 16_000)
    return Recording(folder / "a.wav", "train", attributes=known)


def test_words_of_a_corpus_move_no_cursor(tmp_path: Path) -> None:
    odd = voice(tmp_path, mood="\x1b]0;title\x07 merry\n", accent="ελ 声", name="x" * 1_000_000)
    text = render(balance([odd]))
    assert all(line.isprintable() for line in text.splitlines())
    assert r"\x1b]0;title\x07 merry\n" in text
    assert "ελ 声" in text
    assert max(map(len, text.splitlines())) < 2 * LONGEST


def limited(size: int, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs a command that may write files of so many bytes, as on a disk that is nearly full."""
    return subprocess.run(
        [sys.executable, "-m", "slap_export.cli", *map(str, arguments)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_disk_that_takes_no_more_is_told_in_a_sentence(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, 32_000)
    soundfile.write(tmp_path / "a.wav", noise, 16_000)
    write_manifest(tmp_path / "m.jsonl", [Recording(tmp_path / "a.wav", "train", speaker="a")])
    assert run("data", "shards", tmp_path / "m.jsonl", "-o", tmp_path / "shards") == 0
    for command in (
        ("data", "corpus", tmp_path / "shards", "-o", tmp_path / "corpus"),
        ("data", "shards", tmp_path / "m.jsonl", "-o", tmp_path / "again"),
    ):
        found = limited(20_000, *command)
        assert found.returncode == 1
        said = [line for line in found.stderr.splitlines() if line.startswith("slap-export: ")]
        assert len(said) == 1 and "File too large" in said[0]
        assert "Traceback" not in found.stderr
    lines = [json.loads(line) for line in (tmp_path / "m.jsonl").read_text().splitlines()]
    assert len(lines) == 1
    left = [path for path in (tmp_path / "corpus").rglob("*") if path.is_file()]
    assert [path.name for path in left] == ["corpus.json"]
