"""Where figures come from: how fresh each export is, and the receipt of a figure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.analysis import circulation, fund_balances, invoice_checks, vendor_terms
from libstats.analysis.collection import age, use, weeding
from libstats.analysis.work import backlog, fill, throughput, turnaround, worklist
from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.spans import Spans
from libstats.declaration.raw import quoted
from libstats.definitions.parameters import ProcessName, asked, checked
from libstats.definitions.processes import DIRECTIONS, process_of
from libstats.errors import AnalysisError

Relation = duckdb.DuckDBPyRelation
Connection = duckdb.DuckDBPyConnection
Rows = list[tuple[str, str, str]]


@dataclass(frozen=True)
class Provenance:
    """An analysis as its receipt tells of it.

    function   the analysis
    left_out   its companion: `reason` and `rows`
    tables     the canonical tables that it reads, with the column that dates their rows (None: all
               that are current); {} for an analysis of a process, which names its tables itself
    used       how many cases it counted, from the connection and the parameters; without it the
               rows of the tables are told
    """

    function: Callable[..., Any]
    left_out: Callable[..., Relation]
    tables: Mapping[str, str | None]
    used: Callable[..., int] | None = None


def _summed(column: str, function: Callable[..., Relation]) -> Callable[..., int]:
    return lambda con, **parameters: int(
        function(con, **parameters).aggregate(f"coalesce(sum({column}), 0)").fetchall()[0][0]
    )


def _in_backlog(
    con: Connection, process: str, *, start: str | None = None, end: Any = None, **others: Any
) -> int:
    spans = Spans.of(con, process, start=start, end=end)
    sql = f"""
        select count(*)
        from ({spans.sql()})
        where started_at is not null
    """
    return int(con.execute(sql, {"as_of": str(spans.as_of)}).fetchall()[0][0])


_USE: dict[str, str | None] = {"circulation_event": "happened_at", "loan": "checked_out_at"}
_BILLS: dict[str, str | None] = {"invoice": None, "invoice_line": None, "order_line": None}
_BILLS |= {"payment": None}
_STOCK: dict[str, str | None] = {"item": None, "title": None}
# One line an analysis; add yours.
ANALYSES: dict[str, Provenance] = {
    "backlog": Provenance(backlog.backlog, backlog.backlog_left_out, {}, _in_backlog),
    "circulation": Provenance(circulation.circulation, circulation.left_out, _USE),
    "collection_age": Provenance(age.collection_age, age.left_out, _STOCK),
    "collection_use": Provenance(use.collection_use, use.use_left_out, {**_STOCK, **_USE}),
    "fill_rate": Provenance(
        fill.fill_rate, fill.fill_rate_left_out, {}, _summed("cases", fill.fill_rate)
    ),
    "fund_balances": Provenance(
        fund_balances.fund_balances,
        fund_balances.left_out,
        {"fund": None, "fund_transaction": "happened_on"},
    ),
    "invoice_checks": Provenance(invoice_checks.invoice_checks, invoice_checks.left_out, _BILLS),
    "throughput": Provenance(
        throughput.throughput,
        throughput.throughput_left_out,
        {},
        _summed("cases", throughput.throughput),
    ),
    "turnaround": Provenance(
        turnaround.turnaround,
        turnaround.turnaround_left_out,
        {},
        _summed("cases - undeterminable", turnaround.turnaround),
    ),
    "vendor_terms": Provenance(
        vendor_terms.vendor_terms,
        vendor_terms.left_out,
        {"invoice": "billed_on", "order_line": "answered_on"},
    ),
    "weeding_candidates": Provenance(
        weeding.weeding_candidates, weeding.left_out, {**_STOCK, **_USE}
    ),
    "worklist": Provenance(
        worklist.worklist, worklist.worklist_left_out, {}, _summed("1", worklist.worklist)
    ),
}


@asked
def freshness(
    con: Connection, *, analysis: str | None = None, process: ProcessName | None = None
) -> Relation:
    """How fresh is what each export told, and was any of it rejected?

    Parameters: with `analysis`, only the exports that it counts; with `process`, only those that
    tell of it. Returns one row per configured source and export: `source`, `export` (the
    declaration), `newest_export_at` (time), `loads` (active loads), `rows_rejected` (rows, over the
    active loads), ordered by source and export.
    """
    tables = (
        None
        if analysis is None and process is None
        else list(_telling(con, _entry(analysis).tables if analysis else {}, process, {}))
    )
    return con.sql(
        """
        select
            source,
            declaration as export,
            max(exported_at) as newest_export_at,
            count(*) as loads,
            coalesce(sum(dispositions['rejected']), 0)::bigint as rows_rejected
        from loaded_file
        where is_active
            and ($tables is null or primary_table in (select unnest($tables::varchar[])))
            -- one plain list can tell of many kinds of work
            and (
                $process is null
                or primary_table <> 'milestone'
                or shape in (
                    select shape
                    from history.milestone
                    where process = $process
                )
            )
        group by all
        order by source, declaration
        """,
        params={"tables": tables, "process": process},
    )


@asked
def receipt(con: Connection, analysis: str, /, **parameters: Any) -> Relation:
    """Where does a figure come from: its definition, the loads behind it, the rows used and those
    left
    out?

    Parameters: `analysis` is the name of an analysis, `parameters` those it was called with
    (`process`, `since` and `until`, or `as_of`, ...). Returns rows of `part` (definition, period,
    parameter, load, rows in the period, rows held, cases used, left out), `what` and `value`, all
    text, in that order. Of a process the cases used and those left out are all that the exports
    tell of, but for reasons that begin with "counted". Raises AnalysisError for an analysis that
    has no receipt, for a parameter it lacks or does not know, and where it refuses to answer.

    >>> libstats.receipt(con, "worklist", process="hold").columns
    ['part', 'what', 'value']
    """
    entry = _entry(analysis)
    parameters = checked(entry.function, con, _given(analysis, entry.function, parameters))
    process = parameters.get("process")
    rows: Rows = [
        ("definition", analysis, _definition(entry.function)),
        *_parameters(con, entry.function, process, parameters),
    ]
    tables = _telling(con, entry.tables, process, parameters)
    for table, where in tables.items():
        for file, label, at, n, others, _ in (
            _newest(con, table) if where is None else _loads(con, table, where)
        ):
            more = f"; the newest of {others:,} loads" if others else ""
            rows.append(("load", file, f"{label}, exported {at:%Y-%m-%d %H:%M}, {n:,} rows{more}"))
    rows = list(dict.fromkeys(rows))  # one file may tell of several tables
    if entry.used:
        rows.append(("cases used", str(process), f"{entry.used(con, **parameters):,}"))
    else:
        rows += [
            (
                "rows held" if where is None else "rows in the period",
                table,
                _count(con, table, where or "true"),
            )
            for table, where in tables.items()
        ]
    rows += [
        ("left out", reason, f"{n:,}") for reason, n in entry.left_out(con, **parameters).fetchall()
    ]
    values = ", ".join(f"($p{i}a, $p{i}b, $p{i}c, {i})" for i in range(len(rows)))
    named = {
        f"p{i}{letter}": text
        for i, row in enumerate(rows)
        for letter, text in zip("abc", row, strict=True)
    }
    return con.sql(
        f"""
        select part, what, value
        from (values {values}) as r(part, what, value, place)
        order by place
        """,
        params=named,
    )


def _entry(analysis: str) -> Provenance:
    if analysis not in ANALYSES:
        raise AnalysisError(
            f"there is no receipt for {analysis!r}",
            f"There is one for: {', '.join(sorted(ANALYSES))}.",
        )
    return ANALYSES[analysis]


def _given(
    analysis: str, function: Callable[..., Any], parameters: Mapping[str, Any]
) -> dict[str, Any]:
    """The parameters, with the process that the analysis is of if none is named; AnalysisError for
    one that lacks or is unknown."""
    known = {p.name: p for p in inspect.signature(function).parameters.values() if p.name != "con"}
    if unknown := [name for name in parameters if name not in known]:
        raise AnalysisError(
            f"{analysis} has no parameter {unknown[0]!r}", f"It takes: {', '.join(known)}."
        )
    if lacking := [
        p.name for p in known.values() if p.default is p.empty and parameters.get(p.name) is None
    ]:
        raise AnalysisError(
            f"{analysis} needs {' and '.join(lacking)}", f"It takes: {', '.join(known)}."
        )
    usual = (
        {"process": known["process"].default}
        if "process" in known and "process" not in parameters
        else {}
    )
    return {**usual, **parameters}


def _parameters(
    con: Connection,
    function: Callable[..., Any],
    process: str | None,
    parameters: Mapping[str, Any],
) -> Rows:
    names = {"since": "since", "until": "until, not included", "as_of": "as of"}
    rows: Rows = [
        ("period", names[name], str(parameters[name]))
        for name in names
        if parameters.get(name) is not None
    ]
    if process is not None:
        work = process_of(con, process)
        ends = f"done with {' or '.join(work.done)}"
        if work.given_up:
            ends += f", given up with {' or '.join(work.given_up)}"
        rows.insert(
            0, ("definition", process, f"{work.what}; it begins with {work.starts}, is {ends}")
        )
        if "as_of" in inspect.signature(function).parameters and parameters.get("as_of") is None:
            rows.append(
                ("period", "as of the newest export", f"{newest_export(con, work):%Y-%m-%d %H:%M}")
            )
    return rows + [
        ("parameter", name, str(value))
        for name, value in parameters.items()
        if name not in names and name != "process" and value is not None
    ]


def _telling(
    con: Connection,
    tables: Mapping[str, str | None],
    process: str | None,
    parameters: Mapping[str, Any],
) -> dict[str, str | None]:
    """The tables that an analysis reads, with SQL that says which of their rows t tell: those of
    the process or in the period; None: all."""
    if process is None:
        return {table: column and _dated(column, parameters) for table, column in tables.items()}
    work = process_of(con, process)
    found: dict[str, str | None] = {
        **dict.fromkeys(work.tables, "true"),
        **{r.table: r.where for r in work.read},
        "milestone": f"t.process = {quoted(process)}",
    }
    if process in DIRECTIONS:
        way = quoted(DIRECTIONS[process])
        found["ill_event"] = f"coalesce(t.direction, {way}) = {way}"
    return found


def _dated(column: str, parameters: Mapping[str, Any]) -> str:
    """SQL: the rows t of the period, or of all days up to the moment told of."""
    bounds = [
        f"t.{column} {test} {quoted(str(parameters[name]))}::timestamp{rest}"
        for name, test, rest in (
            ("since", ">=", ""),
            ("until", "<", ""),
            ("as_of", "<", " + interval 1 day"),
        )
        if parameters.get(name) is not None
    ]
    return " and ".join(bounds) or "true"


def _count(con: Connection, table: str, where: str) -> str:
    return f"{con.execute(f'select count(*) from {table} t where {where}').fetchall()[0][0]:,}"


def _loads(con: Connection, table: str, where: str) -> list[tuple[Any, ...]]:
    """The active loads that hold such a row of the table, in order of export."""
    return con.execute(
        f"""
        with run as (
            select distinct
                t.shape,
                t.from_seq,
                t.until_seq
            from history.{table} t
            where {where}
        )
        select distinct
            l.file,
            l.declaration,
            l.exported_at,
            l.rows_read,
            0,
            l.sha256
        from run r
        join loaded_file l
            on l.shape = r.shape
            and l.seq >= r.from_seq
            and (r.until_seq is null or l.seq < r.until_seq)
        where l.is_active
        order by l.exported_at, l.sha256
        """
    ).fetchall()


def _newest(con: Connection, table: str) -> list[tuple[Any, ...]]:
    """The newest active load of each export that tells of the table, and how many there are of that
    export."""
    return con.execute(
        """
        select
            file,
            declaration,
            exported_at,
            rows_read,
            if(count(*) over alike > 1, count(*) over alike, 0),
            sha256
        from loaded_file
        where is_active and columns[$1] is not null
        window
            alike as (partition by shape),
            newest as (partition by shape order by exported_at desc, sha256 desc)
        qualify row_number() over newest = 1
        order by exported_at, sha256
        """,
        [table],
    ).fetchall()


def _definition(function: Callable[..., Any]) -> str:
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    found = next((p for p in paragraphs if p.startswith("Definition:")), "")
    return " ".join(found.removeprefix("Definition:").split())
