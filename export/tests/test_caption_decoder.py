"""The caption decoder: causal, blind to padding, generating what teacher forcing expects."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from slap_export.towers.caption_decoder import CaptionDecoder, DecoderConfig

START, END = 1, 2
CONFIG = DecoderConfig(
    vocabulary=20, start=START, end=END, tower_width=12, layers=2, heads=2, head_dim=8, hidden=32
)


def decoder_and_tokens(recordings: int = 3) -> tuple[CaptionDecoder, Tensor]:
    torch.manual_seed(0)
    return CaptionDecoder(CONFIG).eval(), torch.randn(recordings, 7, 12)


@torch.no_grad()
def test_a_later_piece_changes_nothing_before_it() -> None:
    decoder, tokens = decoder_and_tokens()
    pieces = torch.randint(3, 20, (3, 9))
    altered = pieces.clone()
    altered[:, 5] = (altered[:, 5] - 3 + 1) % 17 + 3
    before, after = decoder(pieces, tokens), decoder(altered, tokens)
    assert before.shape == (3, 9, 20)
    assert torch.equal(before[:, :5], after[:, :5])
    assert (before[:, 5:] - after[:, 5:]).abs().amax(dim=(0, 2)).min() > 1e-4


@torch.no_grad()
def test_padding_changes_nothing() -> None:
    decoder, tokens = decoder_and_tokens()
    pieces = torch.randint(3, 20, (3, 6))
    padding = torch.zeros(3, 11, dtype=torch.bool)
    padding[:, 7:] = True
    padded = torch.cat((tokens, 50.0 * torch.randn(3, 4, 12)), dim=1)
    expected = decoder(pieces, tokens)
    assert (decoder(pieces, padded, padding) - expected).abs().max() <= 1e-5
    assert (decoder(pieces, padded) - expected).abs().max() > 1e-3
    assert decoder.generate(padded, padding) == decoder.generate(tokens)
    # Pieces after the end of a caption change nothing before them either.
    longer = torch.cat((pieces, torch.zeros(3, 2, dtype=torch.long)), dim=1)
    assert (decoder(longer, tokens)[:, :6] - expected).abs().max() <= 1e-5


@torch.no_grad()
def test_the_recording_and_its_order_matter() -> None:
    decoder, tokens = decoder_and_tokens()
    pieces = torch.randint(3, 20, (3, 6))
    logits = decoder(pieces, tokens)
    assert (logits - decoder(pieces, tokens + 1.0)).abs().max() > 1e-3
    assert (logits - decoder(pieces, tokens.flip(1))).abs().max() > 1e-3


@torch.no_grad()
def test_remembering_equals_reading_again() -> None:
    decoder, tokens = decoder_and_tokens()
    pieces = torch.randint(3, 20, (3, 8))
    whole = decoder(pieces, tokens)
    recording = decoder.read(tokens)
    past, parts = [], []
    for part in pieces.split([1, 3, 1, 3], dim=1):
        logits, past = decoder.advance(part, recording, past)
        parts.append(logits)
    assert (torch.cat(parts, dim=1) - whole).abs().max() <= 1e-5


@torch.no_grad()
def test_greedy_generation_is_the_teacher_forced_argmax() -> None:
    decoder, tokens = decoder_and_tokens()
    captions = decoder.generate(tokens, limit=12)
    assert max(map(len, captions)) > 3
    for index, caption in enumerate(captions):
        one = tokens[index : index + 1]
        pieces = [START]
        while len(pieces) <= 12:
            logits = decoder(torch.tensor([pieces]), one)[0, -1]
            logits[START] = float("-inf")
            piece = int(logits.argmax())
            if piece == END:
                break
            pieces.append(piece)
        assert caption == pieces[1:]


@torch.no_grad()
def test_sampling_repeats_with_its_generator() -> None:
    decoder, tokens = decoder_and_tokens()

    def draw(seed: int, temperature: float = 1.5) -> list[list[int]]:
        generator = torch.Generator().manual_seed(seed)
        return decoder.generate(tokens, temperature=temperature, generator=generator, limit=15)

    assert draw(0) == draw(0)
    assert draw(0) != draw(1)
    assert all(START not in caption and END not in caption for caption in draw(2))
    assert draw(3, temperature=1e-4) == decoder.generate(tokens, limit=15)


def test_four_captions_are_learnt() -> None:
    torch.manual_seed(0)
    decoder = CaptionDecoder(CONFIG)
    tokens = torch.randn(4, 7, 12)
    captions = [[5, 6, 7], [5, 6, 8, 9, 10], [11], [5, 12, 7, 6]]
    rows = [[START, *caption, END] for caption in captions]
    longest = max(map(len, rows))
    pieces = torch.tensor([row + [0] * (longest - len(row)) for row in rows])  # [4, M]
    optimiser = torch.optim.Adam(decoder.parameters(), lr=3e-3)
    for _ in range(150):
        logits = decoder(pieces[:, :-1], tokens)  # [4, M - 1, V]
        loss = F.cross_entropy(logits.flatten(0, 1), pieces[:, 1:].flatten(), ignore_index=0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.05
    # Captions of different lengths end where they should.
    assert decoder.generate(tokens) == captions
    assert decoder.generate(tokens, limit=2) == [caption[:2] for caption in captions]


def test_impossible_configurations_are_refused() -> None:
    with pytest.raises(ValueError, match="end \\(20\\) must be a word piece"):
        DecoderConfig(vocabulary=20, start=1, end=20, tower_width=8)
    with pytest.raises(ValueError, match="must differ"):
        DecoderConfig(vocabulary=20, start=1, end=1, tower_width=8)
    with pytest.raises(ValueError, match="even"):
        DecoderConfig(vocabulary=20, start=1, end=2, tower_width=8, head_dim=7)
