"""Where figures come from: how fresh each export is, and the receipt of a figure."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

import duckdb

from libstats.analysis.alarms_of_loads import REFUSED
from libstats.analysis.receipts import ANALYSES, Provenance
from libstats.analysis.work.exported import newest_export
from libstats.declaration.raw import quoted
from libstats.definitions import decisions
from libstats.definitions.parameters import ProcessName, asked, checked
from libstats.definitions.processes import DIRECTIONS, process_of
from libstats.errors import AnalysisError

Relation = duckdb.DuckDBPyRelation
Connection = duckdb.DuckDBPyConnection
Rows = list[tuple[str, str, str]]


@asked
def freshness(
    con: Connection, *, analysis: str | None = None, process: ProcessName | None = None
) -> Relation:
    """How fresh is what each export told, and was any of it rejected?

    Parameters: with `analysis`, only the exports that it counts; with `process`, only those that
    tell of it: one of which no row does, such as messages of vendors among the orders, is none.
    Returns one row per configured source and export: `source`, `export` (the
    declaration), `newest_export_at` (time), `loads` (active loads), `rows_rejected` (rows, over the
    active loads), `files_refused` (names: what lies in the exports folder, was refused when it was
    last loaded, and not accepted; the same in each row, for what it would tell is not known; NULL:
    none), ordered by source and export.
    """
    entry = _entry(analysis) if analysis else None
    tables = (
        None
        if entry is None and process is None
        else list(_telling(con, entry.tables if entry else {}, process, {}))
    )
    work = (process,) if process else entry.work if entry else ()
    others = [set(_of_other_work(con, name)) for name in work]
    return con.sql(
        """
        select
            source,
            declaration as export,
            max(exported_at) as newest_export_at,
            count(*) as loads,
            coalesce(sum(dispositions['rejected']), 0)::bigint as rows_rejected,
            (
                select string_agg(file, ', ' order by file)
                from refused_file r
                anti join newest_decision d
                    on d.process = $alarm
                    and d.decision = $accept
                    and d.case_id = """
        + decisions.alarm_id_sql(f"'{REFUSED}'", "'exports'", "r.sha256")
        + """
            ) as files_refused
        from loaded_file
        where is_active
            and ($tables is null or primary_table in (select unnest($tables::varchar[])))
            and shape not in (select unnest($others::integer[]))
        group by all
        order by source, declaration
        """,
        params={
            "tables": tables,
            "others": sorted(set.intersection(*others)) if others else [],
            "alarm": decisions.ALARM,
            "accept": decisions.ACCEPT,
        },
    )


def _of_other_work(con: Connection, process: str) -> list[int]:
    """The shapes of files whose rows tell of other kinds of work alone; one that had no row yet is
    none of them."""
    work = process_of(con, process)
    tests: dict[str, list[str]] = {"milestone": [f"t.process = {quoted(process)}"]}
    for read in work.read:  # what depends on other tables says nothing of an export
        own = "exists" not in read.where
        tests.setdefault(read.table, []).append(read.where if own else "true")
    found: list[int] = []
    for table, wheres in tests.items():
        if "true" not in wheres:
            told = " or ".join(f"({where})" for where in wheres)
            rows = con.execute(
                f"""
                select shape
                from history.{table} t
                where shape in (
                    select shape
                    from loaded_file
                    where is_active and primary_table = $1
                )
                group by shape
                having not coalesce(bool_or({told}), false)
                """,
                [table],
            ).fetchall()
            found += [shape for (shape,) in rows]
    return found


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
    parameters = checked(entry.function, con, given(analysis, entry.function, parameters))
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
        ("left out", reason, _counted(n, *unit))
        for reason, n, *unit in entry.left_out(con, **parameters).fetchall()
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


def given(
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


def _counted(count: int, unit: str = "") -> str:
    """A number, with its unit where rows of one list have several."""
    return f"{count:,} {unit.removesuffix('s') if count == 1 else unit}".strip()


def _definition(function: Callable[..., Any]) -> str:
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    begins = next((n for n, p in enumerate(paragraphs) if p.startswith("Definition:")), None)
    if begins is None:
        return ""
    found = " ".join(paragraphs[begins].removeprefix("Definition:").split())
    # what a list follows is for those who read the list
    return f"{found.rpartition('. ')[0]}." if found.endswith(":") else found
