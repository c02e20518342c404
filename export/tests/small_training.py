"""A corpus of a few noises and a recipe of a tiny tower, for the tests of training."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import soundfile

from slap_export.config import Config, load_config
from slap_export.corpus.attributes import VALUES

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"

OBJECTIVES = """
[objectives.contrastive]
kind = "multi_positive"
captions = 2

[objectives.flips]
captions = 1

[objectives.segments]
captions = 1

[objectives.reconstruction]
share = 0.5

[objectives.prototypes]
share = 0.125
prototypes = 16
hidden = 16
bottleneck = 8

[objectives.captioning]
share = 0.125
layers = 1
heads = 2
head_dim = 8
hidden = 16

[objectives.speaker]
dim = 8

[objectives.semantic]

[objectives.attributes]
"""


def write_corpus(folder: Path, training: int = 32, validation: int = 4) -> None:
    """Noises of one to three seconds with attributes at random; every fourth changes."""
    rng = np.random.default_rng(1)
    (folder / "audio").mkdir(parents=True)
    lines = []
    for at in range(training + validation):
        seconds = float(rng.uniform(1.0, 3.0))
        path = f"audio/{at}.wav"
        audio = 0.1 * rng.standard_normal(int(seconds * 16000))
        soundfile.write(folder / path, audio.astype(np.float32), 16000)

        def drawn() -> dict[str, str | None]:
            return {
                name: None if rng.random() < 0.3 else str(rng.choice(values))
                for name, values in VALUES.items()
            }

        parts = []
        if at % 4 == 0:
            middle = seconds / 2
            parts = [
                {"start": 0.0, "end": middle, "attributes": drawn()},
                {"start": middle, "end": seconds, "attributes": drawn()},
            ]
        lines.append(
            {
                "id": f"clip{at}",
                "path": path,
                "split": "train" if at < training else "validation",
                "engine": "noise",
                "speaker": f"voice{at % 5}",
                "language": ("en-us", "de")[at % 2],
                "text": f"this is sentence number {at % 7}",
                "seconds": seconds,
                "attributes": drawn(),
                "parts": parts,
            }
        )
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "clips.jsonl").write_text(text, encoding="utf-8")


def write_recipe(root: Path, name: str = "small", objectives: str = OBJECTIVES) -> Path:
    """The recipe of a tower that takes milliseconds a step, in `root`/configs."""
    text = RECIPE.read_text(encoding="utf-8")
    text = re.sub(r"\[objectives\..*?(?=\[train\])", lambda _: objectives + "\n", text, flags=re.S)
    text = re.sub(r"\n(late_frames|packed_chunks) = .*", "", text)
    changes = {
        "name": f'"{name}"',
        "path": '"corpus"',
        "layers": "2",
        "heads": "2",
        "head_dim": "8",
        "hidden": "24",
        "embedding_dim": "16",
        "captions_per_clip": "2",
        "phrases": "2",
        "epochs": "2",
        "batch": "8",
        "crop_chunks": "[3, 4]",
        "bfloat16": "false\nsave_every_steps = 2",
    }
    for key, value in changes.items():
        # The first of a name: those of the tower stand before those of the objectives.
        text, found = re.subn(rf"(?<=\n){key} = .*", f"{key} = {value}", text, count=1)
        assert found, key
    path = root / "configs" / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def small_project(root: Path) -> Config:
    """Corpus and recipe in a folder."""
    write_corpus(root / "corpus")
    return load_config(write_recipe(root))
