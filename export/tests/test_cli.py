"""Commands in the documents are commands that there are."""

import errno
import pickle
import re
import shlex
import zipfile
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest
import soundfile

from slap_export.cli import main, parser
from slap_export.corpus.engines import EngineError

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


def stopped_by(error: BaseException, monkeypatch: pytest.MonkeyPatch) -> int:
    """What the command gives where its work ends with an error."""

    def run(*_: object) -> None:
        raise error

    monkeypatch.setattr("slap_export.data.statistics.balance", run)
    return main(["data", "stats", "manifest.jsonl"])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a.npy"), "a.npy: No space left on"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "c.py"), "c.py: Not a directory"),
        (OSError(errno.ENOSPC, "No space left on device"), ": No space left on device"),
        (zipfile.BadZipFile("File is not a zip file"), "a file is damaged: File is not a zip"),
        (soundfile.LibsndfileError(2, "a.wav: "), "a file is damaged: a.wav: "),
        (pickle.UnpicklingError("invalid load key"), "a file is damaged: invalid load key"),
        (BrokenProcessPool("A process in the pool"), "a process that worked on this was ended"),
        (MemoryError(), "there is not enough memory\n"),
        (EngineError("espeak-ng is not installed"), "espeak-ng is not installed"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_goes_wrong_is_one_sentence(
    error: Exception,
    told: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert stopped_by(error, monkeypatch) == 1
    said = capsys.readouterr().err
    assert said.startswith("slap-export: ") and said.count("\n") == 1
    assert told in said


def test_an_interruption_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stopped_by(KeyboardInterrupt(), monkeypatch) == 130
    assert capsys.readouterr().err == "slap-export: interrupted\n"


@pytest.mark.parametrize("error", [KeyError("mean"), ZeroDivisionError(), TypeError("None")])
def test_a_mistake_in_the_program_keeps_its_traceback(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(type(error)):
        stopped_by(error, monkeypatch)
