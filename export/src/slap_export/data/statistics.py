"""How much a manifest holds, and of what."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from slap_export.corpus.attributes import VALUES
from slap_export.data.audio import seconds_of
from slap_export.data.manifest import Recording

MOST_VALUES = 8
"""Values of a corpus's own attribute that are worth a row each."""

LONGEST = 60
"""Characters of a name that are printed."""


@dataclass
class Split:
    """What one split holds."""

    recordings: int = 0
    seconds: float = 0.0
    speakers: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    values: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


def balance(recordings: Iterable[Recording]) -> dict[str, Split]:
    """Every split in order of its name. Lengths are read from the heads of the files."""
    found: dict[str, Split] = defaultdict(Split)
    for recording in recordings:
        split = found[recording.split]
        split.recordings += 1
        split.seconds += seconds_of(recording)
        if recording.speaker is not None:
            split.speakers.add(recording.speaker)
        if recording.language is not None:
            split.languages.add(recording.language)
        for name, value in recording.attributes.items():
            if value is not None:
                split.values[name][value] += 1
    return dict(sorted(found.items()))


def render(splits: dict[str, Split]) -> str:
    """Two tables: what each split holds, and how often each value of an attribute occurs.

    An attribute of many values that are a corpus's own is counted, not listed.
    Names and values are a corpus's own words: what moves a cursor in them is written out.
    """
    rows = [["split", "recordings", "hours", "speakers", "languages"]]
    for name, split in splits.items():
        hours = f"{split.seconds / 3600:.2f}"
        people, languages = str(len(split.speakers)), str(len(split.languages))
        rows.append([name, str(split.recordings), hours, people, languages])
    text = _table(rows)
    attributes = sorted({name for split in splits.values() for name in split.values})
    if not attributes:
        return text
    known = [name for name in VALUES if name in attributes]
    rows = [["attribute", "value", *splits]]
    for name in known + [name for name in attributes if name not in VALUES]:
        counts = [split.values.get(name, Counter()) for split in splits.values()]
        values = VALUES.get(name) or tuple(sorted({it for count in counts for it in count}))
        if name not in VALUES and len(values) > MOST_VALUES:
            rows.append([name, "(different)", *(str(len(count)) for count in counts)])
            continue
        for at, value in enumerate(values):
            rows.append(["" if at else name, value, *(str(count[value]) for count in counts)])
    return f"{text}\n\n{_table(rows)}"


def _table(rows: list[list[str]]) -> str:
    rows = [[_shown(cell) for cell in row] for row in rows]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    numbers = [at for at in range(len(widths)) if rows[1][at].replace(".", "").isdecimal()]
    lines = (
        "  ".join(
            cell.rjust(width) if at in numbers else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)


def _shown(text: str) -> str:
    """A name as it may be printed: in one line, without control characters, not too long."""
    if not text.isprintable():
        text = "".join(it if it.isprintable() else ascii(it)[1:-1] for it in text[: LONGEST + 1])
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
