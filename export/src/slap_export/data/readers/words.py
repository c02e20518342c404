"""Which labels of a corpus are not in our words, and are therefore not learnt."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from slap_export.corpus.attributes import VALUES
from slap_export.data.manifest import Recording

WORDS = "_words"
"""What ends the name under which a value that is none of an attribute's is kept."""

MOST_NAMED = 5
"""Words that are not known, of one column, that are told."""

_CODE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]+)*")


@dataclass
class Heard:
    """Counts, while recordings pass by, what of them is not in our words."""

    unknown: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """For each attribute of ours, the values that it does not have."""
    languages: Counter[str] = field(default_factory=Counter)
    """Languages that are no codes."""
    own: set[str] = field(default_factory=set)
    """Attributes of the corpus's own."""

    def passing(self, recordings: Iterable[Recording]) -> Iterator[Recording]:
        """The recordings as they are, counted."""
        for recording in recordings:
            for name, value in recording.attributes.items():
                if value is None or name in VALUES or name == "corpus":
                    continue
                ours = name.removesuffix(WORDS)
                if ours in VALUES:
                    self.unknown[ours][value] += 1
                else:
                    self.own.add(name)
            language = recording.language
            if language is not None and not _CODE.fullmatch(language):
                self.languages[language] += 1
            yield recording

    def lines(self) -> Iterator[str]:
        """What to tell: a line for each column with unknown words, and one for unknown columns."""
        for name, found in sorted(self.unknown.items()):
            yield (
                f"{name}: {found.total()} of its values are not understood, such as "
                f"{_named(found)}; expected one of {', '.join(VALUES[name])}; kept as "
                f"{name}{WORDS} and not trained on"
            )
        if self.languages:
            yield (
                f"language: {self.languages.total()} of its values are no codes, such as "
                f"{_named(self.languages)}; expected en, de and the like"
            )
        if self.own:
            yield f"kept and not trained on: {', '.join(sorted(self.own))}"


def _named(found: Counter[str]) -> str:
    return ", ".join(repr(value) for value, _ in found.most_common(MOST_NAMED))
