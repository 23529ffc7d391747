"""The ledger of loads: which are active, how they rank, which whole-state loads are believed.

Law: the state is a pure function of the set of active loads. Nothing here or in the fold depends on
the order in which files came, except `seq`, which says when something became known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

import duckdb

from libstats.store.workings import Workings

LATEST = 2**31 - 1
SHRINKAGE = 0.02


class Disposed(Protocol):
    """What became of the rows of a load."""

    seq: int | None
    dispositions: dict[str, int]
    derived: dict[str, int]
    conflicts: int


@dataclass(frozen=True)
class Whole:
    """A whole-state load that is active: what it covers, and whether absence from it means
    anything."""

    seq: int
    source: str
    table: str
    scope_column: str | None
    scope: tuple[str, ...] | None
    exported_at: datetime
    rows: int
    is_believed: bool


@dataclass(frozen=True)
class Shape:
    """One shape of file: what it was taken for, what is made of it, what it is whole for."""

    source: str
    declaration: str
    select_hash: str
    primary_table: str
    is_whole: bool
    absence: str
    scope_column: str | None
    scope: list[str] | None
    columns: dict[str, list[str]]

    def number(self, con: duckdb.DuckDBPyConnection) -> int:
        """Its number in the ledger, entered if it is the first file of its kind."""
        names, values = list(vars(self)), list(vars(self).values())
        same = " and ".join(f"{n} is not distinct from ${i}" for i, n in enumerate(names, 1))
        found = con.execute(f"select export_id from export where {same}", values).fetchall()
        if found:
            return int(found[0][0])
        marks = ", ".join(f"${i}" for i in range(1, len(names) + 1))
        return int(
            con.execute(
                f"""
                insert into export (export_id, {", ".join(names)})
                select (select coalesce(max(export_id), 0) + 1 from export), {marks}
                returning export_id
                """,
                values,
            ).fetchall()[0][0]
        )


def last_seq(con: duckdb.DuckDBPyConnection) -> int:
    """The newest entry of the ledger; 0 while it is empty."""
    return int(con.execute("select coalesce(max(seq), 0) from ledger").fetchall()[0][0])


def seq_on(con: duckdb.DuckDBPyConnection, day: str) -> int:
    """The last entry made on or before that day."""
    return int(
        con.execute(
            "select coalesce(max(seq), 0) from ledger where happened_at < $1::date + 1", [day]
        ).fetchall()[0][0]
    )


def now(con: duckdb.DuckDBPyConnection) -> tuple[datetime, bool]:
    """The time of an entry made now, and whether the clock was set back: then it is that of the
    newest entry.

    Two hours are no setting back: clocks go back by one each autumn.
    """
    clock = datetime.now().replace(microsecond=0)
    newest = con.execute("select max(happened_at) from ledger").fetchall()[0][0]
    return max(clock, newest or clock), newest is not None and clock < newest - timedelta(hours=2)


def enter(con: duckdb.DuckDBPyConnection, action: str, load_seq: int | None, now: datetime) -> int:
    """Add an entry and give its seq. A clock that was set back does not make the ledger go back."""
    seq = last_seq(con) + 1
    con.execute(
        """
        insert into ledger
        select
            $1,
            greatest($2::timestamp, coalesce((select max(happened_at) from ledger), $2::timestamp)),
            $3,
            coalesce($4, $1)
        """,
        [seq, now, action, load_seq],
    )
    return seq


def enter_loads(
    con: duckdb.DuckDBPyConnection, columns: Mapping[str, Sequence[object]], now: datetime
) -> str:
    """Enter the loads of a batch, each value by name; gives the temp table that holds them: file,
    seq, shape, place (which of its shape in the batch, from 1 on), source, and the rest."""
    types = {
        **dict.fromkeys(("file", "seq", "shape", "place"), "integer"),
        **dict.fromkeys(("size", "rows_read", "rows_kept"), "bigint"),
        "exported_at": "timestamp",
        "is_cut": "boolean",
    }
    lists = ", ".join(
        f"unnest(${name}::{types.get(name, 'varchar')}[]) as {name}" for name in columns
    )
    loads = Workings(con, "batch").make("load", f"select {lists}", dict(columns))
    con.execute(
        f"""
        insert into ledger
        select
            seq,
            greatest($now::timestamp, coalesce((select max(happened_at) from ledger), $now)),
            'load',
            seq
        from {loads}
        """,
        {"now": now},
    )
    con.execute(
        f"""
        insert into load
            (seq, export_id, loaded_at, file, sha256, size, exported_at, exported_from, is_cut,
            rows_read, rows_kept)
        select seq, shape, $now, name, sha256, size, exported_at, exported_from, is_cut,
            rows_read, rows_kept
        from {loads}
        """,
        {"now": now},
    )
    return loads


def enter_dispositions(con: duckdb.DuckDBPyConnection, told: Sequence[Disposed]) -> None:
    """Enter what became of the rows of some loads."""
    rows = [
        (load.seq, part, name, number)
        for load in told
        for part, counts in (("dispositions", load.dispositions), ("derived", load.derived))
        for name, number in counts.items()
    ]
    seqs, parts, names, numbers = ([row[i] for row in rows] for i in range(4))
    con.execute(
        """
        with disposed as (
            select
                unnest($1::integer[]) as seq,
                unnest($2::varchar[]) as part,
                unnest($3::varchar[]) as name,
                unnest($4::bigint[]) as number,
                generate_subscripts($1::integer[], 1) as position
        )
        update load
        set dispositions = d.dispositions, derived = d.derived
        from (
            select
                seq,
                map_from_entries(coalesce(
                    list(row(name, number) order by position) filter (where part = 'dispositions'),
                    [])) as dispositions,
                map_from_entries(coalesce(
                    list(row(name, number) order by position) filter (where part = 'derived'),
                    [])) as derived
            from disposed
            group by seq
        ) d
        where load.seq = d.seq
        """,
        [seqs, parts, names, numbers],
    )
    con.execute(
        """
        update load
        set conflicts = c.conflicts
        from (select unnest($1::integer[]) as seq, unnest($2::bigint[]) as conflicts) c
        where load.seq = c.seq
        """,
        [[load.seq for load in told], [load.conflicts for load in told]],
    )


def active_sql(at: int = LATEST) -> str:
    """SQL: the loads active at that entry, with their rank: by the time of export, then by content;
    never by time of loading."""
    return f"""
        select
            l.seq,
            l.export_id,
            e.source,
            l.exported_at,
            dense_rank() over (order by l.exported_at, l.sha256) as rank
        from load l join export e using (export_id)
        where l.seq <= {at} and (l.undone_seq is null or l.undone_seq > {at})
    """


def wholes(con: duckdb.DuckDBPyConnection, at: int = LATEST) -> list[Whole]:
    """The active whole-state loads in rank order.

    One that looks cut, or has over 2 % fewer rows than the last believed ones had for the same
    branches (or whatever its scope is), retires nothing until a person confirms it. The first whole
    list is measured by the longest one of before, from which nothing was concluded. One that
    replaces what was told of its scope is of any length.
    """
    found: list[Whole] = []
    baseline: dict[tuple[object, ...], int] = {}
    longest: dict[tuple[object, ...], int] = {}
    for load in _listed(con, at):
        kind = (load.source, load.declaration)
        if not load.is_whole:
            longest[kind] = max(load.rows, longest.get(kind, 0))
            continue
        rows = _rows_by_scope(load.scope, load.scope_rows, load.rows)
        counts: dict[tuple[object, ...], int] = {
            (load.source, load.table, load.scope_column, value): n for value, n in rows.items()
        }
        first = longest.get(kind, 0) if load.scope_column is None else 0
        before = sum(baseline.get(place, first) for place in counts)
        has_shrunk = not load.replaces and sum(counts.values()) < (1 - SHRINKAGE) * before
        is_believed = load.is_confirmed or not (load.is_cut or has_shrunk)
        if is_believed:
            baseline |= counts
        found.append(load.whole(is_believed=is_believed))
    return found


class _Listed(NamedTuple):
    """An active load from absence in which something may be concluded, or an earlier form of which
    was not said to be whole, or said nothing by what it lacked."""

    is_whole: bool
    replaces: bool
    declaration: str
    seq: int
    source: str
    table: str
    scope_column: str | None
    scope: list[str] | None
    exported_at: datetime
    rows: int
    scope_rows: dict[str, int] | None
    is_cut: bool
    is_confirmed: bool

    def whole(self, *, is_believed: bool) -> Whole:
        """It as a whole-state load."""
        return Whole(
            seq=self.seq,
            source=self.source,
            table=self.table,
            scope_column=self.scope_column,
            scope=tuple(self.scope) if self.scope is not None else None,
            exported_at=self.exported_at,
            rows=self.rows,
            is_believed=is_believed,
        )


def _listed(con: duckdb.DuckDBPyConnection, at: int) -> Iterable[_Listed]:
    rows = con.execute(
        f"""
        select
            e.is_whole and e.absence <> 'nothing',
            e.absence = 'replaced',
            e.declaration,
            l.seq,
            e.source,
            e.primary_table,
            e.scope_column,
            e.scope,
            l.exported_at,
            l.rows_kept,
            l.scope_rows,
            l.is_cut,
            coalesce(l.confirmed_seq <= {at}, false)
        from load l join export e using (export_id)
        where e.declaration in (select declaration from export where absence <> 'nothing')
            and l.seq <= {at}
            and (l.undone_seq is null or l.undone_seq > {at})
        order by l.exported_at, l.sha256
        """
    ).fetchall()
    return map(_Listed._make, rows)


def held(con: duckdb.DuckDBPyConnection, seq: int, at: int = LATEST) -> Whole | None:
    """That whole-state load, if it waits to be confirmed, as of an entry."""
    return next((w for w in wholes(con, at) if w.seq == seq and not w.is_believed), None)


def _rows_by_scope(
    scope: list[str] | None, scope_rows: dict[str, int] | None, kept: int
) -> dict[str | None, int]:
    """Rows of a load by branch, or of all; loads of a store that did not count them by branch are
    no measure unless they have one branch alone."""
    if scope is None:
        return {None: kept}
    if scope_rows is None:
        return {scope[0]: kept} if len(scope) == 1 else {}
    return dict(scope_rows.items())
