"""Readers of corpora on small folders of the real layout, with tones for voices."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from slap_export.corpus.attributes import VALUES
from slap_export.data.leakage import refuse_leaks
from slap_export.data.manifest import Recording, read_manifest, write_manifest
from slap_export.data.readers import READERS, reader
from slap_export.data.readers.common import ReaderError, age_group, split_of

RATE = 16000


def tone(path: Path, hz: float = 200.0) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    at = np.arange(RATE // 10) / RATE
    soundfile.write(path, 0.3 * np.sin(2 * np.pi * hz * at), RATE)
    return path


def text(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return path


CV_HEADER = "\t".join(
    (
        *("client_id", "path", "sentence_id", "sentence", "sentence_domain", "up_votes"),
        *("down_votes", "age", "gender", "accents", "variant", "locale", "segment"),
    )
)


def cv_row(client: str, clip: str, sentence: str, age: str, gender: str, accents: str) -> str:
    cells = [client, clip, "s1", sentence, "", "2", "0", age, gender, accents, "", "en", ""]
    return "\t".join(cells)


def common_voice(folder: Path) -> None:
    rows = [
        cv_row("aa", "cv_1.mp3", 'He said "no.', "twenties", "male_masculine", "Scottish English"),
        cv_row("bb", "cv_2.mp3", "Two words.", "teens", "female", ""),
        cv_row("cc", "cv_3.mp3", "Three more words.", "", "non-binary", ""),
        cv_row("aa", "cv_4.mp3", "Not in a split.", "twenties", "male_masculine", ""),
    ]
    text(folder / "validated.tsv", CV_HEADER, *rows)
    text(folder / "test.tsv", CV_HEADER, rows[0])
    text(folder / "dev.tsv", CV_HEADER, rows[1])
    text(folder / "train.tsv", CV_HEADER)
    for n in range(1, 5):
        tone(folder / "clips" / f"cv_{n}.mp3", 100.0 * n)


def vctk(folder: Path) -> None:
    text(
        folder / "speaker-info.txt",
        "ID  AGE  GENDER  ACCENTS  REGION COMMENTS ",
        "p225  23  F    English    Southern  England ",
        "p315  18  M    American   New England  (no text)",
        "p362  29  F    American",
    )
    for name in ("p225/p225_001_mic1", "p225/p225_001_mic2", "p315/p315_002_mic1"):
        tone(folder / "wav48_silence_trimmed" / f"{name}.flac", 300.0)
    text(folder / "txt/p225/p225_001.txt", "Please call Stella.  ")


def crema_d(folder: Path) -> None:
    text(
        folder / "VideoDemographics.csv",
        '"ActorID","Age","Sex","Race","Ethnicity"',
        '1001,51,"Male","Caucasian","Not Hispanic"',
        '1040,42,"Female","Caucasian","Not Hispanic"',
    )
    tone(folder / "AudioWAV/1001_DFA_ANG_HI.wav", 110.0)
    tone(folder / "AudioWAV/1040_ITH_SAD_X.wav", 220.0)


def ravdess(folder: Path) -> None:
    tone(folder / "Actor_12/03-01-06-01-02-01-12.wav", 110.0)
    tone(folder / "Audio_Song_Actors_01-24/Actor_01/03-02-03-02-01-02-01.wav", 220.0)


SVD_HEADER = (
    "AufnahmeID,AufnahmeTyp,AufnahmeDatum,Diagnose,SprecherID,Geburtsdatum,Geschlecht,Pathologien"
)


def svd(folder: Path) -> None:
    text(
        folder / "overview.csv",
        SVD_HEADER,
        "1,n,1997-11-11,,7,1977-11-12,w,",
        '2,p,12.05.2001,"steht noch aus",8,01.02.1940,m,"Dysphonie, Laryngitis"',
        "3,n,1997-11-11,,9,1975-01-01,w,",
    )
    tone(folder / "data/1/vowels/1-a_lhl.wav", 220.0)
    tone(folder / "data/1/vowels/1-a_lhl-egg.wav", 220.0)
    tone(folder / "data/1/vowels/1-iau.wav", 230.0)
    tone(folder / "data/2/sentences/2-phrase.wav", 110.0)


def coswara(folder: Path) -> None:
    text(
        folder / "combined_data.csv",
        "id,a,covid_status,ep,g,l_c,l_l,l_s,rU",
        "iV3Db6t1T8b7c5HQY2TwxIhjbzD3,28,healthy,y,male,India,Anantapur,Andhra Pradesh,n",
        "AxuYWBN0jFVLINCBqIW5aZmGCdu1,15,positive_mild,y,other,India,,,n",
        "C5eIsssb9GSkaAgIfsHMHeR6fSh1,,healthy,n,female,India,,,",
    )
    day = folder / "Extracted_data" / "20200413"
    tone(day / "iV3Db6t1T8b7c5HQY2TwxIhjbzD3" / "cough-heavy.wav", 110.0)
    other = day.parent / "20210406" / "AxuYWBN0jFVLINCBqIW5aZmGCdu1"
    tone(other / "vowel-a.wav", 120.0)
    soundfile.write(other / "vowel-e.wav", np.zeros(0), RATE)


PSC = {
    "source": "voxceleb",
    "relative_audio_path": "./test/id1/a.wav",
    "text_description": ["A man whispers slowly.", "Slow whispered speech."],
    "transcription": "hello there",
    "intrinsic_tags": ["raspy", "vocal-fry"],
    "situational_tags": ["whispered"],
    "basic_tags": ["male"],
    "speakerid": "id1",
    "gender": "male",
    "accent": "American",
    "pitch": "low-pitched",
    "speaking_rate": "slow speed",
    "noise": "very noisy",
    "duration": 4.2,
}


def paraspeechcaps(folder: Path) -> None:
    plain = {
        "source": "ears",
        "relative_audio_path": "p1/b.wav",
        "text_description": ["Somebody speaks."],
        "intrinsic_tags": None,
        "speaking_rate": "at a lick",
    }
    text(folder / "train_base.jsonl", json.dumps(PSC))
    text(folder / "holdout.jsonl", json.dumps(plain))
    tone(folder / "voxceleb/test/id1/a.wav", 110.0)
    tone(folder / "ears/p1/b.wav", 220.0)


def hugging_face(folder: Path) -> None:
    text(
        folder / "train" / "metadata.csv",
        "file_name,transcription,speaker_id,gender,language,age,mood,caption",
        'a.wav,"Hello, you.",7,F,en,34,glad,A glad woman.',
        "b.wav,,8,,,adult,,",
    )
    row = {
        "file_name": "dev/c.wav",
        "text": "Hi.",
        "speaker": 9,
        "captions": ["a", "b"],
        "sex": "male",
    }
    text(folder / "metadata.jsonl", json.dumps(row))
    for n, name in enumerate(("train/a.wav", "train/b.wav", "dev/c.wav")):
        tone(folder / name, 100.0 + n)


FIXTURES: dict[str, Callable[[Path], None]] = {
    f.__name__: f
    for f in (common_voice, vctk, crema_d, ravdess, svd, coswara, paraspeechcaps, hugging_face)
}


def found(name: str, folder: Path) -> list[Recording]:
    FIXTURES[name](folder)
    return list(READERS[name](folder))


@pytest.mark.parametrize("name", READERS)
def test_what_is_read_speaks_our_words_and_goes_through_a_manifest(
    tmp_path: Path, name: str
) -> None:
    recordings = found(name, tmp_path)
    refuse_leaks(recordings)
    for recording in recordings:
        assert recording.split in ("train", "validation", "test")
        assert recording.attributes["corpus"] == (tmp_path.name if "hugging" in name else name)
        for key, value in recording.attributes.items():
            assert value in VALUES.get(key, (value,)), key
    write_manifest(tmp_path / "manifest.jsonl", recordings)
    assert list(read_manifest(tmp_path / "manifest.jsonl")) == recordings


@pytest.mark.parametrize("name", READERS)
def test_an_empty_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ReaderError, match=r"expected (a file|files .*), got (nothing|none)"):
        list(READERS[name](tmp_path))


@pytest.mark.parametrize("name", READERS)
def test_a_folder_without_its_audio_is_refused(tmp_path: Path, name: str) -> None:
    FIXTURES[name](tmp_path)
    for file in [p for p in tmp_path.rglob("*") if p.suffix in (".wav", ".flac", ".mp3")]:
        file.unlink()
    with pytest.raises(ReaderError, match=r"expected (audio at|files) .*, got (nothing|none)"):
        list(READERS[name](tmp_path))


def test_a_reader_is_found_by_name() -> None:
    assert reader("svd") is READERS["svd"]
    with pytest.raises(ValueError, match=r"corpus: expected one of common_voice, .* got 'timit'"):
        reader("timit")


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
    assert (vowel_of["vowel"], vowel_of["material"]) == ("iau", "vowel")
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
            "material": "phrase",
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


Break = Callable[[Path], object]


def replaced(file: str, old: str, new: str) -> Break:
    def edit(folder: Path) -> None:
        before = (folder / file).read_text(encoding="utf-8")
        assert old in before
        (folder / file).write_text(before.replace(old, new, 1), encoding="utf-8")

    return edit


def lost(file: str) -> Break:
    return lambda folder: (folder / file).unlink()


def extra(file: str) -> Break:
    return lambda folder: tone(folder / file)


MIC = "wav48_silence_trimmed"
BROKEN: list[tuple[str, Break, str]] = [
    ("common_voice", lost("validated.tsv"), "validated.tsv: expected a file, got nothing"),
    ("common_voice", lost("clips/cv_3.mp3"), "validated.tsv, line 4: expected audio at .*cv_3.mp3"),
    ("common_voice", replaced("validated.tsv", "twenties", "old"), "line 2: age: expected one of"),
    ("common_voice", replaced("validated.tsv", "cv_1", "../x"), "path: expected a file inside"),
    ("common_voice", replaced("validated.tsv", "bb", ""), "line 3: client_id: expected a value"),
    ("common_voice", replaced("validated.tsv", "\tlocale", ""), "line 1: .*got no locale"),
    ("common_voice", replaced("validated.tsv", "teens\t", ""), "line 3: expected 13 cells, got 12"),
    (
        "common_voice",
        replaced("dev.tsv", "bb", "aa"),
        "test.tsv, line 2: expected a speaker of test",
    ),
    ("vctk", lost("speaker-info.txt"), "speaker-info.txt: expected a file, got nothing"),
    ("vctk", replaced("speaker-info.txt", "23", "young"), "line 2: expected ID AGE"),
    ("vctk", replaced("speaker-info.txt", "GENDER", "SEX"), "line 1: expected ID AGE GENDER"),
    (
        "vctk",
        extra(f"{MIC}/p999/p999_001_mic1.flac"),
        "speaker-info.txt: expected p999, got nothing",
    ),
    ("vctk", extra(f"{MIC}/p225/p315_001_mic1.flac"), "expected p225_NNN_mic1.flac, got p315_001"),
    ("crema_d", lost("VideoDemographics.csv"), "VideoDemographics.csv: expected a file"),
    (
        "crema_d",
        replaced("VideoDemographics.csv", "1040", "1041"),
        "csv: expected 1040, got nothing",
    ),
    ("crema_d", replaced("VideoDemographics.csv", "51", "old"), "line 2: Age: expected an age"),
    ("crema_d", extra("AudioWAV/1001_DFA_JOY_XX.wav"), "expected ACTOR_SENTENCE_EMOTION_LEVEL.wav"),
    (
        "crema_d",
        lambda folder: text(folder / "AudioWAV/1001_IEO_ANG_LO.wav", "version https://git-lfs"),
        "expected audio, got a Git LFS pointer",
    ),
    ("ravdess", extra("Actor_01/03-01-09-01-02-01-01.wav"), "expected 03-CC-EE-II-SS-RR-AA.wav"),
    ("ravdess", extra("Actor_01/03-01-06-01-02-01-12.wav"), "in Actor_AA, got 03-01-06"),
    ("svd", lost("overview.csv"), "overview.csv: expected a file, got nothing"),
    ("svd", extra("data/4/vowels/4-a_n.wav"), "overview.csv: expected session 4, got nothing"),
    ("svd", extra("data/1/vowels/1-e_n.wav"), "expected SESSION-VOWEL_PITCH or -phrase"),
    ("svd", replaced("overview.csv", ",w,", ",f,"), "line 2: Geschlecht: expected one of w, m"),
    (
        "svd",
        replaced("overview.csv", "1977-11-12", "1977"),
        "line 2: Geburtsdatum: expected a date",
    ),
    ("svd", replaced("overview.csv", "1977", "1998"), "line 2: Geburtsdatum: expected a birthday"),
    ("coswara", lost("combined_data.csv"), "combined_data.csv: expected a file, got nothing"),
    ("coswara", replaced("combined_data.csv", "iV3", "iV4"), "combined_data.csv: expected iV3"),
    ("coswara", replaced("combined_data.csv", ",male", ",boy"), "line 2: g: expected one of male"),
    ("coswara", extra("Extracted_data/20200413/x/sneeze.wav"), "expected one of breathing-deep"),
    ("paraspeechcaps", lost("voxceleb/test/id1/a.wav"), "train_base.jsonl, line 1: expected audio"),
    ("paraspeechcaps", replaced("holdout.jsonl", '"source"', '"s"'), "line 1: expected source and"),
    (
        "paraspeechcaps",
        replaced("holdout.jsonl", '["Somebody speaks."]', '"Somebody"'),
        "line 1: text_description: expected a list of texts",
    ),
    ("paraspeechcaps", replaced("holdout.jsonl", "}", ""), "holdout.jsonl, line 1: expected JSON"),
    ("hugging_face", lost("train/b.wav"), "train/metadata.csv, line 3: expected audio at"),
    ("hugging_face", replaced("train/metadata.csv", "file_name", "file"), "got no file_name"),
    ("hugging_face", replaced("metadata.jsonl", "dev/c", "../c"), "expected a file inside"),
    ("hugging_face", replaced("metadata.jsonl", '"Hi."', "[1]"), "text: expected a text, got"),
]


@pytest.mark.parametrize(("name", "broken", "error"), BROKEN)
def test_what_is_broken_is_named(tmp_path: Path, name: str, broken: Break, error: str) -> None:
    FIXTURES[name](tmp_path)
    broken(tmp_path)
    with pytest.raises(ReaderError, match=error):
        list(READERS[name](tmp_path))


def test_speakers_are_split_eight_to_one_to_one() -> None:
    splits = [split_of(f"speaker {n}") for n in range(2000)]
    assert abs(splits.count("train") / 2000 - 0.8) < 0.03
    assert abs(splits.count("test") / 2000 - 0.1) < 0.03
    assert split_of("a") == split_of("a")


def test_ages_between_are_neither() -> None:
    groups = {12: "child", 13: None, 19: None, 20: "adult", 90: "adult"}
    assert {years: age_group(years) for years in groups} == groups
