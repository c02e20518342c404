"""The tables of a model card, from `report.json` and the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

SPLIT_TITLES = {
    "test_voices": "unseen voices",
    "test_languages": "unseen languages",
    "test_synthesiser": "unseen synthesiser",
}
KINDS = {"wordings": "its own", "plain": "plain", "free": "free"}


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def number(value: float | None, form: str = ".3f") -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else format(value, form)


def mean_of(values: Iterable[float | None]) -> float | None:
    """The mean of what is known of them, if anything is."""
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def ranged(entry: Mapping[str, float] | None, form: str = ".3f") -> str:
    """A number with its interval."""
    if entry is None or entry["value"] is None:
        return "–"
    if entry["low"] is None:
        return format(entry["value"], form)
    low, high = format(entry["low"], form), format(entry["high"], form)
    return f"{format(entry['value'], form)} [{low}, {high}]"


def percent(share: float | None) -> str:
    """A share in hundredths, without the sign."""
    return number(None if share is None else 100 * share, ".1f")


def value_of(entry: Mapping[str, float] | None) -> str:
    """A number without its interval."""
    return "–" if entry is None else number(entry["value"])


def counted(tasks: int) -> str:
    """So many tasks."""
    return "1 task" if tasks == 1 else f"{tasks} tasks"


def split_rows(corpus: Mapping[str, Any]) -> Iterable[str]:
    """A table row for every split."""
    for name, split in corpus.items():
        cells = (split["recordings"], split["speakers"], split["languages"])
        engines = ", ".join(split["engines"])
        yield f"| {SPLIT_TITLES.get(name, name)} | {' | '.join(map(str, cells))} | {engines} |"


def means_table(splits: Mapping[str, Any], tasks: Sequence[Mapping[str, Any]]) -> str:
    """Means over tasks by split and group, with intervals."""
    groups = {task["group"]: task["group_title"] for task in tasks}
    rows = []
    for split, content in splits.items():
        for group, means in content["means"].items():
            title = groups.get(group, "all but the recording")
            name = f"{SPLIT_TITLES[split]}: {title} ({counted(means['tasks'])})"
            changes = (ranged(means.get(key), "+.3f") for key in ("int8_change", "probe_gain"))
            bold = (lambda text: f"**{text}**") if group == "protocol" else str
            cells = (ranged(means["averaged"]), ranged(means["calibrated"]))
            rows.append((bold(name), *map(bold, cells), *changes, ranged(means.get("probe"))))
    head = ("mean macro-F1", "averaged", "calibrated", "int8 changes", "probe adds", "probe")
    return table(head, rows)


def weakest_table(weakest: Sequence[Mapping[str, Any]], titles: Mapping[str, str]) -> str:
    """The tasks that are told worst, if any were asked."""
    if not weakest:
        return ""
    splits = list(dict.fromkeys(split for row in weakest for split in row["splits"]))
    rows = [
        (titles[row["task"]], number(row["mean"]), *(number(row["splits"].get(s)) for s in splits))
        for row in weakest
    ]
    head = ("task", "mean", *(SPLIT_TITLES[split] for split in splits))
    return f"### The weakest {len(rows)} tasks\n\n" + table(head, rows)


def wordings_table(splits: Mapping[str, Any]) -> str:
    """How much the wording matters, as means over tasks."""
    rows = []
    for split, content in splits.items():
        for kind, title in KINDS.items():
            found = [task[kind] for task in content["tasks"].values() if kind in task]
            if found:
                keys = ("together", "mean", "worst", "best", "deviation")
                means = [mean_of(entry[key] for entry in found) for key in keys]
                rows.append((SPLIT_TITLES[split], title, *(number(mean) for mean in means)))
    head = ("split", "wordings", "together", "mean of pairs", "worst pair", "best", "deviation")
    return table(head, rows)


def spaces_table(splits: Mapping[str, Any]) -> str:
    """Speakers told apart and styles put in order, by each of the tower's embeddings."""
    rows = []
    for split, content in splits.items():
        for name, found in content["style"].items():
            check = content["verification"].get(name)
            rows.append(
                (
                    f"{SPLIT_TITLES[split]}, `{name}`",
                    ranged(check["equal_error_rate"]) if check else "–",
                    number(check["minimum_cost"]) if check else "–",
                    str(check["same"]) if check else "0",
                    ranged(found["pearson"]),
                )
            )
    text = (
        "### Voices and styles\n\n"
        "*Equal error rate* of telling by the cosine of two recordings whether one speaker spoke "
        "both, never with the same words; *minDCF* is the least cost at a prior of 0.01. *Style* "
        "is Pearson's correlation of the cosine with the distance of known attributes, between "
        "different speakers: the more negative, the better.\n\n"
    )
    head = ("split, embedding", "equal error rate", "minDCF", "pairs of one speaker", "style")
    return text + table(head, rows)


