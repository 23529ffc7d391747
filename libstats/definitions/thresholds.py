"""The limits of weeding: how old and how long unused a copy of a class may be, as a table that a
library can replace by its own."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from libstats.errors import AnalysisError

__all__ = ["chosen", "limits", "lines", "register"]

USUAL = "crew"
COLUMNS = ("profile", "scheme", "class_from", "class_to", "age_years", "no_use_years")
SCHEMES = ("ddc", "lcc", "label")
REMEDY = (
    "The table that comes with libstats, libstats/definitions/weeding.csv, shows the form: "
    + ", ".join(COLUMNS)
    + ", note, source."
)


def register(con: duckdb.DuckDBPyConnection, config: Mapping[str, Any], folder: Path) -> None:
    """Tell a connection the profile and the table that [weeding] in libstats.toml names; the table
    lies in that folder or below it."""
    given = config.get("weeding", {})
    table = given.get("thresholds")
    con.execute("set variable weeding_profile = $1", [given.get("profile")])
    con.execute("set variable weeding_thresholds = $1", [str(folder / table) if table else None])


def chosen(
    con: duckdb.DuckDBPyConnection, profile: str | None, path: Path | str | None
) -> tuple[str, str | None]:
    """The profile and the table to use: what is given, of which CREW and the table of libstats are
    usual; where neither is given, what [weeding] names."""
    if profile or path:
        return profile or USUAL, str(path) if path else None
    own, table = con.execute(
        "select getvariable('weeding_profile'), getvariable('weeding_thresholds')"
    ).fetchall()[0]
    return own or USUAL, table


def limits(profile: str, path: Path | str | None = None) -> dict[str, Any]:
    """The lines of a profile as lists, one per column, named as parameters of a query.

    Parameters
    ----------
    profile : name of a profile in the table
    path : the library's own table (CSV, UTF-8); without it the one that comes with libstats

    Raises AnalysisError for a table or a profile that cannot be used, naming file, line and column.
    """
    name, rows = _profile(profile, path)
    chosen = [_line(name, number, row) for number, row in rows]
    return {
        f"limit_{key}": [row[key] for row in chosen]
        for key in ("scheme", "from", "to", "age", "use")
    }


def lines(profile: str, path: Path | str | None = None) -> list[dict[str, str]]:
    """The lines of a profile as they stand in the table, for people to read; parameters and errors
    as for `limits`."""
    return [row for _, row in _profile(profile, path)[1]]


def _profile(profile: str, path: Path | str | None) -> tuple[str, list[tuple[int, dict[str, str]]]]:
    """The table's name, and the lines of the profile with their numbers."""
    name, text = _text(path)
    rows = _rows(name, text)
    profiles = sorted({row["profile"] for _, row in rows})
    if profile not in profiles:
        raise AnalysisError(
            f"{name} has no profile {profile!r}", f"It has: {', '.join(profiles) or 'none'}."
        )
    return name, [(number, row) for number, row in rows if row["profile"] == profile]


def _text(path: Path | str | None) -> tuple[str, str]:
    if path is None:
        return "weeding.csv", resources.files("libstats.definitions").joinpath(
            "weeding.csv"
        ).read_text(encoding="utf-8")
    try:
        return Path(path).name, Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise AnalysisError(
            f"{Path(path).name}: the table of weeding limits cannot be read",
            "It is a CSV file in UTF-8. " + REMEDY,
        ) from None


def _rows(name: str, text: str) -> list[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(io.StringIO(text))
    lacking = [column for column in COLUMNS if column not in (reader.fieldnames or [])]
    if lacking:
        raise AnalysisError(f"{name}, line 1: there is no column {lacking[0]}", REMEDY)
    return [
        (
            reader.line_num,
            {
                key: (value or "").strip()
                for key, value in row.items()
                if isinstance(key, str) and not isinstance(value, list)
            },
        )
        for row in reader
    ]


def _line(name: str, number: int, row: dict[str, str]) -> dict[str, Any]:
    """One line, its class written so that texts compare as classes do."""
    if row["scheme"] not in SCHEMES:
        raise AnalysisError(
            f"{name}, line {number}: scheme is {row['scheme']!r}",
            f"Write one of: {', '.join(SCHEMES)}.",
        )
    first, last = (_key(name, number, row, column) for column in ("class_from", "class_to"))
    if first > last:
        raise AnalysisError(
            f"{name}, line {number}: class_from comes after class_to",
            "Write the lower class first.",
        )
    return {
        "scheme": row["scheme"],
        "from": first,
        "to": last,
        "age": _years(name, number, row, "age_years"),
        "use": _years(name, number, row, "no_use_years"),
    }


def _key(name: str, number: int, row: dict[str, str], column: str) -> str:
    text, is_first = row[column].upper(), column == "class_from"
    letters = text.rstrip("0123456789")
    digits = text[len(letters) :]
    if row["scheme"] == "label" and text:
        return text
    if row["scheme"] == "ddc" and text.isdecimal() and len(text) <= 3:
        return text.zfill(3)
    if (
        row["scheme"] == "lcc"
        and letters.isascii()
        and letters.isalpha()
        and len(letters) <= 3
        and len(digits) <= 4
    ):
        # letters alone stand for all that begins with them
        return letters.ljust(3, " " if is_first or digits else "Z") + (
            digits.zfill(4) if digits else "0000" if is_first else "9999"
        )
    raise AnalysisError(
        f"{name}, line {number}: {column} is no class of the scheme {row['scheme']}",
        (
            "Write a Dewey number of three digits, LC letters with up to four digits, "
            "or a label such as FIC."
        ),
    )


def _years(name: str, number: int, row: dict[str, str], column: str) -> int | None:
    text = row[column]
    if text == "" or text.upper() == "X":
        return None
    if not text.isdecimal():
        raise AnalysisError(
            f"{name}, line {number}: {column} is not a whole number of years",
            "Leave it empty, or write X, where it does not matter.",
        )
    return int(text)
