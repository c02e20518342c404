"""What the readers share: tables with exact errors, files that must exist, and split by speaker."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path


class ReaderError(ValueError):
    """A downloaded corpus that is not laid out as its reader expects."""


@dataclass(frozen=True)
class Row:
    """One line of a table, with its place for errors."""

    file: Path
    line: int
    values: dict[str, str]

    def get(self, column: str) -> str | None:
        """A cell without its surrounding blanks; None if empty or if there is no such column."""
        return self.values.get(column, "").strip() or None

    def need(self, column: str) -> str:
        """A cell that must not be empty."""
        value = self.get(column)
        if value is None:
            raise self.error(column, "a value", "nothing")
        return value

    def choose(self, column: str, words: dict[str, str | None]) -> str | None:
        """A cell in other words; None if empty, an error if it is not one of them."""
        value = self.get(column)
        if value is None:
            return None
        if value not in words:
            raise self.error(column, f"one of {', '.join(words)}", repr(value))
        return words[value]

    def years(self, column: str) -> int | None:
        """A cell that holds an age in years, whole or with a zero fraction."""
        value = self.get(column)
        if value is None:
            return None
        try:
            years = float(value)
        except ValueError:
            years = -1.0
        if not 0 <= years <= 120:
            raise self.error(column, "an age in years", repr(value))
        return int(years)

    def error(self, column: str, expected: str, got: str) -> ReaderError:
        return ReaderError(
            f"{self.file}, line {self.line}: {column}: expected {expected}, got {got}"
        )


def table(
    file: Path, needed: Sequence[str], delimiter: str = ",", quoting: int = csv.QUOTE_MINIMAL
) -> Iterator[Row]:
    """The rows of a table with a header line, which must have the `needed` columns."""
    need_file(file)
    try:
        with file.open(encoding="utf-8-sig", newline="") as text:
            rows = csv.reader(text, delimiter=delimiter, quoting=quoting, strict=True)
            header = [name.strip() for name in next(rows, [])]
            missing = [name for name in needed if name not in header]
            if missing:
                raise ReaderError(
                    f"{file}, line 1: expected columns {', '.join(needed)}, got no"
                    f" {', '.join(missing)}"
                )
            for cells in rows:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise ReaderError(
                        f"{file}, line {rows.line_num}: expected {len(header)} cells,"
                        f" got {len(cells)}"
                    )
                yield Row(file, rows.line_num, dict(zip(header, cells, strict=True)))
    except UnicodeDecodeError as error:
        raise ReaderError(
            f"{file}: expected UTF-8, got byte {error.object[error.start]:#04x}"
        ) from None
    except csv.Error as error:
        raise ReaderError(f"{file}: expected a table, got {error}") from None


def json_lines(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """Line numbers and objects of a file of JSON lines."""
    need_file(file)
    with file.open("rb") as lines:
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                values = json.loads(raw.decode())
            except ValueError as error:
                raise ReaderError(f"{file}, line {number}: expected JSON, got {error}") from None
            if not isinstance(values, dict):
                raise ReaderError(f"{file}, line {number}: expected an object, got {values!r:.40}")
            yield number, values


def need_file(file: Path) -> Path:
    """The file, which must exist."""
    if not file.is_file():
        raise ReaderError(f"{file}: expected a file, got nothing")
    return file


def need_audio(file: Path, row: Row | None = None) -> Path:
    """An audio file, which must exist; the error names the row that speaks of it."""
    if file.is_file():
        return file
    place = f"{row.file}, line {row.line}: " if row else ""
    raise ReaderError(f"{place}expected audio at {file}, got nothing")


def inside(folder: Path, name: str, place: str) -> Path:
    """A file named by a table, which must lie inside the folder."""
    path = Path(name)
    if not name or path.is_absolute() or ".." in path.parts:
        raise ReaderError(f"{place}: expected a file inside {folder}, got {name!r}")
    return folder / path


def some(files: Sequence[Path], folder: Path, pattern: str) -> Sequence[Path]:
    """The files, of which there must be one at least."""
    if not files:
        raise ReaderError(f"{folder}: expected files {pattern}, got none")
    return files


def split_of(name: str) -> str:
    """The split of a speaker by a hash of the name: 80 % train, 10 % validation, 10 % test."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") / 2**64
    return "train" if share < 0.8 else "validation" if share < 0.9 else "test"


def age_group(years: int | None) -> str | None:
    """`child` below 13, `adult` from 20; None between, where a voice may sound either way."""
    if years is None or 13 <= years < 20:
        return None
    return "child" if years < 13 else "adult"


def known(**attributes: str | None) -> dict[str, str | None]:
    """The attributes that have a value."""
    return {name: value for name, value in attributes.items() if value is not None}
