"""The corpus: the same seed gives the same files, and the splits share nothing they should not."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import multiprocessing
import os
import shutil
import threading
import time
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from slap_export.config import CorpusConfig
from slap_export.corpus import CorpusError, attributes, engines, read_clips
from slap_export.corpus.effects.nasal import Nasal
from slap_export.corpus.effects.overdriven import Overdrive
from slap_export.corpus.effects.pauses import Pauses
from slap_export.corpus.effects.shout import MURMUR, SHOUT
from slap_export.corpus.effects.source_filter import analyse
from slap_export.corpus.effects.strained import Strained
from slap_export.corpus.languages import LANGUAGES, invent_text
from slap_export.corpus.manner import Manner
from slap_export.corpus.measures import Pitch, active_seconds, longest_gap, pitch_track, rms, trim
from slap_export.corpus.render import LONGEST, render
from slap_export.corpus.speakers import SPLITS, Speaker, made_speaker, speakers_by_split
from slap_export.corpus.synth import refuse_other, synthesise_corpus
from slap_export.corpus.treatment import Change, Treatment, draw
from slap_export.corpus.utterance import hold_vowel, utter
from slap_export.tasks import TASKS

needs_voices = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None,
    reason="espeak-ng and flite are not installed",
)

SMALL = CorpusConfig("", 7, 12, 6, 6, 6, 6, train_renders=2, other_renders=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    synthesise_corpus(folder, SMALL, processes=2)
    return folder


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@needs_voices
def test_the_same_seed_gives_the_same_files(corpus: Path, tmp_path: Path) -> None:
    synthesise_corpus(tmp_path, SMALL, processes=1)
    assert _digest(tmp_path) == _digest(corpus)


@needs_voices
def test_a_corpus_is_not_overwritten(corpus: Path) -> None:
    with pytest.raises(CorpusError, match="holds a corpus"):
        synthesise_corpus(corpus, SMALL, processes=1)


@needs_voices
def test_a_corpus_of_other_settings_is_not_taken_for_this_one(corpus: Path, tmp_path: Path) -> None:
    refuse_other(corpus, dataclasses.replace(SMALL, path="elsewhere"))
    other = dataclasses.replace(SMALL, seed=8, train=13)
    with pytest.raises(CorpusError, match="seed was 7 and is 8 in the recipe, train was 12"):
        refuse_other(corpus, other)
    refuse_other(tmp_path, other)
    (tmp_path / "corpus.json").write_text('{"shards": "0"}')
    refuse_other(tmp_path, other)


def test_a_seed_below_nil_is_refused() -> None:
    with pytest.raises(ValueError, match=r"seed \(-1\) must be 0 or more"):
        dataclasses.replace(SMALL, seed=-1)


@needs_voices
def test_a_process_that_cannot_begin_ends_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first to ask espeak-ng for its data, this process, is answered; the others are not."""
    real, asked = shutil.which("espeak-ng"), tmp_path / "asked"
    program = tmp_path / "bin" / "espeak-ng"
    program.parent.mkdir()
    lines = ["#!/bin/sh", f'[ -e "{asked}" ] && exit 3', f'touch "{asked}"', f'exec {real} "$@"']
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    with pytest.raises(engines.EngineError, match="did not say where its data is"):
        synthesise_corpus(tmp_path / "corpus", SMALL, processes=2)


@needs_voices
def test_a_process_that_is_killed_ends_the_work(tmp_path: Path) -> None:
    many = dataclasses.replace(SMALL, train=400)
    before = set(multiprocessing.active_children())

    def kill() -> None:
        while not (made := set(multiprocessing.active_children()) - before):
            time.sleep(0.05)
        made.pop().kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(BrokenProcessPool):
        synthesise_corpus(tmp_path, many, processes=2)
    killer.join()
    assert not (tmp_path / "clips.jsonl").exists()


