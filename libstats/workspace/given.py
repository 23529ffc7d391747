"""What people give to the functions that take a workspace, checked in one place and refused in
words: paths, the number of a load, a day, a moment."""

from __future__ import annotations

import operator
import os
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from libstats.errors import LibstatsError

MOST = 2**31 - 1  # the ledger counts in 32 bits


def path(value: Any, what: str, remedy: str) -> Path:
    """A path, of text or not; LibstatsError for anything else, which is no `what`."""
    if isinstance(value, (str, os.PathLike)):
        text = os.fspath(value)
        if isinstance(text, str) and text and "\0" not in text:
            return Path(text)
    shown = repr(value) if isinstance(value, str) else f"a value of the type {_kind(value)}"
    raise LibstatsError(f"{shown} is no {what}", remedy)


def paths(value: Path | str | Iterable[Path | str]) -> list[Path]:
    """One path, or several; LibstatsError for what is none."""
    remedy = 'Give a path or several, as in "exports" or ["items.csv", "loans.csv"].'
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, os.PathLike)):
        return [path(each, "path of exports", remedy) for each in value]
    return [path(value, "path of exports", remedy)]


def load_number(value: Any) -> int:
    """The number of a load; LibstatsError for what can be none."""
    remedy = "`libstats loads` lists them."
    try:
        number = operator.index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise LibstatsError(f"{value!r} is not the number of a load", remedy)
    if not 0 < number <= MOST:
        raise LibstatsError(f"there is no load {number}", remedy)
    return number


def day(value: Any, name: str) -> date:
    """A date or its ISO text; LibstatsError for what is no day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise LibstatsError(f"{name}={value!r} is not a day", "Write it as 2026-10-31.") from None


def moment(value: Any, name: str) -> datetime:
    """A time of the clock on the wall, of a time, a date (its midnight) or ISO text; LibstatsError
    for what is none."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, date):
        return datetime.combine(value, time())
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None)
    except (TypeError, ValueError):
        raise LibstatsError(
            f"{name}={value!r} is not a time", "Write it as 2026-10-31 or 2026-10-31T06:00."
        ) from None


def _kind(value: Any) -> str:
    return type(value).__name__
