"""The model card of a bundle, with its tables generated from measured results."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from slap_export.checkpoint import Trained
from slap_export.config import QualityConfig
from slap_export.corpus import CorpusClip
from slap_export.evaluate import TEST_SPLITS, TaskScore, mean_of
from slap_export.features import Features
from slap_export.scoring import PackedTask
from slap_export.tasks import TASKS, task

SPLIT_TITLES = {
    "test_voices": "unseen voices",
    "test_languages": "unseen languages",
    "test_synthesiser": "unseen synthesiser",
}

# A macro-F1 below this is named among the limits; guessing gives about 0.5.
WEAK = 0.75

Results = dict[str, dict[str, dict[str, TaskScore]]]
"""Scores by precision, split and task."""

INTRODUCTION = """\
# {name}

{description}. A streaming audio tower of {parameters:.1f} million parameters turns 16 kHz speech \
into one embedding every {step:.2f} s, looking back {pool:.2f} s; a sentence is embedded into the \
same space by a frozen sentence encoder and a trained projection. How well the two agree is the \
score.

Licence: {licence}. The sentence encoder is all-MiniLM-L6-v2 (Apache-2.0), its weights rounded to \
int8.

## What it is for, and what it is not

It tells apart manners of speaking and conditions of recording (the tasks below), and ranks a \
recording against sentences. **It was trained on synthetic voices only.** No human being was \
recorded for it. What it says of a human voice is what that voice has in common with the \
synthetic ones, and that has not been measured on a labelled set of human recordings.

It is not a medical device. It finds no illness and rules none out: "hoarse" means that a voice \
sounds as the synthetic hoarse voices do. Sex and age are those a voice *typically* suggests, not \
a person's. Do not use it to decide anything about a person.
"""

DATA = """\
## Data

{clips} recordings ({hours:.1f} hours) spoken by espeak-ng and flite and changed at signal level. \
Labels are the settings of these changes; pitch, intonation and speaking rate are measured on the \
clip before it is changed. Every split has speakers of its own.

| split | recordings | speakers | languages | synthesiser |
|---|---|---|---|---|
{rows}

Whole languages are held out for the second test split, and the third test split is spoken by a \
synthesiser that training never heard. Noise, rooms, telephone bands, levels and voice qualities \
are made by the same procedures in all splits, so the test splits measure transfer to new voices, \
languages and synthesisers, not to new kinds of noise or hoarseness.

## Training

{epochs} passes over the training split, batches of {batch}, AdamW at {rate:g}, {layers} layers of \
width {width}; symmetric contrastive loss in which every caption that is true of a recording \
counts as its own. Captions are sentences of one to four facts in many wordings. The validation \
split served to watch training and to fit the calibration, the test splits only to measure. Code \
revision `{revision}`; the recipe is `export/configs/{name}.toml`.
"""

RESULTS = """\
## Zero-shot results

Macro-F1 of two-class tasks, run step by step through the exported graphs as on a device. Classes \
are given by at least three wordings each; *wordings averaged* uses them together and no labels at \
all; the range below it is of single wordings; *calibrated* adds the per-task bias fitted on the \
validation split, which is what a device reports. Every recording counts, those too that a device \
would call *unsure*.

Only recordings to which a label clearly applies are counted, which is why the numbers of \
recordings differ: medium pitch, rate, intonation and level belong to neither class, and qualities \
of the voice are not asked of whispers. Of such recordings the task still says something, and that \
is not measured here: read "slow" as "more like the slow ones than the fast ones".
"""

QUALITY = """\
## Quality of the recording

Every score comes with a grade of the recording and the reasons for it. *Poor* recordings are not \
scored; *usable* ones are, and it is said what may spoil the result. A quantity that cannot be \
told, such as the noise in a recording without a pause, is no reason.

| | poor if | usable if |
|---|---|---|
{rows}
"""

LIMITS = """\
## Limits