@needs_voices
def test_files_are_what_the_lines_say(corpus: Path) -> None:
    rows = [json.loads(line) for line in (corpus / "clips.jsonl").open(encoding="utf-8")]
    assert {row["split"] for row in rows} == set(SPLITS)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        samples, rate = sf.read(corpus / row["path"])
        assert rate == 16_000
        assert samples.ndim == 1
        assert 1.5 <= len(samples) / rate <= 5.281
        assert len(samples) / rate == pytest.approx(row["seconds"], abs=0.001)
        assert 0.001 < np.abs(samples).max() < 1.0
        for name, value in row["attributes"].items():
            assert value is None or value in attributes.VALUES[name]
        assert set(row["attributes"]) == set(attributes.VALUES)


@needs_voices
def test_splits_share_no_speakers_and_no_held_out_languages(corpus: Path) -> None:
    clips = read_clips(corpus)
    assert len(read_clips(corpus, "train")) >= 12
    heard = {s: {c.speaker for c in clips if c.split == s} for s in SPLITS}
    spoken = {s: {c.language for c in clips if c.split == s} for s in SPLITS}
    for a in SPLITS:
        for b in SPLITS:
            assert a == b or not heard[a] & heard[b]
    for split in ("train", "validation", "test_voices"):
        assert not spoken["test_languages"] & spoken[split]
    assert all(LANGUAGES[name].held_out for name in spoken["test_languages"])
    assert all(name.startswith("flite/") for name in heard["test_synthesiser"])


@needs_voices
def test_speakers_are_shared_out_whole() -> None:
    voices = engines.espeak_data() / "voices" / "!v"
    splits = speakers_by_split(voices, np.random.default_rng(3))
    names = [speaker.name for group in splits.values() for speaker in group]
    assert len(names) == len(set(names))
    for split, group in splits.items():
        for kind in ("male", "female", "child"):
            count = sum((speaker.sex or speaker.age) == kind for speaker in group)
            assert count >= 6, f"{split} has {count} {kind} speakers"
        if split != "test_synthesiser":
            assert not any(speaker.engine == "flite" for speaker in group)


def test_there_are_fifty_languages_for_training_and_some_held_out() -> None:
    held_out = [language for language in LANGUAGES.values() if language.held_out]
    assert len(LANGUAGES) - len(held_out) >= 50
    assert len(held_out) >= 12
    rng = np.random.default_rng(0)
    for language in LANGUAGES.values():
        assert len(language.words) >= 15
        assert len(invent_text(language, 8, rng).split()) == 8


def somebody(kind: str) -> Speaker:
    """A man, a woman or a child."""
    child = kind == "child"
    age = "child" if child else "adult"
    return Speaker("x", "espeak-ng", "x", None if child else kind, age, (100, 200))


def clean_clip(**changes: object) -> attributes.Clip:
    """A clip of ordinary English speech."""
    values: dict = {
        "pitch_hz": 100.0, "pitch_spread": 1.4, "voiced_share": 0.6, "syllable_rate": 5.0,
        "longest_gap": 0.1, "language": "en-us",
    }  # fmt: skip
    return attributes.Clip(**{**values, **changes})


def labelled(treatment: Treatment, pauses: int = 0, **changes: object) -> attributes.Attributes:
    """The attributes of a man's clip under `treatment`."""
    clip = clean_clip(**changes)
    return attributes.label(somebody("male"), clip, treatment, treatment.level_dbfs, pauses)


def test_treatments_give_every_task_both_classes() -> None:
    rng = np.random.default_rng(5)
    counts = {question.name: [0, 0] for question in TASKS}
    total = 6000
    for _ in range(total):
        kind = str(rng.choice(("male", "female", "child"), p=(0.4, 0.4, 0.2)))
        low, high = {"male": (76, 175), "female": (132, 270), "child": (215, 350)}[kind]
        held = bool(rng.random() < 0.07)
        clip = clean_clip(
            pitch_hz=float(np.exp(rng.uniform(np.log(low), np.log(high)))),
            pitch_spread=float(rng.choice((0.4, 1.4, 3.5), p=(0.3, 0.2, 0.5))),
            syllable_rate=float(rng.choice((3.0, 5.0, 7.0), p=(0.34, 0.3, 0.36))),
            language="en-us" if rng.random() < 0.25 else "de",
            held=held,
        )
        treatment = draw(rng, 3.8, held)
        pauses = treatment.pauses.count
        found = attributes.label(somebody(kind), clip, treatment, treatment.level_dbfs, pauses)
        assert set(found) == set(attributes.VALUES)
        assert all(v is None or v in attributes.VALUES[n] for n, v in found.items())
        for question in TASKS:
            held_by = [option.holds(found) for option in question.classes]
            assert sum(held_by) <= 1, question.name
            for index, holds in enumerate(held_by):
                counts[question.name][index] += holds
    # 15 of 900 clips, the smallest split.
    for name, pair in counts.items():
        assert min(pair) >= total * 15 / 900, f"{name}: {pair} of {total}"


