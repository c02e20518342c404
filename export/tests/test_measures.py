"""Measures of a corpus: the bins by hand, and captions that say no more than them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import slap_edge
from hypothesis import given, settings
from hypothesis import strategies as st

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
