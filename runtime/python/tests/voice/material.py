"""The clips that everything is compared on: drawn vowels, spoken sentences, and bad input."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from scipy import signal

from .truth import RATE, Cycles, Voice, speak

Audio = NDArray[np.float32]  # [samples] at 16 kHz

HUMAN = Path("/usr/share/sounds/alsa")


@dataclass(frozen=True)
class Clip:
    """A clip, and its cycles where it was made from them."""

    name: str
    audio: Audio = field(repr=False)
    cycles: Cycles | None = field(default=None, repr=False)
    voice: Voice | None = None


def clip(name: str, voice: Voice) -> Clip:
    """A clip of a rendered voice."""
    spoken = speak(voice)
    return Clip(name, spoken.audio, spoken.cycles, voice)


@lru_cache
def vowels(count: int = 48) -> tuple[Clip, ...]:
    """Sustained vowels of drawn voices: from 80 to 400 Hz, tense to breathy, clear to hoarse."""
    draws = np.random.default_rng(7)
    clips = []
    for index in range(count):
        # Rough voices are noisy as well, as they are in life, but not in lockstep.
        roughness = draws.uniform()
        voice = Voice(
            pitch=float(80 * 5 ** draws.uniform()),
            jitter=float(0.001 + 0.025 * roughness**2),
            shimmer_db=float(0.05 + 1.2 * np.clip(roughness + 0.2 * draws.normal(), 0, 1) ** 2),
            rd=float(draws.uniform(0.5, 2.7)),
            vowel="aiu"[index % 3],
            tract=float(draws.uniform(0.8, 1.05)),
            hnr_db=float(np.clip(33 - 22 * roughness + 5 * draws.normal(), 6, 40)),
            level_dbfs=float(draws.uniform(-38, -12)),
            glide=float(2 ** draws.uniform(-0.15, 0.15)),
            vibrato_hz=5.5,
            vibrato_depth=float(draws.choice([0.0, 0.01])),
            seed=100 + index,
        )
        clips.append(clip(f"vowel {index}", voice))
    return tuple(clips)


@lru_cache
def clear_vowels() -> tuple[Clip, ...]:
    """Steady vowels with little noise, in which the resonances can be heard."""
    draws = np.random.default_rng(17)
    clips = []
    for index in range(24):
        voice = Voice(
            pitch=float(90 * 2.4 ** draws.uniform()),
            rd=float(draws.uniform(0.6, 1.4)),
            vowel="aiu"[index % 3],
            tract=float(draws.uniform(0.8, 1.05)),
            hnr_db=40.0,
            seconds=0.8,
            seed=200 + index,
        )
        clips.append(clip(f"clear vowel {index}", voice))
    return tuple(clips)


# Voice of espeak-ng, pitch 0 to 99, and what it says.
SPOKEN = (
    ("en-gb+m3", 40, "The north wind and the sun were disputing which was the stronger."),
    ("en-us+f2", 55, "When the sunlight strikes raindrops in the air, they form a rainbow."),
    ("en+croak", 35, "She had your dark suit in greasy wash water all year."),
    ("de+f3", 60, "Einst stritten sich Nordwind und Sonne, wer von ihnen der Stärkere wäre."),
    ("de+m7", 25, "Sie einigten sich, dass der als der Stärkere gelten sollte."),
    ("fr+f4", 50, "La bise et le soleil se disputaient, chacun assurant être le plus fort."),
    ("es+m2", 45, "El viento norte y el sol discutían sobre cuál de ellos era el más fuerte."),
    ("it+f5", 70, "Si bisticciavano un giorno il vento di tramontana e il sole."),
    ("pl+m4", 30, "Północny wiatr i słońce sprzeczali się, kto z nich jest silniejszy."),
    ("ru+f1", 65, "Северный ветер и солнце спорили, кто из них сильнее."),
    ("cmn+f2", 50, "北风和太阳正在争论谁的本事大。"),
    ("hi+m5", 35, "उत्तरी हवा और सूरज में बहस हो रही थी कि कौन ज़्यादा ताक़तवर है।"),
    ("ar+m6", 40, "كانت ريح الشمال تتجادل والشمس في أي منهما كانت أقوى من الأخرى."),
    ("sw+m1", 50, "Upepo wa kaskazini na jua walibishana nani ana nguvu zaidi."),
)

# Voice of flite, and what it says.
READ = (
    ("awb", "Please call Stella. Ask her to bring these things with her from the store."),
    ("rms", "We also need a small plastic snake and a big toy frog for the kids."),
    ("slt", "She can scoop these things into three red bags, and we will go meet her."),
    ("kal16", "Six spoons of fresh snow peas, five thick slabs of blue cheese."),
)


@lru_cache
def speech() -> tuple[Clip, ...]:
    """Running speech: two synthesisers in eleven languages, and a human voice."""
    clips = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "speech.wav"
        for voice, pitch, text in SPOKEN:
            command = ["espeak-ng", "-v", voice, "-p", str(pitch), "-s", "150", "-w", str(path)]
            subprocess.run([*command, text], check=True)
            clips.append(Clip(f"espeak-ng {voice}", at_rate(*soundfile.read(path))))
        for voice, text in READ:
            subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(path)], check=True)
            clips.append(Clip(f"flite {voice}", at_rate(*soundfile.read(path))))
    for path in sorted(HUMAN.glob("*_*.wav")):
        clips.append(Clip(f"human {path.stem}", at_rate(*soundfile.read(path))))
    return tuple(clips)


def at_rate(audio: NDArray[np.float64], rate: int) -> Audio:
    """A clip of another rate at 16 kHz."""
    if rate != RATE:
        audio = signal.resample_poly(audio, RATE, rate)
    return audio.astype(np.float32)


def bad_input() -> dict[str, Audio]:
    """What nobody should measure, and what is hard to: name -> audio."""
    draws = np.random.default_rng(11)
    time = np.arange(2 * RATE) / RATE
    voice = speak(Voice(pitch=130, jitter=0.005, shimmer_db=0.3, hnr_db=25, seed=1)).audio
    other = speak(Voice(pitch=205, jitter=0.005, shimmer_db=0.3, vowel="i", seed=2)).audio
    child = Voice(tract=0.72, rd=1.4, jitter=0.008, hnr_db=22, seed=3)
    creak = Voice(pitch=45, rd=0.4, jitter=0.12, shimmer_db=2.0, seed=4)

    def chord(roots: tuple[float, ...]) -> NDArray[np.float64]:
        partials = [np.sin(2 * np.pi * f * k * time) / k for f in roots for k in range(1, 7)]
        return np.sum(partials, axis=0) * np.exp(-2 * (time % 0.5))

    music = np.concatenate([chord((261.6, 329.6, 392.0)), chord((220.0, 261.6, 329.6))])
    hum = sum(np.sin(2 * np.pi * 50 * k * time) / k**2 for k in range(1, 6))
    narrow = signal.resample_poly(signal.resample_poly(voice, 1, 2), 2, 1)
    return {
        "nothing": np.zeros(0),
        "one sample": np.ones(1),
        "silence": np.zeros(2 * RATE),
        "constant": np.full(2 * RATE, 0.25),
        "one click": np.eye(1, 2 * RATE, RATE)[0],
        "full-scale square": np.sign(np.sin(2 * np.pi * 200 * time)),
        "white noise": 0.1 * draws.standard_normal(2 * RATE),
        "faint noise": 1e-5 * draws.standard_normal(2 * RATE),
        "music": 0.2 * music / np.abs(music).max(),
        "two speakers": voice + other,
        "hum": 0.05 * hum,
        "telephone band": narrow,
        "clipped": np.clip(12 * voice, -1.0, 1.0),
        "a tenth of a second": voice[4_000:5_600],
        "a hundredth of a second": voice[4_000:4_160],
        "child at 300 Hz": speak(child.but(pitch=300)).audio,
        "child at 400 Hz": speak(child.but(pitch=400, vowel="i")).audio,
        "child at 500 Hz": speak(child.but(pitch=500, vowel="u")).audio,
        "creaky": speak(creak).audio,
        "creaky, every other cycle weak": speak(
            creak.but(jitter=0.05, shimmer_db=1.5, pitch=70, alternating=True)
        ).audio,
        "louder than full scale": 40 * voice,
    }
