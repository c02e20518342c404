"""The corpus: the same seed gives the same files, and the splits share nothing they should not."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from slap_export.corpus import attributes, engines, read_clips
from slap_export.corpus.languages import LANGUAGES, invent_text
from slap_export.corpus.measures import Pitch, active_seconds, pitch_track, trim
from slap_export.corpus.speakers import SPLITS, speakers_by_split
from slap_export.corpus.synth import Sizes, synthesise_corpus
from slap_export.corpus.treatment import Treatment, draw
from slap_export.tasks import TASKS

needs_voices = pytest.mark.skipif(
    shutil.which("espeak-ng") is None or shutil.which("flite") is None,
    reason="espeak-ng and flite are not installed",
)

SMALL = Sizes(12, 6, 6, 6, 6, train_renders=2, other_renders=2)


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    synthesise_corpus(folder, SMALL, seed=7, processes=2)
    return folder


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@needs_voices
def test_the_same_seed_gives_the_same_files(corpus: Path, tmp_path: Path) -> None:
    synthesise_corpus(tmp_path, SMALL, seed=7, processes=1)
    assert _digest(tmp_path) == _digest(corpus)


@needs_voices
def test_a_corpus_is_not_overwritten(corpus: Path) -> None:
    with pytest.raises(FileExistsError, match="holds a corpus"):
        synthesise_corpus(corpus, SMALL, seed=7, processes=1)


@needs_voices
def test_files_are_what_the_lines_say(corpus: Path) -> None:
    rows = [json.loads(line) for line in (corpus / "clips.jsonl").open(encoding="utf-8")]
    assert {row["split"] for row in rows} == set(SPLITS)
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        samples, rate = sf.read(corpus / row["path"])
        assert rate == 16_000
        assert samples.ndim == 1
        assert 1.5 <= len(samples) / rate <= 5.01
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


def test_treatments_give_every_task_both_classes() -> None:
    from slap_export.corpus.speakers import Speaker

    rng = np.random.default_rng(5)
    counts = {question.name: [0, 0] for question in TASKS}
    total = 4000
    for _ in range(total):
        kind = str(rng.choice(("male", "female", "child"), p=(0.4, 0.4, 0.2)))
        speaker = Speaker(
            "x", "espeak-ng", "x", None if kind == "child" else kind,
            "child" if kind == "child" else "adult", (100, 200),
        )  # fmt: skip
        clip = attributes.Clip(
            float(rng.uniform(80, 300)), float(rng.uniform(0, 4)), 0.6, float(rng.uniform(2, 9))
        )
        treatment = draw(rng)
        found = attributes.label(speaker, clip, treatment, treatment.level_dbfs)
        for question in TASKS:
            index = question.class_of(found)
            if index is not None:
                counts[question.name][index] += 1
    # 60 of 720 clips, the smallest split.
    for name, pair in counts.items():
        assert min(pair) >= total * 60 / 720, f"{name}: {pair} of {total}"


def test_the_grey_zone_has_no_label() -> None:
    from slap_export.corpus.speakers import Speaker

    speaker = Speaker("x", "espeak-ng", "x", "male", "adult", (100, 200))

    def found(**changes: float) -> attributes.Attributes:
        values = {
            "pitch_hz": 100.0, "pitch_spread": 1.4, "voiced_share": 0.6, "syllable_rate": 5.0
        }  # fmt: skip
        clip = attributes.Clip(**{**values, **changes})
        return attributes.label(speaker, clip, Treatment(), -26.0)

    assert found()["pitch"] == "low"
    assert found(pitch_hz=140.0)["pitch"] is None
    assert found(pitch_hz=170.0)["pitch"] == "medium"
    assert found(pitch_hz=220.0)["pitch"] == "high"
    assert found(syllable_rate=3.8)["rate"] is None
    assert found(pitch_spread=0.3)["intonation"] == "monotone"
    assert found(voiced_share=0.1)["pitch"] is None


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
