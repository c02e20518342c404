"""Writes running speech to standard output: the repository's recordings, again and again.

Float32 samples at 16 kHz, so many seconds as the only argument says.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import soundfile

FOLDER = Path(__file__).parent.parent / "tests/recordings"
VOICES = ("woman", "man", "trembling", "hoarse")
RATE = 16_000


def main() -> None:
    clips = []
    for voice in VOICES:
        samples, rate = soundfile.read(FOLDER / f"{voice}.flac", dtype="float32")  # [samples]
        if rate != RATE:
            sys.exit(f"{voice}.flac: expected {RATE} Hz, got {rate}")
        clips.append(samples)
    speech = np.resize(np.concatenate(clips), int(sys.argv[1]) * RATE)
    sys.stdout.buffer.write(speech.astype("<f4").tobytes())


if __name__ == "__main__":
    main()
