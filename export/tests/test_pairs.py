"""Which captions count as true of which recordings."""

import numpy as np

from slap_export.captions import caption, consistent
from slap_export.corpus.attributes import VALUES
from slap_export.pairs import CaptionPool, attribute_codes


def pool_of(recordings: list[dict], captions: list[dict]) -> CaptionPool:
    return CaptionPool(
        [str(facts) for facts in captions],
        np.zeros((len(captions), 384), np.float32),
        np.array([attribute_codes(facts) for facts in captions], np.int8),
        np.array([attribute_codes(attributes) for attributes in recordings], np.int8),
        np.arange(len(recordings))[:, None],
    )


def test_true_false_and_unsure_by_hand() -> None:
    recordings = [{"rate": "fast", "noise": "noisy"}, {"rate": "fast", "noise": None}]
    captions = [{"rate": "fast"}, {"noise": "noisy"}, {"rate": "slow", "noise": "noisy"}]
    pool = pool_of(recordings, captions)
    true, unsure = pool.truth(np.array([0, 1]), np.array([0, 1, 2]))
    assert true.tolist() == [[True, True, False], [True, False, False]]
    # A wrong rate makes the third caption false, whatever the noise.
    assert unsure.tolist() == [[False, False, False], [False, True, False]]


def test_agrees_with_the_captions_own_rule() -> None:
    rng = np.random.default_rng(5)
    recordings = [
        {
            name: None if rng.random() < 0.2 else values[int(rng.integers(len(values)))]
            for name, values in VALUES.items()
        }
        for _ in range(40)
    ]
    drawn = [caption(attributes, rng) for attributes in recordings]
    pool = pool_of(recordings, [dict(entry.facts) for entry in drawn])
    everyone = np.arange(len(recordings))
    true, unsure = pool.truth(everyone, everyone)
    for i, attributes in enumerate(recordings):
        for j, entry in enumerate(drawn):
            expected = consistent(entry.facts, attributes)
            assert (true[i, j], unsure[i, j]) == (expected is True, expected is None)
    assert true.diagonal().all()
