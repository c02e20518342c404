"""Every field that a reader gives, on small folders of the real layouts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from test_data_corpora import found

from slap_export.corpus import Part
from slap_export.data.manifest import Recording
from slap_export.data.readers import READERS
from slap_export.data.readers.common import ReaderError, age_group, split_of


def test_common_voice(tmp_path: Path) -> None:
    one, two, three, four = found("common_voice", tmp_path)
    assert one == Recording(
        path=tmp_path / "clips/cv_1.mp3",
        split="test",
        speaker="common_voice/aa",
        language="en",
        transcript='He said "no.',
        attributes={
            "corpus": "common_voice",
            "sex": "male",
            "age": "adult",
            "age_decade": "twenties",
            "accent": "Scottish English",
        },
    )
    assert two.split == "validation"
    assert two.attributes == {"corpus": "common_voice", "sex": "female", "age_decade": "teens"}
    assert three.split == split_of("cc")
    assert three.attributes == {"corpus": "common_voice"}
    assert four.split == "test"


def test_vctk(tmp_path: Path) -> None:
    one, two = found("vctk", tmp_path)
    assert one == Recording(
        path=tmp_path / "wav48_silence_trimmed/p225/p225_001_mic1.flac",
        split=split_of("vctk/p225"),
        speaker="vctk/p225",
        language="en",
        transcript="Please call Stella.",
        attributes={"corpus": "vctk", "sex": "female", "age": "adult", "accent": "english"},
    )
    assert two.transcript is None
    assert two.attributes == {"corpus": "vctk", "sex": "male", "accent": "american"}


def test_crema_d(tmp_path: Path) -> None:
    one, two = found("crema_d", tmp_path)
    assert one == Recording(
        path=tmp_path / "AudioWAV/1001_DFA_ANG_HI.wav",
        split=split_of("crema_d/1001"),
        speaker="crema_d/1001",
        language="en",
        transcript="Don't forget a jacket.",
        attributes={
            "corpus": "crema_d",
            "sex": "male",
            "age": "adult",
            "emotion": "angry",
            "emotion_intensity": "high",
        },
    )
    assert two.attributes == {
        "corpus": "crema_d",
        "sex": "female",
        "age": "adult",
        "emotion": "sad",
    }


def test_ravdess(tmp_path: Path) -> None:
    one, two = found("ravdess", tmp_path)
    assert one == Recording(
        path=tmp_path / "Actor_12/03-01-06-01-02-01-12.wav",
        split=split_of("ravdess/12"),
        speaker="ravdess/12",
        language="en",
        transcript="Dogs are sitting by the door.",
        attributes={
            "corpus": "ravdess",
            "sex": "female",
            "age": "adult",
            "emotion": "fearful",
            "emotion_intensity": "normal",
            "vocal_channel": "speech",
        },
    )
    assert two.attributes["sex"] == "male"
    assert two.attributes["emotion"] == "happy"
    assert two.attributes["emotion_intensity"] == "strong"
    assert two.attributes["vocal_channel"] == "song"
    assert two.transcript == "Kids are talking by the door."


def test_svd(tmp_path: Path) -> None:
    vowel, vowels, phrase = found("svd", tmp_path)
    assert vowel == Recording(
        path=tmp_path / "data/1/vowels/1-a_lhl.wav",
        split=split_of("svd/7"),
        speaker="svd/7",
        language="de",
        attributes={  # a day before the twentieth birthday: neither child nor adult
            "corpus": "svd",
            "sex": "female",
            "material": "vowel",
            "vowel": "a",
            "pitch_asked": "rising and falling",
            "recording_type_label": "normal",
        },
    )
    vowel_of = vowels.attributes
    assert vowel_of["vowel"] == "iau"
    assert "material" not in vowel_of  # three vowels are not one held
    assert phrase == Recording(
        path=tmp_path / "data/2/sentences/2-phrase.wav",
        split=split_of("svd/8"),
        speaker="svd/8",
        language="de",
        transcript="Guten Morgen, wie geht es Ihnen?",
        attributes={
            "corpus": "svd",
            "sex": "male",
            "age": "adult",
            "material": "speech",
            "recording_type_label": "pathological",
            "pathology_label": "Dysphonie, Laryngitis",
        },
    )


def test_coswara(tmp_path: Path) -> None:
    one, two = found("coswara", tmp_path)
    name = "iV3Db6t1T8b7c5HQY2TwxIhjbzD3"
    assert one == Recording(
        path=tmp_path / "Extracted_data/20200413" / name / "cough-heavy.wav",
        split=split_of(f"coswara/{name}"),
        speaker=f"coswara/{name}",
        attributes={
            "corpus": "coswara",
            "sex": "male",
            "age": "adult",
            "sound": "cough-heavy",
            "covid_status_label": "healthy",
        },
    )
    assert two.attributes == {
        "corpus": "coswara",
        "sound": "vowel-a",
        "covid_status_label": "positive_mild",
    }
    for day in (tmp_path / "Extracted_data").iterdir():
        shutil.move(day, tmp_path / day.name)
    (tmp_path / "Extracted_data").rmdir()
    assert [r.attributes["sound"] for r in READERS["coswara"](tmp_path)] == [
        "cough-heavy",
        "vowel-a",
    ]


def test_paraspeechcaps(tmp_path: Path) -> None:
    one, two = found("paraspeechcaps", tmp_path)
    assert one == Recording(
        path=tmp_path / "voxceleb/test/id1/a.wav",
        split="train",
        speaker="paraspeechcaps/voxceleb/id1",
        language="en",
        transcript="hello there",
        attributes={
            "corpus": "paraspeechcaps",
            "source": "voxceleb",
            "sex": "male",
            "accent": "American",
            "pitch_for_sex": "low-pitched",
            "rate": "slow",
            "noise_words": "very noisy",
            "style_tags": "raspy,vocal-fry,whispered",
            "creak": "creaky",
            "phonation": "whispered",
        },
        captions=("A man whispers slowly.", "Slow whispered speech."),
    )
    assert two == Recording(
        path=tmp_path / "ears/p1/b.wav",
        split="test",
        language="en",
        attributes={"corpus": "paraspeechcaps", "source": "ears", "rate_words": "at a lick"},
        captions=("Somebody speaks.",),
    )


def test_hugging_face(tmp_path: Path) -> None:
    folder = tmp_path / "voices"
    top, one, two = found("hugging_face", folder)
    assert top == Recording(
        path=folder / "dev/c.wav",
        split="validation",
        speaker="voices/9",
        transcript="Hi.",
        attributes={"corpus": "voices", "sex": "male"},
        captions=("a", "b"),
    )
    assert one == Recording(
        path=folder / "train/a.wav",
        split="train",
        speaker="voices/7",
        language="en",
        transcript="Hello, you.",
        attributes={"corpus": "voices", "sex": "female", "age_words": "34", "mood": "glad"},
        captions=("A glad woman.",),
    )
    assert two == Recording(
        path=folder / "train/b.wav",
        split="train",
        speaker="voices/8",
        attributes={"corpus": "voices", "age": "adult"},
    )


def test_capitals_and_blanks_do_not_hide_a_label(tmp_path: Path) -> None:
    found("hugging_face", tmp_path)
    table = tmp_path / "train" / "metadata.csv"
    table.write_text("file_name, Roughness ,AGE,Mood\na.wav,Hoarse ,34,Glad\n", encoding="utf-8")
    recording = next(r for r in READERS["hugging_face"](tmp_path) if r.path.name == "a.wav")
    assert recording.attributes == {
        "corpus": tmp_path.name,
        "roughness": "hoarse",
        "age_words": "34",
        "Mood": "Glad",
    }
    table.write_text("file_name,sex,Sex\na.wav,female,male\n", encoding="utf-8")
    with pytest.raises(ReaderError, match="line 2: sex: expected one column of that name, got two"):
        list(READERS["hugging_face"](tmp_path))


def test_hugging_face_from_within(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    speakers = [one.speaker for one in found("hugging_face", Path())]
    assert speakers[0] == f"{tmp_path.name}/9"


def test_synthetic(tmp_path: Path) -> None:
    clip, vowel = found("synthetic", tmp_path)
    assert clip == Recording(
        path=tmp_path / "audio/train/train-00000-0.flac",
        split="train",
        speaker="synthetic/made/female-031",
        language="el",
        transcript="σπίτια μικρά",
        attributes={
            "corpus": "synthetic",
            "engine": "espeak-ng",
            "sex": "female",
            "breathiness": None,
            "begin_creak": "creaky",
        },
        parts=(Part(0.0, 0.05, {"creak": "creaky"}),),
    )
    assert (vowel.split, vowel.transcript, vowel.parts) == ("test", None, ())


def test_speakers_are_split_eight_to_one_to_one() -> None:
    splits = [split_of(f"speaker {n}") for n in range(2000)]
    assert abs(splits.count("train") / 2000 - 0.8) < 0.03
    assert abs(splits.count("test") / 2000 - 0.1) < 0.03
    assert split_of("a") == split_of("a")


def test_ages_between_are_neither() -> None:
    groups = {12: "child", 13: None, 19: None, 20: "adult", 90: "adult"}
    assert {years: age_group(years) for years in groups} == groups
