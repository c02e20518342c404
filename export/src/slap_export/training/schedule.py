"""What changes with the number of the step."""

from __future__ import annotations

import math

from slap_export.config import TrainConfig


def one_cycle(step: int, steps: int, settings: TrainConfig) -> float:
    """Learning rate: a linear rise, then half a cosine down to zero."""
    rise = max(1, round(settings.warmup_share * steps))
    if step < rise:
        return settings.learning_rate * (step + 1) / rise
    done = (step - rise) / max(1, steps - rise)
    return settings.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, done)))


def average_decay(step: int, settings: TrainConfig) -> float:
    """Decay of the averaged weights: they follow closely at first, when the weights move fast."""
    return min(settings.ema_decay, (1 + step) / (10 + step))
