"""Measures of a corpus: the cache, the bins by hand, and captions that say no more than them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import slap_edge
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from small_training import write_corpus

from slap_export import cli
from slap_export.captions import consistent
from slap_export.corpus.attributes import VALUES as KNOWN
from slap_export.measured_captions import MEASURED, VALUES, measured_caption
from slap_export.measures import (
    BIN_NAMES,
    QUANTITIES,
    Bins,
    Distribution,
    MeasuresError,
    Recording,
    Table,
    fit_bins,
    measure_recordings,
    recordings_of,
)

PARTS = {name for parts in QUANTITIES.values() for name, _ in parts}
NAMES = sorted({*PARTS, "voiced_share"})


def table_of(columns: dict[str, list[float]], splits: list[str] | None = None) -> Table:
    """A table with some functionals given and the others undefined; half is voiced."""
    count = len(next(iter(columns.values())))
    columns = {"voiced_share": [0.5] * count, **columns}
    splits = splits or ["train"] * count
    values = np.full((count, len(NAMES)), np.nan, np.float32)
    for name, column in columns.items():
        values[:, NAMES.index(name)] = column
    recordings = [Recording(str(i), Path(str(i)), split) for i, split in enumerate(splits)]
    return Table(recordings, NAMES, values)


def vowel(hz: float, seconds: float, gain: float = 0.2, rate: int = 16_000) -> np.ndarray:
    """Harmonics of `hz` that fall by 6 dB an octave, [samples]."""
    time = np.arange(int(rate * seconds)) / rate
    return gain * sum(np.sin(2 * np.pi * hz * k * time + k * k) / k for k in range(1, 20))


def test_a_rank_is_the_share_below_and_half_of_the_equal() -> None:
    five = Distribution.of(np.array([3.0, 1.0, np.nan, 2.0, 2.0, 7.0]))
    assert five.points == (1.0, 2.0, 2.0, 3.0, 7.0)
    ranks = [five.rank(value) for value in (0.0, 1.0, 1.5, 2.0, 3.0, 7.0, 8.0)]
    assert ranks == [0.0, 0.1, 0.2, 0.4, 0.7, 0.9, 1.0]
    assert np.isnan(five.rank(np.nan))
    assert np.isnan(Distribution.of(np.array([np.nan])).rank(1.0))


def test_what_never_differs_is_normal() -> None:
    """Also where most are equal: if few voices creak, those that do not are not special."""
    bins = fit_bins(table_of({"duration_seconds": [0.1] * 10}))
    assert bins.of(table_of({"duration_seconds": [0.1]}).row(0))["duration"] == "normal"
    mostly = Distribution.of(np.array([0.0] * 8 + [0.2, 0.3]))
    assert mostly.rank(0.0) == 0.4
    assert mostly.rank(0.2) == pytest.approx(0.85)


def test_bins_by_hand() -> None:
    pitches = [float(value) for value in range(20, 30)]  # ranks 0.05, 0.15 … 0.95
    bins = fit_bins(table_of({"pitch_semitones.mean": pitches}))

    def pitch_bin(of: Bins, value: float) -> str | None:
        return of.of({"pitch_semitones.mean": value, "voiced_share": 0.5})["mean_pitch"]

    found = [pitch_bin(bins, value) for value in pitches]
    assert found == ["low"] * 3 + ["normal"] * 4 + ["high"] * 3
    # Between the third and fourth lies the rank 0.3 itself, which is low; 0.7 itself is high.
    assert pitch_bin(bins, 22.5) == "low"
    assert pitch_bin(bins, 26.5) == "high"
    narrow = fit_bins(table_of({"pitch_semitones.mean": pitches}), 0.1, 0.9)
    found = [pitch_bin(narrow, value) for value in pitches]
    assert found == ["low"] + ["normal"] * 8 + ["high"]


def test_a_proxy_is_the_weighted_mean_of_ranks() -> None:
    columns = {
        # Ranks 1/8, 3/8, 5/8, 7/8; breath lowers it, and it counts twice.
        "cpp_db.mean": [1.0, 2.0, 3.0, 4.0],
        "h1_h2_db.mean": [5.0, -5.0, 0.0, 9.0],  # ranks 5/8, 1/8, 3/8, 7/8
        "hnr_db.mean": [10.0, 20.0, 30.0, 40.0],
    }
    table = table_of(columns)
    bins = fit_bins(table)
    values = [bins.quantity("airiness", table.row(index)) for index in range(4)]
    assert values == pytest.approx([26 / 32, 16 / 32, (2 * 3 + 3 + 3) / 32, (2 * 1 + 7 + 1) / 32])
    found = [bins.of(table.row(index))["airiness"] for index in range(4)]
    assert found == ["high", "normal", "normal", "low"]
    lacking = {**table.row(0), "hnr_db.mean": None}
    assert bins.of(lacking)["airiness"] is None


def test_a_whisper_has_no_pitch_to_speak_of() -> None:
    """Stray frames with a pitch say nothing of the voice; the recording still has a loudness."""
    columns = {name: [1.0, 2.0, 3.0, 4.0] for name in PARTS}
    bins = fit_bins(table_of(columns))
    whisper = {**table_of(columns).row(3), "voiced_share": 0.1}
    known = {name for name, value in bins.of(whisper).items() if value is not None}
    assert known == {"loudness", "sound_level", "duration"}
    unvoiced = table_of({**columns, "voiced_share": [0.5, 0.5, 0.1, 0.5]})
    assert fit_bins(unvoiced).quantities["mean_pitch"].points == (1.0, 2.0, 4.0)


def test_only_the_training_split_is_learnt_from() -> None:
    durations = [1.0, 2.0, 3.0, 4.0]
    train = fit_bins(table_of({"duration_seconds": durations}))
    more = table_of(
        {"duration_seconds": [*durations, 100.0, 200.0]}, ["train"] * 4 + ["validation", "test"]
    )
    assert fit_bins(more) == train
    with pytest.raises(MeasuresError, match="train"):
        fit_bins(table_of({"duration_seconds": durations}, ["test"] * 4))


def test_nothing_known_has_no_bin_and_no_caption() -> None:
    bins = fit_bins(table_of({"duration_seconds": [1.0, 2.0]}))
    unknown = bins.of(dict.fromkeys(NAMES))
    assert unknown == dict.fromkeys(QUANTITIES)
    assert measured_caption(unknown, np.random.default_rng(0)) is None


def test_bins_survive_their_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    table = table_of({name: list(rng.standard_normal(1_200)) for name in PARTS})
    bins = fit_bins(table, 0.25, 0.8)
    bins.write(tmp_path / "new" / "bins.json")
    again = Bins.read(tmp_path / "new" / "bins.json")
    assert again == bins
    assert all(len(found.points) == 500 for found in again.quantities.values())
    shares = [list(again.of(table.row(i)).values()) for i in range(1_200)]
    for column in zip(*shares, strict=True):
        assert column.count("low") / 1_200 == pytest.approx(0.25, abs=0.01)
        assert column.count("high") / 1_200 == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize(("low", "high"), [(0.7, 0.3), (0.5, 0.5), (-0.1, 0.5), (0.5, 1.1)])
def test_bins_out_of_order_are_refused(low: float, high: float) -> None:
    with pytest.raises(MeasuresError, match="low < high"):
        fit_bins(table_of({"duration_seconds": [1.0]}), low, high)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"low": 0.3, "high": 0.7, "functionals": {}}'])
def test_a_file_without_bins_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(MeasuresError, match=r"odd\.json"):
        Bins.read(tmp_path / "odd.json")


def test_bins_of_other_quantities_are_refused(tmp_path: Path) -> None:
    empty = {"low": 0.3, "high": 0.7, "functionals": {}, "quantities": {"jitter": [1.0]}}
    (tmp_path / "old.json").write_text(json.dumps(empty))
    with pytest.raises(MeasuresError, match=r"old\.json lacks .*mean_pitch"):
        Bins.read(tmp_path / "old.json")


FINITE = st.floats(-1e6, 1e6, width=32)


@settings(max_examples=200, deadline=None)
@given(
    learnt=st.lists(FINITE, min_size=1, max_size=50), a=FINITE, b=FINITE, low=st.floats(0.05, 0.45)
)
def test_bins_are_monotone(learnt: list[float], a: float, b: float, low: float) -> None:
    bins = fit_bins(table_of({"loudness.mean": learnt}), low, 1.0 - low)
    smaller, larger = sorted((a, b))
    ranks = [bins.rank("loudness", {"loudness.mean": value}) for value in (smaller, larger)]
    assert 0.0 <= ranks[0] <= ranks[1] <= 1.0
    found = [bins.of({"loudness.mean": value})["loudness"] for value in (smaller, larger)]
    assert BIN_NAMES.index(found[0]) <= BIN_NAMES.index(found[1])


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    step=st.floats(0, 5, width=32),
    part=st.sampled_from(QUANTITIES["airiness"]),
)
def test_a_proxy_follows_each_of_its_parts(seed: int, step: float, part: tuple[str, int]) -> None:
    rng = np.random.default_rng(seed)
    table = table_of({name: list(rng.standard_normal(30)) for name in PARTS})
    bins = fit_bins(table)
    row = table.row(0)
    name, sign = part
    moved = {**row, name: row[name] + sign * step}
    assert bins.rank("airiness", moved) >= bins.rank("airiness", row)


DRAWN = st.fixed_dictionaries({name: st.sampled_from((None, *BIN_NAMES)) for name in QUANTITIES})


@settings(max_examples=300, deadline=None)
@given(bins=DRAWN, seed=st.integers(0, 2**32 - 1), most=st.integers(1, 5))
def test_a_caption_says_only_what_the_bins_say(
    bins: dict[str, str | None], seed: int, most: int
) -> None:
    said = measured_caption(bins, np.random.default_rng(seed), most)
    if said is None:
        assert all(bins[name] in (None, "normal") for name in ("creakiness", "airiness"))
        assert all(bins[name] is None for name in set(bins) - {"creakiness", "airiness"})
        return
    assert 1 <= len(said.facts) <= min(most, 4)
    assert consistent(said.facts, bins) is True
    assert said.text == said.text.strip()
    assert "  " not in said.text


def test_a_caption_of_one_fact_has_only_that_facts_words() -> None:
    """The sentence and the stated fact belong together: no wording occurs for two bins."""
    rng = np.random.default_rng(0)
    # Loudness and level share their everyday words.
    names = [name for name in QUANTITIES if name != "sound_level"]
    told: dict[str, set[tuple[str, str]]] = {}
    for name in names:
        for value in BIN_NAMES:
            for _ in range(200):
                if said := measured_caption({name: value}, rng, 1):
                    told.setdefault(said.text, set()).add((name, value))
    # "a voice" and the like, where a Setting draws no words of its own, cannot occur.
    assert {text: facts for text, facts in told.items() if len(facts) > 1} == {}


def test_every_bin_has_several_wordings() -> None:
    for item in MEASURED:
        ((name, value),) = item.facts
        assert value in VALUES[name]
        rng = np.random.default_rng(1)
        texts = {measured_caption({name: value}, rng, 1).text for _ in range(100)}
        assert len(texts) >= 10, item.facts
    said = {fact for item in MEASURED for fact in item.facts}
    silent = {("creakiness", "normal"), ("airiness", "normal")}
    assert said == {(name, value) for name in VALUES for value in BIN_NAMES} - silent


def test_measured_attributes_are_not_mistaken_for_known_ones() -> None:
    assert not set(VALUES) & set(KNOWN)


def test_every_quantity_is_made_of_functionals_that_exist() -> None:
    assert set(NAMES) <= set(slap_edge.FUNCTIONALS)


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
