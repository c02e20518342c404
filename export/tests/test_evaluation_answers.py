"""Means, certainty and reliability over tasks, worked out by hand."""

import numpy as np
import pytest

from slap_export.evaluation.answers import (
    Split,
    answers_of,
    certainty,
    group_means,
    pooled_reliability,
    probe_answers,
    task_scores,
    uncalibrated,
)
from slap_export.evaluation.probe import Probe
from slap_export.scoring import PackedClass, PackedNeed, PackedTask
from slap_export.tasks import task

TASKS = [task("sex"), task("whisper"), task("noise")]
SPEAKERS = list("aabbcc")
# The second task is asked of nobody in row 0; the third of nobody at all.
TRUTH = np.array([[0, -1, -1], [0, 0, -1], [0, 1, -1], [1, 0, -1], [1, 1, -1], [1, 1, -1]])
RIGHT = np.where(TRUTH < 0, 0, TRUTH)


def split() -> Split:
    return Split(TRUTH, SPEAKERS, TASKS, resamples=50, seed=3)


def test_scores_are_of_the_tasks_that_are_asked() -> None:
    answers = RIGHT.copy()
    answers[3, 0] = 0  # three of class 0 and one of class 1 are called 0
    scores = split().scores(answers)
    assert scores.shape == (51, 3)
    assert scores[0, 0] == pytest.approx((6 / 7 + 4 / 5) / 2)
    assert scores[0, 1] == 1
    assert np.isnan(scores[:, 2]).all()
    assert [name.name for _, name in split().asked()] == ["sex", "whisper"]


def test_means_are_over_the_tasks_of_a_group() -> None:
    worse = RIGHT.copy()
    worse[3, 0] = 0
    scores = {
        "averaged": split().scores(worse),
        "calibrated": split().scores(RIGHT),
        "int8": split().scores(worse),
        "probe": split().scores(np.where(np.arange(3) == 1, RIGHT, -1)),
    }
    found = group_means(split(), scores)
    assert set(found) == {"protocol", "speaker", "voice"}
    f1 = (6 / 7 + 4 / 5) / 2
    assert found["protocol"]["tasks"] == 2
    assert found["protocol"]["averaged"]["value"] == pytest.approx((f1 + 1) / 2)
    assert found["protocol"]["int8_change"]["value"] == pytest.approx((f1 + 1) / 2 - 1)
    # The probe knows one task only, and is compared on that one.
    assert found["protocol"]["probe"]["value"] == 1
    assert found["protocol"]["probe_gain"]["value"] == 0
    low, high = (found["speaker"]["averaged"][key] for key in ("low", "high"))
    assert low <= f1 <= high


def test_a_probe_answers_its_task_alone() -> None:
    probe = Probe(np.zeros(2), np.ones(2), np.array([[1.0, 0], [0, 1]]), np.zeros(2), 1.0)
    found = probe_answers(np.array([[2.0, 1]] * 5 + [[1, 2]]), {"whisper": probe}, split())
    assert found[:, 1].tolist() == [0] * 5 + [1]
    assert (found[:, [0, 2]] == -1).all()


def test_certainty_by_hand() -> None:
    top = np.array([0.9, 0.6, 0.7, 0.8, 0.95])
    truth, applies = np.array([0, 0, 1, -1, -1]), np.ones(5, bool)
    found = certainty(np.stack([top, 1 - top], axis=1), truth, 0.65, applies)
    # Class 0 weighs one half in two recordings, one of which is answered; class 1 is wrong.
    assert found["answered"] == pytest.approx(0.75)
    assert found["right"] == pytest.approx(0.25 / 0.75)
    assert (found["unclear"], found["unclear_withheld"], found["not_applicable"]) == (2, 0, 0)
    gaps = 0.25 * 0.1 + 0.25 * 0.4 + 0.5 * 0.7
    assert found["calibration_error"] == pytest.approx(gaps)


def test_no_answer_is_right_where_none_is_given() -> None:
    applies = np.ones(2, bool)
    found = certainty(np.array([[0.6, 0.4], [0.4, 0.6]]), np.array([0, 1]), 0.9, applies)
    assert found["answered"] == 0
    assert np.isnan(found["right"])
    assert found["unclear_withheld"] is None


def test_what_does_not_apply_is_not_answered() -> None:
    top = np.array([0.9, 0.9, 0.9, 0.8, 0.95, 0.5])
    found = np.stack([top, 1 - top], axis=1)
    applies = np.array([True, False, True, False, True, False])
    found = certainty(found, np.array([0, 0, 1, -1, -1, -1]), 0.65, applies)
    # Half of class 0, which weighs as much as class 1, whose one recording is called 0.
    assert found["not_applicable"] == pytest.approx(0.25)
    assert found["answered"] == pytest.approx(0.75)
    assert found["right"] == pytest.approx(0.25 / 0.75)
    # One of no class is too unsure anyway, one does not apply, one is answered.
    assert found["unclear_withheld"] == pytest.approx(2 / 3)


def test_tasks_weigh_the_same_in_the_pool() -> None:
    sure = np.array([[0.99, 0.01]] * 9 + [[0.01, 0.99]])
    unsure = np.array([[0.6, 0.4], [0.4, 0.6]])
    found = pooled_reliability([sure, unsure], [np.array([0] * 9 + [1]), np.array([1, 0])])
    assert found["answers"] == 12
    assert [entry["weight"] for entry in found["bins"]] == pytest.approx([0.5, 0.5])
    assert [entry["accuracy"] for entry in found["bins"]] == [0, 1]
    assert found["calibration_error"] == pytest.approx(0.5 * 0.6 + 0.5 * 0.01)
    assert pooled_reliability([], [])["answers"] == 0


def test_calibration_is_taken_away_and_left_as_it_was() -> None:
    calibrated = PackedTask("sex", "S", [PackedClass("f", [0], 1.5)], 0.5, 0.9)
    plain = uncalibrated([calibrated])[0]
    assert (plain.temperature, plain.minimum_probability, plain.classes[0].bias) == (1, 0, 0)
    assert calibrated.classes[0].bias == 1.5


def test_every_asked_task_is_listed_with_its_scores() -> None:
    found = [np.stack([1.0 - RIGHT[:, i], RIGHT[:, i]], axis=1) for i in range(3)]
    packed = [
        PackedTask(t.name, t.title, [PackedClass(c.name, [0]) for c in t.classes]) for t in TASKS
    ]
    assert np.array_equal(answers_of(found), RIGHT)
    listed = task_scores(split(), packed, found, {"averaged": split().scores(RIGHT)})
    assert list(listed) == ["sex", "whisper"]
    assert listed["whisper"]["recordings"] == 5
    assert listed["whisper"]["unclear"] == 1
    assert listed["sex"]["averaged"] == {"value": 1, "low": 1, "high": 1}
    assert listed["sex"]["not_applicable"] == 0
    packed[0].needs = [[PackedNeed("whisper", "voiced")]]
    listed = task_scores(split(), packed, found, {"averaged": split().scores(RIGHT)})
    # Whispered are taken to be row 0, which says nothing of it, and rows 1 and 3.
    assert listed["sex"]["not_applicable"] == pytest.approx(2 / 3 / 2 + 1 / 3 / 2)
    assert listed["sex"]["answered"] == pytest.approx(0.5)
