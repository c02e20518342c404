"""Which captions count as true of which recordings."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from slap_export.captions import caption, consistent
from slap_export.config import TextConfig, load_config
from slap_export.corpus import CorpusClip, Part, read_clips
from slap_export.corpus.attributes import VALUES
from slap_export.pairs import (
    ABSENT,
    CaptionPool,
    CaptionRows,
    PartPool,
    attribute_codes,
    build_pool,
    draw_captions,
    draw_flips,
    draw_parts,
    truth,
)

RECIPE = Path(__file__).parents[1] / "configs" / "slap-voice.toml"


def pool_of(recordings: list[dict], captions: list[dict]) -> CaptionPool:
    return CaptionPool(
        [str(facts) for facts in captions],
        np.zeros((len(captions), 384), np.float32),
        np.array([attribute_codes(facts) for facts in captions], np.int8),
        np.array([attribute_codes(attributes) for attributes in recordings], np.int8),
        tuple(map(len, VALUES.values())),
        np.arange(len(recordings))[:, None],
        np.full((len(captions), 0), ABSENT),
        PartPool(*(np.empty(0),) * 4),
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


def test_a_flipped_caption_is_false_wherever_the_caption_is_true() -> None:
    rng = np.random.default_rng(2)
    known = {"sex": "female", "age": "adult", "rate": "slow", "noise": "quiet", "band": "full"}
    rows = CaptionRows(VALUES)
    captions = [caption(known, rng) for _ in range(20)]
    for drawn in captions:
        rows.row(drawn)
    flips = draw_flips(rows, list(rows.rows), 2, seed=1)
    facts = [drawn.facts for drawn in rows.rows]
    assert (flips != ABSENT).all()
    for row, found in enumerate(flips):
        for flip in found:
            assert consistent(facts[flip], dict(facts[row])) is False
    again = CaptionRows(VALUES, dict.fromkeys(list(rows.rows)[: len(flips)]))
    again.rows = {drawn: row for row, drawn in enumerate(again.rows)}
    assert (draw_flips(again, list(again.rows), 2, seed=1) == flips).all()


def test_parts_are_described_by_their_own_attributes() -> None:
    parts = (Part(0.0, 1.5, {"phonation": "whispered"}), Part(1.5, 3.0, {"phonation": "voiced"}))

    def clip(name: str, split: str, parts: tuple[Part, ...]) -> CorpusClip:
        path, whole = Path(f"{name}.wav"), {"rate": "slow", "phonation": None}
        return CorpusClip(name, path, split, "noise", "v", "en-us", "", 3.0, whole, parts)

    clips = [clip("a", "train", ()), clip("b", "train", parts), clip("c", "validation", parts)]
    rows = CaptionRows(VALUES)
    pool = draw_parts(rows, clips, 3, seed=1)
    assert pool.of_clip.tolist() == [[ABSENT, ABSENT], [0, 1], [ABSENT, ABSENT]]
    assert pool.seconds.tolist() == [[0.0, 1.5], [1.5, 3.0]]
    phonation = list(VALUES).index("phonation")
    stated = rows.facts()[pool.captions][..., phonation]  # [parts, 3]
    assert (stated == np.array([[0], [1]])).all()
    assert (pool.attributes[:, phonation] == [0, 1]).all()
    assert draw_parts(rows, clips, 0, seed=1).seconds.shape == (0, 2)


def test_nobody_and_nothing_can_be_compared() -> None:
    nobody, stated = np.zeros((0, 3), np.int8), np.zeros((2, 3), np.int8)
    assert [x.shape for x in truth(nobody, stated)] == [(0, 2), (0, 2)]
    assert [x.shape for x in truth(stated, nobody)] == [(2, 0), (2, 0)]


def test_captions_drawn_of_a_recording_differ_while_there_are_any() -> None:
    pool = replace(pool_of([{}, {}], [{}] * 8), of_clip=np.array([[0, 1, 2, 3], [4, 5, 6, 7]]))
    rng = np.random.default_rng(1)
    for _ in range(20):
        drawn = pool.draw(np.array([1, 0, 1]), 4, rng)
        assert np.sort(drawn, axis=1).tolist() == [[4, 5, 6, 7], [0, 1, 2, 3], [4, 5, 6, 7]]
    drawn = pool.draw(np.array([0]), 6, rng)[0]
    assert sorted(drawn[:4]) == [0, 1, 2, 3]
    assert (drawn[4:] == drawn[:2]).all()
    firsts = {int(pool.draw(np.array([0]), 1, rng)[0, 0]) for _ in range(50)}
    assert firsts == {0, 1, 2, 3}


TEXT = TextConfig(dim=384, max_tokens=128, captions_per_clip=2, own_captions=2)


def corpus_with_captions(folder: Path) -> list[CorpusClip]:
    """Three recordings: with three captions of their own, with one, and without any."""
    said = [["soft and near", "she is close by", "a low murmur"], ["soft and near"], None]
    known = [{"sex": "female"}, {}, {"sex": "male", "corpus": "hand-made"}]
    lines = []
    for name, captions, attributes in zip("abc", said, known, strict=True):
        row = {
            "id": name,
            "path": f"{name}.wav",
            "split": "train",
            "engine": "hand-made",
            "speaker": name,
            "language": "en",
            "text": "",
            "seconds": 1.0,
            "attributes": attributes,
        }
        lines.append(json.dumps(row if captions is None else {**row, "captions": captions}))
    (folder / "clips.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return read_clips(folder)


def test_captions_of_the_corpus_stand_beside_those_written(tmp_path: Path) -> None:
    many, one, none = corpus_with_captions(tmp_path)
    assert (len(many.captions), one.captions, none.captions) == (3, ("soft and near",), ())
    drawn = draw_captions(many, many.attributes, TEXT, seed=1)
    assert all(each.facts for each in drawn[:2])
    own = [each.text for each in drawn[2:]]
    assert len(set(own)) == 2
    assert set(own) <= set(many.captions)
    assert not any(each.facts for each in drawn[2:])
    # Nothing is known of the second, so its own caption is all there is to say.
    assert [each.text for each in draw_captions(one, {}, TEXT, seed=1)] == ["soft and near"] * 4
    assert all(each.facts for each in draw_captions(none, none.attributes, TEXT, seed=1))
    for seed in range(5):
        plain = draw_captions(many, many.attributes, replace(TEXT, own_captions=0), seed)
        assert plain == draw_captions(many, many.attributes, TEXT, seed)[:2]


def test_a_caption_of_the_corpus_is_true_of_its_own_and_unsure_of_others(tmp_path: Path) -> None:
    clips = corpus_with_captions(tmp_path)
    rows, text = CaptionRows(VALUES), replace(TEXT, own_captions=3)
    of_clip = [
        [rows.row(each) for each in draw_captions(clip, clip.attributes, text, seed=3)]
        for clip in clips
    ]
    shared = next(row for said, row in rows.rows.items() if said.text == "soft and near")
    assert (shared in of_clip[0], of_clip[1]) == (True, [shared] * 5)
    other = next(row for row in of_clip[0][2:] if row != shared)
    woman, man = of_clip[0][0], of_clip[2][0]
    pool = replace(
        pool_of([clip.attributes for clip in clips], [dict(said.facts) for said in rows.rows]),
        of_clip=np.array(of_clip),
    )
    true, unsure = pool.truth(np.array([0, 1, 2]), np.array([shared, woman, other, man]))
    assert true.tolist() == [
        [True, True, True, False],
        [True, False, False, False],
        [False, False, False, True],
    ]
    assert unsure.tolist() == [
        [False, False, False, False],
        [False, True, True, True],
        [True, False, True, False],
    ]
    flips = draw_flips(rows, list(rows.rows), 1, seed=1)
    assert (flips[[shared, other]] == ABSENT).all()
    assert flips[woman, 0] != ABSENT


def test_a_recording_that_cannot_be_described_is_named(tmp_path: Path) -> None:
    clip = CorpusClip("third", tmp_path, "train", "", "v", "en", "", 1.0, {"mood": "merry"}, ())
    config = load_config(RECIPE)
    with pytest.raises(ValueError, match="recording third: a clip without a single known"):
        build_pool([clip], config, tmp_path)
    wrong = replace(clip, attributes={"sex": "femal"})
    with pytest.raises(ValueError, match="sex: expected one of female, male, got 'femal'"):
        attribute_codes(wrong.attributes)
