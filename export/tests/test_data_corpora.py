"""Small corpora in the real layouts, with tones for voices, and what every reader promises."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from slap_export.corpus.attributes import VALUES
from slap_export.data.leakage import refuse_leaks
from slap_export.data.manifest import Recording, read_manifest, write_manifest
from slap_export.data.readers import READERS, reader
from slap_export.data.readers.common import ReaderError

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


SYNTHETIC = {
    "id": "train-00000-0",
    "path": "audio/train/train-00000-0.flac",
    "split": "train",
    "engine": "espeak-ng",
    "voice": "made-female-031",
    "speaker": "made/female-031",
    "language": "el",
    "text": "σπίτια μικρά",
    "seconds": 0.1,
    "attributes": {"sex": "female", "breathiness": None, "begin_creak": "creaky"},
    "parts": [{"start": 0.0, "end": 0.05, "attributes": {"creak": "creaky"}}],
    "measures": {"pitch_hz": 210.0},
}


def synthetic(folder: Path) -> None:
    vowel = SYNTHETIC | {"path": "audio/test_voices/b.flac", "split": "test", "text": ""}
    vowel |= {"parts": [], "speaker": "flite/rms"}
    text(folder / "clips.jsonl", json.dumps(SYNTHETIC), json.dumps(vowel))
    tone(folder / "audio/train/train-00000-0.flac", 210.0)
    tone(folder / "audio/test_voices/b.flac", 110.0)


FIXTURES: dict[str, Callable[[Path], None]] = {
    f.__name__: f
    for f in (
        *(common_voice, vctk, crema_d, ravdess, svd, coswara, paraspeechcaps, hugging_face),
        synthetic,
    )
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
            assert value in (None, *VALUES.get(key, (value,))), key
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
