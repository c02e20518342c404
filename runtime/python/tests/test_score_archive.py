"""The example that scores an archive, run as a person runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import slap_edge
import soundfile
from distributed import LocalCluster

ROOT = Path(__file__).parents[3]
BUNDLE = ROOT / "models" / "slap-voice-small"
RECORDINGS = ROOT / "tests" / "recordings"
COMMAND = ROOT / "target" / "release" / "slap-edge"
SCRIPT = ROOT / "runtime" / "python" / "examples" / "score_archive.py"
PAGE = ROOT / "docs" / "archive.md"

RATE = 16_000
TASKS = ("--task", "whisper", "--task", "sex", "--task", "whispered_sex")
PROMPT = "a person whispering"


def call(archive: Path, output: Path, *options: str) -> list[str]:
    """The example's command line."""
    bundle = ["--bundle", str(BUNDLE), "--workers", "2"]
    return [sys.executable, str(SCRIPT), str(archive), str(output), *bundle, *options]


def score(archive: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Runs the example to its end."""
    words = call(archive, output, *options)
    return subprocess.run(words, capture_output=True, text=True, check=False)


def parts(output: Path) -> dict[str, bytes]:
    """Every file that holds results."""
    return {path.name: path.read_bytes() for path in sorted(output.glob("part-*"))}


def lines(output: Path) -> list[dict[str, Any]]:
    """Every line of the results."""
    return [json.loads(line) for text in parts(output).values() for line in text.splitlines()]


def speech(name: str) -> np.ndarray:
    """A recording of the repository, float32 [samples]."""
    samples, rate = soundfile.read(RECORDINGS / f"{name}.flac", dtype="float32")
    assert rate == RATE
    return samples


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Good and bad recordings, some in a folder within."""
    folder = tmp_path_factory.mktemp("archive")
    (folder / "b").mkdir()
    for place, name in (("a.flac", "woman"), ("b/whisper.FLAC", "whisper"), ("b/m.flac", "man")):
        (folder / place).write_bytes((RECORDINGS / f"{name}.flac").read_bytes())
    stereo = np.stack([speech("man"), 0.3 * speech("man")], axis=1)
    soundfile.write(folder / "stereo.wav", stereo, RATE, subtype="PCM_16")
    soundfile.write(folder / "fast.wav", speech("hoarse")[::2], 44_100, subtype="FLOAT")
    soundfile.write(folder / "silent.wav", np.zeros(RATE), RATE)
    soundfile.write(folder / "empty.wav", np.zeros(0), RATE)
    soundfile.write(folder / "long.wav", np.zeros(7 * RATE), RATE)
    (folder / "text.wav").write_text("not a recording")
    (folder / "gone.wav").symlink_to("nowhere.wav")
    (folder / "notes.txt").write_text("not to be scored")
    Path(os.fsdecode(bytes(folder) + b"/\xe9.flac")).symlink_to(folder / "a.flac")
    return folder


@pytest.fixture(scope="module")
def scored(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the example writes about it."""
    output = tmp_path_factory.mktemp("scored")
    limits = ("--part-files", "4", "--most-minutes", "0.1")
    ran = score(archive, output, *TASKS, "--prompt", PROMPT, *limits)
    assert ran.returncode == 0, ran.stderr
    return output


def test_every_recording_has_a_line_and_bad_ones_say_why(scored: Path) -> None:
    found = lines(scored)
    assert [len(text.splitlines()) for text in parts(scored).values()] == [4, 4, 3]
    errors = {
        line["payload"]["input"]: line["payload"]["message"]
        for line in found
        if line["event"] == "error"
    }
    names = [line["payload"].get("recording", line["payload"])["input"] for line in found]
    assert names == [
        "a.flac",
        "b/m.flac",
        "b/whisper.FLAC",
        "empty.wav",
        "fast.wav",
        "gone.wav",
        "long.wav",
        "silent.wav",
        "stereo.wav",
        "text.wav",
        "\N{REPLACEMENT CHARACTER}.flac",
    ]
    assert sorted(errors) == ["empty.wav", "gone.wav", "long.wav", "text.wav"]
    assert errors["empty.wav"] == "holds no samples"
    assert "no such file" in errors["gone.wav"]
    assert "at most 0.1 minutes" in errors["long.wav"]
    assert "ormat" in errors["text.wav"]


def test_scores_are_those_of_the_screener(archive: Path, scored: Path) -> None:
    names = ["whisper", "sex", "whispered_sex"]
    screener = slap_edge.Screener(BUNDLE, tasks=names, prompts=[PROMPT])
    compared = 0
    for line in lines(scored):
        if line["event"] == "error" or "\N{REPLACEMENT CHARACTER}" in str(line):
            continue
        payload = line["payload"]
        samples, rate = soundfile.read(
            archive / payload["recording"]["input"], dtype="float32", always_2d=True
        )
        expected = screener.score(samples.mean(axis=1, dtype=np.float32), rate)
        assert payload["recording"]["seconds"] == len(samples) / rate
        for task in payload["tasks"]:
            one = expected["tasks"][task["task"]]
            assert task["certainty"] == one["certainty"]
            assert task.get("needs") == one["needs"]
            probabilities = {it["class"]: np.float32(it["probability"]) for it in task["classes"]}
            assert probabilities == (one["probabilities"] or {})
            compared += len(probabilities)
        (prompt,) = payload["prompts"]
        for key, value in expected["prompts"][PROMPT].items():
            assert prompt[key] is value is None or np.float32(prompt[key]) == value
        for key, value in expected["quality"].items():
            if isinstance(value, float):
                assert np.float32(payload["quality"][key]) == value
            else:
                assert payload["quality"][key] == value
    assert compared > 10


@pytest.mark.skipif(not COMMAND.exists(), reason="slap-edge is not built")
def test_scores_are_those_of_the_command(archive: Path, scored: Path) -> None:
    words = [str(COMMAND), "score", "--bundle", str(BUNDLE), "--format", "ndjson", *TASKS]
    compared = 0
    for line in lines(scored):
        if line["event"] == "error":
            continue
        ours = line["payload"]
        name = ours["recording"]["input"]
        if "\N{REPLACEMENT CHARACTER}" in name:
            continue
        ran = subprocess.run(
            [*words, "--prompt", PROMPT, name],
            cwd=archive,
            capture_output=True,
            text=True,
            check=False,
        )
        events = [json.loads(text) for text in ran.stdout.splitlines()]
        (theirs,) = [event["payload"] for event in events if event["event"] == "score"]
        assert [
            {k: v for k, v in task.items() if k not in ("title", "group")}
            for task in theirs["tasks"]
        ] == ours["tasks"]
        assert theirs["prompts"] == ours["prompts"]
        assert ours["recording"].items() <= theirs["recording"].items()
        assert ours["model"].items() <= theirs["model"].items()
        if ours["recording"]["channels"] == 1:
            assert theirs["quality"] == ours["quality"]
        compared += 1
    assert compared == 6


@pytest.fixture(scope="module")
def minutes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight recordings that are long enough to stop a run among them."""
    folder = tmp_path_factory.mktemp("minutes")
    for number, name in enumerate(("woman", "man", "hoarse", "creaky") * 2):
        minute = np.resize(speech(name), (40 + number) * RATE)
        soundfile.write(folder / f"{number}.flac", minute, RATE)
    return folder


@pytest.fixture(scope="module")
def undisturbed(minutes: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run that nothing happens to writes about them."""
    output = tmp_path_factory.mktemp("undisturbed")
    assert score(minutes, output, *TASKS, "--part-files", "1").returncode == 0
    assert len(parts(output)) == 8
    return output


def start(archive: Path, output: Path) -> subprocess.Popen[str]:
    """Starts a run with one worker, and returns when its first part is there."""
    words = call(archive, output, *TASKS, "--part-files", "1", "--workers", "1")
    run = subprocess.Popen(words, start_new_session=True, stderr=subprocess.PIPE, text=True)
    while not parts(output):
        assert run.poll() is None, run.stderr and run.stderr.read()
        time.sleep(0.005)
    return run


def test_a_killed_run_goes_on_where_it_was(
    minutes: Path, undisturbed: Path, tmp_path: Path
) -> None:
    run = start(minutes, tmp_path)
    os.killpg(run.pid, signal.SIGKILL)  # the workers with it, as when the power fails
    run.communicate()
    before = {path: path.stat() for path in tmp_path.glob("part-*")}
    assert 1 <= len(before) < 8
    # What a run leaves that was killed while it wrote.
    (tmp_path / ".part-00007.ndjson.elsewhere.1").write_text('{"event": "sco')
    again = score(minutes, tmp_path, *TASKS, "--part-files", "1")
    assert again.returncode == 0, again.stderr
    assert f"{len(before)} of 8 parts are there" in again.stderr
    assert parts(tmp_path) == parts(undisturbed)
    for path, stat in before.items():
        assert (path.stat().st_ino, path.stat().st_mtime_ns) == (stat.st_ino, stat.st_mtime_ns)


def test_a_lost_worker_changes_nothing(minutes: Path, undisturbed: Path, tmp_path: Path) -> None:
    run = start(minutes, tmp_path)
    processes = psutil.Process(run.pid).children(recursive=True)
    worker = max(processes, key=lambda process: process.memory_info().rss)
    worker.kill()
    _, said = run.communicate()
    assert run.returncode == 0, said
    assert worker.pid not in psutil.pids()
    assert parts(tmp_path) == parts(undisturbed)


def test_new_recordings_become_further_parts(tmp_path: Path) -> None:
    archive, output = tmp_path / "archive", tmp_path / "output"
    archive.mkdir()
    (archive / "m.flac").symlink_to(RECORDINGS / "man.flac")
    assert score(archive, output, *TASKS).returncode == 0
    first = parts(output)
    (archive / "a.flac").symlink_to(RECORDINGS / "woman.flac")
    assert score(archive, output, *TASKS).returncode == 0
    assert list(parts(output)) == ["part-00000.ndjson", "part-00001.ndjson"]
    assert parts(output).items() > first.items()
    inputs = [line["payload"]["recording"]["input"] for line in lines(output)]
    assert inputs == ["m.flac", "a.flac"]


def test_other_settings_are_refused(archive: Path, scored: Path) -> None:
    before = parts(scored)
    ran = score(archive, scored, *TASKS, "--prompt", "another sentence")
    assert ran.returncode == 2
    assert "another output folder" in ran.stderr
    assert parts(scored) == before


def test_what_cannot_be_used_is_named(archive: Path, tmp_path: Path) -> None:
    for options, said in ((("--task", "no-such-task"), "no-such-task"), (("--bundle", "x"), "x")):
        ran = score(archive, tmp_path / "output", *options)
        assert ran.returncode == 2
        assert ran.stderr.startswith("error: ")
        assert said in ran.stderr
    assert not (tmp_path / "output").exists()


def test_the_workers_of_a_scheduler_do_it_too(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    archive.mkdir()
    (archive / "m.flac").symlink_to(RECORDINGS / "man.flac")
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        # The second run finds workers that hold the model of the first.
        for task in ("whisper", "sex"):
            output = tmp_path / task
            ran = score(archive, output, "--task", task, "--scheduler", cluster.scheduler_address)
            assert ran.returncode == 0, ran.stderr
            (line,) = lines(output)
            assert [it["task"] for it in line["payload"]["tasks"]] == [task]


def test_a_part_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    archive, output = tmp_path / "archive", tmp_path / "output"
    archive.mkdir()
    for name in ("man", "woman"):
        (archive / f"{name}.flac").symlink_to(RECORDINGS / f"{name}.flac")
    output.mkdir()
    # A folder stands where the file of the first part belongs; it is no part.
    (output / "part-00000.ndjson").mkdir()
    ran = score(archive, output, *TASKS, "--part-files", "1")
    assert ran.returncode == 1
    assert "part-00000.ndjson: not written" in ran.stderr
    assert "part-00001.ndjson: 1 scored" in ran.stderr


def test_the_page_reads_what_was_written(scored: Path, tmp_path: Path) -> None:
    (tmp_path / "scores").symlink_to(scored)
    (program,) = re.findall(
        r"^```python no-run\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert "whispered_sex" in ran.stdout
    assert "b/whisper.FLAC" in ran.stdout
