"""What a figure says, and its receipt, as text."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import duckdb

from libstats.analysis.answers import answer
from libstats.analysis.provenance import receipt
from libstats.analysis.receipts import ANALYSES
from libstats.definitions.parameters import typed
from libstats.errors import AnalysisError

WIDTH = 100


def explain(
    con: duckdb.DuckDBPyConnection,
    analysis: str,
    given: Mapping[str, str],
    *,
    with_files: bool = False,
) -> str:
    """What does a figure say, and where does it come from? The answer in one line, then the receipt
    of the analysis, WIDTH columns wide, its method last.

    `given` are its parameters as text; `with_files` lists each file behind it. Raises AnalysisError
    as `receipt` does, and for a text that is no day or no number.
    """
    function = ANALYSES[analysis].function if analysis in ANALYSES else receipt
    _refuse_lacking(analysis, function, given)
    parameters = {name: typed(function, name, text) for name, text in given.items()}
    rows = receipt(con, analysis, **parameters).fetchall()
    work = [
        _wrapped(f"{what}: {value}")
        for part, what, value in rows
        if part == "definition" and what != analysis
    ]
    loads = [(what, value) for part, what, value in rows if part == "load"]
    text = [
        *map(_wrapped, answer(con, analysis, **parameters)),
        _wrapped(_question(analysis)),
        *work,
        _files(loads, with_files),
    ]
    if with_files:
        text += [_wrapped(f"{what}: {value}", "    ") for what, value in loads]
    for part, listed in groupby(
        (row for row in rows if row[0] not in ("definition", "load")), key=lambda row: row[0]
    ):
        text += [part, *(_wrapped(f"{what}: {value}", "    ") for _, what, value in listed)]
    method = [
        _wrapped(f"{what}: {value}", "    ")
        for part, what, value in rows
        if part == "definition" and what == analysis
    ]
    return "\n".join([*text, "method", *method])


# What a parameter is typed as, where one lacks.
_TYPED = {
    "process": "hold",
    "since": "--since 2026-10-01",
    "until": "--until 2026-11-01",
    "as_of": "--set as_of=2026-11-01",
}


def _refuse_lacking(analysis: str, function: Callable[..., Any], given: Mapping[str, str]) -> None:
    """AnalysisError for a parameter that lacks, said as it is typed."""
    known = {p.name: p for p in inspect.signature(function).parameters.values() if p.name != "con"}
    needed = [p.name for p in known.values() if p.name in _TYPED and p.default is p.empty]
    is_known = function is not receipt and set(given) <= set(known)
    if is_known and (lacking := [p for p in needed if p not in given]):
        said = " and ".join(
            "a kind of work" if p == "process" else _TYPED[p].partition(" 2")[0].split("=")[0]
            for p in lacking
        )
        typed = " ".join(given[p] if p == "process" and p in given else _TYPED[p] for p in needed)
        raise AnalysisError(
            f"{analysis} needs {said}", f"Write: libstats explain {analysis} {typed}"
        )


def _question(analysis: str) -> str:
    """What the analysis asks, the first line of its documentation."""
    return (
        inspect.cleandoc(ANALYSES[analysis].function.__doc__ or "")
        .partition("\n\n")[0]
        .replace("\n", " ")
    )


def _files(loads: list[tuple[str, str]], listed: bool) -> str:
    """How many files are behind a figure, and of which days."""
    days = sorted(
        found[1] for _, value in loads if (found := re.search(r"exported (\d{4}-\d\d-\d\d)", value))
    )
    if not days:
        return "no files"
    span = f"of {days[0]}" if days[0] == days[-1] else f"from {days[0]} to {days[-1]}"
    return (
        f"{len(loads):,} file{'s' if len(loads) > 1 else ''}, "
        f"{span}{':' if listed else ' (--files lists them)'}"
    )


def _wrapped(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_on_hyphens=False,
    )
