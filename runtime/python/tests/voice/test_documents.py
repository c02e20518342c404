"""The document names every measure, with its unit."""

from __future__ import annotations

import pytest
import slap_edge

from .tables import DOCUMENT

TEXT = DOCUMENT.read_text()


@pytest.mark.parametrize("name", slap_edge.DESCRIPTORS)
def test_every_descriptor_is_explained(name: str) -> None:
    lines = [line for line in TEXT.splitlines() if line.startswith("|") and f"`{name}`" in line]
    assert lines, f"{name} is in no table"
    unit = slap_edge.DESCRIPTORS[name]["unit"]
    assert any(unit in line for line in lines), f"{name} without its unit, {unit}"


def test_every_functional_is_named() -> None:
    """By its name, or as a statistic of a descriptor that is said to have it."""
    missing = [name for name in slap_edge.FUNCTIONALS if f"`{name}`" not in TEXT]
    assert not missing