def retrieval_table(splits: Mapping[str, Any]) -> str:
    """Recordings and new captions finding each other."""
    rows = []
    for split, content in splits.items():
        for key, title in (("text_to_audio", "text → audio"), ("audio_to_text", "audio → text")):
            found = content["retrieval"].get(key)
            if found:
                cells = [
                    f"{percent(found['recall'][k])} ({percent(found['chance'][k])})"
                    for k in ("1", "5", "10")
                ]
                queries = str(found["queries"])
                average = number(found["average_precision"])
                rows.append((f"{SPLIT_TITLES[split]}, {title}", queries, *cells, average))
    if not rows:
        return ""
    text = (
        "### Retrieval\n\n"
        "One new caption was written for every recording. Share in % of queries with a right "
        "answer among the first 1, 5 and 10; in brackets, by chance. Every caption that is true "
        "of a recording is a right answer.\n\n"
    )
    return text + table(("split", "queries", "R@1", "R@5", "R@10", "mAP@10"), rows)


def localisation_lines(
    splits: Mapping[str, Any], titles: Mapping[str, str], span: float, recent: float | None
) -> str:
    """When an attribute holds, by embeddings of `recent` seconds, or of `span` without such."""
    rows = []
    for split, content in splits.items():
        found = content["localisation"]
        for name, entry in ({"all": found["all"], **found["tasks"]} if found else {}).items():
            keys = ("event_f1", "whole_event_f1", "frame_f1", "whole_frame_f1")
            cells = (number(entry[key]) for key in keys)
            title = "all" if name == "all" else titles[name].lower()
            rows.append((f"{SPLIT_TITLES[split]}, {title}", str(entry["intervals"]), *cells))
    if not rows:
        return ""
    heard = f"An embedding looks back {span:.1f} s"
    if recent is not None:
        heard = f"The embeddings are those of the last {recent:.1f} s alone, not of {span:.1f} s"
    text = (
        "### When it holds\n\n"
        "In recordings whose voice changes once, a class is taken to hold while its probability "
        "is above one half, step by step. F1 of intervals that overlap the true one by half, and "
        f"of time; beside each, the same of calling the whole recording. {heard}, so a change is "
        "heard late.\n\n"
    )
    head = ("split, task", "intervals", "F1", "whole", "F1 of time", "whole")
    return text + table(head, rows)


