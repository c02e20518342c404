"""What a trained run can do, by PyTorch: what a recipe is for, measured on the test splits.

A research recipe need not become a bundle, and some of what it learns (captions, spans of any
length) is not exported. Numbers of a bundle come from the runtime instead (`of_bundle`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from slap_export.card_tables import SPLIT_TITLES, number, ranged, table
from slap_export.checkpoint import Trained, load_trained, run_folder
from slap_export.config import Config
from slap_export.corpus import CorpusClip
from slap_export.corpus.languages import ENGLISH_NAMES
from slap_export.evaluation import captions as stated
from slap_export.evaluation import spaces
from slap_export.evaluation.ablation import Run, markdown
from slap_export.evaluation.ablation import table as ablation_table
from slap_export.evaluation.answers import Split, answers_of, group_means, probabilities_of
from slap_export.evaluation.confusions import Answers
from slap_export.evaluation.retrieval import both_ways
from slap_export.evaluation.zero_shot import (
    FEWEST,
    TEST_SPLITS,
    embed_prompts,
    encode,
    packed_task,
    prompt_texts,
    same_length,
    truth_of,
)
from slap_export.features import Features, features_for
from slap_export.measured_captions import measured_caption
from slap_export.measures import corpus_bins
from slap_export.report import rounded
from slap_export.runtime import clip_embedding
from slap_export.scoring import task_probabilities
from slap_export.tasks import PROTOCOL, TASKS
from slap_export.text import text_files
from slap_export.towers.branches import BranchedTower
from slap_export.towers.spans import pool_span

Array = NDArray[np.float32]
Report = Callable[[str], None]

PROTOCOL_TITLE = "all tasks but those on the recording"
NO_TASK = f"no task has {FEWEST} recordings of each class"

# Chunks on either side of one that its own moment is heard with.
BESIDE = 1


@dataclass
class Embedded:
    """What a trained run makes of n recordings."""

    clips: Array  # [n, D]
    branches: dict[str, Array] = field(default_factory=dict)  # name: [n, values]
    moments: dict[int, Array] = field(default_factory=dict)
    """Of recordings whose voice changes: embeddings [C, D] of every chunk and those beside it."""
    captions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Studied:
    """One run: what was measured, and its answers on every split for a comparison."""

    name: str
    objectives: frozenset[str]
    found: dict[str, Any]
    answers: Answers  # [recordings of all splits, tasks]
    truth: Answers
    speakers: list[str]


@torch.no_grad()
def embed_run(
    trained: Trained, features: Features, clips: NDArray[np.int64], tokenizer: Path
) -> Embedded:
    """Runs the tower and whatever stands on it, recordings of equal length together."""
    config = trained.config.tower
    branched = BranchedTower(trained.tower, trained.branches)
    device = next(trained.tower.parameters()).device
    found = Embedded(np.zeros((len(clips), config.embedding_dim), np.float32))
    found.branches = {
        name: np.zeros((len(clips), branch.embedding_dim), np.float32)
        for name, branch in trained.branches.items()
    }
    written: dict[int, str] = {}
    for rows in same_length(features, clips):
        mel = np.stack([features.frames(int(clips[row])) for row in rows])  # [b, T, F]
        heard = torch.from_numpy(mel).to(device)
        offline, branches = branched(heard)
        steps = {"": offline.embeddings, **branches}
        pooled = {name: values.float().cpu().numpy() for name, values in steps.items()}
        for place, row in enumerate(rows):
            found.clips[row] = clip_embedding(pooled[""][place], config.pool_chunks)
            for name in branches:
                vector = clip_embedding(pooled[name][place], config.pool_chunks)
                found.branches[name][row] = vector
            if features.clips[int(clips[row])].parts:
                found.moments[int(row)] = moments_of(trained, offline.tokens[place])
        if trained.captioner is not None:
            said = trained.captioner.write(offline.tokens, None, tokenizer)
            written |= {int(row): text for row, text in zip(rows, said, strict=True)}
    found.captions = [written[row] for row in sorted(written)]
    return found


def moments_of(trained: Trained, tokens: torch.Tensor) -> Array:
    """The embedding of every chunk of a recording, heard with those beside it: [C, D]."""
    size = trained.config.tower.chunk_tokens
    chunk = torch.arange(len(tokens) // size, device=tokens.device)
    start = ((chunk - BESIDE) * size).clamp(min=0)
    end = ((chunk + BESIDE + 1) * size).clamp(max=len(tokens))
    spans = pool_span(trained.tower, tokens.expand(len(chunk), -1, -1), start, end)
    return spans.float().cpu().numpy()


def study(config: Config, root: Path, report: Report = print, limit: int | None = None) -> Studied:
    """Measures the test splits; leaves `study.json` and, with branches, `layers.svg`.

    At most `limit` recordings of a split are measured, drawn the same for every run.
    """
    run = run_folder(config, root)
    trained = load_trained(run / "trained.pt", config)
    if said := trained.unfinished():
        report(f"{run / 'trained.pt'} is {said}")
    features = features_for(trained, config, root)
    files = text_files(root / config.runs / "text")
    bins = None
    if config.text.measured_captions:
        measures = root / config.runs / "measures"
        bins = corpus_bins(root / config.corpus.path, measures, run, report)
    splits, answers, truths, speakers = {}, [], [], []
    for split in TEST_SPLITS:
        numbers = drawn(features.split(split), limit)
        if not len(numbers):
            continue
        report(f"{config.bundle.name}: {len(numbers)} recordings of {split}")
        clips = [features.clips[int(number)] for number in numbers]
        embedded = embed_run(trained, features, numbers, files[1])
        truth = truth_of(clips, TASKS, FEWEST)
        splits[split], answered = study_split(trained, clips, embedded, truth, files)
        if bins is not None:
            known = [bins[int(number)] for number in numbers]
            splits[split]["measures"] = measured_retrieval(trained, embedded.clips, known, files)
        answers.append(answered)
        truths.append(truth)
        speakers += [clip.speaker or clip.id for clip in clips]
    found: dict[str, Any] = {"splits": rounded(splits)}
    branched = trained.branched()
    if branched is not None:
        found["layer_weights"] = branched.layer_weights()
        (run / "layers.svg").write_text(bars(found["layer_weights"]), encoding="utf-8")
    text = json.dumps(rounded(found), indent=1, allow_nan=False) + "\n"
    (run / "study.json").write_text(text, encoding="utf-8")
    objectives = [name for name, table in asdict(config.objectives).items() if table is not None]
    return Studied(
        config.bundle.name,
        frozenset(objectives),
        found,
        np.concatenate(answers),
        np.concatenate(truths),
        speakers,
    )


def drawn(numbers: NDArray[np.int64], limit: int | None) -> NDArray[np.int64]:
    """At most so many of the recordings, drawn at random, in their order."""
    return np.sort(np.random.default_rng(1).permutation(numbers)[:limit])


def study_split(
    trained: Trained,
    clips: Sequence[CorpusClip],
    embedded: Embedded,
    truth: Answers,
    files: tuple[Path, Path],
) -> tuple[dict[str, Any], Answers]:
    """What one split says, and the zero-shot answers."""
    texts = prompt_texts()
    rows = {text: row for row, text in enumerate(texts)}
    prompts = embed_prompts(trained, files, texts)
    packed = [packed_task(task, rows) for task in TASKS]
    answers = answers_of(probabilities_of(embedded.clips, prompts, packed, trained.logit_scale))
    asked = Split(truth, [clip.speaker or clip.id for clip in clips], TASKS)

    def tracks(row: int, column: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        moments = embedded.moments[row]
        config = trained.config
        hop = config.tower.chunk_frames * config.front_end.hop_length
        starts = np.arange(len(moments)) * hop / config.front_end.sample_rate
        return starts, task_probabilities(moments, prompts, packed[column], trained.logit_scale)

    spoken = {"embedding": embedded.clips, **embedded.branches}
    found = {
        "recordings": len(clips),
        "means": group_means(asked, {"averaged": asked.scores(answers)}),
        "verification": spaces.verification(spoken, clips),
        "style": spaces.style(spoken, clips),
        "retrieval": spaces.retrieval(
            embedded.clips, clips, lambda said: embed_prompts(trained, files, said)
        ),
        "localisation": spaces.localisation(TASKS, clips, tracks),
    }
    if "semantic" in embedded.branches:
        maximum = trained.config.text.max_tokens
        found["transcripts"] = transcripts(embedded.branches["semantic"], clips, files, maximum)
    if embedded.captions:
        found["captions"] = written_captions(embedded.captions, clips)
    return found, answers


def measured_retrieval(
    trained: Trained,
    embeddings: Array,
    bins: Sequence[Mapping[str, str | None]],
    files: tuple[Path, Path],
) -> dict[str, Any]:
    """Retrieval both ways between recordings and a new caption from the measures of each."""
    rng = np.random.default_rng(0)
    written = [measured_caption(known, rng) for known in bins]
    return spaces.retrieval_by(
        embeddings,
        [caption for caption in written if caption is not None],
        bins,
        lambda said: embed_prompts(trained, files, said),
    )


def transcripts(
    semantic: Array, clips: Sequence[CorpusClip], files: tuple[Path, Path], max_tokens: int
) -> dict[str, Any]:
    """Retrieval both ways between English utterances and what they say."""
    spoken = [i for i, clip in enumerate(clips) if clip.text and clip.language in ENGLISH_NAMES]
    if not spoken:
        return {}
    said = [clips[i].text for i in spoken]
    distinct = list(dict.fromkeys(said))
    relevant = np.array([[text == other for other in distinct] for text in said])
    sentences = encode(tuple(distinct), *files, max_tokens)
    to_text, to_audio = both_ways(semantic[spoken], sentences, relevant)
    return {"audio_to_text": asdict(to_text), "text_to_audio": asdict(to_audio)}


def written_captions(texts: Sequence[str], clips: Sequence[CorpusClip]) -> dict[str, Any]:
    """Whether what the decoder wrote is true, and an example."""
    phrases = stated.phrases()
    facts = [stated.facts_in(text, phrases) for text in texts]
    known = [
        {
            name: value
            for name, value in clip.attributes.items()
            # Of a voice that stays as it is, its parts say nothing more.
            if clip.parts or not name.startswith(("begin_", "end_"))
        }
        for clip in clips
    ]
    return {
        **asdict(stated.score(facts, known)),
        "against_chance": asdict(stated.against_chance(facts, known)),
        "examples": list(texts[:3]),
    }


def compare(runs: Sequence[Studied]) -> str:
    """What each objective adds to the mean over the tasks of the protocol, as Markdown.

    The runs must be on the same recordings.
    """
    first = runs[0]
    if any(run.speakers != first.speakers for run in runs):
        raise ValueError("runs can only be compared on the same test recordings")
    protocol = [column for column, task in enumerate(TASKS) if task.group in PROTOCOL]
    rows = [Run(run.name, run.objectives, run.answers[:, protocol]) for run in runs]
    truth = first.truth[:, protocol]
    note = "" if (truth >= 0).any() else f"\nNothing to compare: {NO_TASK}.\n"
    return markdown(ablation_table(rows, truth, first.speakers)) + note


def summary(run: Studied) -> str:
    """What was measured, as Markdown: a row for each number, a column for each split."""
    splits = run.found["splits"]
    rows: dict[str, list[str]] = {}

    def put(split: int, name: str, text: str) -> None:
        rows.setdefault(name, ["–"] * len(splits))[split] = text

    for place, content in enumerate(splits.values()):
        if "protocol" not in content["means"]:
            put(place, f"macro-F1, {PROTOCOL_TITLE}", f"– ({NO_TASK})")
        for group, means in content["means"].items():
            title = PROTOCOL_TITLE if group == "protocol" else group
            put(place, f"macro-F1, {title}", f"{ranged(means['averaged'])}, {means['tasks']} tasks")
        for name, found in content["verification"].items():
            put(place, f"equal error rate, {name}", ranged(found["equal_error_rate"]))
        for name, found in content["style"].items():
            put(place, f"style, Pearson, {name}", ranged(found["pearson"]))
        for what in ("retrieval", "measures", "transcripts"):
            for way, found in content.get(what, {}).items():
                share = " / ".join(f"{100 * value:.1f}" for value in found["recall"].values())
                chance = " / ".join(f"{100 * value:.1f}" for value in found["chance"].values())
                title = f"{what}, {way.replace('_', ' ')}, R@1/5/10 (chance)"
                put(place, title, f"{share} ({chance})")
        if content["localisation"]:
            found = content["localisation"]["all"]
            text = f"{number(found['frame_f1'])} ({number(found['whole_frame_f1'])})"
            put(place, "localisation, F1 of time (of calling all of it)", text)
            text = f"{number(found['event_f1'])} ({number(found['whole_event_f1'])})"
            put(place, "localisation, F1 of intervals (of calling all of it)", text)
        if "captions" in content:
            found = content["captions"]
            chance = found["against_chance"]
            text = f"{number(found['precision'])} (chance {number(chance['chance'])}, "
            put(place, "captions, precision", f"{text}p {chance['p_value']:.3f})")
            put(place, "captions, recall", number(found["recall"]))
    head = [f"{run.name}: {', '.join(sorted(run.objectives))}"]
    head += [SPLIT_TITLES[split] for split in splits]
    return table(head, ((name, *cells) for name, cells in rows.items()))


def bars(weights: dict[str, list[float]]) -> str:
    """An SVG of how much each branch reads from each block, first block first."""
    bar, gap, height, left = 26, 6, 120, 50
    most = max(max(values) for values in weights.values())
    blocks = max(len(values) for values in weights.values())
    width, row = left + blocks * (bar + gap) + 20, height + 60
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {row * len(weights)}" '
        f'width="{width}" height="{row * len(weights)}" role="img" font-family="sans-serif" '
        'font-size="11"><title>What each branch reads</title>'
        f'<rect width="{width}" height="{row * len(weights)}" fill="#fff"/>'
    ]
    for place, (name, values) in enumerate(weights.items()):
        top = place * row + 26
        parts.append(f'<text x="{left}" y="{top - 10}" font-size="13">{name}</text>')
        for block, value in enumerate(values):
            tall = round(value / most * (height - 16), 1)
            x, y = left + block * (bar + gap), round(top + height - tall, 1)
            parts += [
                f'<rect x="{x}" y="{y}" width="{bar}" height="{tall}" fill="#2a6f97"/>',
                f'<text x="{x + bar / 2}" y="{y - 3}" text-anchor="middle">{value:.2f}</text>',
                f'<text x="{x + bar / 2}" y="{top + height + 14}" text-anchor="middle">'
                f"{block + 1}</text>",
            ]
        parts.append(f'<text x="{left - 8}" y="{top + height + 14}" text-anchor="end">block</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"
