"""The model card of a bundle, made from its manifest and its report and from nothing else."""

from __future__ import annotations

from typing import Any

from slap_export.card_tables import (
    SPLIT_TITLES,
    calibration_table,
    lighter_table,
    localisation_lines,
    means_table,
    number,
    quality_rows,
    retrieval_table,
    spaces_table,
    split_rows,
    task_table,
    weakest_table,
    wordings_of_tasks,
    wordings_table,
)

# A macro-F1 below this is named among the limits; guessing gives about 0.5.
WEAK = 0.75

INTRODUCTION = """\
# {name}

{description}. An audio tower of {parameters} parameters turns {rate:g} kHz speech into one \
embedding every {step:.2f} s, looking back {span:.2f} s. How well a recording and a sentence \
agree is the cosine of their embeddings.{text}

Licence: {licence}.

## What it is for, and what it is not

It tells apart manners of speaking and conditions of recording (the tasks below), and ranks a \
recording against sentences. {origin}

It is not a medical device. It finds no illness and rules none out: "hoarse" means that a voice \
sounds as the hoarse voices of its training do. Sex and age are those a voice *typically* \
suggests, not a person's. Do not use it to decide anything about a person.
"""

SYNTHETIC = """\
**It was trained on synthetic voices only.** No human being was recorded for it. What it says of a \
human voice is what that voice has in common with the synthetic ones, and that has not been \
measured on a labelled set of human recordings."""

RECORDED = "It was trained on recordings of {engines}."

SYNTHESISERS = {"espeak-ng", "flite"}

TEXT = """ A sentence is embedded into the same space by a frozen sentence encoder \
(all-MiniLM-L6-v2, Apache-2.0, its weights rounded to int8) and a trained projection."""

TRAINING = """\
## Training

{epochs} passes over the training split, batches of {batch}, AdamW at {rate:g}, {layers} layers \
of width {width}. Objectives and their weights: {objectives}. Captions are sentences of one to \
four facts in many wordings. The validation split served to watch training and to fit the \
calibration, the test splits only to measure. Code revision `{revision}`; every setting of the \
recipe is in `report.json`.
"""

DATA = """\
## Data

{recordings} recordings ({hours:.1f} hours, {shortest:.1f} to {longest:.1f} s each) of {engines}. \
Every split has speakers of its own.

| split | recordings | speakers | languages | source |
|---|---|---|---|---|
{rows}
"""

MADE = """\
The voices were synthesised and changed at signal level. Labels are the settings of these changes; \
pitch, intonation and speaking rate are measured on the clip before it is changed. Whole languages \
are held out for the second test split, and the third test split is spoken by a synthesiser that \
training never heard. Noise, rooms, telephone bands, levels and voice qualities are made by the \
same procedures in all splits, so the test splits measure transfer to new voices, languages and \
synthesisers, not to new kinds of noise or hoarseness.
"""

UNMEASURED = """\
## Results

Nothing has been measured yet: `slap-export report` measures and fills this section in.
"""

RESULTS = """\
## Results

Every number of this section was computed from this bundle by the runtime itself ({engine}, \
slap-edge {version}, on {machine}), not by the training code, and is written by

```sh
slap-export report models/{name} --corpus CORPUS {options}
```

which keeps all of them, and more, in `report.json`.{limited} Intervals are 95 % intervals over \
speakers ({resamples} resamples).

Scores are macro-F1 of two-class tasks; guessing gives about 0.5. Classes are given by at least \
three wordings each; *averaged* uses them together and no labels at all; *calibrated* adds the \
per-task bias fitted on the validation split, which is what a device reports; *int8* is \
calibrated, by the int8 tower; *probe* is a logistic regression on the embeddings of \
{probe} training recordings or fewer, which does use labels. Every recording counts, those too \
that a device would call *unsure*.

Only recordings to which a label clearly applies are counted, which is why the numbers of \
recordings differ: medium pitch, rate, intonation and level belong to neither class, and qualities \
of the voice are not asked of whispers. Of such recordings the task still says something: read \
"slow" as "more like the slow ones than the fast ones".
"""

WORDINGS = """\
### In other words

Macro-F1 with one wording a class, over all pairs of wordings: *its own* are the prompts of the \
bundle, *plain* are everyday statements and *free* likenesses, stories and denials, none of which \
occurs in a training caption. *Together* averages the wordings of a class. Means over the tasks.
"""

