"""What several files of tests share, since it takes long to make: for tests to read, not change."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from slap_export.config import Config


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Config, Path]:
    """The recipe of a finished run, and the folder that holds it and its `bundle`."""
    if shutil.which("espeak-ng") is None or shutil.which("flite") is None:
        pytest.skip("espeak-ng and flite are not installed")
    from small_bundle import make

    root = tmp_path_factory.mktemp("project")
    return make(root), root


@pytest.fixture(scope="session")
def reported(made: tuple[Config, Path]) -> Path:
    """The same bundle, measured."""
    from small_bundle import measured

    config, root = made
    return measured(root / "bundle", root / config.corpus.path)
