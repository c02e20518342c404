"""What readers say of folders that are not as they should be."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from test_data_corpora import FIXTURES, text, tone

from slap_export.data.readers import READERS
from slap_export.data.readers.common import ReaderError

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
    ("synthetic", lost("audio/test_voices/b.flac"), "clips.jsonl, line 2: expected audio at"),
    ("synthetic", replaced("clips.jsonl", "audio/train", "../train"), "expected a file inside"),
    ("synthetic", replaced("clips.jsonl", '"split"', '"set"'), "line 1: split: expected a text"),
    ("synthetic", replaced("clips.jsonl", "0.05", "-1"), r"line 1: parts\[0\]: expected an end"),
    ("synthetic", replaced("clips.jsonl", "null", "7"), "line 1: attributes.breathiness: expect"),
]


@pytest.mark.parametrize(("name", "broken", "error"), BROKEN)
def test_what_is_broken_is_named(tmp_path: Path, name: str, broken: Break, error: str) -> None:
    FIXTURES[name](tmp_path)
    broken(tmp_path)
    with pytest.raises(ReaderError, match=error):
        list(READERS[name](tmp_path))
