"""Masked reconstruction of log-mel patches."""

from __future__ import annotations

from torch import Tensor

# Added to the variance of a patch, so that one of constant level can be normalised.
VARIANCE_FLOOR = 1e-6


def normalised_patches(patches: Tensor) -> Tensor:
    """Each patch less its own mean, over its own standard deviation (He et al., 2022, § 3)."""
    mean = patches.mean(dim=-1, keepdim=True)  # [..., 1]
    variance = patches.var(dim=-1, correction=0, keepdim=True)  # [..., 1]
    return (patches - mean) / (variance + VARIANCE_FLOOR).sqrt()  # [..., P]


def masked_reconstruction(
    predicted: Tensor,
    patches: Tensor,
    masked: Tensor,
    present: Tensor | None = None,
    normalise: bool = False,
) -> Tensor:
    """Mean squared error of the patches that the encoder did not see.

    With x_bn the patches, y_bn their reconstructions and M the masked positions
    that hold sound:

        L = 1/|M| Σ_{(b,n) ∈ M} 1/P · ‖y_bn − x_bn‖²

    This is the loss of MAE (He et al., 2022, § 3), as used on log-mel patches by
    AudioMAE (Huang et al., 2022); both reconstruct normalised patches in their best
    models. Visible patches cost nothing.

    Args:
        predicted: Reconstructions [B, N, P].
        patches: Log-mel patches [B, N, P].
        masked: Positions hidden from the encoder, bool [B, N].
        present: Positions inside the recording, bool [B, N]; all, if left out.
        normalise: Whether each patch is normalised by its own mean and deviation.
    """
    chosen = masked if present is None else masked & present  # [B, N]
    target = patches[chosen].detach()  # [M, P]
    if normalise:
        target = normalised_patches(target)
    errors = (predicted[chosen] - target).square()  # [M, P]
    return errors.sum() / max(1, errors.numel())