CERTAINTY = """\
### Is it as sure as it says?

![Reliability diagram](reliability.svg)

Calibrated probabilities against the share of right answers, each task and each of its classes \
weighing the same; the deeper the colour, the more of the {answers} answers are in the bar. The \
expected calibration error over all is {error}{splits}.
"""

SIGNS = """\
Tasks of the group "{title}" are about how a voice sounds. They are named after that, and say \
nothing about illness; where voices are synthetic, the signs are made by signal processing.
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

{made}{length}- What is not speech is scored too, if it is loud enough: a tone or a fan gets \
answers, and they mean nothing. Pitch, hoarseness and trembling of a whisper mean nothing either.
- Where a task's top probability is below its threshold the answer is *unsure*. Thresholds were \
set on validation recordings, so high that half of those which belong to no class are \
called unsure, where that costs at most a fifth of the clear answers.
{weak}- Prompts are English. A sentence about anything but voice and recording gets a number too; \
it means nothing.
"""


def model_card(manifest: dict[str, Any], report: dict[str, Any]) -> str:
    """The whole card as Markdown."""
    measured = report["measured"]
    parts = [introduction(manifest, report["training"])]
    if measured:
        parts.append(data(measured["corpus"]))
    if "recipe" in report["training"]:
        parts.append(training(report["training"]))
    parts += results(manifest, measured) if measured else [UNMEASURED]
    if report["lighter"]:
        parts.append(lighter_table(report["lighter"]))
    if measured:
        parts.append(calibration_table(measured["tasks"]))
    parts.append(QUALITY.format(rows="\n".join(quality_rows(manifest["quality"]))))
    parts.append(limits(manifest, report["training"], measured))
    return "\n".join(parts)


def step_seconds(manifest: dict[str, Any]) -> float:
    """Seconds from one embedding to the next."""
    tower, front_end = manifest["tower"], manifest["front_end"]
    hop = tower.get("hop_samples") or tower["hop_frames"] * front_end["hop_length"]
    return float(hop / front_end["sample_rate"])


def span_seconds(manifest: dict[str, Any]) -> float:
    """Seconds that an embedding looks back."""
    tower, front_end = manifest["tower"], manifest["front_end"]
    if tower["mode"] == "stream":
        return step_seconds(manifest) * tower["pool_chunks"]
    rows = tower["input_shape"][1]
    samples = rows if tower["input"] == "waveform" else rows * front_end["hop_length"]
    return float(samples / front_end["sample_rate"])


def recent_seconds(manifest: dict[str, Any]) -> float | None:
    """Seconds that the embedding of what was heard lately looks back, if there is one."""
    chunks = manifest["tower"].get("recent_chunks")
    return step_seconds(manifest) * chunks if chunks else None


def introduction(manifest: dict[str, Any], trained: dict[str, Any]) -> str:
    """What the bundle is."""
    count = trained["audio_parameters"]
    step, span = step_seconds(manifest), span_seconds(manifest)
    return INTRODUCTION.format(
        name=manifest["name"],
        description=manifest["description"],
        parameters=f"{count / 1e6:.1f} million" if count >= 1e6 else f"{count / 1e3:.0f} thousand",
        rate=manifest["front_end"]["sample_rate"] / 1000,
        step=step,
        span=span,
        text=TEXT if manifest.get("text") else "",
        licence=manifest["licence"],
        origin=origin(trained),
    )


def origin(trained: dict[str, Any]) -> str:
    """What it learned from."""
    if "origin" in trained:  # trained by others
        return str(trained["origin"])
    if synthetic(trained):
        return SYNTHETIC
    return RECORDED.format(engines=", ".join(trained["engines"]))


def synthetic(trained: dict[str, Any]) -> bool:
    """Whether it learned from synthesised voices alone."""
    return "engines" in trained and set(trained["engines"]) <= SYNTHESISERS


