"""ParaSpeechCaps: descriptions of the style of speech from four other corpora.

    train_base.jsonl, train_scaled.jsonl, dev.jsonl, holdout.jsonl    one or more of them
    voxceleb/..., expresso/..., ears/..., emilia/...       the audio, by `source`

The descriptions are published as Parquet without audio. `datasets.load_dataset(...)[split]
.to_json(f"{split}.jsonl")` writes the lines read here, and the audio comes from the four corpora,
each unpacked into a folder of its source's name, under `relative_audio_path`. Layout and columns as
of the release of 2025: source, relative_audio_path, text_description (a list), transcription,
intrinsic_tags, situational_tags, speakerid, gender, accent, pitch, speaking_rate, noise. Only the
first three must be there; whether the values are spelt as here in every row is not certain, so
unknown words are kept as they are.

`pitch` is binned within each sex, which is not what `pitch` means here, and is kept as
`pitch_for_sex`. `rate` maps slow, measured and fast. Tags that name one of our values set it; all
tags are kept, joined by commas. The splits are the corpus's own (train_base and train_scaled are
train, dev is validation, holdout is test). They may share speakers; `refuse_leaks` tells.

Described in Diwan et al. 2025 (arXiv 2503.04713), https://huggingface.co/datasets/ajd12342/
paraspeechcaps. Licence of the descriptions: CC BY-NC-SA 4.0; the audio has its owners' licences.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from slap_export.data.manifest import Recording
from slap_export.data.readers.common import ReaderError, inside, json_lines, known, some

SPLITS = {
    "train_base": "train",
    "train_scaled": "train",
    "dev": "validation",
    "holdout": "test",
}
_RATES = {"slow": "slow", "measured": "medium", "fast": "fast"}
_TAGS = {
    "whispered": ("phonation", "whispered"),
    "hoarse": ("roughness", "hoarse"),
    "breathy": ("breathiness", "breathy"),
    "vocal-fry": ("creak", "creaky"),
    "monotonous": ("intonation", "monotone"),
}


def read(folder: Path) -> Iterator[Recording]:
    """Every described recording of the splits that are here."""
    files = [folder / f"{name}.jsonl" for name in SPLITS]
    for file in some([f for f in files if f.is_file()], folder, "train_base.jsonl and the like"):
        for number, values in json_lines(file):
            yield _recording(folder, values, SPLITS[file.stem], f"{file}, line {number}")


def _recording(folder: Path, values: dict[str, object], split: str, place: str) -> Recording:
    source = _text(values, "source", place)
    name = _text(values, "relative_audio_path", place)
    if source is None or name is None:
        raise ReaderError(f"{place}: expected source and relative_audio_path, got nothing")
    path = inside(folder, f"{source}/{name.removeprefix('./')}", f"{place}: relative_audio_path")
    if not path.is_file():
        raise ReaderError(f"{place}: expected audio at {path}, got nothing")
    captions = _texts(values, "text_description", place)
    if not captions:
        raise ReaderError(f"{place}: text_description: expected a description, got none")
    speaker = _text(values, "speakerid", place)
    return Recording(
        path=path,
        split=split,
        speaker=None if speaker is None else f"paraspeechcaps/{source}/{speaker}",
        language="en",
        transcript=_text(values, "transcription", place),
        attributes=_attributes(values, source, place),
        captions=captions,
    )


def _attributes(values: dict[str, object], source: str, place: str) -> dict[str, str | None]:
    tags = _texts(values, "intrinsic_tags", place) + _texts(values, "situational_tags", place)
    gender = _text(values, "gender", place)
    rate = _text(values, "speaking_rate", place)
    bare = (rate or "").removesuffix(" speed")
    found = known(
        corpus="paraspeechcaps",
        source=source,
        sex=gender if gender in ("female", "male") else None,
        accent=_text(values, "accent", place),
        pitch_for_sex=_text(values, "pitch", place),
        rate=_RATES.get(bare),
        rate_words=rate if bare not in _RATES else None,
        noise_words=_text(values, "noise", place),
        style_tags=",".join(tags) or None,
    )
    for tag in tags:
        if tag in _TAGS:
            name, value = _TAGS[tag]
            found[name] = value
    return found


def _text(values: dict[str, object], key: str, place: str) -> str | None:
    value = values.get(key)
    if value is not None and not isinstance(value, str):
        raise ReaderError(f"{place}: {key}: expected a text or null, got {value!r:.40}")
    return value or None


def _texts(values: dict[str, object], key: str, place: str) -> tuple[str, ...]:
    value = values.get(key)
    value = [] if value is None else value
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ReaderError(f"{place}: {key}: expected a list of texts, got {value!r:.40}")
    return tuple(value)
