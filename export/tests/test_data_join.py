"""Clips of one speaker joined into longer recordings."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from small_training import write_corpus

from slap_export.cli import main
from slap_export.corpus import CorpusClip, Part, read_clips
from slap_export.data.join import agreed, can_join, dealt

PLAIN = CorpusClip("a-0-0", Path("a.flac"), "train", "noise", "v", "de", "one", 2.0, {}, ())


def said(text: str, seconds: float = 2.0, **attributes: str) -> CorpusClip:
    return dataclasses.replace(PLAIN, text=text, seconds=seconds, attributes=attributes)


def test_what_all_agree_on_is_true() -> None:
    clips = [
        said("one", sex="male", rate="fast", course="even", noise="noisy"),
        said("two", sex="male", rate="slow", course="even"),
    ]
    found = agreed(clips)
    assert found["sex"] == "male"
    assert found["rate"] is None  # they differ
    assert found["noise"] is None  # not known of the second
    assert found["course"] == "even"
    fading = [said("one", course="fading"), said("two", course="fading")]
    assert agreed(fading)["course"] is None
    assert agreed(fading[:1])["course"] == "fading"


def test_the_most_alike_follows() -> None:
    first = said("one", sex="male", rate="fast", noise="noisy")
    alike = said("two", sex="male", rate="fast", noise="quiet")
    other = said("three", sex="male", rate="slow", noise="quiet")
    joined = 0
    for seed in range(20):
        members = dealt([first, other, alike], 12.0, np.random.default_rng(seed))[0]
        joined += len(members) > 1
        # Whichever comes first, the third is closer to it than these two are.
        assert {clip.text for clip in members[:2]} != {"one", "three"}
    assert joined > 10


@settings(max_examples=50, deadline=None)
@given(
    lengths=st.lists(st.floats(1.0, 6.0), max_size=20),
    words=st.integers(1, 4),
    seed=st.integers(0, 9),
)
def test_every_clip_once_and_none_too_long(lengths: list[float], words: int, seed: int) -> None:
    clips = [
        dataclasses.replace(said(f"text {at % words}", seconds), id=str(at))
        for at, seconds in enumerate(lengths)
    ]
    joined = dealt(clips, 10.0, np.random.default_rng(seed))
    assert sorted(int(clip.id) for members in joined for clip in members) == [*range(len(clips))]
    for members in joined:
        assert sum(clip.seconds for clip in members) <= 10.0
        assert len({clip.text for clip in members}) == len(members)


def test_what_changes_or_is_not_speech_stays_alone() -> None:
    assert can_join(said("one"), 30.0)
    assert not can_join(said("one", 31.0), 30.0)
    assert not can_join(said("", 2.0), 30.0)
    assert not can_join(said("one", speakers="two"), 30.0)
    assert not can_join(dataclasses.replace(PLAIN, speaker=""), 30.0)
    halves = (Part(0.0, 1.0, {}), Part(1.0, 2.0, {}))
    assert not can_join(dataclasses.replace(PLAIN, parts=halves), 30.0)


def test_a_corpus_of_longer_recordings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_corpus(tmp_path / "short")
    command = ["data", "join", str(tmp_path / "short"), "-o", str(tmp_path / "long")]
    assert main([*command, "--longest", "8"]) == 0
    short, joined = read_clips(tmp_path / "short"), read_clips(tmp_path / "long")
    assert len(joined) < len(short)
    assert max(clip.seconds for clip in joined) <= 8.0
    assert sum(c.seconds for c in joined) == pytest.approx(sum(c.seconds for c in short), abs=0.1)
    assert sum(len(c.parts) for c in joined) == sum(len(c.parts) for c in short)
    assert {(c.split, c.speaker) for c in joined} == {(c.split, c.speaker) for c in short}
    for clip in joined:
        assert soundfile.info(clip.path).frames == pytest.approx(clip.seconds * 16000, abs=8)
        both = [c for c in short if c.text and c.text in clip.text and c.speaker == clip.speaker]
        assert both
    line = json.loads((tmp_path / "long" / "clips.jsonl").read_text().splitlines()[0])
    assert line["id"].startswith(line["split"])
    assert main(command) == 1
    assert "holds a corpus already" in capsys.readouterr().err


def own_words(folder: Path) -> None:
    """Gives every clip a caption of its own, one that its speaker shares, and a mood."""
    path = folder / "clips.jsonl"
    lines = []
    for at, text in enumerate(path.read_text().splitlines()):
        line = json.loads(text)
        line["captions"] = [f"take {at}", f"so speaks {line['speaker']}"]
        line["attributes"] |= {"mood": "merry", "take": str(at)}
        lines.append(json.dumps(line) + "\n")
    path.write_text("".join(lines))


def test_what_a_corpus_says_in_its_own_words_is_kept(tmp_path: Path) -> None:
    write_corpus(tmp_path / "short")
    own_words(tmp_path / "short")
    command = ["data", "join", str(tmp_path / "short"), "-o", str(tmp_path / "long")]
    assert main([*command, "--longest", "8"]) == 0
    joined = read_clips(tmp_path / "long")
    alone = [clip for clip in joined if len(clip.captions) == 2]
    assert 0 < len(alone) < len(joined)
    for clip in joined:
        assert clip.captions[-1] == f"so speaks {clip.speaker}"
        assert clip.attributes["mood"] == "merry"
        assert (clip.attributes["take"] is not None) == (clip in alone)


@pytest.mark.parametrize("longest", ["nan", "-1", "0", "inf"])
def test_lengths_that_cannot_be_are_refused(
    longest: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "short", training=4, validation=1)
    command = ["data", "join", str(tmp_path / "short"), "-o", str(tmp_path / "long")]
    assert main([*command, f"--longest={longest}"]) == 1
    assert "expected seconds above 0" in capsys.readouterr().err
    assert main([*command, "--seed=-1"]) == 1
    assert not (tmp_path / "long").exists()


def test_a_broken_clip_is_named_and_nothing_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_corpus(tmp_path / "short")
    (tmp_path / "short" / "audio" / "9.wav").write_bytes(b"RIFF" + bytes(100))
    command = ["data", "join", str(tmp_path / "short"), "-o", str(tmp_path / "long")]
    assert main(command) == 1
    assert "9.wav: expected audio that can be decoded" in capsys.readouterr().err
    assert list((tmp_path / "long").iterdir()) == []
