"""Captions are true, various, and say what they state."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.captions import SETTING, VOICE, WHO, caption, caption_key, consistent
from slap_export.corpus.attributes import VALUES
from slap_export.tasks import TASKS

DRAWN = st.fixed_dictionaries(
    {name: st.sampled_from((None, *values)) for name, values in VALUES.items()}
).filter(lambda attributes: any(attributes[n] for n in ("phonation", "band", "sex", "age")))


@settings(max_examples=300, deadline=None)
@given(attributes=DRAWN, seed=st.integers(0, 2**32 - 1))
def test_a_caption_is_true_of_its_clip(attributes: dict[str, str | None], seed: int) -> None:
    said = caption(attributes, np.random.default_rng(seed))
    assert said.facts
    assert consistent(said.facts, attributes) is True
    assert said.text == said.text.strip()
    assert "  " not in said.text
    assert said == caption(attributes, np.random.default_rng(seed))


def _random_attributes(rng: np.random.Generator) -> dict[str, str | None]:
    found: dict[str, str | None] = {n: str(rng.choice(v)) for n, v in VALUES.items()}
    found["noise_kind"] = (
        "none" if found["noise"] == "quiet" else str(rng.choice(VALUES["noise_kind"][:-1]))
    )
    return found


def test_there_are_more_than_twenty_thousand_captions() -> None:
    rng = np.random.default_rng(1)
    texts = {caption(_random_attributes(rng), rng).text for _ in range(30_000)}
    assert len(texts) >= 20_000


def test_every_wording_states_values_that_exist() -> None:
    for item in (*WHO, *VOICE, *SETTING):
        for name, value in item.facts:
            assert value in VALUES[name]


def test_every_value_of_every_task_can_be_said() -> None:
    said = {fact for item in (*WHO, *VOICE, *SETTING) for fact in item.facts}
    for question in TASKS:
        for option in question.classes:
            assert set(option.where) <= said


def test_consistent_knows_true_false_and_unknown() -> None:
    attributes = {"sex": "female", "rate": "slow", "creak": None}
    assert consistent({("sex", "female"), ("rate", "slow")}, attributes) is True
    assert consistent({("sex", "female"), ("creak", "creaky")}, attributes) is None
    assert consistent({("sex", "male"), ("creak", "creaky")}, attributes) is False


def test_the_key_depends_on_the_facts_alone() -> None:
    a = caption_key([("sex", "female"), ("rate", "slow")])
    assert a == caption_key([("rate", "slow"), ("sex", "female")])
    assert a != caption_key([("rate", "slow")])


def test_nothing_known_cannot_be_described() -> None:
    with pytest.raises(ValueError, match="known attribute"):
        caption(dict.fromkeys(VALUES), np.random.default_rng(0))


def test_prompts_of_each_class_include_wordings_no_caption_has() -> None:
    rng = np.random.default_rng(2)
    texts = {caption(_random_attributes(rng), rng).text for _ in range(40_000)}
    for question in TASKS:
        for option in question.classes:
            unseen = [prompt for prompt in option.prompts if prompt not in texts]
            assert unseen, f"{question.name}/{option.name} is asked only in training's words"
