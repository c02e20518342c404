"""Changes of a recording do to its labels what the table says, and to its sound what they claim."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.config import ConfigError, build
from slap_export.corpus import attributes
from slap_export.corpus.attributes import VALUES
from slap_export.corpus.effects import breath, hoarse, room
from slap_export.corpus.manner import Manner
from slap_export.corpus.speakers import Speaker
from slap_export.corpus.treatment import Treatment
from slap_export.data.augment import KINDS, WaveformConfig, draw
from slap_export.data.changes import (
    SAFE_SPEED,
    SPEED_LABELS,
    TOUCHES,
    Band,
    Change,
    Codec,
    Gain,
    Noise,
    Room,
    Speed,
    contradict_words,
    heard,
    level_word,
    relabelled,
    touched,
)

RATE = 16_000


def voice(seconds: float = 1.0, hz: float = 200.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.1 * sum(np.sin(2 * np.pi * hz * n * at) / n for n in range(1, 20))).astype(np.float32)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(samples, dtype=np.float64))))


CHANGES = st.one_of(
    st.builds(Speed, st.floats(0.8, 1.25)),
    st.builds(Room, st.floats(0.1, 1.4), st.floats(-8, 30)),
    st.builds(Noise, st.sampled_from(KINDS), st.floats(-5, 45)),
    st.builds(Band, st.floats(3000, 8000), st.none() | st.floats(200, 400)),
    st.builds(Codec, st.integers(3, 8)),
    st.builds(Gain, st.floats(-20, 20)),
)
KNOWN = st.fixed_dictionaries(
    {name: st.none() | st.sampled_from(values) for name, values in VALUES.items()}
    | {"pitch_for_sex": st.just("low"), "noise_words": st.just("loud"), "accent": st.just("x")}
)


@given(KNOWN, CHANGES)
def test_a_change_touches_what_the_table_says(labels: dict, change: Change) -> None:
    changed = change.relabel(labels)
    assert set(changed) <= touched(change.name)
    for name, value in changed.items():
        assert labels.get(name) != value
        assert value is None or value in VALUES[name]


EVERYTHING = {name: values[-1] for name, values in VALUES.items()} | {"pitch_for_sex": "low"}
STRONG: dict[str, list[tuple[Change, dict]]] = {
    "speed": [(Speed(1.2), {})],
    "room": [(Room(1.0, -5), {})],
    "noise": [(Noise("white", 0), {})],
    "band": [(Band(3300, 300), {"microphone": "muffled", "noise": "noisy", "noise_kind": "hum"})],
    "codec": [(Codec(4), {"noise": "quiet"})],
    "gain": [(Gain(10), {})],
}


@pytest.mark.parametrize("name", TOUCHES)
def test_nothing_stands_in_the_table_in_vain(name: str) -> None:
    seen: set[str] = set()
    for change, labels in STRONG[name]:
        assert change.name == name
        seen |= set(change.relabel(EVERYTHING | labels))
    assert seen >= TOUCHES[name]


def test_speed_is_kept_from_the_labels_it_contradicts() -> None:
    labels = {"pitch": "high", "register": "light", "rate": "fast", "sex": "female", "creak": "x"}
    assert Speed(1.03).relabel(labels) == Speed(0.97).relabel(labels) == {}
    gone = {"pitch": None, "register": None, "rate": None, "sex": None}
    assert Speed(1.04).relabel(labels) == Speed(0.9).relabel(labels) == gone
    config = WaveformConfig(speed_share=1.0, speed=0.2)
    factors: dict[str | None, list[float]] = {}
    for name in (*SPEED_LABELS, None):
        rng = np.random.default_rng(1)
        known = {"band": "full"} | ({name: "a"} if name else {})
        drawn = [draw(config, known, rng) for _ in range(200)]
        factors[name] = [abs(change.factor - 1.0) for (change,) in drawn]  # type: ignore[attr-defined]
    assert all(max(factors[name]) <= SAFE_SPEED for name in SPEED_LABELS)
    assert 0.15 < max(factors[None]) <= 0.2


def test_noise_by_hand() -> None:
    quiet = {"noise": "quiet", "noise_kind": "none", "breathiness": "clear", "creak": "clear"}
    assert Noise("hum", 40).relabel(quiet) == {}
    assert Noise("hum", 20).relabel(quiet) == {"noise": None, "noise_kind": None}
    assert Noise("hum", 10).relabel(quiet) == {
        "noise": "noisy",
        "noise_kind": "hum",
        "breathiness": None,
    }
    assert Noise("hum", 5).relabel(quiet)["creak"] is None
    # Two kinds at once are neither; what is noisy stays so.
    assert Noise("hum", 20).relabel({"noise": "noisy", "noise_kind": "pink"}) == {
        "noise_kind": None
    }
    assert Noise("hum", 10).relabel({"noise": "noisy", "noise_kind": "pink"}) == {
        "noise_kind": None
    }
    assert Noise("pink", 20).relabel({"noise": "noisy", "noise_kind": "pink"}) == {}
    # Where nothing is known of the noise, all that is certain is that it is noisy now.
    assert Noise("pink", 10).relabel({"noise_words": "a fan"}) == {
        "noise": "noisy",
        "noise_words": None,
    }


def test_parts_of_a_changing_voice_lose_what_the_whole_loses() -> None:
    labels = {"begin_breathiness": "breathy", "end_breathiness": "clear", "breathiness": None}
    assert relabelled(labels, (Noise("white", 8),)) == {
        "begin_breathiness": None,
        "end_breathiness": None,
        "breathiness": None,
        "noise": "noisy",
    }


MANNERS = [
    Manner(),
    Manner(breath=breath.Breath(-5, 1500, 0.6)),
    Manner(hoarse=hoarse.Hoarse(0.04, 2.0, 5.0)),
]
SPEAKER = Speaker(engine="e", name="e/a", voice="a", sex="female", age="adult", pitch=(150, 250))


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(MANNERS),
    st.floats(0, 60),
    st.sampled_from(KINDS),
    st.floats(-6, 30),
    st.booleans(),
    st.none() | st.integers(4, 5),
)
def test_labels_agree_with_those_of_the_synthetic_corpus(
    manner: Manner, ratio: float, kind: str, direct_db: float, phone: bool, bits: int | None
) -> None:
    """What is changed afterwards is labelled as if it had been recorded so, or not at all."""
    phone = phone and bits is None  # the corpus draws no coder behind a telephone
    clean = Treatment(manner=manner, room=room.Room(0.15, 40.0), noise_db=60.0)
    hard = dataclasses.replace(
        clean,
        noise_kind=kind,
        noise_db=ratio,
        room=room.Room(0.8, direct_db),
        telephone_hz=(300.0, 3300.0) if phone else None,
        code_bits=bits,
    )
    clip = attributes.Clip(205.0, 1.5, 0.6, 5.0, 0.1, "en-us")
    before = attributes.label(SPEAKER, clip, clean, -27.0, 0)
    expected = attributes.label(SPEAKER, clip, hard, -27.0, 0)
    changes: tuple[Change, ...] = (Room(0.8, direct_db), Noise(kind, ratio))
    changes += (Band(3300.0, 300.0),) if phone else ()
    changes += (Codec(bits),) if bits else ()
    found = relabelled(before, changes)
    for name in VALUES:
        assert found[name] in (None, expected[name]), name
    certain = ("room", "band", "sex", "pitch", "codec")
    assert {n: found[n] for n in certain} == {n: expected[n] for n in certain}


@pytest.mark.parametrize("dbfs", [-50, -36, -34, -33, -22, -20, -19.5, -10])
def test_level_is_binned_as_in_the_synthetic_corpus(dbfs: float) -> None:
    assert level_word(dbfs) == attributes.of_recording(Treatment(), dbfs)["level"]
    found = relabelled({"level": "loud"}, (Gain(-3.0),), dbfs)
    assert found == {"level": level_word(dbfs)}
    assert relabelled({"level": "loud"}, (), dbfs) == {"level": "loud"}


def test_words_are_kept_only_where_nothing_could_contradict_them() -> None:
    for change in (Speed(1.02), Noise("hum", 40), Room(0.2, 25), Band(7500), Gain(2.0)):
        assert not contradict_words((change,)), change
    for change in (Speed(1.1), Noise("hum", 25), Room(0.3, 10), Band(3300, 300), Codec(8), Gain(3)):
        assert contradict_words((Speed(1.0), change)), change
    assert not contradict_words(())


def test_what_is_heard() -> None:
    rng = np.random.default_rng(0)
    clean = voice()
    assert len(Speed(1.25).hear(clean, rng)) == len(clean) * 4 // 5
    spectrum = np.abs(np.fft.rfft(Speed(1.25).hear(voice(), rng)))
    assert np.argmax(spectrum) == pytest.approx(250 * 0.8, abs=1)
    noisy = Noise("white", 10.0).hear(clean, rng)
    assert level_db(clean) - level_db(noisy - clean) == pytest.approx(10.0, abs=0.3)
    assert level_db(Gain(-6.0).hear(clean, rng)) == pytest.approx(level_db(clean) - 6.0, abs=0.01)
    assert np.abs(Gain(60.0).hear(clean, rng)).max() == pytest.approx(0.98)
    for change in (Band(3300.0, 300.0), Codec(5)):
        out = change.hear(clean, rng)
        assert len(out) == len(clean)
        power = np.square(np.abs(np.fft.rfft(out)))  # 1 Hz a bin
        assert power[5000:].sum() < 1e-3 * power.sum()
    wet = Room(1.0, -5.0).hear(np.pad(clean, (0, RATE)), rng)
    assert np.abs(wet[RATE + 800 : RATE + 4000]).max() > 1e-3


@settings(max_examples=40, deadline=None)
@given(st.lists(CHANGES, max_size=4).map(tuple), st.integers(1, 400), st.integers(0, 9))
def test_whatever_is_heard_is_finite_and_within_the_peak(
    changes: tuple[Change, ...], count: int, seed: int
) -> None:
    samples = np.random.default_rng(seed).uniform(-0.9, 0.9, count).astype(np.float32)
    out = heard(samples, changes, np.random.default_rng(seed))
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    assert len(out) >= 1
    assert np.abs(out).max() <= 0.98 + 1e-6


def test_silence_stays_finite() -> None:
    changes = (Room(0.8, 0.0), Noise("pink", 10.0), Band(3300, 300), Codec(4), Gain(20.0))
    out = heard(np.zeros(1600, np.float32), changes, np.random.default_rng(0))
    assert np.isfinite(out).all()


def test_the_same_generator_draws_the_same() -> None:
    config = WaveformConfig(
        speed_share=0.5,
        room_share=0.5,
        noise_share=0.5,
        telephone_share=0.3,
        low_pass_share=0.5,
        codec_share=0.5,
        gain_share=0.5,
    )
    drawn = [[draw(config, {}, np.random.default_rng(n)) for n in range(60)] for _ in range(2)]
    assert drawn[0] == drawn[1]
    names = {change.name for changes in drawn[0] for change in changes}
    assert names == set(TOUCHES)
    assert draw(WaveformConfig(), {}, np.random.default_rng(0)) == ()
    for changes in drawn[0]:
        order = [list(TOUCHES).index(change.name) for change in changes]
        assert order == sorted(order)


def test_settings_come_from_a_recipe() -> None:
    found = build(WaveformConfig, {"noise_share": 1, "noise_db": [5.0, 10.0]})
    assert (found.noise_share, found.noise_db) == (1.0, (5.0, 10.0))
    with pytest.raises(ConfigError, match="unknown setting `nois_share`"):
        build(WaveformConfig, {"nois_share": 1.0})


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"noise_share": 1.5}, "noise_share: expected a share from 0 to 1, got 1.5"),
        ({"noise_share": float("nan")}, "noise_share: expected a share"),
        ({"noise_db": (10.0, 5.0)}, "noise_db: expected the least and the most"),
        ({"room_t60": (0.1,)}, "room_t60: expected the least and the most"),
        ({"room_t60": 0.5}, "room_t60: expected a list, got 0.5"),
        ({"noise_kinds": "hum"}, "noise_kinds: expected a list, got hum"),
        ({"noise_db": (0.0, float("inf"))}, "noise_db: expected the least and the most"),
        ({"gain_db": -1.0}, "gain_db: expected decibels from 0 to 200"),
        ({"gain_db": float("inf")}, "gain_db: expected decibels from 0 to 200"),
        ({"gain_db": 1e300}, "gain_db: expected decibels from 0 to 200"),
        ({"noise_db": (-1e300, 1e300)}, "noise_db: expected decibels up to 200 either way"),
        ({"room_t60": (0.1, 1e9)}, "room_t60: expected up to 30 s"),
        ({"room_t60": ("a", "b")}, "room_t60: expected the least and the most"),
        ({"room_t60": (0.0, 1.0)}, "room_t60 and low_pass_hz: expected numbers above 0"),
        ({"noise_kinds": ("babble",)}, "noise_kinds: expected some of white"),
        ({"noise_kinds": ()}, "noise_kinds: expected some of white"),
        ({"speed": 0.9}, "speed: expected a share from 0 to 0.5"),
        ({"codec_bits": (1, 8)}, "codec_bits: expected whole numbers from 3 to 8"),
        ({"codec_bits": (4.5, 8.0)}, "codec_bits: expected whole numbers from 3 to 8"),
    ],
)
def test_impossible_settings_are_refused(values: dict, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        WaveformConfig(**values)
