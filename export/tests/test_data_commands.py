"""`slap-export data` from the command line, and each command of docs/data.md as it stands there."""

from __future__ import annotations

import csv
import io
import json
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from test_data_corpora import FIXTURES
from torch.distributed.run import get_args_parser

from slap_export.cli import main
from slap_export.cli import parser as command_line
from slap_export.commands.data import KINDS
from slap_export.config import build, load_config
from slap_export.corpus import read_clips
from slap_export.corpus.attributes import CHANGING, VALUES
from slap_export.data.augment import WaveformConfig
from slap_export.data.manifest import Recording, read_manifest, write_manifest
from slap_export.data.readers import READERS
from slap_export.data.shards import read_index, read_shard
from slap_export.data.statistics import balance, render
from slap_export.features import compute_features, load_features

DOCS = Path(__file__).parents[2] / "docs"


def blocks(document: str, language: str) -> list[str]:
    text = (DOCS / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run(line: str) -> int:
    return main(shlex.split(line))


def voice(path: Path, seconds: float, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = np.random.default_rng(seed).uniform(-0.3, 0.3, round(seconds * 22_050))
    soundfile.write(path, samples, 22_050)


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which what docs/data.md speaks of is there."""
    monkeypatch.chdir(tmp_path)
    (table,) = blocks("data.md", "csv")
    Path("voices").mkdir()
    Path("voices/metadata.csv").write_text(table, encoding="utf-8")
    for at, row in enumerate(csv.DictReader(io.StringIO(table))):
        voice(Path("voices", row["file_name"]), 0.5 + 0.1 * at, at)
    FIXTURES["vctk"](tmp_path / "vctk")
    (changes,) = blocks("data.md", "toml")
    Path("changes.toml").write_text(changes, encoding="utf-8")
    return tmp_path


def test_the_commands_of_the_page_run(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for block in blocks("data.md", "sh") for line in block.splitlines()]
    assert len(lines) == 7
    said = {}
    for line in lines:
        program, words = line.split(maxsplit=1)
        assert program == "slap-export"
        assert run(words) == 0, capsys.readouterr().err
        said[line] = capsys.readouterr().out
    out = "".join(said.values())
    assert re.search(r"^train +3   0\.00 +2 +2$", out, re.MULTILINE)
    assert "5 recordings; test, train, validation share nothing" in out
    assert "5 recordings, 0.00 hours, in 3 shards" in out
    manifest = list(read_manifest(here / "voices/manifest.jsonl"))
    assert [one.speaker for one in manifest[:2]] == ["voices/anna", "voices/anna"]
    assert manifest[1].captions == ("A woman with a rough voice.",)
    assert all(
        value in VALUES.get(k, (value,)) for r in manifest for k, value in r.attributes.items()
    )
    (line,) = blocks("data.md", "json")
    written = json.loads(line)
    assert written["attributes"].items() <= dict(manifest[0].attributes).items()
    index = read_index(here / "voices/shards")
    assert {shard.split: shard.recordings for shard in index.shards} == {
        "test": 1,
        "train": 3,
        "validation": 1,
    }
    clips = read_clips(here / "export/corpora/voices")
    assert [clip.split for clip in clips].count("test_voices") == 1
    assert all(clip.path.is_file() for clip in clips)
    heard = {(c.text, soundfile.info(c.path).samplerate) for c in clips if c.split == "train"}
    assert heard == {(r.transcript, 16_000) for r in manifest if r.split == "train"}
    changed = read_clips(here / "export/corpora/voices-changed")
    assert len(changed) == 3 * 3 + 2
    assert len({clip.id for clip in changed}) == len(changed)


def test_shards_stream_as_the_page_on_scale_says(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("export").mkdir()
    Path("export/configs").symlink_to(Path(__file__).parents[1] / "configs")
    assert run("data read hugging_face voices -o voices/m.jsonl") == 0
    assert run("data shards voices/m.jsonl -o voices/shards --size 1") == 0
    capsys.readouterr()
    (program,) = blocks("scale.md", "python no-run")
    seen = []
    for process in ("process=0", "process=1"):
        exec(program.replace("process=0", process), {})
        seen += [line.split()[:2] for line in capsys.readouterr().out.splitlines()]
    for epoch in "01":
        keys = [key for number, key in seen if number == epoch]
        assert len(keys) == len(set(keys)) == 3


def test_the_launcher_knows_what_the_page_on_scale_asks() -> None:
    lines = [line for block in blocks("scale.md", "sh no-run") for line in block.splitlines()]
    starts = [line for line in lines if line.startswith("python -m torch.distributed.run ")]
    assert len(starts) == 2
    for line in starts:
        options = get_args_parser().parse_args(shlex.split(line)[3:])
        assert options.module and options.training_script == "slap_export.cli"
        found = command_line().parse_args(options.training_script_args)
        assert (Path(__file__).parents[2] / found.config).is_file()
    table = re.findall(r"^\| `(--[a-z-]+)` \|", (DOCS / "scale.md").read_text(), re.MULTILINE)
    known = get_args_parser().format_help()
    assert len(table) == 5 and all(option in known for option in table)


def test_the_page_names_every_reader_and_every_change() -> None:
    from slap_export.data.changes import TOUCHES

    text = (DOCS / "data.md").read_text(encoding="utf-8")
    assert sorted(KINDS) == sorted(READERS)
    assert all(f"`{name}`" in text for name in KINDS if name != "hugging_face")
    rows = re.findall(r"^\| (\w+) \| (`.*`) \|$", text, re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", cells)) for name, cells in rows} == {
        name: set(touched) for name, touched in TOUCHES.items()
    }


def test_the_page_lists_the_words_of_every_attribute() -> None:
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| [^|`]+ \| (`[^|]*`) \|$", text, re.MULTILINE)
    found = {name: tuple(re.findall(r"`(\w+)`", cell)) for name, cell in rows}
    parts = tuple(f"{part}_{name}" for part in ("begin", "end") for name in CHANGING)
    assert found == {name: words for name, words in VALUES.items() if name not in parts}
    (changing,) = re.findall(r"`begin_` or\n`end_` stands before (.*?)\.", text, re.DOTALL)
    assert re.findall(r"`(\w+)`", changing) == list(CHANGING)


def test_the_page_lists_every_setting_of_a_change() -> None:
    text = (DOCS / "data.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| `([^|]*)` \|[^|`]+\|$", text, re.MULTILINE)
    found = build(WaveformConfig, tomllib.loads("\n".join(f"{k} = {v}" for k, v in rows)))
    assert [name for name, _ in rows] == [field.name for field in fields(WaveformConfig)]
    assert found == WaveformConfig(), "the page states the defaults"


def test_labels_that_are_not_understood_are_told(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Path("voices/metadata.csv")
    text = table.read_text(encoding="utf-8").replace("hoarse", "rough").replace(",en,", ",english,")
    table.write_text(text.replace("transcription", "mood"), encoding="utf-8")
    assert run("data read hugging_face voices -o voices/m.jsonl") == 0
    said = capsys.readouterr().err.splitlines()
    assert said == [
        "5 recordings in voices/m.jsonl",
        "roughness: 2 of its values are not understood, such as 'rough'; expected one of hoarse, "
        "clear; kept as roughness_words and not trained on",
        "language: 4 of its values are no codes, such as 'english'; expected en, de and the like",
        "kept and not trained on: mood",
    ]


def test_features_are_computed_from_what_was_unpacked(here: Path) -> None:
    assert run("data read hugging_face voices -o voices/m.jsonl") == 0
    assert run("data shards voices/m.jsonl -o s") == 0
    assert run("data corpus s -o export/corpora/voices") == 0
    config = load_config(Path(__file__).parents[1] / "configs" / "slap-voice.toml")
    config = replace(config, corpus=replace(config.corpus, path="corpora/voices"))
    compute_features(config, here / "export", lambda line: None)
    features = load_features(config, here / "export")
    assert len(features.clips) == 5
    assert len(features.split("train")) == 3
    frames = features.frames(int(features.split("train")[0]))
    assert len(frames) > 0 and np.isfinite(frames).all()


def test_what_is_changed_is_labelled_so(here: Path) -> None:
    assert run("data read hugging_face voices -o voices/m.jsonl") == 0
    assert run("data shards voices/m.jsonl -o s") == 0
    Path("loud.toml").write_text('noise_share = 1.0\nnoise_db = [0, 1]\nnoise_kinds = ["hum"]')
    assert run("data corpus s -o c --augment loud.toml --renders 2 --seed 3") == 0
    clips = [json.loads(line) for line in Path("c/clips.jsonl").read_text().splitlines()]
    for clip in clips:
        render = int(clip["id"][-1])
        assert clip["attributes"].get("noise") == ("noisy" if render else None)
        assert [change["name"] for change in clip["changes"]] == ["noise"] * render
        assert render == 0 or clip["captions"] == []
    assert any(clip["captions"] for clip in clips)
    assert run("data corpus s -o d --augment loud.toml --renders 2 --seed 3") == 0
    assert Path("c/clips.jsonl").read_bytes() == Path("d/clips.jsonl").read_bytes()


def test_an_interrupted_corpus_goes_on_only_as_it_began(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("data read hugging_face voices -o voices/m.jsonl") == 0
    assert run("data shards voices/m.jsonl -o s") == 0
    assert run("data corpus s -o c --augment changes.toml --renders 2") == 0
    whole = Path("c/clips.jsonl").read_bytes()
    Path("c/clips.jsonl").unlink()
    next(Path("c/audio/train").iterdir()).unlink()
    assert run("data corpus s -o c --renders 2 --seed 1 --augment changes.toml") == 1
    assert "c was begun from other shards or settings" in capsys.readouterr().err
    assert run("data corpus s -o c --augment changes.toml --renders 2") == 0
    assert Path("c/clips.jsonl").read_bytes() == whole
    assert all(clip.path.is_file() for clip in read_clips(Path("c")))
    assert run("data corpus s -o c") == 1
    assert "c holds a corpus already" in capsys.readouterr().err


def lines(*found: str) -> Callable[[Path], None]:
    return lambda folder: (folder / "m.jsonl").write_text("\n".join(found), encoding="utf-8")


A = '{"path": "voices/train/anna-1.wav", "split": "train", "speaker": "a"}'
BAD = [
    ("check m.jsonl", lines(A, A.replace("train", "test").replace("anna", "dan")), "speaker a in"),
    ("check m.jsonl", lines(A, A.replace('"train"', '"test"')), "speaker a in test and train; fil"),
    ("check m.jsonl", lines("{"), "m.jsonl, line 1: line: expected one JSON object"),
    ("check m.jsonl", lines(""), "m.jsonl: expected at least one recording, got none"),
    ("check m.jsonl", lambda folder: None, "m.jsonl"),
    ("check m.jsonl", lines(A.replace("anna-1", "none")), "none.wav: expected audio that can be"),
    ("stats m.jsonl", lines(A.replace("anna-1", "none")), "none.wav: expected audio that can be"),
    ("stats m.jsonl", lines(A.replace('"a"', "3")), "line 1: speaker: expected a text or null"),
    ("shards m.jsonl -o s", lines(A, A), "expected each span of a file once"),
    ("shards m.jsonl -o s", lines(A.replace("voices/", "../")), "a file inside the manifest's"),
    ("shards m.jsonl -o s", lines(A.replace("voices", "/voices")), "a path relative to the manif"),
    ("shards m.jsonl -o s", lines(A.replace('"train"', '"../x"')), "split: expected letters"),
    ("shards m.jsonl -o s --size 0", lines(A), "size: expected 1 or more"),
    ("corpus voices -o c", lines(A), "shards.json: expected an index, got nothing"),
    ("read vctk voices -o m.jsonl", lines(A), "speaker-info.txt: expected a file, got nothing"),
    ("read vctk nowhere -o m.jsonl", lines(A), "nowhere: expected the folder of a corpus"),
    ("read hugging_face voices -o vctk/m.jsonl", lines(A), "path: expected a file inside"),
]


@pytest.mark.parametrize(("words", "prepare", "told"), BAD)
def test_what_cannot_be_done_is_one_sentence(
    here: Path,
    capsys: pytest.CaptureFixture[str],
    words: str,
    prepare: Callable[[Path], None],
    told: str,
) -> None:
    prepare(here)
    assert run(f"data {words}") == 1
    error = capsys.readouterr().err.strip()
    assert told in error
    assert error.startswith("slap-export: ") and "\n" not in error


def test_a_leak_of_sound_is_found_between_corpora(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines(A)(here)
    copy = here / "copy.flac"
    samples, rate = soundfile.read(here / "voices/train/anna-1.wav", dtype="int16")
    soundfile.write(copy, samples, rate, subtype="PCM_16")
    other = [Recording(copy, "test", speaker="b")]
    write_manifest(here / "n.jsonl", other)
    assert run("data check m.jsonl n.jsonl") == 1
    assert "splits are not apart: audio" in capsys.readouterr().err
    assert run("data check m.jsonl n.jsonl --names-alone") == 0
    assert run("data check n.jsonl") == 0
    assert "all in test: there is nothing to compare" in capsys.readouterr().out
    write_manifest(here / "n.jsonl", [Recording(copy, "train")])
    assert run("data check n.jsonl") == 0
    assert "recordings without a speaker: 1" in capsys.readouterr().err


def test_shards_that_changed_on_the_way_are_refused(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("data read hugging_face voices -o voices/m.jsonl") == 0
    assert run("data shards voices/m.jsonl -o s") == 0
    capsys.readouterr()
    assert run("data check s voices/m.jsonl") == 0
    out = capsys.readouterr().out
    assert out.startswith("3 shards in s are as they were written\n5 recordings;")
    shard = next(Path("s").glob("*.tar"))
    data = bytearray(shard.read_bytes())
    data[600] ^= 1
    shard.write_bytes(data)
    assert run("data check s") == 1
    assert f"{shard}: expected SHA-256" in capsys.readouterr().err


def test_absolute_paths_only_on_request(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("lists").mkdir()
    assert run("data read hugging_face voices -o lists/m.jsonl --absolute") == 0
    assert run("data check lists/m.jsonl") == 1
    assert "expected a path relative to the manifest" in capsys.readouterr().err
    assert run("data check lists/m.jsonl --absolute") == 0
    assert run("data shards lists/m.jsonl -o s --absolute") == 0
    stored = [one for shard in read_index(Path("s")).shards for one in read_shard(Path("s"), shard)]
    assert len(stored) == 5


def test_an_unknown_corpus_is_a_mistake_of_the_command_line(here: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        run("data read timit voices -o m.jsonl")
    assert caught.value.code == 2


def test_the_tables_by_hand(tmp_path: Path) -> None:
    def clip(name: str, split: str, seconds: float, **known: str | None) -> Recording:
        voice(tmp_path / name, seconds, 0)
        return Recording(tmp_path / name, split, speaker=known.pop("who"), attributes=known)

    found = [
        clip("a.wav", "train", 90.0, who="x", sex="female", accent="scottish"),
        clip("b.wav", "train", 90.0, who="x", sex=None, accent="irish"),
        clip("c.wav", "test", 36.0, who="y", sex="male"),
    ]
    assert render(balance(found)) == "\n".join(
        (
            "split  recordings  hours  speakers  languages",
            "test            1   0.01         1          0",
            "train           2   0.05         1          0",
            "",
            "attribute  value     test  train",
            "sex        female       0      1",
            "           male         1      0",
            "accent     irish        0      1",
            "           scottish     0      1",
        )
    )
    many = [clip("d.wav", "train", 0.1, who="x", accent=f"a{n}") for n in range(9)]
    assert render(balance(many)).splitlines()[-1].split() == ["accent", "(different)", "9"]
