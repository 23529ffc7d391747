"""The fold: from the stored rows of all active loads to one row per key.

    T__row     (source, export_id, from_seq, until_seq, row_hash, n, is_sole, columns): a run: the
               first load of that export that held the row, and the first later one that did not; n
               equal rows; is_sole where the row itself is the fold of its key: no other active row
               tells of it, or the others change nothing
    T__merged  the fold of all other keys: one row per key (a log: each event)
    T__alias   which key each second name stands for, while rows are known by that alone
    T__gone    the keys that a believed whole-state load did not hold

Each column folds by itself: sticky ones to the newest value that is not blank, clearable ones to
the newest row whose export has the column. Newest is by rank (ledger.active_sql); within one rank
the greatest value wins.
"""

from __future__ import annotations

from dataclasses import replace

import duckdb

from libstats import schema
from libstats.schema import Column, Table
from libstats.store import ledger
from libstats.store.aliases import keyed
from libstats.store.tables import filled, same_key


def prepare(con: duckdb.DuckDBPyConnection, table: Table, at: int = ledger.LATEST) -> None:
    """Make temp table `run`: the stored runs of the table that an active load holds, with the best
    rank of those loads."""
    con.execute(
        f"""
        create or replace temp table run as
        with active as ({ledger.active_sql(at)}), stored as (select distinct export_id, from_seq, until_seq from {table.name}__row)
        select s.export_id, s.from_seq, s.until_seq, max(a.rank) as rank, max(a.exported_at) as exported_at
        from stored s join active a on a.export_id = s.export_id and a.seq >= s.from_seq and a.seq < coalesce(s.until_seq, {ledger.LATEST})
        group by all
        """
    )


def alive_sql(
    con: duckdb.DuckDBPyConnection, table: Table, *, only: str | None = None, where: str = "true"
) -> str:
    """SQL: every stored row of an active load with its source, key and rank; needs `run`.

    `only` names a temp table of (source, key columns) to keep; `where` is SQL about stored rows r.
    """
    keys, join = keyed(con, table)
    if only and len(table.key) == 1 and not join:
        # what DuckDB can look for while it reads: all other columns are then read of the rows found
        # alone
        where = f"{where} and {keys[table.key[0]]} in (select {table.key[0]} from {only})"
    worked_out = "".join(f", {sql} as {c}" for c, sql in keys.items()) if table.second_name else ""
    # rows are picked by key before their loads are looked up: most rows then cost no more than
    # their key
    picked = (
        f"semi join {only} o on o.source is not distinct from r.source and {' and '.join(f'o.{c} is not distinct from {sql}' for c, sql in keys.items())}"
        if only
        else ""
    )
    columns = ", ".join(f"r.{c.name}" for c in table.columns)
    return f"""
        select r.id, r.source, k.rank, k.exported_at, r.export_id, r.from_seq, r.until_seq is null as is_open, r.n, r.is_sole, {columns}
        from (select r.rowid as id, r.*{worked_out} from {table.name}__row r {join} {picked} where {where}) r
        join run k on k.export_id = r.export_id and k.from_seq = r.from_seq and k.until_seq is not distinct from r.until_seq
    """


def speak(con: duckdb.DuckDBPyConnection, table: Table, touched: str) -> None:
    """Make temp table `spoken`: the stored rows of active loads that tell of the keys in `touched`.
    Needs `run` and settled aliases."""
    con.execute(f"create or replace temp table spoken as {alive_sql(con, table, only=touched)}")


def refold(con: duckdb.DuckDBPyConnection, table: Table, touched: str | None) -> None:
    """Fold the keys in temp table `touched` (source, key columns) anew, for which it needs
    `spoken`;
    or all of them. Needs `run` and settled aliases.

    Leaves temp tables `several`, and `sole`: the ids of the rows that are the fold of their keys.
    """
    row, merged = f"{table.name}__row", f"{table.name}__merged"
    alive = "from spoken" if touched else alive_sql(con, table)
    has_several = _find_several(con, table, alive)
    if has_several:
        con.execute(f"create or replace temp table folded as {merged_sql(con, table, alive)}")
    _find_sole(con, table, alive, has_several=has_several)
    con.execute(
        f"update {row} set is_sole = false where rowid in (select a.id from ({alive}) a anti join sole s on s.id = a.id where a.is_sole)"
    )
    con.execute(
        f"update {row} set is_sole = true where rowid in (select id from sole where not is_sole)"
    )
    gone = (
        f"n using {touched} o where {same_key(('source', *table.key), 'o', 'n')}" if touched else ""
    )
    con.execute(f"delete from {merged} {gone}")
    columns = ", ".join(("source", *(c.name for c in table.columns)))
    if has_several:
        con.execute(
            f"insert into {merged} ({columns}) select f.* from folded f anti join equal e on {same_key(('source', *table.key), 'e', 'f')}"
        )


