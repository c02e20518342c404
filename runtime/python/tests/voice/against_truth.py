"""The measures beside the truth: voices that were made to have them."""

from __future__ import annotations

from . import truth_of_source, truth_of_spectrum
from .figures import Figure


def against_truth() -> list[Figure]:
    """All figures, in the order of the table."""
    return [
        *truth_of_source.steady_pitch(),
        *truth_of_source.moving_pitch(),
        *truth_of_source.slopes(),
        *truth_of_source.noisy_pitch(),
        *truth_of_source.cycles(),
        *truth_of_source.perturbation(),
        *truth_of_source.harmonicity(),
        *truth_of_spectrum.prominence(),
        *truth_of_spectrum.levels(),
        *truth_of_spectrum.tilt(),
        *truth_of_spectrum.harmonics(),
        *truth_of_spectrum.resonances(),
        *truth_of_spectrum.segments(),
    ]
