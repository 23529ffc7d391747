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
from libstats.store import ledger, unread
from libstats.store.tables import filled, now_sql, same_key


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


def keyed(con: duckdb.DuckDBPyConnection, table: Table) -> tuple[dict[str, str], str]:
    """SQL: the key columns of stored rows r, and the join with aliases that they need: none where
    every row has its own key."""
    if not table.second_name:
        return {c: f"r.{c}" for c in table.key}, ""
    own, second = table.exported_key[0], table.second_name
    if not needs_aliases(con, table):
        return {table.key[0]: f"r.{own}"}, ""
    # not `on r.item_id is null and ...`: DuckDB 2.0 has histories in which it cannot plan that
    join = f"left join {table.name}__alias a on a.source = r.source and a.{second} = case when r.{own} is null then r.{second} end"
    return {table.key[0]: f"coalesce(r.{own}, a.{own}, '{second}:' || r.{second})"}, join


def needs_aliases(con: duckdb.DuckDBPyConnection, table: Table, where: str = "true") -> bool:
    """True if some stored row is known by its second name alone. Only then is T__alias kept."""
    if not table.second_name:
        return False
    return bool(
        con.execute(
            f"select exists (from {table.name}__row where {table.exported_key[0]} is null and {where})"
        ).fetchall()[0][0]
    )


def refresh_aliases(con: duckdb.DuckDBPyConnection, table: Table, names: str | None = None) -> None:
    """Find anew which key each second name stands for: that of the newest row that has both. Needs
    `run`.

    `names` names a temp table of (source, second name) to look at; None: all. Leaves temp tables
    `was_alias`, and `realiased` (source, second name) with the names whose key changed.
    """
    own, second = table.exported_key[0], table.second_name
    only = (
        f"semi join {names} o on o.source = x.source and o.{second} = x.{second}" if names else ""
    )
    con.execute(
        f"""
        create or replace temp table alias_now as
        select x.source, x.{second}, max({{'rank': k.rank, 'own': x.{own}}}).own as {own}
        from (select x.* from {table.name}__row x {only} where x.{own} is not null and x.{second} is not null) x
        join run k on k.export_id = x.export_id and k.from_seq = x.from_seq and k.until_seq is not distinct from x.until_seq
        group by all;
        create or replace temp table was_alias as select x.* from {table.name}__alias x {only};
        create or replace temp table realiased as
        select source, {second} from ((from alias_now except from was_alias) union all (from was_alias except from alias_now)) group by all;
        """
    )


def settle_aliases(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Make the aliases found by `refresh_aliases` the current ones."""
    changed = f"exists (from realiased x where x.source = a.source and x.{table.second_name} = a.{table.second_name})"
    con.execute(
        f"delete from {table.name}__alias a where {changed}; insert into {table.name}__alias select * from alias_now a where {changed}"
    )


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


def refresh_gone(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    at: int = ledger.LATEST,
    *,
    touched: str | None = None,
    folded: str | None = None,
) -> None:
    """Find anew which keys are gone: of all that are current, or that `folded` names. Needs `run`;
    or,
    of the keys in temp table `touched` alone, `spoken` and `after`.

    A key is gone if a believed whole-state load that covers it was exported after every active load
    that holds it, be it in a row that could not be read.
    """
    now, gone, key = (
        "after" if touched else folded or f"({now_sql(table)})",
        f"{table.name}__gone",
        ", ".join(table.key),
    )
    con.execute(
        f"delete from {gone}"
        + (
            f" g using {touched} o where {same_key(('source', *table.key), 'o', 'g')}"
            if touched
            else ""
        )
    )
    if not con.execute(
        "select exists (from export where is_whole and primary_table = $1)", [table.name]
    ).fetchall()[0][0]:
        return
    wholes = [
        w
        for w in ledger.wholes(con, at)
        if w.table == table.name and w.is_believed and w.scope != ()
    ]
    if not wholes:
        return
    joins, covered_at = _covered(con, wholes)
    # what the newest list holds is not gone: only keys that older loads hold are looked at further
    newest = max(w.exported_at for w in wholes)
    is_any_open = con.execute(
        "select exists (from run where until_seq is null and exported_at < $1)", [newest]
    ).fetchall()[0][0]
    older = (
        "from spoken"
        if touched
        else alive_sql(con, table, where="true" if is_any_open else "r.until_seq is not null")
    )
    unreadable = unread.held_sql(con, table, now, at)
    con.execute(
        f"""
        create or replace temp table older as
        with held as (select source, {key}, exported_at from ({older}) {unreadable})
        select source, {key}, max(exported_at) as seen_at from held where exported_at < '{newest}' group by all
        """
    )
    if not con.execute("select exists (from older)").fetchall()[0][0]:
        return
    held = "from spoken" if touched else alive_sql(con, table, only="older")
    con.execute(
        f"""
        insert into {gone}
        with held as (select source, {key}, exported_at from ({held}) {unreadable}),
        seen as (select s.* from older s anti join (from held where exported_at >= '{newest}') f on {same_key(("source", *table.key), "f", "s")})
        select t.source, {", ".join(f"t.{c}" for c in table.key)}, s.seen_at
        from {now} t join seen s on {same_key(("source", *table.key), "s", "t")} {" ".join(joins)}
        where s.seen_at < greatest({", ".join(covered_at)})
        """
    )


def _covered(
    con: duckdb.DuckDBPyConnection, wholes: list[ledger.Whole]
) -> tuple[list[str], list[str]]:
    """SQL: joins of current rows t with the newest time at which a whole list covered them, by each
    column that is a scope; and these times."""
    con.execute(
        "create or replace temp table covered (source varchar, scope_column varchar, scope varchar, exported_at timestamp)"
    )
    rows = [
        (w.source, w.scope_column, value, w.exported_at)
        for w in wholes
        for value in (w.scope if w.scope is not None else (None,))
    ]
    con.executemany("insert into covered values ($1, $2, $3, $4)", rows)
    joins, times = [], []
    for i, column in enumerate(sorted({w.scope_column for w in wholes}, key=str)):
        match = f"c{i}.scope = t.{column}" if column else "true"
        where = f"scope_column = '{column}'" if column else "scope_column is null"
        joins.append(
            f"left join (select source, scope, max(exported_at) as exported_at from covered where {where} group by all) c{i} on c{i}.source = t.source and {match}"
        )
        times.append(f"c{i}.exported_at")
    return joins, times


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