def test_the_grey_zone_has_no_label() -> None:
    plain = Treatment()
    assert labelled(plain)["pitch"] == "low"
    assert labelled(plain, pitch_hz=140.0)["pitch"] is None
    assert labelled(plain, pitch_hz=170.0)["pitch"] == "medium"
    assert labelled(plain, pitch_hz=220.0)["pitch"] == "high"
    assert labelled(plain, pitch_hz=120.0)["register"] is None
    assert labelled(plain, pitch_hz=145.0)["register"] == "light"
    assert labelled(plain, syllable_rate=3.8)["rate"] is None
    assert labelled(plain, pitch_spread=0.3)["intonation"] == "monotone"
    assert labelled(plain, voiced_share=0.1)["pitch"] is None
    assert labelled(plain, longest_gap=0.4)["fluency"] is None
    assert labelled(plain)["quality"] == "clear"


def test_what_cannot_be_heard_has_no_label() -> None:
    strained = Manner(strained=Strained(10.0, 3.0, 1.0, 0.005))
    assert labelled(Treatment(strained))["strain"] == "strained"
    assert labelled(Treatment(strained, noise_db=8.0))["strain"] is None
    assert labelled(Treatment(strained, muffle=(700.0, 30.0)))["strain"] is None
    assert labelled(Treatment(strained, code_bits=4))["strain"] is None
    shouting = Manner(effort=SHOUT)
    assert labelled(Treatment(shouting))["effort"] == "shouted"
    assert labelled(Treatment(shouting, overdrive=Overdrive(20.0)))["effort"] is None
    vowel = labelled(Treatment(), held=True)
    assert vowel["material"] == "vowel"
    assert all(vowel[n] is None for n in ("rate", "intonation", "english", "articulation"))
    crowd = labelled(Treatment(noise_kind="babble", noise_db=5.0))
    assert crowd["speakers"] is None


def test_two_at_once_have_no_voice_to_speak_of() -> None:
    found = labelled(Treatment(Manner(nasal=Nasal(1.0)), second_db=0.0))
    assert found["speakers"] == "two"
    silent = ("sex", "age", "nasality", "pitch", "phonation", "material", "begin_nasality")
    assert all(found[name] is None for name in silent)
    assert found["noise"] == "quiet"


def test_a_clip_that_changes_is_labelled_by_its_parts() -> None:
    quiet, loud = Manner(effort=MURMUR, level_db=-8.0), Manner(effort=SHOUT, level_db=6.0)
    treatment = Treatment(quiet, Change(0.5, loud))
    found = labelled(treatment)
    assert found["effort"] is None
    assert (found["begin_effort"], found["end_effort"]) == ("murmured", "shouted")
    assert (found["begin_phonation"], found["phonation"]) == ("voiced", "voiced")
    assert found["course"] is None
    both = attributes.parts(somebody("male"), clean_clip(), treatment, -26.0)
    assert both is not None
    assert [part["effort"] for part in both] == ["murmured", "shouted"]
    assert all(part["begin_effort"] is None and part["level"] is None for part in both)
    assert attributes.parts(somebody("male"), clean_clip(), Treatment(quiet), -26.0) is None
    unheard = Treatment(quiet, Change(0.5, loud), noise_db=2.0, muffle=(600.0, 30.0))
    assert attributes.parts(somebody("male"), clean_clip(), unheard, -26.0) is None


