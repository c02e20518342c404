"""What the tests share: the comparisons are made once."""

from __future__ import annotations

import pytest

from .tables import Table, tables


@pytest.fixture(scope="session")
def compared() -> dict[str, Table]:
    """All tables by name, freshly measured."""
    return {table.name: table for table in tables()}
