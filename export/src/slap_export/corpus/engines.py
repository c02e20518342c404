"""Speaking a text with espeak-ng or flite, as 16 kHz samples.

espeak-ng runs with a voice folder of its own (`VoiceFolder`), so that a clip's speaker, pitch and
pitch range are a variant file written for it; nothing is installed or changed on the system.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

import numpy as np
import soundfile as sf
from scipy.signal import resample_poly

SAMPLE_RATE = 16_000
"""Samples per second of everything in the corpus."""

# Vowel letters of the International Phonetic Alphabet that espeak-ng prints. A run of them is one
# syllable nucleus; length marks and diacritics in between do not start a new one.
_VOWELS = "aeiouyɐɑɒæɔəɘɚɛɜɝɞɤɨɪɯɵøœɶʉʊʌʏᵻ"
_NUCLEUS = re.compile(f"[{_VOWELS}][{_VOWELS}ː\u031e\u032f\u0303ʲ]*")
_FLITE_VOWELS = frozenset(
    ["aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er", "ey", "ih", "iy", "ow", "oy", "uh", "uw"]
)


class EngineError(RuntimeError):
    """A synthesiser is missing or did not speak."""


@dataclass(frozen=True)
class Utterance:
    """What was spoken: mono samples at 16 kHz and the number of syllable nuclei in them."""

    samples: np.ndarray  # [n] float32
    nuclei: int


def espeak_data() -> Path:
    """The folder of espeak-ng's data, as the program itself reports it."""
    if shutil.which("espeak-ng") is None:
        raise EngineError("espeak-ng is not installed; on Debian: apt-get install espeak-ng")
    answer = subprocess.run(
        ["espeak-ng", "--version"], capture_output=True, text=True, check=False
    ).stdout
    found = re.search(r"Data at:\s*(.+)", answer)
    if found is None or not Path(found.group(1).strip()).is_dir():
        raise EngineError(f"espeak-ng did not say where its data is: {answer.strip()!r}")
    return Path(found.group(1).strip())


class VoiceFolder:
    """A temporary espeak-ng data folder whose one variant, `clip`, is rewritten for each clip."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="slap-voices-")
        self.path = Path(self._folder.name)
        installed = espeak_data()
        data = self.path / "espeak-ng-data"
        variants = data / "voices" / "!v"
        variants.mkdir(parents=True)
        for entry in installed.iterdir():
            if entry.name != "voices":
                (data / entry.name).symlink_to(entry)
        self._variant = variants / "clip"

    def __enter__(self) -> VoiceFolder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def speak(
        self,
        text: str,
        language: str,
        lines: tuple[str, ...],
        pitch: tuple[int, int],
        words_per_minute: int,
        word_gap: int,
    ) -> Utterance:
        """Speaks `text`; `pitch` is the lowest and highest pitch in Hz of the intonation."""
        body = ["language variant", "name clip", f"pitch {pitch[0]} {pitch[1]}", *lines, ""]
        self._variant.write_text("\n".join(body), encoding="utf-8")
        wav = self.path / "clip.wav"
        command = ["espeak-ng", f"--path={self.path}", "-v", f"{language}+clip", "--ipa"]
        command += ["-s", str(words_per_minute), "-g", str(word_gap), "-w", str(wav), "--", text]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise EngineError(f"espeak-ng failed on language {language}: {done.stderr.strip()}")
        samples, rate = sf.read(wav, dtype="float32")
        nuclei = len(_NUCLEUS.findall(done.stdout))
        return Utterance(_to_rate(samples, rate), nuclei)


def speak_flite(
    text: str, voice: str, pitch: float, spread: float, stretch: float, tract: float, wav: Path
) -> Utterance:
    """Speaks `text` with flite.

    `pitch` and `spread` are the mean and standard deviation of the pitch in Hz, `stretch` the
    length relative to the voice's own. `tract` shortens the vocal tract: the clip is synthesised
    lower and slower by that factor and then played faster by it, which leaves pitch and rate as
    asked and raises the formants.
    """
    if shutil.which("flite") is None:
        raise EngineError("flite is not installed; on Debian: apt-get install flite")
    command = ["flite", "-voice", voice, "-psdur"]
    command += ["--setf", f"duration_stretch={stretch * tract:.4f}"]
    command += ["--setf", f"int_f0_target_mean={pitch / tract:.2f}"]
    command += ["--setf", f"int_f0_target_stddev={spread / tract:.2f}"]
    command += ["-t", text, "-o", str(wav)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 or not wav.is_file():
        raise EngineError(f"flite failed with voice {voice}: {done.stderr.strip()}")
    samples, rate = sf.read(wav, dtype="float32")
    phones = [item.split(":")[0] for item in done.stdout.split()]
    nuclei = sum(phone in _FLITE_VOWELS for phone in phones)
    return Utterance(_to_rate(samples, rate * tract), nuclei)


def _to_rate(samples: np.ndarray, rate: float) -> np.ndarray:
    """`samples` at `rate` resampled to 16 kHz; the ratio is rounded to hundredths."""
    if rate == 22_050:
        up, down = 320, 441
    else:
        up, down = 100, round(100 * rate / SAMPLE_RATE)
    if up == down:
        return samples.astype(np.float32)
    return resample_poly(samples, up, down).astype(np.float32)  # [n * up / down]
