"""Commands in the documents are commands that there are."""

import re
import shlex
from pathlib import Path

import pytest

from slap_export.cli import parser

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = [
    REPOSITORY / "README.md",
    REPOSITORY / "export" / "README.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
BLOCK = re.compile(r"^```sh[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every `slap-export` line of the documents, a line that goes on being one line."""
    found = []
    for document in DOCUMENTS:
        for block in BLOCK.findall(document.read_text(encoding="utf-8")):
            for line in block.replace("\\\n", " ").splitlines():
                if line.strip().startswith("slap-export "):
                    found.append((document.name, line.strip()))
    return found


def test_there_is_something_to_check() -> None:
    lines = {line.split()[1] for _, line in commands()}
    assert {"corpus", "features", "train", "pack", "report", "verify", "study"} <= lines


@pytest.mark.parametrize(("document", "line"), commands())
def test_it_is_understood(document: str, line: str) -> None:
    words = shlex.split(line, comments=True)[1:]
    try:
        parser().parse_args(words)
    except SystemExit as stopped:
        assert stopped.code == 0, f"{document}: {line}"  # --help


def test_the_help_lists_the_way_to_a_bundle_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["--help"])
    said = capsys.readouterr().out
    steps = [said.index(f"slap-export {step}") for step in ("corpus", "features", "train", "pack")]
    steps += [said.index("slap-export report BUNDLE"), said.index("slap-export verify BUNDLE")]
    assert steps == sorted(steps)


def test_a_wrong_number_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["report", "BUNDLE", "--corpus", "C", "--limit", "0"])
    assert "must be 1 or more" in capsys.readouterr().err