@needs_voices
def test_what_a_rendering_says_of_itself_is_true(corpus: Path) -> None:
    with engines.VoiceFolder() as folder:
        rng = np.random.default_rng(4)
        speaker = made_speaker(0, "male", rng)
        spoken = utter(folder, speaker, LANGUAGES["de"], rng, 2)
    voice = analyse(spoken.samples, spoken.pitch)
    silence = {"white": np.random.default_rng(0).standard_normal(200_000).astype(np.float32)}
    changing = Treatment(Manner(level_db=-20.0), Change(0.5, Manner()), noise_db=90.0)
    made = render(voice, changing, silence, None, np.random.default_rng(1))
    assert made.changed_at is not None
    assert 0.35 < made.changed_at / len(made.samples) < 0.65
    before, after = np.split(made.samples, [made.changed_at])
    assert 20 * np.log10(rms(after) / rms(before)) > 12
    hesitating = Treatment(pauses=Pauses(2, 0.45, 0.9), noise_db=90.0)
    made = render(voice, hesitating, silence, None, np.random.default_rng(1))
    assert made.pauses >= 1
    assert len(spoken.samples) < len(made.samples) <= LONGEST
    assert longest_gap(made.samples) > 0.35 * 16_000
    with pytest.raises(ValueError, match="second speaker"):
        render(voice, Treatment(second_db=0.0), silence, None, np.random.default_rng(1))


@needs_voices
def test_a_held_vowel_is_one_steady_sound() -> None:
    rng = np.random.default_rng(8)
    with engines.VoiceFolder() as folder:
        spoken = utter(folder, made_speaker(0, "female", rng), LANGUAGES["it"], rng, 1)
    held = hold_vowel(spoken, rng)
    assert held.held
    assert held.text == ""
    assert held.pitch.median_hz == pytest.approx(spoken.pitch.median_hz, rel=0.03)
    assert held.pitch.spread_semitones < 0.4
    assert held.pitch.voiced.mean() > 0.7
    sound = trim(held.samples, 0.0)[1600:-3200]
    levels = 20 * np.log10(
        np.sqrt(np.square(sound[: len(sound) // 800 * 800]).reshape(-1, 800).mean(1))
    )
    assert np.ptp(levels) < 6.0


@pytest.mark.parametrize("hz", [80.0, 130.0, 220.0, 330.0])
def test_the_pitch_track_finds_a_tone_with_harmonics(hz: float) -> None:
    time = np.arange(16_000) / 16_000
    tone = sum(np.sin(2 * np.pi * hz * k * time) / k for k in range(1, 8))
    found = pitch_track(np.asarray(tone, np.float32), 60, 450)
    assert found.median_hz == pytest.approx(hz, rel=0.01)
    assert found.voiced.mean() > 0.9
    assert found.spread_semitones < 0.05


def test_noise_and_silence_have_no_pitch() -> None:
    noise = np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    assert pitch_track(noise, 60, 450).voiced.mean() < 0.1
    assert Pitch(np.zeros(10), np.zeros(10, bool)).median_hz == 0.0


def test_trimming_and_active_seconds() -> None:
    burst = np.random.default_rng(0).standard_normal(8000).astype(np.float32)
    samples = np.concatenate([np.zeros(4000), burst, np.zeros(4000)]).astype(np.float32)
    assert active_seconds(samples) == pytest.approx(0.5, abs=0.02)
    assert len(trim(samples, 0.0)) == pytest.approx(8000, abs=320)
    assert len(trim(np.zeros(1600, np.float32), 0.1)) == 0


@needs_voices
def test_every_language_speaks_with_the_voice_it_is_given() -> None:
    # Some of espeak-ng's names for a language ignore the variant, and with it the speaker.
    rng = np.random.default_rng(0)
    with engines.VoiceFolder() as folder:
        for language in LANGUAGES.values():
            text = invent_text(language, 8, rng)
            said = folder.speak(text, language.name, ("formant 1 115",), (240, 260), 170, 0)
            found = pitch_track(said.samples, 60, 500)
            assert found.median_hz == pytest.approx(250, rel=0.15), language.name
            assert said.nuclei >= 5, language.name
