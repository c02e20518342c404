"""Facts read back from captions, and how often they are right."""

import numpy as np
import pytest

from slap_export.captions import VOCABULARY, caption
from slap_export.evaluation.captions import against_chance, facts_in, phrases, score
from slap_export.measured_captions import MEASURED

PHRASES = phrases()


def test_precision_and_recall_by_hand() -> None:
    stated = [
        frozenset({("pitch", "low"), ("rate", "fast")}),
        frozenset({("pitch", "high"), ("creak", "creaky")}),
    ]
    known = [
        {"pitch": "low", "rate": "slow", "noise": "quiet", "creak": None},
        {"pitch": "high", "creak": None},
    ]
    found = score(stated, known)
    # Right: low and high pitch. Wrong: the rate. Nothing is known of creak.
    assert found.precision == pytest.approx(2 / 3)
    assert found.recall == pytest.approx(2 / 4)
    assert (found.judged, found.unjudged, found.known) == (3, 1, 4)


def test_nothing_stated_has_no_precision() -> None:
    found = score([frozenset()], [{"pitch": "low"}])
    assert np.isnan(found.precision)
    assert found.recall == 0


def test_always_the_same_fact_is_no_better_than_chance() -> None:
    known = [{"pitch": "low"}] * 30 + [{"pitch": "high"}] * 10
    found = against_chance([frozenset({("pitch", "low")})] * 40, known, 50)
    assert found.precision == found.chance == pytest.approx(0.75)
    assert found.p_value == 1


def test_true_captions_are_better_than_chance() -> None:
    known = [{"pitch": "low"}, {"pitch": "high"}] * 20
    stated = [frozenset(attributes.items()) for attributes in known]
    found = against_chance(stated, known, 99)
    assert found.precision == 1
    assert found.chance == pytest.approx(0.5, abs=0.05)
    assert found.p_value == pytest.approx(1 / 100)
    assert found == against_chance(stated, known, 99)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("a female speaker speaks slowly", {("sex", "female"), ("rate", "slow")}),
        (
            "a man is talking not over the telephone",
            {("sex", "male"), ("age", "adult"), ("band", "full")},
        ),
        ("there isn't any tremor", {("tremor", "steady")}),
        ("first hoarse, then smooth", {("begin_roughness", "hoarse"), ("end_roughness", "clear")}),
        ("that does not shake", {("tremor", "steady")}),
        ("the weather is fine", set()),
        ("", set()),
    ],
)
def test_reading_by_hand(text: str, facts: set) -> None:
    assert facts_in(text, PHRASES) == facts


# Loudness and sound level share most of their wordings, which then tell neither.
@pytest.mark.parametrize(
    ("vocabulary", "least"), [(VOCABULARY, 0.95), (MEASURED, 0.8)], ids=["known", "measured"]
)
def test_captions_read_back_as_what_they_state(vocabulary, least: float) -> None:
    values: dict[str, set[str]] = {}
    for item in vocabulary:
        for name, value in item.facts:
            values.setdefault(name, set()).add(value)
    rng = np.random.default_rng(3)
    known_phrases = phrases(vocabulary)
    wrong = read = stated = 0
    for _ in range(2000):
        attributes = {name: str(rng.choice(sorted(v))) for name, v in values.items()}
        said = caption(attributes, rng, vocabulary)
        found = facts_in(said.text, known_phrases)
        wrong += len(found - said.facts)
        read += len(found & said.facts)
        stated += len(said.facts)
    assert wrong <= 0.002 * stated
    assert read >= least * stated
