"""Masked self-distillation: a student guesses the prototypes its teacher sees."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def masked_prototypes(
    student: Tensor,
    teacher: Tensor,
    masked: Tensor,
    centre: Tensor,
    student_temperature: float = 0.1,
    teacher_temperature: float = 0.04,
    present: Tensor | None = None,
) -> Tensor:
    """Cross-entropy between the teacher's and the student's prototypes at masked positions.

    The student hears a recording with positions hidden, the teacher hears all of it.
    With their scores u_bn and v_bn over K prototypes and M the masked positions that
    hold sound:

        p_bn = softmax( (v_bn − c) / τ_t )        q_bn = softmax( u_bn / τ_s )
        L = − 1/|M| Σ_{(b,n) ∈ M} Σ_k p_bnk · log q_bnk

    Subtracting the centre c keeps one prototype from winning everywhere; τ_t < τ_s
    sharpens the targets, which keeps them from becoming uniform (DINO, Caron et al.,
    2021, eqs. 1 to 3). Asking at the masked positions follows iBOT (Zhou et al.,
    2022, § 3). No gradient reaches the teacher.

    Args:
        student: Scores [B, N, K].
        teacher: Scores [B, N, K].
        masked: Positions hidden from the student, bool [B, N].
        centre: Running mean of the teacher's scores [K].
        student_temperature: τ_s.
        teacher_temperature: τ_t.
        present: Positions inside the recording, bool [B, N]; all, if left out.
    """
    chosen = masked if present is None else masked & present  # [B, N]
    sharpened = (teacher[chosen].detach() - centre.detach()) / teacher_temperature  # [M, K]
    target = sharpened.softmax(dim=-1)  # [M, K]
    guess = (student[chosen] / student_temperature).log_softmax(dim=-1)  # [M, K]
    return -(target * guess).sum() / max(1, len(guess))


@torch.no_grad()
def updated_centre(
    centre: Tensor, teacher: Tensor, momentum: float = 0.9, present: Tensor | None = None
) -> Tensor:
    """The centre after a batch: c ← m·c + (1 − m) · mean of v_bn (Caron et al., 2021, eq. 4).

    The mean is over every position inside the recordings, masked or not. A batch
    without any leaves the centre as it is.

    Args:
        centre: Running mean [K].
        teacher: Scores of the batch [B, N, K].
        momentum: m, near 1 for a slow centre.
        present: Positions inside the recording, bool [B, N]; all, if left out.
    """
    scores = teacher.flatten(0, 1) if present is None else teacher[present]  # [positions, K]
    if len(scores) == 0:
        return centre
    return momentum * centre + (1 - momentum) * scores.mean(dim=0)  # [K]


def teacher_momentum(step: int, steps: int, first: float = 0.994, last: float = 1.0) -> float:
    """Share of its old weights that the teacher keeps at a step: θ_t ← m·θ_t + (1 − m)·θ_s.

    A cosine from `first` at step 0 to `last` at step `steps` and after:

        m = last − (last − first) · (1 + cos(π · step / steps)) / 2

    The schedule is that of BYOL (Grill et al., 2020) and DINO; 0.994 to 1 are
    the ends that SLAP (2601.12594) chose.
    """
    done = min(1.0, step / max(1, steps))
    return last - (last - first) * (1 + math.cos(math.pi * done)) / 2
