"""Calibration error and its diagram worked out by hand."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slap_export.evaluation.calibration import diagram, expected_calibration_error, reliability


def _two(top: list[float]) -> np.ndarray:
    return np.stack([np.array(top), 1 - np.array(top)], axis=1)


def test_bins_and_error_by_hand() -> None:
    # Class 0 is answered with 0.95, 0.85, 0.81 and 0.6; class 1 with 0.7.
    found = reliability(_two([0.95, 0.85, 0.81, 0.6, 0.3]), np.array([0, 0, 1, 1, 1]))
    assert [entry.answers for entry in found] == [0, 0, 0, 0, 0, 1, 1, 0, 2, 1]
    assert found[8].confidence == pytest.approx(0.83)
    assert found[8].accuracy == 0.5
    # Of five: one by 0.6, one by 0.3, two by 0.33, one by 0.05.
    error = expected_calibration_error(found)
    assert error == pytest.approx((0.6 + 0.3 + 2 * 0.33 + 0.05) / 5)


def test_weights_by_hand() -> None:
    # Two right by 0.9 of which one counts thrice, and one wrong by 0.6.
    weights = np.array([3.0, 1.0, 1.0])
    found = reliability(_two([0.9, 0.9, 0.6]), np.array([0, 0, 1]), 10, weights)
    assert [entry.weight for entry in found if entry.answers] == pytest.approx([0.2, 0.8])
    assert expected_calibration_error(found) == pytest.approx(0.2 * 0.6 + 0.8 * 0.1)


def test_edges_belong_to_the_lower_bin() -> None:
    found = reliability(np.array([[0.5, 0.5], [1.0, 0.0]]), np.array([0, 0]), 2)
    assert [entry.answers for entry in found] == [1, 1]


def test_no_answers_have_no_error() -> None:
    assert np.isnan(expected_calibration_error(reliability(np.zeros((0, 2)), np.zeros(0, int))))


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=50))
def test_every_answer_is_in_one_bin(answers: list[tuple[float, int]]) -> None:
    found = reliability(_two([p for p, _ in answers]), np.array([t for _, t in answers]))
    assert sum(entry.answers for entry in found) == len(answers)
    for entry in found:
        if entry.answers:
            assert entry.low - 1e-12 <= entry.confidence <= entry.high + 1e-12
    assert 0 <= expected_calibration_error(found) <= 1


def test_diagram_is_well_formed_and_escapes_its_title() -> None:
    found = reliability(_two([0.95, 0.6]), np.array([0, 1]))
    root = ET.fromstring(diagram(found, "R & D <1>"))
    name = "{http://www.w3.org/2000/svg}"
    assert root.findtext(f"{name}title") == "R & D <1>"
    # The paper and two bars.
    assert len(root.findall(f"{name}rect")) == 3
