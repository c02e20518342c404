"""The Python in the documents, run as it stands there.

What is fenced as `python no-run` needs recordings of the reader's own; the tests of the training
half run it with some.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> list[tuple[str, str]]:
    """Where each block stands, and what it holds."""
    documents = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").glob("*.md"))]
    return [
        (f"{document.name}-{number}", code)
        for document in documents
        for number, code in enumerate(BLOCK.findall(document.read_text(encoding="utf-8")))
    ]


def test_there_is_something_to_run() -> None:
    assert "measure-a-voice.md-0" in dict(blocks())


@pytest.mark.parametrize("code", [pytest.param(code, id=name) for name, code in blocks()])
def test_it_runs(code: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout
