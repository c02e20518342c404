"""Captions are true, various, and say what they state; so do denials, changes and flips."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.captions import (
    CHANGES,
    SETTING,
    VOCABULARY,
    VOICE,
    WHO,
    Change,
    Voicing,
    caption,
    caption_key,
    consistent,
    flipped,
)
from slap_export.captions.changes import BEGIN, END, PHASES
from slap_export.captions.items import Item, facts_of, voicing, wordings_of
from slap_export.captions.sentences import Recipe, sentence
from slap_export.corpus.attributes import CHANGING, VALUES
from slap_export.tasks import TASKS

DRAWN = st.fixed_dictionaries(
    {name: st.sampled_from((None, *values)) for name, values in VALUES.items()}
).filter(lambda attributes: any(attributes[n] for n in ("phonation", "band", "sex", "age")))
DENIES = re.compile(
    r"\b(not|no|nothing|nobody|neither|nor|never|without|anything but|by no means|rather than"
    r"|isn't|can't|won't|don't|free of any)\b"
)


USUAL = {
    item.facts[0][0]: item.facts[0][1]
    for item in VOCABULARY
    if len(item.facts) == 1 and item.weight < 0.45 and item.facts[0][1] != "medium"
}


def _random_attributes(rng: np.random.Generator) -> dict[str, str | None]:
    """Attributes as a corpus has them: most are as usual, and noise has a kind."""
    found: dict[str, str | None] = {}
    for name, values in VALUES.items():
        common = name in USUAL and rng.random() < 0.65
        found[name] = USUAL[name] if common else values[int(rng.random() * len(values))]
    found["noise_kind"] = (
        "none" if found["noise"] == "quiet" else str(rng.choice(VALUES["noise_kind"][:-1]))
    )
    for name in CHANGING:
        found[f"begin_{name}"] = found[f"end_{name}"] = found[name]
    if rng.random() < 0.2:
        name = str(rng.choice(CHANGING))
        first, second = rng.choice(VALUES[name], 2, replace=False)
        found |= {name: None, f"begin_{name}": str(first), f"end_{name}": str(second)}
    return found


@settings(max_examples=200, deadline=None)
@given(attributes=DRAWN, seed=st.integers(0, 2**32 - 1))
def test_a_caption_is_true_of_its_clip(attributes: dict[str, str | None], seed: int) -> None:
    said = caption(attributes, np.random.default_rng(seed))
    assert said.facts
    assert consistent(said.facts, attributes) is True
    assert said.text == said.text.strip()
    assert not re.search(r"  |,,| ,|\b(\w+) \1\b|\ba (?!one)[aeio]", said.text)
    assert said == caption(attributes, np.random.default_rng(seed))


@settings(max_examples=200, deadline=None)
@given(attributes=DRAWN, seed=st.integers(0, 2**32 - 1))
def test_a_flip_is_false_of_the_clip_and_else_the_same(
    attributes: dict[str, str | None], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    said = caption(attributes, rng)
    other = flipped(said, rng)
    if other is None:  # nothing but the only thing that can be said of its attribute
        return
    assert consistent(other.facts, attributes) is False
    assert other.text != said.text
    assert {name for name, _ in other.facts} <= {name for name, _ in said.facts}
    new = {name.removeprefix(BEGIN).removeprefix(END) for name, _ in other.facts - said.facts}
    assert len(new) == 1


def test_a_flip_keeps_the_rest_of_the_sentence() -> None:
    items = tuple(
        next(item for item in VOCABULARY if item.facts == facts_of(facts))
        for facts in ("sex=female age=adult", "tremor=steady", "room=dry")
    )
    changed = (
        *items[:1],
        next(i for i in VOICE if i.facts == (("tremor", "trembling"),)),
        items[2],
    )
    same = 0
    for seed in range(200):
        before, after = sentence(Recipe(items, seed)), sentence(Recipe(changed, seed))
        assert before != after
        same += bool(set(re.findall(r"[\w']+", before)) & set(re.findall(r"[\w']+", after)))
    assert same > 190


def test_a_sentence_without_a_recipe_cannot_be_flipped() -> None:
    said = caption({"rate": "slow"}, np.random.default_rng(0))
    bare = type(said)(said.text, said.facts)
    assert bare == said
    assert flipped(bare, np.random.default_rng(0)) is None
    assert flipped(said, np.random.default_rng(0)) is not None


def test_a_changing_voice_flips_to_the_other_order() -> None:
    attributes = {"begin_roughness": "hoarse", "end_roughness": "clear"}
    rng = np.random.default_rng(4)
    for _ in range(50):
        said = caption(attributes, rng)
        assert said.facts == frozenset(attributes.items())
        other = flipped(said, rng)
        assert other is not None
        assert other.facts == {("begin_roughness", "clear"), ("end_roughness", "hoarse")}


def test_about_half_of_the_captions_of_a_changing_voice_say_so() -> None:
    attributes = {
        "begin_effort": "murmured",
        "end_effort": "shouted",
        "sex": "male",
        "rate": "slow",
    }
    rng = np.random.default_rng(5)
    saying = [("end_effort", "shouted") in caption(attributes, rng).facts for _ in range(1000)]
    assert np.mean(saying) == pytest.approx(0.5, abs=0.06)


def test_captions_are_rarely_the_same() -> None:
    rng = np.random.default_rng(1)
    assert len({caption(_random_attributes(rng), rng).text for _ in range(4000)}) >= 3800


def test_denials_are_frequent_but_not_the_rule() -> None:
    rng = np.random.default_rng(6)
    texts = [caption(_random_attributes(rng), rng).text for _ in range(2000)]
    assert 0.18 <= np.mean([bool(DENIES.search(text)) for text in texts]) <= 0.35


def test_every_wording_states_values_that_exist() -> None:
    for item in VOCABULARY:
        for name, value in item.facts:
            assert value in VALUES[name]


def test_every_value_can_be_said() -> None:
    said = {fact for item in (*WHO, *VOICE, *SETTING) for fact in item.facts}
    assert said == {(name, value) for name, values in VALUES.items() for value in values}


def test_every_change_can_be_said() -> None:
    assert set(PHASES) == set(CHANGING)
    pairs = {item.facts for item in CHANGES}
    for name in CHANGING:
        for first in VALUES[name]:
            for second in VALUES[name]:
                wanted = ((f"begin_{name}", first), (f"end_{name}", second))
                assert (wanted in pairs) == (first != second)


def test_every_wording_belongs_to_one_set_of_facts() -> None:
    said: dict[str, frozenset] = {}
    for item in VOCABULARY:
        for text in (*item.adjectives, *item.wordings):
            assert said.setdefault(text, frozenset(item.facts)) == frozenset(item.facts), text


def _denying(item: Item) -> tuple[str, ...]:
    return (*item.absent, *item.denied, *item.opposites)


def test_what_is_denied_is_never_what_is_true() -> None:
    for item in VOCABULARY:
        own = {*item.adjectives, *item.heard}
        assert not own & set(_denying(item)), item.facts


def test_what_is_denied_alone_is_not_of_a_value_in_between() -> None:
    for item in VOCABULARY:
        if item.denied or item.absent:
            for name, _ in item.facts:
                values = set(VALUES[name]) - {"medium", "none"}
                # Without melody is monotone, and neither lively nor moderate.
                assert len(values) == 2 and ("medium" not in VALUES[name] or not item.denied)


def test_both_values_of_most_signs_are_stated_by_denials() -> None:
    denied = {item.facts for item in VOICE if len(item.facts) == 1 and item.denial_clauses}
    for name in (
        *CHANGING,
        "breaks",
        "doubling",
        "articulation",
        "fluency",
        "breathing",
        "quality",
    ):
        for value in VALUES[name]:
            assert ((name, value),) in denied


def test_every_common_value_has_many_wordings() -> None:
    for item in (*WHO, *VOICE, *SETTING):
        if not isinstance(item, Change) and item.weight >= 1:
            assert len({*item.adjectives, *item.wordings}) >= 12, item.facts
            assert item.heard and item.likenesses, item.facts


def test_everything_fits_every_shape() -> None:
    for item in VOCABULARY:
        assert item.clauses
        assert item.adjectives or item.heard or not isinstance(item, Voicing)
        for seed in range(60):
            assert sentence(Recipe((item,), seed))


def test_things_of_one_topic_are_not_said_together() -> None:
    rng = np.random.default_rng(7)
    for _ in range(1000):
        recipe = caption(_random_attributes(rng), rng).recipe
        assert recipe is not None
        for place, item in enumerate(recipe.items):
            for other in recipe.items[:place]:
                assert not item.topics & other.topics
                assert not item.names & other.names


def test_wordings_are_read_from_lines() -> None:
    item = voicing("tremor=steady", "adjectives: firm | very firm\n  calm\nabsent: shaking")
    assert item.facts == (("tremor", "steady"),)
    assert item.adjectives == ("firm", "very firm", "calm")
    assert "there is no shaking" in item.denial_clauses
    assert item.denial_manners[0] == "without any shaking"
    several = voicing("breaks=unbroken", "absent: breaks in the voice")
    assert "there are no breaks in the voice" in several.denial_clauses
    assert wordings_of("") == {}
    with pytest.raises(TypeError, match="colours"):
        voicing("tremor=steady", "colours: red")


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
    texts = {caption(_random_attributes(rng), rng).text for _ in range(8000)}
    for question in TASKS:
        for option in question.classes:
            unseen = [prompt for prompt in option.prompts if prompt not in texts]
            assert unseen, f"{question.name}/{option.name} is asked only in training's words"


def test_a_denial_can_be_asked_for_or_refused() -> None:
    steady = next(item for item in VOICE if item.facts == (("tremor", "steady"),))
    denials = {*steady.denial_clauses, *steady.denial_phrases, *steady.denial_manners}
    denials |= {f"{some} {word}" for word in steady.absent for some in ("no", "any")}
    usual = " ".join((*steady.manners, *steady.clauses, *steady.withs))
    denials = {text for text in denials if text not in usual}
    asked = [sentence(Recipe((steady,), seed, ((0, True),))) for seed in range(300)]
    refused = [sentence(Recipe((steady,), seed, ((0, False),))) for seed in range(300)]
    assert not [text for text in refused if any(denial in text for denial in denials)]
    assert sum(any(denial in text for denial in denials) for text in asked) > 250