def data(corpus: dict[str, Any]) -> str:
    """What it was trained and measured on."""
    splits = corpus.values()
    engines = sorted({engine for split in splits for engine in split["engines"]})
    text = DATA.format(
        recordings=sum(split["recordings"] for split in splits),
        hours=sum(split["hours"] for split in splits),
        shortest=min(split["shortest"] for split in splits),
        longest=max(split["longest"] for split in splits),
        engines=" and ".join(engines),
        rows="\n".join(split_rows(corpus)),
    )
    return f"{text}\n{MADE}" if set(engines) <= SYNTHESISERS else text


def training(trained: dict[str, Any]) -> str:
    """How it was trained."""
    recipe = trained["recipe"]
    tower, objectives = recipe["tower"], recipe.get("objectives") or {}
    return TRAINING.format(
        epochs=trained["epochs"],
        batch=recipe["train"]["batch"],
        rate=recipe["train"]["learning_rate"],
        layers=tower["layers"],
        width=tower["heads"] * tower["head_dim"],
        objectives=", ".join(
            f"{name.replace('_', ' ')} {table.get('weight', 1):g}"
            for name, table in objectives.items()
            if table
        ),
        revision=trained["revision"],
    )


def results(manifest: dict[str, Any], measured: dict[str, Any]) -> list[str]:
    """What was measured."""
    made, splits = measured["made"], measured["splits"]
    effort = made["effort"]
    limit = effort["limit"]
    options = [f"--{key} {value}" for key, value in effort.items() if value is not None]
    if made["text"]:
        options.append(f"--text models/{made['text']}")
    titles = {task["name"]: task["title"] for task in measured["tasks"]}
    errors = ", ".join(
        f"{number(content['calibration_error'])} on {SPLIT_TITLES[name]}"
        for name, content in splits.items()
        if content["tasks"]
    )
    parts = [
        RESULTS.format(
            engine=made["engine"],
            version=made["versions"]["slap-edge"],
            machine=made["machine"],
            name=manifest["name"],
            options=" ".join(options),
            limited=f" **Only {limit} recordings of each split were used.**" if limit else "",
            resamples=effort["resamples"],
            probe=effort["probe"],
        ),
        means_table(splits, measured["tasks"]),
    ]
    signs = [task["group_title"] for task in measured["tasks"] if task["group"] == "health"]
    if signs:
        parts.append(SIGNS.format(title=signs[0]))
    parts += [
        weakest_table(measured["weakest"], titles),
        CERTAINTY.format(
            answers=measured["reliability"]["answers"],
            error=number(measured["reliability"]["calibration_error"]),
            splits=f" ({errors})" if errors else "",
        ),
        WORDINGS,
        wordings_table(splits),
        spaces_table(splits),
        retrieval_table(splits),
        localisation_lines(splits, titles, span_seconds(manifest), recent_seconds(manifest)),
    ]
    parts += [task_table(name, found, titles) for name, found in splits.items() if found["tasks"]]
    parts.append(wordings_of_tasks(splits, titles))
    return [part for part in parts if part]


def limits(
    manifest: dict[str, Any], trained: dict[str, Any], measured: dict[str, Any] | None
) -> str:
    """What not to expect."""
    length = (
        f"- A recording shorter than {span_seconds(manifest):.1f} s is judged by its last step, "
        "which knows less than a full one.\n"
    )
    made = "- Voices, rooms and noises are synthetic; see above.\n" if synthetic(trained) else ""
    if measured:
        corpus = measured["corpus"].values()
        shortest = min(split["shortest"] for split in corpus)
        longest = max(split["longest"] for split in corpus)
        length = f"- Recordings were {shortest:.1f} to {longest:.1f} seconds long.\n" + length
    return LIMITS.format(made=made, length=length, weak=weak_spots(measured) if measured else "")


def weak_spots(measured: dict[str, Any]) -> str:
    """A line of the limits naming the tasks that are not told apart well, if there are any."""
    titles = {task["name"]: task["title"].lower() for task in measured["tasks"]}
    found: dict[str, list[str]] = {}
    for split, content in measured["splits"].items():
        for name, score in content["tasks"].items():
            value = score["averaged"]["value"]
            if value is not None and value < WEAK:
                found.setdefault(name, []).append(f"{SPLIT_TITLES[split]} {value:.2f}")
    words = [f"{titles[name]} ({', '.join(where)})" for name, where in found.items()]
    return f"- Do not rely on: {'; '.join(words)}.\n" if words else ""