def task_table(split: str, content: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Every task on one split."""
    rows = [
        (
            titles[name],
            str(score["recordings"]),
            ranged(score["averaged"]),
            value_of(score["calibrated"]),
            value_of(score.get("int8")),
            value_of(score.get("probe")),
            number(score["calibration_error"]),
            number(score["answered"], ".0%"),
            number(score["right"], ".0%"),
            number(score.get("not_applicable"), ".0%"),
            number(score["unclear_withheld"], ".0%"),
        )
        for name, score in content["tasks"].items()
    ]
    title = SPLIT_TITLES[split]
    poor = f"{content['poor']} of {content['recordings']} recordings"
    text = (
        f"### Every task on {title}\n\n"
        f"*Answered* is the share of recordings of a class that a device gives an answer to, "
        f"*right* the share of these that is right, *does not apply* the share of recordings of a "
        f"class of which a device says that the task makes no sense, *withheld* the share of the "
        f"recordings of no class that it gives no answer to. A device would call {poor} too poor "
        f"to be scored.\n\n"
    )
    head = (
        *("task", "recordings", "averaged", "calibrated", "int8", "probe"),
        *("calibration error", "answered", "right", "does not apply", "withheld"),
    )
    return text + table(head, rows)


def wordings_of_tasks(splits: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """How much the wording of each task matters, over the splits."""
    rows = []
    for name, title in titles.items():
        scores = [c["tasks"][name] for c in splits.values() if name in c["tasks"]]
        if not scores:
            continue
        cells = []
        for kind in KINDS:
            found = [score[kind] for score in scores if kind in score]
            worst = min((f["worst"] for f in found if f["worst"] is not None), default=None)
            best = max((f["best"] for f in found if f["best"] is not None), default=None)
            mean = mean_of(f["mean"] for f in found)
            cells.append(
                f"{number(mean, '.2f')} ({number(worst, '.2f')} to {number(best, '.2f')})"
                if found
                else "–"
            )
        rows.append((title, *cells))
    text = "### Every task in other words\n\nMean of pairs, worst and best, over the splits.\n\n"
    return text + table(("task", *(f"{title} wordings" for title in KINDS.values())), rows)


def lighter_table(lighter: Sequence[Mapping[str, Any]]) -> str:
    """What the lighter towers change, as found when they were exported."""
    rows = [
        (
            str(entry["precision"]),
            str(entry["method"]),
            "yes" if entry["written"] else f"no: {'; '.join(entry['reasons'])}",
            number(entry["changed_winners"], ".2%"),
            number(entry["probability_99"]),
            number(entry["mean_cosine"], ".4f"),
            f"{number(entry['speed'], '.2f')} ×",
        )
        for entry in lighter
    ]
    head = (
        *("precision", "method", "in the bundle", "other answers", "probability, 99 %"),
        *("cosine", "speed of float32"),
    )
    text = (
        "## Lighter towers\n\n"
        "Against the float32 tower, on validation recordings, by ONNX Runtime: the share of "
        "answers of which another class comes out first, the change of a probability that 99 in "
        "100 stay below, the mean cosine, and how many times as fast.\n\n"
    )
    return text + table(head, rows)


def calibration_table(tasks: Sequence[Mapping[str, Any]]) -> str:
    """The classes of every task, its calibration and its wordings."""
    rows = []
    for task in tasks:
        classes = task["classes"]
        rows.append(
            (
                f"{task['title']} (`{task['name']}`)",
                " / ".join(entry["name"] for entry in classes),
                number(task["temperature"], ".2f"),
                " / ".join(number(entry["bias"], "+.2f") for entry in classes),
                number(task["minimum_probability"], ".2f"),
            )
        )
    head = ("task", "classes", "temperature", "biases", "unsure below")
    lines = ["## Tasks and calibration\n", table(head, rows), "Wordings:\n"]
    for task in tasks:
        for entry in task["classes"]:
            said = "; ".join(f"“{text}”" for text in entry["prompts"])
            lines.append(f"- `{task['name']}`, {entry['name']}: {said}")
    return "\n".join(lines) + "\n"


def quality_rows(quality: Mapping[str, Any]) -> Iterable[str]:
    """A table row for every limit of a recording's quality."""

    def share(value: float) -> str:
        return f"above {100 * value:g} %" if value else "any"

    rows: list[tuple[str, str, Callable[[float], str]]] = [
        ("loudest 10 ms", "silence_dbfs", lambda value: f"below {value:g} dBFS"),
        (
            f"sound above {quality['active_dbfs']:g} dBFS",
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
        usable, good = quality["usable"].get(key), quality["good"].get(key)
        poor = "" if usable is None else words(usable)
        lesser = "" if good is None or good == usable else words(good)
        yield f"| {title} | {poor} | {lesser} |"
