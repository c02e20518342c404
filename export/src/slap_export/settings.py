"""Tables of settings: how one becomes a dataclass, and which numbers it may hold."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class ConfigError(ValueError):
    """A setting that is unknown, missing or of the wrong type or size."""


def build(kind: type[T], values: dict[str, Any], where: str = "") -> T:
    """Builds a dataclass from a table, refusing unknown, missing, mistyped and wrong settings."""
    hints = get_type_hints(kind)
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    for key in values:
        if key not in known:
            raise ConfigError(f"unknown setting `{where}{key}`; known: {', '.join(known)}")
    arguments: dict[str, Any] = {}
    for name, hint in hints.items():
        if name not in values:
            continue
        value = values[name]
        if NoneType in get_args(hint):
            if value is None:  # written beside a checkpoint, never in a recipe
                continue
            hint = next(kind for kind in get_args(hint) if kind is not NoneType)
        arguments[name] = fitting(f"{where}{name}", hint, value)
    try:
        return kind(**arguments)
    except TypeError as error:
        raise ConfigError(f"missing setting in `{where or 'the file'}`: {error}") from error
    except ValueError as error:
        raise ConfigError(f"[{where.rstrip('.')}] {error}" if where else str(error)) from error


def fitting(name: str, hint: Any, value: Any) -> Any:
    """A value as its setting wants it.

    Args:
        name: The setting, for the message if the value does not fit.
        hint: Its type: a dataclass, a tuple, or one of int, float, str and bool.
        value: As it was read.
    """
    if is_dataclass(hint):
        if not isinstance(value, dict):
            raise ConfigError(f"`{name}` must be a table, got {value!r}")
        return build(hint, value, f"{name}.")  # type: ignore[arg-type]
    if get_origin(hint) is tuple:
        if not isinstance(value, list | tuple):
            raise ConfigError(f"`{name}` must be a list, got {value!r}")
        kinds = get_args(hint)
        if kinds[-1] is ...:
            kinds = kinds[:1] * len(value)
        if len(value) != len(kinds):
            raise ConfigError(f"`{name}` must have {len(kinds)} elements, got {value!r}")
        pairs = enumerate(zip(kinds, value, strict=True))
        return tuple(fitting(f"{name}[{at}]", kind, each) for at, (kind, each) in pairs)
    if hint is float and type(value) is int:
        try:
            return float(value)
        except OverflowError as error:
            raise ConfigError(f"`{name}` is too large for a number") from error
    if hint in (int, float, str, bool) and type(value) is not hint:
        raise ConfigError(f"`{name}` must be {hint.__name__}, got {value!r}")
    if hint is float and not math.isfinite(value):
        raise ConfigError(f"`{name}` must be a finite number, got {value}")
    return value


def at_least(table: Any, low: float, *names: str) -> None:
    """Refuses settings of a table that are below `low`; one that is None is none."""
    for name in names:
        value = getattr(table, name)
        if value is not None and not value >= low:
            raise ValueError(f"{name} ({value}) must be {low:g} or more")


def above(table: Any, low: float, *names: str) -> None:
    """Refuses settings of a table that are not above `low`."""
    for name in names:
        value = getattr(table, name)
        if not value > low:
            raise ValueError(f"{name} ({value}) must be above {low:g}")


def within(table: Any, low: float, high: float, *names: str) -> None:
    """Refuses settings of a table that are not from `low` to `high`; one that is None is none."""
    for name in names:
        value = getattr(table, name)
        if value is not None and not low <= value <= high:
            raise ValueError(f"{name} ({value}) must be from {low:g} to {high:g}")


def share(table: Any, *names: str) -> None:
    """Refuses settings of a table that are not above 0 and at most 1."""
    for name in names:
        value = getattr(table, name)
        if not 0 < value <= 1:
            raise ValueError(f"{name} ({value}) must be above 0 and at most 1")


def folder_name(table: Any, name: str) -> None:
    """Refuses a setting that cannot be the name of a folder beside others."""
    value = getattr(table, name)
    if PurePath(value).name != value or value in ("", ".", "..") or not value.isprintable():
        raise ValueError(f"{name} ({value!r}) must be the name of a folder, not a path")
    if len(value.encode()) > 100:
        raise ValueError(f"{name} is too long: {len(value.encode())} bytes, at most 100")
