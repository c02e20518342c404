"""Longer recordings: clips of one speaker laid one after the other.

A recording gets a length drawn between that of its first clip and `longest`, evenly by its
logarithm, so that short ones stay common. Each clip that follows is the one, among those of the
speaker with other words, that agrees with the recording so far in most attributes. What is then
true of the recording is what is true of all its clips; the rest is not known of it.

So it is with captions that came with the corpus: those that all clips of a recording have.

Clips whose voice changes, held vowels and two speakers at once stay as they are.
"""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from slap_export.corpus import CLIPS, CorpusClip, CorpusError, read_clips
from slap_export.corpus.attributes import VALUES, refuse_unknown
from slap_export.data.files import whole_file

Report = Callable[[str], None]

UNKNOWN = -1
SEVERAL_LANGUAGES = "mul"
"""Of a recording in several languages, as in ISO 639-2."""


def join_corpus(
    folder: Path, out: Path, longest: float, seed: int = 0, report: Report = print
) -> int:
    """Writes a corpus of longer recordings; gives how many there are.

    Args:
        folder: The corpus whose clips are joined, each once.
        out: The new corpus.
        longest: Seconds that no joined recording is longer than.
        seed: Of the lengths and of the order.
        report: Receives lines of progress.
    """
    if (out / CLIPS).exists():
        raise ValueError(f"{out} holds a corpus already; choose another folder")
    if not (math.isfinite(longest) and longest > 0) or seed < 0:
        raise ValueError(
            "longest and seed: expected seconds above 0 and a number from 0 up,"
            f" got {longest:g} and {seed}"
        )
    source = read_clips(folder)
    refuse_unknown(source)
    groups: dict[tuple[str, str], list[CorpusClip]] = {}
    for clip in source:
        groups.setdefault((clip.split, clip.speaker), []).append(clip)
    recordings: list[tuple[str, list[CorpusClip]]] = []
    for (split, speaker), clips in groups.items():
        alone = [clip for clip in clips if not can_join(clip, longest)]
        rest = [clip for clip in clips if can_join(clip, longest)]
        # A speaker has a generator of its own, so that others leave its recordings as they are.
        rng = np.random.default_rng((seed, *f"{split} {speaker}".encode()))
        joined = [[clip] for clip in alone] + dealt(rest, longest, rng)
        recordings += [(split, members) for members in joined]
    kept = (out / "audio").exists()
    for split in {split for split, _ in recordings}:
        (out / "audio" / split).mkdir(parents=True, exist_ok=True)

    def write(numbered: tuple[int, tuple[str, list[CorpusClip]]]) -> str:
        number, (split, members) = numbered
        name = f"{split}-{number:05d}-0"
        path = f"audio/{split}/{name}.flac"
        line = {"id": name, "path": path, "split": split, **written(members, out / path)}
        return json.dumps(line, ensure_ascii=False) + "\n"

    lines: list[str] = []
    try:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for line in pool.map(write, enumerate(recordings)):
                lines.append(line)
                if len(lines) % 2000 == 0 or len(lines) == len(recordings):
                    report(f"joined: {len(lines)} of {len(recordings)} recordings")
    except Exception:
        if not kept:
            shutil.rmtree(out / "audio", ignore_errors=True)
        raise
    with whole_file(out / CLIPS) as file:
        file.write("".join(lines).encode())
    return len(lines)


def can_join(clip: CorpusClip, longest: float) -> bool:
    """Whether a clip is one named speaker's running speech that stays as it is."""
    plain = clip.speaker and clip.text and not clip.parts and clip.seconds <= longest
    return bool(plain) and clip.attributes.get("speakers") != "two"


def dealt(
    clips: Sequence[CorpusClip], longest: float, rng: np.random.Generator
) -> list[list[CorpusClip]]:
    """The clips of one speaker in recordings, each clip once."""
    codes = codes_of(clips)
    left = rng.permutation(len(clips)).tolist()
    result = []
    while left:
        members = [left.pop(0)]
        seconds, said = clips[members[0]].seconds, {clips[members[0]].text}
        known = codes[members[0]]  # [attributes]
        wanted = math.exp(rng.uniform(math.log(seconds), math.log(longest)))
        while True:
            fitting = [
                place
                for place in left
                if clips[place].text not in said and seconds + clips[place].seconds <= wanted
            ]
            if not fitting:
                break
            agreeing = ((codes[fitting] == known) & (known != UNKNOWN)).sum(axis=1)
            chosen = fitting[int(agreeing.argmax())]
            left.remove(chosen)
            members.append(chosen)
            seconds += clips[chosen].seconds
            said.add(clips[chosen].text)
            known = np.where(codes[chosen] == known, known, UNKNOWN)
        result.append([clips[place] for place in members])
    return result


def codes_of(clips: Sequence[CorpusClip]) -> NDArray[np.int8]:
    """Number of each attribute's value, or UNKNOWN, [clips, attributes]."""
    codes = np.full((len(clips), len(VALUES)), UNKNOWN, np.int8)
    for row, clip in enumerate(clips):
        for column, (name, values) in enumerate(VALUES.items()):
            value = clip.attributes.get(name)
            if value is not None:
                codes[row, column] = values.index(value)
    return codes


def agreed(clips: Sequence[CorpusClip]) -> dict[str, str | None]:
    """The attributes of which all clips have one value, those of the corpus's own among them.

    A loudness that fades anew in every clip does not fade: only an even one lasts.
    """
    found: dict[str, str | None] = {}
    own = dict.fromkeys(name for clip in clips for name in clip.attributes if name not in VALUES)
    for name in (*VALUES, *own):
        values = {clip.attributes.get(name) for clip in clips}
        found[name] = values.pop() if len(values) == 1 else None
    if len(clips) > 1 and found["course"] != "even":
        found["course"] = None
    return found


def written(members: Sequence[CorpusClip], path: Path) -> dict[str, object]:
    """Writes the sound of a recording; gives the rest of its line."""
    read = [sound_of(clip) for clip in members]
    rates = {rate for _, rate in read}
    if len(rates) > 1:
        raise ValueError(f"{members[0].path}: clips to be joined have several rates, {rates}")
    samples, rate = np.concatenate([audio for audio, _ in read]), rates.pop()
    soundfile.write(path, samples, rate, subtype="PCM_16")
    languages = {clip.language for clip in members}
    line: dict[str, object] = {
        "engine": members[0].engine,
        "speaker": members[0].speaker,
        "language": languages.pop() if len(languages) == 1 else SEVERAL_LANGUAGES,
        "text": " ".join(clip.text for clip in members),
        "seconds": round(len(samples) / rate, 3),
        "attributes": agreed(members),
    }
    shared = [said for said in members[0].captions if all(said in it.captions for it in members)]
    if shared:
        line["captions"] = shared
    if members[0].parts:
        line["parts"] = [
            {"start": part.start, "end": part.end, "attributes": part.attributes}
            for part in members[0].parts
        ]
    return line


def sound_of(clip: CorpusClip) -> tuple[NDArray[np.int16], int]:
    """The samples of a clip, and how many there are in a second."""
    try:
        return soundfile.read(clip.path, dtype="int16")
    except soundfile.LibsndfileError as error:
        raise CorpusError(
            f"{clip.path}: expected audio that can be decoded, got: {error.error_string}"
        ) from None
