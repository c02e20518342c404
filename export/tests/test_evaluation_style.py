"""Correlations and attribute distances worked out by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from slap_export.evaluation.style import (
    attribute_distances,
    pearson,
    spearman,
    style_correlation,
    weighted_pearson,
)


def test_correlations_by_hand() -> None:
    a, b = np.array([1.0, 2, 3]), np.array([1.0, 2, 9])
    # Deviations −1, 0, 1 and −3, −2, 5: 8 / √(2 · 38).
    assert pearson(a, b) == pytest.approx(8 / np.sqrt(76))
    assert spearman(a, b) == pytest.approx(1)
    assert np.isnan(pearson(a, np.full(3, 0.1)))


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(-4, 4), st.integers(-4, 4)), min_size=3, max_size=30))
def test_correlations_agree_with_scipy(pairs: list[tuple[int, int]]) -> None:
    a, b = np.array(pairs, float).T
    if np.ptp(a) and np.ptp(b):
        assert pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic)
        assert spearman(a, b) == pytest.approx(stats.spearmanr(a, b).statistic)


def test_distances_by_hand() -> None:
    clips = [
        {"sex": "male", "pitch": "low"},
        {"sex": "female", "pitch": "medium"},
        {"sex": None, "pitch": "high"},
        {"sex": "male"},
        {"rate": "fast"},
    ]
    found = attribute_distances(clips, {"pitch": ("low", "medium", "high")})
    assert found[0, 1] == pytest.approx((1 + 0.5) / 2)
    assert found[0, 2] == pytest.approx(1)
    assert found[1, 2] == pytest.approx(0.5)
    assert found[0, 3] == 0
    assert np.isnan(found[0, 4])
    assert np.array_equal(found, found.T, equal_nan=True)
    # Without an order, medium is as far from low as high is.
    assert attribute_distances(clips)[0, 1] == 1


def test_a_space_of_styles_correlates_negatively() -> None:
    angles = np.array([0.0, 0.4, 0.9, 1.5])
    embeddings = 3 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    distances = np.abs(angles[:, None] - angles[None, :])
    found = style_correlation(embeddings, distances)
    assert found.pairs == 6
    assert found.spearman == pytest.approx(-1)
    assert -1 < found.pearson.value < -0.9


def test_pairs_of_one_speaker_or_without_distance_are_left_out() -> None:
    embeddings = np.eye(4)
    distances = np.ones((4, 4))
    distances[0, 3] = np.nan
    assert style_correlation(embeddings, distances, list("aabb")).pairs == 3


def test_weights_count_pairs_again() -> None:
    a, b = np.array([1.0, 2, 3, 7]), np.array([1.0, 2, 9, -4])
    weights = np.array([1.0, 2, 3, 0])
    again = np.repeat(np.arange(4), [1, 2, 3, 0])
    assert weighted_pearson(a, b, weights) == pytest.approx(pearson(a[again], b[again]))
    assert np.isnan(weighted_pearson(a, b, np.array([0.0, 5, 0, 0])))


def test_the_interval_of_styles_is_of_speakers() -> None:
    rng = np.random.default_rng(1)
    angles = rng.uniform(0, 1.5, 40)
    embeddings = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    noise = rng.normal(0, 0.3, (40, 40))
    distances = np.abs(angles[:, None] - angles[None, :]) + noise + noise.T
    speakers = [str(i // 2) for i in range(40)]
    found = style_correlation(embeddings, distances, speakers, resamples=100).pearson
    assert -1 < found.low < found.value < found.high < 0
