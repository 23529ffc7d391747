"""Where figures come from: how fresh each export is, and the receipt of a figure."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb

from libstats.analysis import circulation as circulation_module
from libstats.analysis import collection, collection_use, weeding
from libstats.errors import AnalysisError

_USE = {"circulation_event": "happened_at", "loan": "checked_out_at"}
_STOCK = {"item": None, "title": None}

# analysis -> the function, what it leaves out, the canonical tables it counts with the column that dates their rows (None: all that are current)
_ANALYSES: dict[str, tuple[Callable[..., Any], Callable[..., duckdb.DuckDBPyRelation], dict[str, str | None]]] = {
    "circulation": (circulation_module.circulation, circulation_module.left_out, {**_USE}),
    "collection_age": (collection.collection_age, collection.left_out, {**_STOCK}),
    "collection_use": (collection_use.collection_use, collection_use.use_left_out, {**_STOCK, **_USE}),
    "weeding_candidates": (weeding.weeding_candidates, weeding.left_out, {**_STOCK, **_USE}),
}


def freshness(con: duckdb.DuckDBPyConnection, *, analysis: str | None = None) -> duckdb.DuckDBPyRelation:
    """How fresh is what each export told, and was any of it rejected?

    Parameters: with `analysis`, only the exports that it counts.
    Returns one row per configured source and export: `source`, `export` (the declaration), `newest_export_at`
    (time), `loads` (active loads), `rows_rejected` (rows, over the active loads), ordered by source and export.
    """
    return con.sql(
        """
        select e.source, e.declaration as export, max(l.exported_at) as newest_export_at, count(*) as loads,
            coalesce(sum(l.dispositions['rejected']), 0)::bigint as rows_rejected
        from load l join export e using (export_id)
        where l.undone_seq is null and ($tables is null or e.primary_table in (select unnest($tables::varchar[])))
        group by all
        order by e.source, e.declaration
        """,
        params={"tables": list(_entry(analysis)[2]) if analysis is not None else None},
    )


def receipt(con: duckdb.DuckDBPyConnection, analysis: str, **parameters: Any) -> duckdb.DuckDBPyRelation:
    """Where does a figure come from: its definition, the loads behind it, the rows used and those left out?

    Parameters: `analysis` is the name of an analysis, `parameters` those it was called with (`since` and `until`, or `as_of`, ...).
    Returns rows of `part` (definition, period, load, rows used, left out), `what` and `value`, all text, in that order.
    Raises AnalysisError for an analysis that has no receipt.
    """
    function, left_out, tables = _entry(analysis)
    named = [("since", "since"), ("until", "until, not included"), ("as_of", "as of")]
    rows = [("definition", analysis, _definition(function)), *(("period", word, str(parameters[name])) for name, word in named if name in parameters)]
    since = str(parameters.get("since", "0001-01-01"))
    until = str(parameters["until"]) if "until" in parameters else f"{date.fromisoformat(str(parameters['as_of'])[:10]) + timedelta(days=1)}"
    for table, column in tables.items():
        for seq, file, label, at, n, others, *_ in _loads(con, table, column, since, until) if column else _newest(con, table):
            rows.append(("load", f"load {seq}: {file}", f"{label}, exported {at:%Y-%m-%d %H:%M}, {n:,} rows{f'; the newest of {others:,} loads' if others else ''}"))
    rows = list(dict.fromkeys(rows))  # one file may tell of several tables
    for table, column in tables.items():
        dated = f"where {column} >= $1::timestamp and {column} < $2::timestamp" if column else "where $1 < $2"
        used = con.execute(f"select count(*) from {table} {dated}", [since, until]).fetchall()[0][0]
        rows.append(("rows in the period" if column else "rows held", table, f"{used:,}"))
    rows += [("left out", reason, f"{n:,}") for reason, n in left_out(con, **parameters).fetchall()]
    values = ", ".join(f"($p{i}a, $p{i}b, $p{i}c, {i})" for i in range(len(rows)))
    texts = {f"p{i}{letter}": text for i, row in enumerate(rows) for letter, text in zip("abc", row, strict=True)}
    return con.sql(f"select part, what, value from (values {values}) as r(part, what, value, place) order by place", params=texts)


def _entry(analysis: str) -> tuple[Callable[..., Any], Callable[..., duckdb.DuckDBPyRelation], dict[str, str | None]]:
    if analysis not in _ANALYSES:
        raise AnalysisError(f"there is no receipt for {analysis!r}", f"There is one for: {', '.join(sorted(_ANALYSES))}.")
    return _ANALYSES[analysis]


def _loads(con: duckdb.DuckDBPyConnection, table: str, column: str, since: str, until: str) -> list[tuple[Any, ...]]:
    """The active loads that hold a row of the table in the period, in order of export."""
    return con.execute(
        f"""
        with run as (select distinct export_id, from_seq, until_seq from {table}__row where {column} >= $1::timestamp and {column} < $2::timestamp)
        select distinct l.seq, l.file, e.declaration, l.exported_at, l.rows_read, 0, l.sha256
        from run r join load l on l.export_id = r.export_id and l.seq >= r.from_seq and (r.until_seq is null or l.seq < r.until_seq) join export e on e.export_id = l.export_id
        where l.undone_seq is null
        order by l.exported_at, l.sha256
        """,
        [since, until],
    ).fetchall()


def _newest(con: duckdb.DuckDBPyConnection, table: str) -> list[tuple[Any, ...]]:
    """The newest active load of each export that tells of the table, and how many there are of that export."""
    return con.execute(
        """
        select l.seq, l.file, e.declaration, l.exported_at, l.rows_read, if(count(*) over export > 1, count(*) over export, 0)
        from load l join export e using (export_id)
        where l.undone_seq is null and e.columns[$1] is not null
        window export as (partition by e.export_id)
        qualify row_number() over (partition by e.export_id order by l.exported_at desc, l.sha256 desc) = 1
        order by l.exported_at, l.sha256
        """,
        [table],
    ).fetchall()


def _definition(function: Callable[..., Any]) -> str:
    paragraphs = inspect.cleandoc(function.__doc__ or "").split("\n\n")
    found = next((p for p in paragraphs if p.startswith("Definition:")), "")
    return " ".join(found.removeprefix("Definition:").split())
