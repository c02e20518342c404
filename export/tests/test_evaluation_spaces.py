"""What embeddings are good for beside the tasks, on recordings made up by hand."""

from pathlib import Path

import numpy as np
import pytest

from slap_export.bundle import BundleError
from slap_export.captions import Caption, caption
from slap_export.corpus import CorpusClip, Part
from slap_export.evaluation import spaces
from slap_export.evaluation.bundle_facts import (
    Opened,
    check_same_space,
    corpus_facts,
    weakest,
)
from slap_export.evaluation.listening import pooled
from slap_export.evaluation.of_bundle import drawn
from slap_export.tasks import task


def clip(
    number: int, speaker: str = "a", text: str = "", parts: tuple[Part, ...] = (), **known: str
) -> CorpusClip:
    return CorpusClip(
        id=f"test-{number:05d}-0",
        path=Path("none.flac"),
        split="test_voices",
        engine="none",
        speaker=speaker,
        language="en",
        text=text,
        seconds=4.0,
        attributes=dict(known),
        parts=parts,
    )


def test_recordings_of_the_same_words_are_no_trial() -> None:
    clips = [clip(0, "a", "x"), clip(1, "a", "x"), clip(2, "a", "y"), clip(3, "b", "z")]
    # Both recordings of "x" point elsewhere, but only their likeness to the others is asked of.
    values = np.array([[1, 0], [0.9, 0.1], [0.8, 0.2], [0, 1]], np.float32)
    found = spaces.verification({"speaker": values}, clips)["speaker"]
    assert (found["same"], found["different"]) == (2, 3)
    assert found["equal_error_rate"]["value"] == 0
    assert spaces.verification({"speaker": values[:3]}, clips[:3]) == {}
    two = [clip(0, "a", "x"), clip(1, "a", "y"), clip(2, "b", "z", speakers="two")]
    assert spaces.verification({"speaker": values[:3]}, two) == {}


def test_styles_are_compared_between_speakers() -> None:
    rates = ("slow", "medium", "fast")
    clips = [clip(i, str(i), rate=rate) for i, rate in enumerate(rates)]
    angles = np.array([0.0, 0.5, 1.0])
    values = np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)
    found = spaces.style({"embedding": values}, clips)["embedding"]
    assert found["pairs"] == 3
    assert found["pearson"]["value"] < -0.9


def test_captions_find_what_they_describe(monkeypatch: pytest.MonkeyPatch) -> None:
    about: dict[str, int] = {}

    def remembered(known: dict[str, str | None], rng: np.random.Generator) -> Caption:
        found = caption(known, rng)
        about[found.text] = int("phonation" in dict(found.facts))
        return found

    monkeypatch.setattr(spaces, "caption", remembered)
    attributes = [{"sex": "male", "age": "adult", "pitch": "low"}, {"phonation": "whispered"}]
    clips = [clip(i, str(i), **attributes[i % 2]) for i in range(6)]
    values = np.eye(2, dtype=np.float32)[[i % 2 for i in range(6)]]

    def embed(texts: list[str]) -> np.ndarray:
        return np.eye(2, dtype=np.float32)[[about[text] for text in texts]]

    found = spaces.retrieval(values, clips, embed, seed=2)
    assert found["text_to_audio"]["recall"][1] == 1
    assert found["audio_to_text"]["queries"] == 6
    assert 0 < found["text_to_audio"]["chance"][1] < 1


def test_recordings_of_which_nothing_is_known_have_no_caption() -> None:
    def embed(texts: list[str]) -> np.ndarray:
        return np.eye(2, dtype=np.float32)[np.zeros(len(texts), int)]

    values = np.eye(2, dtype=np.float32)
    assert spaces.retrieval(values, [clip(0), clip(1)], embed) == {}
    found = spaces.retrieval(values, [clip(0, sex="male"), clip(1)], embed)
    assert found["audio_to_text"]["queries"] == found["audio_to_text"]["candidates"] == 1


PARTS = (
    Part(0.0, 2.0, {"phonation": "whispered"}),
    Part(2.0, 4.0, {"phonation": "voiced"}),
)
WHISPER = task("whisper")
STARTS = np.array([0.0, 1.0, 2.0, 3.0])