- Voices, rooms and noises are synthetic; see above.
- Recordings were 1.5 to 5 seconds long, of one speaker. Two people at once were never trained on.
- A recording shorter than {pool:.1f} s is judged by its last step, which knows less than a full \
one.
- What is not speech is scored too, if it is loud enough: a tone or a fan gets answers, and they \
mean nothing. Pitch, hoarseness and trembling of a whisper mean nothing either.
- Where a task's top probability is below its threshold the answer is *unsure*. Thresholds were \
set on synthetic validation recordings, so high that half of those which belong to no class are \
called unsure, where that costs at most a fifth of the clear answers.
{weak}- Prompts are English. A sentence about anything but voice and recording gets a number too; \
it means nothing.
"""


def model_card(
    trained: Trained, features: Features, results: Results, tasks: list[PackedTask]
) -> str:
    """The whole card as Markdown."""
    config = trained.config
    tower, front_end = config.tower, config.front_end
    step = tower.chunk_frames * front_end.hop_length / front_end.sample_rate
    parameters = sum(weight.numel() for weight in trained.tower.parameters()) / 1e6
    introduction = INTRODUCTION.format(
        name=config.bundle.name,
        description=config.bundle.description,
        licence=config.bundle.licence,
        parameters=parameters,
        step=step,
        pool=step * tower.pool_chunks,
    )
    data = DATA.format(
        clips=len(features.clips),
        hours=sum(clip.seconds for clip in features.clips) / 3600,
        rows="\n".join(split_rows(features)),
        epochs=trained.epochs,
        batch=config.train.batch,
        rate=config.train.learning_rate,
        layers=tower.layers,
        width=tower.width,
        revision=trained.revision,
        name=config.bundle.name,
    )
    parts = [introduction, data, RESULTS, summary(results)]
    parts += [split_table(split, results) for split in TEST_SPLITS if split in results["float32"]]
    limits = LIMITS.format(pool=step * tower.pool_chunks, weak=weak_spots(results))
    quality = QUALITY.format(rows="\n".join(quality_rows(config.quality)))
    parts += [calibration_table(tasks), quality, limits]
    return "\n".join(parts)


def split_rows(features: Features) -> Iterable[str]:
    """A table row for every split."""
    for split in Counter(clip.split for clip in features.clips):
        clips = [clip for clip in features.clips if clip.split == split]
        speakers = {clip.speaker for clip in clips}
        engines = sorted({engine_of(clip) for clip in clips})
        languages = len({clip.language for clip in clips})
        title = SPLIT_TITLES.get(split, split)
        yield f"| {title} | {len(clips)} | {len(speakers)} | {languages} | {', '.join(engines)} |"


def quality_rows(quality: QualityConfig) -> Iterable[str]:
    """A table row for every limit of a recording's quality."""

    def share(value: float) -> str:
        return f"above {100 * value:g} %" if value else "any"

    rows: list[tuple[str, str, Callable[[float], str]]] = [
        ("loudest 10 ms", "silence_dbfs", lambda value: f"below {value:g} dBFS"),
        (
            f"sound above {quality.active_dbfs:g} dBFS",
            "minimum_active_seconds",
            lambda value: f"less than {value:g} s",
        ),
        ("samples at full scale", "maximum_clipped_share", share),
        ("signal-to-noise ratio", "minimum_snr_db", lambda value: f"below {value:g} dB"),
        ("bandwidth", "minimum_bandwidth_hz", lambda value: f"below {value:g} Hz"),
        ("voiced", "minimum_voiced_seconds", lambda value: f"less than {value:g} s"),
        ("time lost in dropouts", "maximum_dropout_share", share),
        ("digital silence", "maximum_silent_share", share),
        ("mean of the samples", "maximum_dc", share),
    ]
    yield "| samples that are no numbers | any | |"
    for title, key, words in rows:
        usable, good = getattr(quality.usable, key), getattr(quality.good, key)
        poor = "" if usable is None else words(usable)
        lesser = "" if good is None or good == usable else words(good)
        yield f"| {title} | {poor} | {lesser} |"


def weak_spots(results: Results) -> str:
    """A line of the limits naming the tasks that are not told apart well, if there are any."""
    found = [
        f"{task(name).title.lower()} on {SPLIT_TITLES[split]} ({score.averaged:.2f})"
        for split in TEST_SPLITS
        for name, score in results["float32"].get(split, {}).items()
        if score.averaged < WEAK
    ]
    return f"- Do not rely on: {'; '.join(found)}.\n" if found else ""


def engine_of(clip: CorpusClip) -> str:
    """The synthesiser that spoke a recording."""
    return "flite" if clip.speaker.startswith("flite/") else "espeak-ng"


def summary(results: Results) -> str:
    """Means over tasks by split and precision."""
    lines = [
        "| mean over tasks | wordings averaged | calibrated | int8, averaged | int8, calibrated |",
        "|---|---|---|---|---|",
    ]
    for split in TEST_SPLITS:
        if split not in results["float32"]:
            continue
        float32, int8 = results["float32"][split], results["int8"][split]
        cells = [mean_of(s, what) for s in (float32, int8) for what in ("averaged", "calibrated")]
        title = f"{SPLIT_TITLES[split]} ({len(float32)} tasks)"
        lines.append(f"| {title} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def split_table(split: str, results: Results) -> str:
    """Every task on one split."""
    lines = [
        f"### {SPLIT_TITLES[split].capitalize()}",
        "",
        "| task | recordings | wordings averaged | single wordings | calibrated | int8, averaged |",
        "|---|---|---|---|---|---|",
    ]
    for name, score in results["float32"][split].items():
        low, high = min(score.wordings), max(score.wordings)
        int8 = results["int8"][split][name].averaged
        lines.append(
            f"| {task(name).title} | {score.recordings} | {score.averaged:.3f} | "
            f"{low:.3f} to {high:.3f} | {score.calibrated:.3f} | {int8:.3f} |"
        )
    return "\n".join(lines) + "\n"


def calibration_table(tasks: list[PackedTask]) -> str:
    """The classes of every task, its wordings and its calibration."""
    lines = [
        "## Tasks and calibration",
        "",
        "| task | classes | temperature | biases | unsure below |",
        "|---|---|---|---|---|",
    ]
    for packed in tasks:
        classes = " / ".join(entry.name for entry in packed.classes)
        biases = " / ".join(f"{entry.bias:+.2f}" for entry in packed.classes)
        lines.append(
            f"| {packed.title} (`{packed.name}`) | {classes} | {packed.temperature:.2f} | "
            f"{biases} | {packed.minimum_probability:.2f} |"
        )
    lines += ["", "Wordings:", ""]
    for entry in TASKS:
        for option in entry.classes:
            wordings = "; ".join(f"“{text}”" for text in option.prompts)
            lines.append(f"- `{entry.name}`, {option.name}: {wordings}")
    return "\n".join(lines) + "\n"
