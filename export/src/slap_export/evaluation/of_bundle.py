"""Everything a model card says of a bundle, measured through the runtime.

Recordings are embedded by `slap_edge.Screener` and sentences by `slap_edge.TextTower`, both on
tract; answers follow from the bundle's own prompts and calibration. PyTorch takes no part.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slap_edge
from numpy.typing import NDArray

from slap_export.bundle import MANIFEST, verify_files
from slap_export.corpus import CorpusClip, read_clips
from slap_export.evaluation import spaces
from slap_export.evaluation.answers import (
    Probabilities,
    Split,
    answers_of,
    group_means,
    paraphrased,
    pooled_reliability,
    probabilities_of,
    probe_answers,
    task_scores,
    uncalibrated,
    wordings,
)
from slap_export.evaluation.bundle_facts import (
    Effort,
    Opened,
    check_same_space,
    corpus_facts,
    open_bundle,
    provenance,
    task_facts,
    weakest,
)
from slap_export.evaluation.listening import Heard, listen
from slap_export.evaluation.paraphrases import PARAPHRASES
from slap_export.evaluation.probe import Probe, best_probe
from slap_export.evaluation.zero_shot import FEWEST, TEST_SPLITS, truth_of
from slap_export.placing import check_replaceable
from slap_export.report import publish, read_report, write_report
from slap_export.scoring import PackedTask, task_probabilities
from slap_export.tasks import Task

Array = NDArray[np.float32]


def report_bundle(
    folder: Path,
    corpus: Path,
    effort: Effort,
    out: Path | None = None,
    text: Path | None = None,
    report: Callable[[str], None] = print,
) -> None:
    """Measures a bundle and writes its report and card, into another folder if `out` is given."""
    content = read_report(folder)
    if out is None:
        check_replaceable(folder)
    elif (out / MANIFEST).exists():
        raise ValueError(
            f"{out} is a bundle, and its report says what it is; choose another folder"
        )
    elif out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; choose a folder")
    content["measured"] = measure_bundle(folder, corpus, effort, text, report)
    if out is None:
        publish(folder, content)
    else:
        manifest = verify_files(folder)
        write_report(out, manifest, content)
    report(f"report and model card in {out or folder}")


def measure_bundle(
    folder: Path,
    corpus: Path,
    effort: Effort,
    text_from: Path | None = None,
    report: Callable[[str], None] = print,
) -> dict[str, Any]:
    """The `measured` part of a bundle's report.

    A bundle without a text tower may take that of another bundle, `text_from`, if that is of
    the same space.
    """
    bundle = open_bundle(folder)
    clips = read_clips(corpus)
    measured = [name for name in TEST_SPLITS if any(clip.split == name for clip in clips)]
    if not measured:
        raise ValueError(f"{corpus} has no recordings of the splits {', '.join(TEST_SPLITS)}")
    text = None
    if text_from is not None:
        check_same_space(bundle, open_bundle(text_from))
        text = slap_edge.TextTower(text_from)
    elif bundle.manifest.get("text"):
        text = slap_edge.TextTower(folder)

    def hear(split: str, most: int | None, int8: bool = False) -> tuple[list[CorpusClip], Heard]:
        chosen = drawn([clip for clip in clips if clip.split == split], most, effort.seed)
        report(f"{split}: {len(chosen)} recordings, {'int8' if int8 else 'float32'}")
        cache = corpus / "heard"
        return chosen, listen(folder, bundle.manifest, chosen, cache, int8, report)

    probes = fit_probes(
        bundle.tasks, hear("train", effort.probe), hear("validation", effort.limit), report
    )
    sentences = embed_paraphrases(bundle.tasks, text, report)
    splits: dict[str, Any] = {}
    calibrated: list[tuple[NDArray[np.float64], NDArray[np.int64]]] = []
    for split in measured:
        chosen, heard = hear(split, effort.limit)
        int8 = None
        if bundle.manifest["tower"].get("int8"):
            int8 = hear(split, effort.limit, int8=True)[1]
        report(f"scoring {split}")
        truth = truth_of(chosen, bundle.tasks, FEWEST)
        speakers = [clip.speaker or clip.id for clip in chosen]
        asked = Split(truth, speakers, bundle.tasks, effort.resamples, effort.seed)
        splits[split], found = measure_split(bundle, asked, chosen, heard, int8, probes, sentences)
        splits[split] |= measure_spaces(bundle, chosen, heard, text, effort.seed)
        calibrated += [(found[i], truth[:, i]) for i, _ in asked.asked()]
    return {
        "made": provenance(bundle, corpus, effort, text_from),
        "corpus": corpus_facts(clips),
        "tasks": task_facts(bundle),
        "splits": splits,
        "weakest": weakest(splits),
        "reliability": pooled_reliability(
            [found for found, _ in calibrated], [truth for _, truth in calibrated]
        ),
    }


def drawn(clips: list[CorpusClip], most: int | None, seed: int) -> list[CorpusClip]:
    """At most so many of the recordings, in their order."""
    if most is None or len(clips) <= most:
        return clips
    chosen = np.random.default_rng(seed).permutation(len(clips))[:most]
    return [clips[i] for i in np.sort(chosen)]


def measure_split(
    bundle: Opened,
    asked: Split,
    clips: Sequence[CorpusClip],
    heard: Heard,
    int8: Heard | None,
    probes: Mapping[str, Probe],
    sentences: Mapping[str, Array],
) -> tuple[dict[str, Any], Probabilities]:
    """The answers to the tasks on one split, and the calibrated probabilities."""

    def probabilities(embeddings: Array, tasks: list[PackedTask]) -> Probabilities:
        return probabilities_of(embeddings, bundle.prompts, tasks, bundle.scale)

    plain = uncalibrated(bundle.packed)
    found = probabilities(heard.clips, bundle.packed)
    scores = {
        "averaged": asked.scores(answers_of(probabilities(heard.clips, plain))),
        "calibrated": asked.scores(answers_of(found)),
    }
    if int8 is not None:
        scores["int8"] = asked.scores(answers_of(probabilities(int8.clips, bundle.packed)))
    if probes:
        scores["probe"] = asked.scores(probe_answers(heard.clips, probes, asked))
    tasks = task_scores(asked, bundle.packed, found, scores)
    for column, task in asked.asked():
        truth = asked.truth[:, column]
        entry = tasks[task.name]
        entry["wordings"] = wordings(heard.clips, bundle.prompts, plain[column], truth)
        for kind, said in PARAPHRASES.items():
            if sentences and task.name in said:
                entry[kind] = paraphrased(heard.clips, sentences, said[task.name], truth)
    columns = [i for i, _ in asked.asked()]
    return {
        "recordings": len(clips),
        "speakers": len({clip.speaker for clip in clips if clip.speaker}),
        "poor": int(heard.poor.sum()),
        "means": group_means(asked, scores),
        "tasks": tasks,
        "calibration_error": pooled_reliability(
            [found[i] for i in columns], [asked.truth[:, i] for i in columns]
        )["calibration_error"],
    }, found


def measure_spaces(
    bundle: Opened,
    clips: Sequence[CorpusClip],
    heard: Heard,
    text: slap_edge.TextTower | None,
    seed: int,
) -> dict[str, Any]:
    """What else the embeddings of one split are good for."""
    embeddings = {"embedding": heard.clips, **heard.outputs}
    # What was heard lately alone tells better when a voice changed.
    moments = heard.steps if heard.recent is None else heard.recent  # [C, D]

    def tracks(clip: int, task: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        steps = heard.of_clip(clip)
        starts = np.concatenate([[0.0], heard.ends[steps][:-1]])
        packed = bundle.packed[task]
        return starts, task_probabilities(moments[steps], bundle.prompts, packed, bundle.scale)

    return {
        "verification": spaces.verification(embeddings, clips, seed),
        "style": spaces.style(embeddings, clips, seed),
        "retrieval": spaces.retrieval(heard.clips, clips, text.embed, seed) if text else {},
        "localisation": spaces.localisation(bundle.tasks, clips, tracks),
    }


def fit_probes(
    tasks: Sequence[Task],
    training: tuple[list[CorpusClip], Heard],
    validation: tuple[list[CorpusClip], Heard],
    report: Callable[[str], None],
) -> dict[str, Probe]:
    """A linear probe for every task with recordings enough in both splits."""
    report("fitting linear probes")
    truths = [truth_of(clips, tasks, FEWEST) for clips, _ in (training, validation)]
    probes = {}
    for column, task in enumerate(tasks):
        asked = [np.flatnonzero(truth[:, column] >= 0) for truth in truths]
        if all(len(rows) for rows in asked):
            sets = [
                (heard.clips[rows], truth[rows, column])
                for (_, heard), truth, rows in zip(
                    (training, validation), truths, asked, strict=True
                )
            ]
            _, probes[task.name] = best_probe(sets[0], sets[1], len(task.classes))
    return probes


def embed_paraphrases(
    tasks: Sequence[Task], text: slap_edge.TextTower | None, report: Callable[[str], None]
) -> dict[str, Array]:
    """Embeddings of every paraphrase of the tasks; none without a text tower."""
    if text is None:
        return {}
    names = {task.name for task in tasks}
    said = [
        sentence
        for kind in PARAPHRASES.values()
        for task, classes in kind.items()
        if task in names
        for sentences in classes.values()
        for sentence in sentences
    ]
    said = list(dict.fromkeys(said))
    report(f"embedding {len(said)} paraphrases")
    return dict(zip(said, text.embed(said), strict=True))