def test_a_change_is_found_when_it_happens() -> None:
    clips = [clip(0), clip(1, parts=PARTS)]

    def tracks(row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
        assert (row, column) == (1, 0)
        whispered = np.array([0.9, 0.8, 0.1, 0.2])
        return STARTS, np.stack([whispered, 1 - whispered], axis=1)

    found = spaces.localisation([WHISPER], clips, tracks)
    assert found["all"] == found["tasks"]["whisper"]
    assert found["all"]["intervals"] == 2
    assert (found["all"]["event_f1"], found["all"]["frame_f1"]) == (1, 1)
    # Calling the whole recording: half of it overlaps; of 8 s claimed 4 are right.
    assert found["all"]["whole_event_f1"] == 1
    assert found["all"]["whole_frame_f1"] == pytest.approx(2 * 4 / (8 + 4))


def test_a_change_heard_late_is_partly_right() -> None:
    def tracks(row: int, column: int) -> tuple[np.ndarray, np.ndarray]:
        whispered = np.array([0.9, 0.8, 0.7, 0.2])
        return STARTS, np.stack([whispered, 1 - whispered], axis=1)

    found = spaces.localisation([WHISPER], [clip(0, parts=PARTS)], tracks)["all"]
    # [0, 3] against [0, 2] and [3, 4] against [2, 4]: 3 s of 4 are right.
    assert found["frame_f1"] == pytest.approx(0.75)
    assert found["event_f1"] == 1


def test_a_task_of_several_attributes_is_not_located() -> None:
    assert spaces.changing(WHISPER) == "phonation"
    assert spaces.changing(task("whispered_sex")) is None
    assert spaces.localisation([WHISPER], [clip(0)], lambda *_: (STARTS, STARTS)) == {}


def test_a_clip_is_pooled_as_the_runtime_does() -> None:
    steps = np.array([[1, 0], [0.6, 0.8], [0, 1], [1, 0]], np.float32)
    every = np.ones(4, bool)
    assert pooled(steps[:2], every[:2], 3) == pytest.approx(np.array([0.6, 0.8]))
    assert pooled(steps, every, 3) == pytest.approx(np.full(2, 0.5**0.5))
    poor = np.array([True, True, True, False])
    assert pooled(steps, poor, 3) == pytest.approx(np.array([0, 1]))
    assert pooled(steps, np.array([True, True, False, False]), 3) == pytest.approx(steps[1])
    assert pooled(steps, ~every, 3) == pytest.approx(steps[3])


def test_recordings_are_drawn_in_order_and_again() -> None:
    clips = [clip(i) for i in range(50)]
    some = drawn(clips, 10, seed=1)
    assert [c.id for c in some] == sorted(c.id for c in some)
    assert some == drawn(clips, 10, seed=1)
    assert some != drawn(clips, 10, seed=2)
    assert drawn(clips, None, 1) == drawn(clips, 50, 1) == clips


def test_the_weakest_are_those_with_the_lowest_mean() -> None:
    def content(**values: float) -> dict:
        return {"tasks": {name: {"averaged": {"value": v}} for name, v in values.items()}}

    splits = {"one": content(sex=0.9, rate=0.5, noise=0.1), "two": content(sex=0.6, pitch=0.8)}
    found = weakest(splits, 2)
    assert [(row["task"], row["mean"]) for row in found] == [("rate", 0.5), ("sex", 0.75)]
    assert found[1]["splits"] == {"one": 0.9, "two": 0.6}


def opened(name: str, texts: list[str], prompts: np.ndarray) -> Opened:
    return Opened(Path(name), {}, prompts.astype(np.float32), texts, [], [])


def test_a_text_tower_must_be_of_the_same_space() -> None:
    rows = np.eye(3)
    small = opened("small", ["a", "b"], rows[:2])
    check_same_space(small, opened("large", ["b", "c", "a"], rows[[1, 2, 0]] + 1e-3))
    with pytest.raises(BundleError, match=r"same prompts differ by 1\.000"):
        check_same_space(small, opened("large", ["a", "b"], rows[1:]))
    with pytest.raises(BundleError, match="no space in common"):
        check_same_space(small, opened("large", ["c"], rows[:1]))
    with pytest.raises(BundleError, match="no space in common"):
        check_same_space(small, opened("large", ["a"], np.eye(2)[:1]))


def test_a_nameless_speaker_is_nobody() -> None:
    values = np.eye(3, dtype=np.float32)
    clips = [clip(0, "", "x"), clip(1, "", "y"), clip(2, "a", "z")]
    assert spaces.verification({"embedding": values}, clips) == {}
    assert corpus_facts(clips)["test_voices"]["speakers"] == 1