def bury(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """No row of undone loads alone is current. Needs `run`. Loads leave every row in active ones;
    only undoing takes the last away."""
    row, alive = (
        f"{table.name}__row",
        "k.export_id = r.export_id and k.from_seq = r.from_seq and k.until_seq is not distinct from r.until_seq",
    )
    con.execute(
        f"update {row} set is_sole = false where rowid in (select id from (select rowid as id, * from {row} where is_sole) r anti join run k on {alive})"
    )


def _find_sole(
    con: duckdb.DuckDBPyConnection, table: Table, alive: str, *, has_several: bool
) -> None:
    """Temp tables `equal`: for each key in `several` a row that its fold equals, if there is one;
    `sole`: the ids of these rows and of those that are alone."""
    key = ("source", *table.key)
    group = ", ".join(f"a.{c}" for c in key)
    if not has_several:
        con.execute(f"create or replace temp table sole as select id, is_sole from ({alive})")
        return
    # an event of a log stands for itself alone: which others are of its kind and second is told by
    # no row of it
    every = (
        "false"
        if table.is_keyless
        else same_key(("source", *(c.name for c in table.columns)), "f", "a")
    )
    con.execute(
        f"""
        create or replace temp table equal as select {group}, min(a.id) as id, arg_min(a.is_sole, a.id) as is_sole from ({alive}) a join folded f on {every} group by {group};
        create or replace temp table sole as
        select a.id, a.is_sole from ({alive}) a anti join several m on {same_key(key, "m", "a")} union all select id, is_sole from equal
        """
    )


def fold_all(con: duckdb.DuckDBPyConnection, table: Table, target: str) -> None:
    """Fold every key into a table of its own, leaving the stored rows as they are. Needs `run` and
    settled aliases."""
    alive = alive_sql(con, table)
    _find_several(con, table, alive)
    columns = ", ".join(f"a.{c.name}" for c in table.columns)
    con.execute(
        f"insert into {target} select a.source, {columns} from ({alive}) a anti join several m on {same_key(('source', *table.key), 'm', 'a')}"
    )
    con.execute(f"insert into {target} {merged_sql(con, table, alive)}")


def _find_several(con: duckdb.DuckDBPyConnection, table: Table, alive: str) -> bool:
    """Temp table `several`: the keys that more than one active row tells of (a log: or one row for
    several equal events); True if there are any."""
    group = ", ".join(("source", *table.key))
    counted = "count(*) > 1 or max(n) > 1" if table.is_keyless else "count(*) > 1"
    con.execute(
        f"create or replace temp table several as select {group} from ({alive}) group by all having {counted}"
    )
    return bool(con.execute("select exists (from several)").fetchall()[0][0])


def merged_sql(con: duckdb.DuckDBPyConnection, table: Table, alive: str) -> str:
    """SQL: the fold of the keys in `several`."""
    key = ("source", *table.key)
    rows = f"select a.* from ({alive}) a semi join several m on {same_key(key, 'm', 'a')}"
    if table.is_keyless:
        return _most(table, rows)
    having = exports_having(con, table)
    is_tied = con.execute(
        f"select exists (select 1 from ({alive}) group by {', '.join(key)}, rank having count(*) > 1)"
    ).fetchall()[0][0]
    folded = ", ".join(
        c.name if c.name in table.key else _folded(c, having, is_tied=is_tied)
        for c in table.columns
    )
    return f"select source, {folded} from ({rows}) group by {', '.join(key)}"


def _folded(column: Column, having: dict[str, list[int]], *, is_tied: bool) -> str:
    """SQL: the fold of one column over the rows of a key. Where no two rows of a key are of one
    rank none is compared by its value, which takes a third of the time."""
    name, exports = column.name, ", ".join(map(str, having.get(column.name, []))) or "null"
    if column.nature != "clearable":
        newest = (
            f"(max({{'rank': rank, 'value': {name}}}) filter (where {name} is not null)).value"
            if is_tied
            else f"arg_max({name}, rank)"
        )
    elif is_tied:
        newest = f"(max({{'rank': rank, 'known': {name} is not null, 'value': {name}}}) filter (where export_id in ({exports}))).value"
    else:
        newest = f"arg_max_null({name}, rank) filter (where export_id in ({exports}))"
    return f"{newest} as {name}"


def told(con: duckdb.DuckDBPyConnection, table: Table) -> Table:
    """The table with its names and those of its other columns that some export tells of: nothing is
    stored in the rest."""
    wanted = {*table.key, *table.exported_key, table.second_name, *exports_having(con, table)}
    return replace(table, columns=tuple(c for c in table.columns if c.name in wanted))


def exports_having(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, list[int]]:
    rows = con.execute("select export_id, unnest(columns[$1]) from export", [table.name]).fetchall()
    having: dict[str, list[int]] = {}
    for export_id, column in rows:
        having.setdefault(column, []).append(export_id)
    return having


def _most(table: Table, rows: str) -> str:
    """SQL: for each identity, the events of the load that has most, the newest of those."""
    key = ("source", *table.key)
    columns = ", ".join(f"a.{c.name}" for c in table.columns)
    group = ", ".join(key)
    return f"""
        with rows as ({rows}),
        counted as (select {group}, export_id, from_seq, any_value(rank) as rank, sum(n)::bigint as events from rows group by all),
        best as (select {group}, max({{'events': events, 'rank': rank, 'export_id': export_id, 'from_seq': from_seq}}) as w from counted group by all)
        select a.source, {columns}
        from rows a join best b on {same_key(key, "b", "a")} and b.w.export_id = a.export_id and b.w.from_seq = a.from_seq, unnest(range(a.n)) as copy(i)
    """


def totals(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many rows each table has now, counted without looking any key up. Needs all loads
    committed."""
    with_rows = filled(con)
    names = [t for t in schema.tables() if f"{t}__row" in with_rows]
    counts = ", ".join(
        f"(select count(*) from {t}__row where is_sole) + (select count(*) from {t}__merged) - (select count(*) from {t}__gone)"
        for t in names
    )
    found = con.execute(f"select {counts}").fetchall()[0] if names else ()
    return dict.fromkeys(schema.tables(), 0) | dict(zip(names, found, strict=True))
