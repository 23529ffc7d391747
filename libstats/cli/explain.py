"""What a figure says, in one line, and its receipt as text."""

from __future__ import annotations

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import duckdb

from libstats.analysis.provenance import ANALYSES, receipt
from libstats.analysis.work.worklist import STANDINGS
from libstats.definitions.parameters import typed
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.wording import Row, capital, number, percent, records, tenths

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


def answer(con: duckdb.DuckDBPyConnection, analysis: str, /, **parameters: Any) -> list[str]:
    """What does an analysis say? One line, or one for each part that it was asked to tell apart.

    Parameters: as for `receipt`. Raises AnalysisError as the analysis does.
    """
    rows = records(ANALYSES[analysis].function(con, **parameters))
    if "process" in parameters:
        parameters["usual_end"] = " or ".join(process_of(con, parameters["process"]).done)
    return (
        _ANSWERS[analysis](rows, parameters)
        if analysis in _ANSWERS
        else [f"{number(len(rows))} rows"]
    )


def _turnaround(rows: list[Row], parameters: Row) -> list[str]:
    unit = parameters.get("unit", "days")
    words = {"reached": "done", "still_open": "open", "given_up": "given up"}
    return [
        _of(row, parameters)
        + _sentences(*_within(row, unit), _counts(row, words), *_besides(row), row["reason"])
        for row in rows
    ]


def _sentences(*told: str | None) -> str:
    """What is told, each as a sentence."""
    return " ".join(f"{capital(each)}." for each in told if each)


def _within(row: Row, unit: str) -> list[str]:
    """How long half took, and nine in ten, with how sure that is."""
    if row["p50"] is None:
        return ["When half are done is not known yet"]
    half = f"Half within {tenths(row['p50'])} {unit} ({_reach(row, 'p50')})"
    if row["p90"] is None:
        return [half, "When nine in ten are done is not known yet"]
    return [half, f"Nine in ten within {tenths(row['p90'])} {unit} ({_reach(row, 'p90')})"]


def _besides(row: Row) -> list[str]:
    """Of whom the figures are, and what closed cases alone would say."""
    told = []
    if row["given_up"] and row["share_reached"] is not None:
        told += [
            "What was given up is left out of these times",
            f"Of all cases {percent(row['share_reached'])} are done",
        ]
    if row["naive_p50"] is not None:
        half, most = (tenths(row[p]) for p in ("naive_p50", "naive_p90"))
        told.append(f"Closed ones alone would say: half within {half}, nine in ten within {most}")
    return told


def _reach(row: Row, p: str) -> str:
    """Between what the true time very likely lies."""
    low, high = row[f"{p}_low"], row[f"{p}_high"]
    most = "or more" if high is None else f"to {tenths(high)}"
    return f"95% interval: {tenths(row[p] if low is None else low)} {most}"


def _counts(row: Row, parts: dict[str, str]) -> str:
    """`48 cases: 36 done, 10 open, 2 given up`, and what else there is of the whole."""
    lost = row.get("undeterminable") or 0
    counts = [f"{number(row[name])} {words}" for name, words in parts.items()] + (
        [f"{number(lost)} that nobody can tell of"] if lost else []
    )
    return f"{number(row['cases'])} {'case' if row['cases'] == 1 else 'cases'}: {', '.join(counts)}"


def _worklist(rows: list[Row], _: Row) -> list[str]:
    counts = ", ".join(
        f"{number(sum(row['standing'] == standing for row in rows))} {standing}"
        for standing in STANDINGS
        if standing in STANDINGS[:3] or any(row["standing"] == standing for row in rows)
    )
    lost = sum(row["is_missing"] for row in rows)
    return [
        (
            f"{number(len(rows))} open: "
            f"{counts}{f'; {number(lost)} of copies marked lost' if lost else ''}"
        )
    ]


def _backlog(rows: list[Row], parameters: Row) -> list[str]:
    last = [row for row in rows if row["ended_at"] == rows[-1]["ended_at"]]
    return [
        _of(row, parameters)
        + _sentences(f"{_waiting(row)} at {row['ended_at']:%Y-%m-%d %H:%M}", row["reason"])
        for row in last
    ] or ["Nothing that is loaded tells of a case that waited then"]


def _waiting(row: Row) -> str:
    return (
        "Nobody can tell what waited" if row["waiting"] is None else f"{row['waiting']:,} waiting"
    )


def _fill_rate(rows: list[Row], parameters: Row) -> list[str]:
    parts = {
        "filled": "filled",
        "unfilled": "unfilled",
        "duplicate": "duplicate",
        "cancelled_by_patron": "cancelled by the patron",
        "other_left_out": "else left out",
        "still_open": "open",
    }
    rates = [
        "Nothing is closed yet" if row["rate"] is None else f"{percent(row['rate'])} filled"
        for row in rows
    ]
    return [
        f"{_of(row, parameters)}Not known: {row['reason']}"
        if row["cases"] is None
        else _of(row, parameters) + _sentences(rate, _counts(row, parts), row["reason"])
        for row, rate in zip(rows, rates, strict=True)
    ]


def _throughput(rows: list[Row], parameters: Row) -> list[str]:
    if rows and all(row["cases"] is None for row in rows):
        return [f"Not known: {rows[0]['reason']}"]
    return [
        (
            f"{number(sum(row['cases'] or 0 for row in rows))} cases reached "
            f"{(parameters.get('milestone') or parameters['usual_end']).replace('_', ' ')}"
        )
    ]


def _circulation(rows: list[Row], _: Row) -> list[str]:
    if rows and all(row["coverage"] == "outside" for row in rows):
        return [f"Not known: {rows[0]['reason']}"]
    renewals = sum(
        value or 0 for row in rows for name, value in row.items() if name.startswith("renewals")
    )
    checkouts, used = (
        sum(row[name] or 0 for row in rows) for name in ("checkouts", "in_house_uses")
    )
    return [
        (
            f"{number(checkouts)} checkouts, {number(renewals)} renewals, "
            f"{number(used)} uses inside the library"
        )
    ]


def _of(row: Row, parameters: Row) -> str:
    """The part that a row tells of, where parts were asked for: one of them may be called all."""
    return "" if parameters.get("by") is None else f"{row['part'] or 'not known'}: "


# One line an analysis; of any other the rows are counted.
def _collection_use(rows: list[Row], parameters: Row) -> list[str]:
    by = parameters.get("by", "class")
    return [
        f"{row[by] or 'not known'}: {number(row['items'])} copies"
        + ("" if row["turnover"] is None else f", {tenths(row['turnover'])} uses each")
        for row in rows
    ]


_ANSWERS: dict[str, Callable[[list[Row], Row], list[str]]] = {
    "collection_use": _collection_use,
    "backlog": _backlog,
    "circulation": _circulation,
    "fill_rate": _fill_rate,
    "throughput": _throughput,
    "turnaround": _turnaround,
    "worklist": _worklist,
}
