"""The speakers of the corpus, and which split each may be heard in.

A speaker is a vocal tract: a set of formant scales and source settings that the synthesiser is
given. espeak-ng calls this a voice variant. Three families exist:

- *stock*: the variants that ship with espeak-ng, minus robots, echoes and effects;
- *made*: variants drawn here at random, as men, women and children, which give the many different
  vocal tracts that a model must see to tell a speaker's sex from anything else than pitch alone;
- *flite*: the four recorded voices of flite, widened by vocal-tract scaling (synthesise slowly and
  low, then play faster). They are never in training.

Sex-typical formant scales follow the ratios of measured vowels: women about 1.17 times men, young
children 1.3 to 1.5 times men (Hillenbrand et al. 1995, Peterson and Barney 1952).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

SPLITS = ("train", "validation", "test_voices", "test_languages", "test_synthesiser")
"""The splits of a corpus."""


@dataclass(frozen=True)
class Speaker:
    """One vocal tract.

    `lines` is the body of an espeak-ng variant file (empty for flite), `tract` the factor by which
    flite's formants are raised, `pitch` the range in Hz from which a clip's mean is drawn.
    """

    name: str
    engine: str
    voice: str
    sex: str | None
    age: str
    pitch: tuple[float, float]
    lines: tuple[str, ...] = ()
    tract: float = 1.0


# Stock variants that are not a person speaking: robots, echoes, effects, missing formants.
_NOT_PEOPLE = re.compile(
    r"robo|robot|announcer|demonic|tweaky|fast|anxious|whisper|croak|max$|max\d|serious|storm|"
    r"adam|alex$|caleb|iven4|kauko|nguyen|quincy|ricishay|zac|shelby|sandro|norbert|travis|victor",
    re.IGNORECASE,
)

# Settings taken from a stock variant. Breath, roughness, flutter, echo and tone are left out
# because they would be breathiness, hoarseness, tremor, room and band limits without a label.
_KEPT = ("formant", "stressAdd", "stressAmp", "stressLength", "intonation", "consonants", "klatt")

_PITCH = {"male": (76.0, 175.0), "female": (132.0, 270.0), "child": (215.0, 350.0)}


def stock_speakers(voices: Path) -> list[Speaker]:
    """Speakers from the variant files in espeak-ng's `voices/!v` folder, sorted by name."""
    found: list[Speaker] = []
    for path in sorted(voices.iterdir(), key=lambda p: p.name.lower()):
        if _NOT_PEOPLE.search(path.name):
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines()]
        gender = next((line for line in lines if line.startswith("gender")), "gender male")
        words = gender.split()
        sex = "female" if len(words) > 1 and words[1].lower() == "female" else "male"
        kept = [line for line in lines if line.startswith(_KEPT)]
        first = [line.split() for line in kept if line.startswith("formant 1")]
        scale = float(first[0][2]) / 100.0 if first and len(first[0]) > 2 else 1.0
        # A woman's name on a man's formants is no ground truth, nor the other way round.
        if (sex == "female") != (scale >= 1.06):
            continue
        found.append(
            Speaker(
                name=f"espeak/{path.name}",
                engine="espeak-ng",
                voice=path.name,
                sex=sex,
                age="adult",
                pitch=_PITCH[sex],
                lines=(*kept, "flutter 1", "roughness 0"),
            )
        )
    return found


def made_speaker(index: int, kind: str, rng: np.random.Generator) -> Speaker:
    """A speaker drawn at random; `kind` is male, female or child."""
    low, high = {"male": (0.90, 1.03), "female": (1.11, 1.22), "child": (1.30, 1.48)}[kind]
    scale = rng.uniform(low, high)
    lines = [f"formant 0 {100 * scale**0.4:.0f} {rng.integers(85, 116)} {rng.integers(95, 116)}"]
    for formant in range(1, 9):
        # The first formant grows a little less than the rest from man to woman to child.
        freq = scale ** (0.85 if formant == 1 else 1.0) * rng.normal(1.0, 0.02)
        strength = rng.uniform(75, 110) if formant < 6 else rng.uniform(50, 110)
        lines.append(f"formant {formant} {100 * freq:.0f} {strength:.0f} {rng.integers(90, 150)}")
    lines.append(f"intonation {rng.integers(1, 5)}")
    lines.append(f"consonants {rng.integers(75, 130)} {rng.integers(75, 130)}")
    lines.append(f"flutter {rng.integers(0, 3)}")
    lines.append("roughness 0")
    if rng.random() < 0.35:
        lines.append(f"klatt {rng.integers(1, 6)}")
    return Speaker(
        name=f"made/{kind}-{index:03d}",
        engine="espeak-ng",
        voice=f"made-{kind}-{index:03d}",
        sex=None if kind == "child" else kind,
        age="child" if kind == "child" else "adult",
        pitch=_PITCH[kind],
        lines=tuple(lines),
    )


def flite_speakers(rng: np.random.Generator) -> list[Speaker]:
    """The flite voices, each with several vocal-tract lengths, and as children."""
    found: list[Speaker] = []
    for voice, sex in (("kal16", "male"), ("awb", "male"), ("rms", "male"), ("slt", "female")):
        # slt is the only woman, so she is heard with more tract lengths than each man.
        adults = 12 if sex == "female" else 4
        for index in range(adults):
            tract = float(rng.uniform(0.95, 1.06))
            name = f"flite/{voice}-{index:02d}"
            # rms has its own pitch whatever it is asked for.
            pitch = (98.0, 104.0) if voice == "rms" else _PITCH[sex]
            found.append(Speaker(name, "flite", voice, sex, "adult", pitch, (), tract))
        if voice == "rms":
            continue
        for index in range(3):
            low, high = (1.15, 1.27) if sex == "female" else (1.32, 1.45)
            tract = float(rng.uniform(low, high))
            name = f"flite/{voice}-child-{index:02d}"
            found.append(Speaker(name, "flite", voice, None, "child", _PITCH["child"], (), tract))
    return found


# Share of the espeak-ng speakers of each split; training takes the rest.
_SHARES = {"validation": 0.10, "test_voices": 0.12, "test_languages": 0.12}

_MADE = {"male": 320, "female": 320, "child": 180}


def speakers_by_split(voices: Path, rng: np.random.Generator) -> dict[str, list[Speaker]]:
    """All speakers, each in exactly one split.

    Stock and made speakers, of each sex and age, are shared out in the same proportions.
    """
    everyone = stock_speakers(voices)
    for kind, count in _MADE.items():
        everyone += [made_speaker(index, kind, rng) for index in range(count)]
    groups: dict[tuple[str, str | None], list[Speaker]] = {}
    for speaker in everyone:
        groups.setdefault((speaker.name.split("/")[0], speaker.sex), []).append(speaker)
    splits: dict[str, list[Speaker]] = {split: [] for split in SPLITS}
    for group in groups.values():
        order = [group[i] for i in rng.permutation(len(group))]
        for split, share in _SHARES.items():
            count = max(1, round(share * len(group)))
            splits[split] += order[:count]
            order = order[count:]
        splits["train"] += order
    splits["test_synthesiser"] = flite_speakers(rng)
    return splits
