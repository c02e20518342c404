"""`slap-export data`: from recordings to a manifest, and from a manifest to shards."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from slap_export.commands import Commands, log

if TYPE_CHECKING:
    from slap_export.data.manifest import Recording

EPILOG = """\
in order:
  slap-export data read KIND FOLDER -o MANIFEST    what a corpus's own tables say of its recordings
  slap-export data stats MANIFEST                  how much there is, and of what
  slap-export data check MANIFEST                  no speaker and no sound in two splits
  slap-export data shards MANIFEST -o SHARDS       cut out, 16 kHz, in files of many
  slap-export data corpus SHARDS -o FOLDER         unpacked for a recipe's corpus.path
  slap-export data join CORPUS -o FOLDER           a speaker's clips in longer recordings
"""

KINDS = (
    "common_voice",
    "coswara",
    "crema_d",
    "hugging_face",
    "paraspeechcaps",
    "ravdess",
    "svd",
    "synthetic",
    "vctk",
)
"""The names of the readers, known here so that help need not load them."""

_ABSOLUTE = "allow paths outside the manifest's folder, written in full"


def run_read(arguments: argparse.Namespace) -> None:
    from slap_export.data.files import refuse_other
    from slap_export.data.manifest import is_line, write_manifest
    from slap_export.data.readers import reader
    from slap_export.data.readers.words import Heard

    out: Path = arguments.out
    if not arguments.folder.is_dir():
        raise ValueError(f"{arguments.folder}: expected the folder of a corpus, got no folder")
    refuse_other(out, "manifest", is_line)
    heard = Heard()
    recordings = heard.passing(reader(arguments.kind)(arguments.folder))
    count = write_manifest(out, recordings, allow_absolute=arguments.absolute)
    log(f"{count} recordings in {out}")
    for line in heard.lines():
        log(line)


def run_check(arguments: argparse.Namespace) -> None:
    from slap_export.data.audio import seconds_of
    from slap_export.data.leakage import refuse_leaks
    from slap_export.data.shards import read_index, verify_shards

    folders = [path for path in arguments.manifests if path.is_dir()]
    for folder in folders:
        index = read_index(folder)
        verify_shards(index)
        print(f"{len(index.shards)} shards in {folder} are as they were written")
    manifests = [path for path in arguments.manifests if path not in folders]
    if not manifests:
        return
    recordings = list(_recordings(manifests, arguments.absolute))
    for recording in recordings:
        seconds_of(recording)
    refuse_leaks(recordings, audio=not arguments.names_alone)
    nameless = sum(recording.speaker is None for recording in recordings)
    if nameless:
        log(f"recordings without a speaker: {nameless}; whether they share one, nobody can tell")
    splits = sorted({recording.split for recording in recordings})
    if len(splits) == 1:
        print(f"{len(recordings)} recordings, all in {splits[0]}: there is nothing to compare")
    else:
        print(f"{len(recordings)} recordings; {', '.join(splits)} share nothing")


def run_stats(arguments: argparse.Namespace) -> None:
    from slap_export.data.statistics import balance, render

    print(render(balance(_recordings(arguments.manifests, arguments.absolute))))


def run_shards(arguments: argparse.Namespace) -> None:
    from slap_export.data.shard_writer import write_shards

    manifest: Path = arguments.manifest
    index = write_shards(
        _recordings([manifest], arguments.absolute),
        manifest.parent,
        arguments.out,
        arguments.size,
        skip_broken=arguments.skip_broken,
        report=log,
    )
    for problem in index.left_out:
        log(f"left out: {problem}")
    count = sum(shard.recordings for shard in index.shards)
    hours = sum(shard.seconds for shard in index.shards) / 3600
    print(f"{count} recordings, {hours:.2f} hours, in {len(index.shards)} shards")


def run_corpus(arguments: argparse.Namespace) -> None:
    import tomllib

    from slap_export.config import build
    from slap_export.data.augment import WaveformConfig
    from slap_export.data.shards import read_index
    from slap_export.data.unpack import unpack

    changes = None
    if arguments.augment is not None:
        try:
            values = tomllib.loads(arguments.augment.read_text(encoding="utf-8"))
            changes = build(WaveformConfig, values)
        except ValueError as error:
            raise ValueError(f"{arguments.augment}: {error}") from None
    count = unpack(
        read_index(arguments.shards),
        arguments.out,
        changes=changes,
        renders=arguments.renders,
        seed=arguments.seed,
        report=log,
    )
    print(f"{count} clips in {arguments.out}")


def run_join(arguments: argparse.Namespace) -> None:
    from slap_export.data.join import join_corpus

    count = join_corpus(
        arguments.corpus, arguments.out, arguments.longest, arguments.seed, report=log
    )
    print(f"{count} recordings in {arguments.out}")


def _recordings(manifests: list[Path], allow_absolute: bool) -> Iterator[Recording]:
    from slap_export.data.manifest import read_manifest

    for manifest in manifests:
        found = False
        for recording in read_manifest(manifest, allow_absolute=allow_absolute):
            found = True
            yield recording
        if not found:
            raise ValueError(f"{manifest}: expected at least one recording, got none")


def add_data(commands: Commands) -> None:
    """Registers `data` and what belongs to it."""
    text = "read corpora, check them and cut them into shards"
    data = commands.add_parser(
        "data",
        help=text,
        description=text.capitalize() + ".",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = data.add_subparsers(required=True, metavar="COMMAND")

    read = kinds.add_parser(
        "read",
        help="write the manifest of a corpus",
        description="Reads a corpus as it was published and writes a line of JSON for each"
        " recording: path, speaker, language, transcript, attributes, captions and split."
        " Stops at the first thing that is not as the layout says, and names it.",
    )
    read.add_argument(
        "kind",
        metavar="KIND",
        choices=KINDS,
        help=f"one of {', '.join(KINDS)}; hugging_face is any folder with a metadata.csv",
    )
    read.add_argument("folder", type=Path, metavar="FOLDER")
    read.add_argument("-o", "--out", type=Path, required=True, metavar="MANIFEST")
    read.set_defaults(run=run_read)

    check = kinds.add_parser(
        "check",
        help="refuse splits that share a speaker or a sound",
        description="Compares speakers, spans of files and decoded sound across splits, and"
        " opens every file. Exits with 1 and says what leaks, or what cannot be heard. A folder of"
        " shards is compared with the SHA-256 in its index.",
    )
    check.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST_OR_SHARDS")
    check.add_argument(
        "--names-alone", action="store_true", help="compare speakers and files, not what is heard"
    )
    check.set_defaults(run=run_check)

    stats = kinds.add_parser(
        "stats",
        help="count hours, speakers, languages and attributes",
        description="Prints how much each split holds, and how often each value of an attribute"
        " occurs there; a zero says that this value cannot be learnt, or not be measured.",
    )
    stats.add_argument("manifests", type=Path, nargs="+", metavar="MANIFEST")
    stats.set_defaults(run=run_stats)

    shards = kinds.add_parser(
        "shards",
        help="cut the recordings out and pack them for training",
        description="Cuts every recording out, mixes it down to one channel of 16 kHz and writes"
        " tar files in WebDataset's layout, with an index. Run it again to go on after an"
        " interruption; the same manifest gives the same bytes.",
    )
    shards.add_argument("manifest", type=Path, metavar="MANIFEST")
    shards.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER")
    shards.add_argument(
        "--size", type=int, default=1000, metavar="N", help="recordings in a shard (default: 1000)"
    )
    shards.add_argument(
        "--skip-broken",
        action="store_true",
        help="leave out what cannot be heard and list it in the index; stops there otherwise",
    )
    shards.set_defaults(run=run_shards)

    corpus = kinds.add_parser(
        "corpus",
        help="unpack shards into a folder that `features` and `train` read",
        description="Writes clips.jsonl and audio/ as `slap-export corpus synth` does; a recipe"
        " names the folder as corpus.path. With --augment, training recordings are heard"
        " --renders times: once as they are, and changed in other ways each time after that.",
    )
    corpus.add_argument("shards", type=Path, metavar="SHARDS")
    corpus.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER")
    corpus.add_argument(
        "--augment", type=Path, metavar="FILE", help="changes, as TOML; docs/data.md lists them"
    )
    corpus.add_argument("--renders", type=int, default=1, metavar="N", help="(default: 1)")
    corpus.add_argument("--seed", type=int, default=0, metavar="N", help="of the changes")
    corpus.set_defaults(run=run_corpus)

    join = kinds.add_parser(
        "join",
        help="lay clips of a speaker one after the other",
        description="Makes a corpus of longer recordings from one that `features` reads. Of a"
        " recording is known what is true of all its clips. Clips whose voice changes, held"
        " vowels and two speakers at once stay as they are.",
    )
    join.add_argument("corpus", type=Path, metavar="CORPUS", help="folder with a clips.jsonl")
    join.add_argument("-o", "--out", type=Path, required=True, metavar="FOLDER")
    join.add_argument(
        "--longest", type=float, default=30.0, metavar="SECONDS", help="(default: 30)"
    )
    join.add_argument("--seed", type=int, default=0, metavar="N", help="of lengths and order")
    join.set_defaults(run=run_join)
    for command in (read, check, stats, shards):
        command.add_argument("--absolute", action="store_true", help=_ABSOLUTE)
