"""Scores every recording below a folder with Dask, on one machine or on many.

    python runtime/python/examples/score_archive.py ARCHIVE OUTPUT

The recordings are dealt out to parts of a hundred. Each part becomes a file
`OUTPUT/part-00000.ndjson` with a line for each recording, in the form of
`slap-edge score --format ndjson` without what differs from run to run. A file appears under its
name when it is complete, so the same command goes on where a run was stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import socket
import sys
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import slap_edge
import soundfile
from distributed import Client, LocalCluster, Worker, WorkerPlugin, as_completed, get_worker

SUFFIXES = (".wav", ".flac", ".ogg", ".oga", ".mp3")
SETTINGS = "settings.json"
PARTS = "parts.ndjson"


@dataclass(frozen=True)
class Settings:
    """What the results depend on beside the recordings, kept in the output.

    Attributes:
        archive: absolute path of the folder of recordings, the same on every machine.
        bundle: absolute path of the bundle, the same on every machine.
        manifest_sha256: of the bundle's manifest, which names the hash of every other file.
        version: of `slap_edge`.
        int8: whether the quantised tower scores.
        tasks: names of tasks; all of the bundle if None.
        prompts: sentences to compare each recording with.
        part_files: recordings in a part, at most.
        most_minutes: longer recordings are refused: one is held in memory as a whole.
    """

    archive: str
    bundle: str
    manifest_sha256: str
    version: str
    int8: bool
    tasks: list[str] | None
    prompts: list[str]
    part_files: int
    most_minutes: float

    def screener(self) -> slap_edge.Screener:
        """Loads the bundle."""
        return slap_edge.Screener(self.bundle, self.tasks, self.prompts, self.int8)


@dataclass(frozen=True)
class Part:
    """Recordings that are scored one after the other.

    Attributes:
        number: from 0 on.
        inputs: their paths below the archive.
    """

    number: int
    inputs: list[str]

    def path(self, output: Path) -> Path:
        """Where the results are, once all of them are there."""
        return output / f"part-{self.number:05}.ndjson"


class SetupError(Exception):
    """The run cannot begin, in one sentence."""


class Model(WorkerPlugin):
    """Loads the bundle once in each worker process, also in one that replaces another."""

    name = "slap-edge"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.screener: Any = None  # loaded in the worker
        self.facts: dict[str, Any] = {}

    def setup(self, worker: Worker) -> None:
        """Runs in the worker. What is raised here ends the run."""
        manifest = Path(self.settings.bundle, "manifest.json").read_bytes()
        if hashlib.sha256(manifest).hexdigest() != self.settings.manifest_sha256:
            raise SetupError(f"{self.settings.bundle} on {socket.gethostname()} is another bundle")
        contents = json.loads(manifest)
        tower = contents["files"][contents["tower"]["float32"]]
        self.facts = {
            "bundle": contents["name"],
            "tower_sha256": tower["sha256"],
            "precision": "int8" if self.settings.int8 else "float32",
        }
        self.screener = self.settings.screener()


def short(value: Any) -> Any:
    """The fewest digits that tell a float32 from its neighbours, in lists and dicts too."""
    if isinstance(value, float):
        return float(str(np.float32(value)))
    if isinstance(value, dict):
        return {key: short(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [short(entry) for entry in value]
    return value


def read(path: Path, most_minutes: float) -> tuple[np.ndarray, int, int]:
    """A recording: the mean of its channels, float32 [samples], its rate and its channels.

    Raises:
        OSError, RuntimeError: it cannot be read.
        ValueError: it is too long, or empty.
    """
    if not path.is_file():
        raise FileNotFoundError("there is no such file")
    with soundfile.SoundFile(os.fsencode(path)) as file:
        if file.frames > most_minutes * 60 * file.samplerate:
            minutes = file.frames / file.samplerate / 60
            raise ValueError(f"expected at most {most_minutes:g} minutes, got {minutes:.0f}")
        samples = file.read(dtype="float32", always_2d=True)  # [samples, channels]
        rate = file.samplerate
    if not len(samples):
        raise ValueError("holds no samples")
    mixed = np.zeros(len(samples), np.float32)
    for channel in samples.T:  # one after the other, as slap-edge adds them up
        mixed += channel
    return mixed / np.float32(samples.shape[1]), rate, samples.shape[1]


def task_line(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """A task as `slap-edge score` prints it."""
    probabilities = short(found["probabilities"] or {})
    answer = found["answer"]
    if answer is None and probabilities:  # unsure: the most probable class
        answer = max(probabilities, key=probabilities.__getitem__)
    line = {
        "task": name,
        "certainty": found["certainty"],
        "answer": answer,
        "probability": probabilities.get(answer),
        "classes": [{"class": it, "probability": p} for it, p in probabilities.items()],
    }
    return line | ({"needs": found["needs"]} if found["needs"] else {})


def reason(error: Exception) -> str:
    """What is wrong, without the paths of a machine."""
    words = getattr(error, "error_string", None) or getattr(error, "strerror", None) or str(error)
    return words or type(error).__name__


def score(model: Model, name: str) -> dict[str, Any]:
    """The line of one recording: its scores, or why there are none."""
    # A name that is not UTF-8 cannot be written as JSON.
    shown = os.fsencode(name).decode("utf-8", "replace")
    path = Path(model.settings.archive, name)
    try:
        samples, rate, channels = read(path, model.settings.most_minutes)
        found = model.screener.score(samples, rate)
    except (OSError, RuntimeError, ValueError, MemoryError) as error:
        return {"event": "error", "payload": {"input": shown, "message": reason(error)}}
    certainty = "abstained" if found["poor"] else "answered"
    payload = {
        "recording": {
            "input": shown,
            "sample_rate": rate,
            "channels": channels,
            "seconds": len(samples) / rate,
        },
        "quality": short(found["quality"]),
        "tasks": [task_line(task, entry) for task, entry in found["tasks"].items()],
        "prompts": [
            {"prompt": text, "certainty": certainty, **short(entry)}
            for text, entry in found["prompts"].items()
        ],
        "model": model.facts,
    }
    return {"event": "score", "payload": payload}


def compact(line: dict[str, Any]) -> str:
    """A line as `slap-edge` writes it."""
    return json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def score_part(part: Part, output: Path) -> dict[str, int]:
    """Scores a part and writes its file; how many lines of each event. Runs in a worker."""
    model = get_worker().plugins[Model.name]
    # A worker that came late and could not load it is there all the same.
    if model.screener is None:
        raise SetupError(f"{socket.gethostname()} could not load the bundle")
    # Else a disk that is not there would turn every recording into an error.
    if not Path(model.settings.archive).is_dir():
        raise NotADirectoryError(f"{socket.gethostname()} has no {model.settings.archive}")
    lines = [score(model, name) for name in part.inputs]
    text = "".join(f"{compact(line)}\n" for line in lines)
    write_whole(part.path(output), text)
    events = [line["event"] for line in lines]
    return {event: events.count(event) for event in ("score", "error")}


def write_whole(path: Path, text: str) -> None:
    """Writes a file that is there as a whole or not at all, whoever else writes it too."""
    partial = path.with_name(f".{path.name}.{socket.gethostname()}.{os.getpid()}")
    try:
        with partial.open("w", encoding="utf-8", errors="replace") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def recordings(archive: Path) -> list[str]:
    """The paths of all recordings below a folder, relative to it, sorted."""
    found = []
    for folder, _, names in os.walk(archive):
        below = os.path.relpath(folder, archive)
        paths = (os.path.normpath(os.path.join(below, name)) for name in names)  # noqa: PTH118
        found += [path for path in paths if path.lower().endswith(SUFFIXES)]
    return sorted(found)


def plan(settings: Settings, output: Path) -> list[Part]:
    """The parts of this output; recordings that it does not know yet become further ones.

    Raises:
        SetupError: the output belongs to a run with other settings.
    """
    output.mkdir(parents=True, exist_ok=True)
    kept = output / SETTINGS
    wanted = asdict(settings)
    if kept.exists():
        known = json.loads(kept.read_text(encoding="utf-8"))
        other = [key for key in wanted if known.get(key) != wanted[key]]
        if other:
            raise SetupError(
                f"{output} was begun with {other[0]} {known.get(other[0])!r}, got "
                f"{wanted[other[0]]!r}: choose another output folder"
            )
    else:
        write_whole(kept, json.dumps(wanted, indent=2) + "\n")
    listed = output / PARTS
    lines = listed.read_text(encoding="utf-8").splitlines() if listed.exists() else []
    parts = [Part(number, json.loads(line)) for number, line in enumerate(lines)]
    known_inputs = {name for part in parts for name in part.inputs}
    new = [name for name in recordings(Path(settings.archive)) if name not in known_inputs]
    for begin in range(0, len(new), settings.part_files):
        parts.append(Part(len(parts), new[begin : begin + settings.part_files]))
    write_whole(listed, "".join(json.dumps(part.inputs) + "\n" for part in parts))
    return parts


def score_parts(client: Client, parts: list[Part], output: Path) -> int:
    """Scores parts as workers are free; how many could not be written."""
    # Not "pure": a worker that was lost must not leave a remembered error behind.
    futures = client.map(score_part, parts, output=output, pure=False)
    names = {
        future.key: part.path(output).name for future, part in zip(futures, parts, strict=True)
    }
    lost = 0
    for done, future in enumerate(as_completed(futures), 1):
        name = names[future.key]
        if future.status == "finished":
            events = future.result()
            said = f"{events['score']} scored, {events['error']} not"
        else:
            lost += 1
            said = f"not written: {future.exception()}"
        print(f"{name}: {said} ({done} of {len(parts)} parts)", file=sys.stderr, flush=True)
        future.release()
    return lost


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("archive", type=Path, help="folder of recordings")
    parser.add_argument("output", type=Path, help="folder of results; may hold some already")
    parser.add_argument("--bundle", type=Path, default=Path("models/slap-voice-small"))
    parser.add_argument("--int8", action="store_true", help="score by the quantised tower")
    parser.add_argument("--task", action="append", help="a task to score; all if none is named")
    parser.add_argument("--prompt", action="append", default=[], help="a sentence to compare with")
    parser.add_argument("--workers", type=int, help="processes on this machine; as many as cores")
    parser.add_argument("--scheduler", help="address of a Dask scheduler, to use its workers")
    parser.add_argument("--part-files", type=int, default=100, help="recordings in a part (100)")
    parser.add_argument("--most-minutes", type=float, default=120.0, help="of a recording (120)")
    return parser.parse_args()


def run(args: argparse.Namespace) -> int:
    """Scores what is missing; 0 if every part is there in the end, else 1."""
    if not args.archive.is_dir():
        raise SetupError(f"{args.archive} is not a folder")
    if args.part_files < 1:
        raise SetupError(f"--part-files must be 1 or more, got {args.part_files}")
    archive, output = args.archive.resolve(), args.output.resolve()
    bundle = args.bundle.resolve()
    manifest = bundle / "manifest.json"
    settings = Settings(
        archive=str(archive),
        bundle=str(bundle),
        manifest_sha256=hashlib.sha256(manifest.read_bytes()).hexdigest(),
        version=version("slap-edge"),
        int8=args.int8,
        tasks=args.task,
        prompts=args.prompt,
        part_files=args.part_files,
        most_minutes=args.most_minutes,
    )
    settings.screener()  # so that a wrong bundle, task or sentence is told before anything starts
    parts = plan(settings, output)
    missing = [part for part in parts if not part.path(output).is_file()]
    print(f"{len(parts) - len(missing)} of {len(parts)} parts are there", file=sys.stderr)
    if not missing:
        return 0
    with ExitStack() as stack:
        address = args.scheduler
        if not address:
            # A tower takes one thread, and only processes load a bundle each.
            options = {"threads_per_worker": 1, "dashboard_address": None}
            address = stack.enter_context(LocalCluster(n_workers=args.workers, **options))
        client = stack.enter_context(Client(address))
        client.register_plugin(Model(settings))
        return 1 if score_parts(client, missing, output) else 0


def main() -> int:
    """Exit code 0 if all parts are written, 1 if some are not, 2 if nothing could begin."""
    try:
        return run(arguments())
    except (SetupError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
