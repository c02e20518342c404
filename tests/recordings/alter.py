"""Changes a clip of `make.sh` at signal level, as the corpus does.

alter.py breathy|creaky|hoarse|trembling SOURCE.wav TARGET.wav
"""

from __future__ import annotations

import sys

import numpy as np
import soundfile

from slap_export.corpus.effects.breath import Breath
from slap_export.corpus.effects.creak import Creak
from slap_export.corpus.effects.hoarse import Hoarse
from slap_export.corpus.effects.source_filter import analyse
from slap_export.corpus.effects.tremor import Tremor
from slap_export.corpus.engines import SAMPLE_RATE
from slap_export.corpus.manner import Manner
from slap_export.corpus.measures import pitch_track
from slap_export.corpus.render import speak

MANNERS = {
    "breathy": Manner(breath=Breath(ratio_db=2.0, tilt=0.9)),
    "creaky": Manner(creak=Creak(rate_hz=35.0, attenuation_db=20.0, irregularity=0.15)),
    "hoarse": Manner(hoarse=Hoarse(jitter=0.05, shimmer_db=2.5, noise_db=3.0)),
    "trembling": Manner(tremor=Tremor(5.5, 2.4, 6.0)),
}


def main() -> None:
    """Reads, alters, writes."""
    change, source, target = sys.argv[1:]
    samples, rate = soundfile.read(source, dtype="float32")
    if rate != SAMPLE_RATE:
        raise SystemExit(f"{source}: expected {SAMPLE_RATE} Hz, got {rate}")
    voice = analyse(samples, pitch_track(samples, 60.0, 400.0))
    altered = speak(voice, MANNERS[change], np.random.default_rng(1))
    soundfile.write(target, 0.5 * altered / np.abs(altered).max(), rate)


if __name__ == "__main__":
    main()
