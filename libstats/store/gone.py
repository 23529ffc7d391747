"""Which keys are gone: what a believed whole list lacks, and no later load holds.

What a whole list holds in rows that were rejected cannot be read, but it is there, and so it is not
gone:

unread    (seq, source, table_name, name, hash): the load, by which second name the row says what it
          is about ('': by its key), and that, hashed
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from libstats.schema import Table
from libstats.store import fold, ledger
from libstats.store.tables import now_sql, same_key


def refresh(
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
        else fold.alive_sql(con, table, where="true" if is_any_open else "r.until_seq is not null")
    )
    unreadable = _unread_sql(con, table, now, at)
    con.execute(
        f"""
        create or replace temp table older as
        with held as (select source, {key}, exported_at from ({older}) {unreadable})
        select source, {key}, max(exported_at) as seen_at from held where exported_at < '{newest}' group by all
        """
    )
    if not con.execute("select exists (from older)").fetchall()[0][0]:
        return
    held = "from spoken" if touched else fold.alive_sql(con, table, only="older")
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


def regone(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Find anew which keys are gone, after a whole-state load was confirmed."""
    fold.prepare(con, table)
    refresh(con, table)


def is_next_list(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> bool:
    """True if nothing tells of the table but the whole lists of one export, all rows of theirs
    read,
    and this is the next after one that is believed: no key comes or goes but those it touches.

    Lists of one time do not retire one another: what only the first of them held goes with the next
    one, though that touches none of it.
    """
    others = f"select exists (from run where export_id <> {export_id}) or exists (from unread where table_name = '{table.name}')"
    before = con.execute(
        f"select max(seq) from load where export_id = {export_id} and seq < {seq}"
    ).fetchall()[0][0]
    lists = [w for w in ledger.wholes(con) if w.table == table.name]
    is_next = [(w.seq, w.is_believed) for w in lists[-2:]] == [(before, True), (seq, True)] and all(
        w.exported_at < lists[-2].exported_at for w in lists[:-2]
    )
    return is_next and not con.execute(others).fetchall()[0][0]


def _unread_sql(con: duckdb.DuckDBPyConnection, table: Table, now: str, at: int) -> str:
    """SQL to go on with: the current keys that rejected rows of active loads are about, each with
    the time of the load; nothing where there are none."""
    if not con.execute(
        "select exists (from unread where table_name = $1)", [table.name]
    ).fetchall()[0][0]:
        return ""
    keys = [f"t.{c}" for c in table.key]
    same = f"(u.name = '' and u.hash = md5_number_lower({key_text(keys)}))"
    if table.second_name:
        same += f" or (u.name = '{table.second_name}' and u.hash = md5_number_lower(t.{table.second_name}::varchar))"
    return f"""
        union all
        select t.source, {", ".join(keys)}, a.exported_at
        from {now} t join unread u on u.source = t.source and u.table_name = '{table.name}' and ({same}) join ({ledger.active_sql(at)}) a on a.seq = u.seq
    """


def key_text(columns: Iterable[str]) -> str:
    """SQL: a key as one text, as it is hashed."""
    return f"concat({', chr(31), '.join(f'{c}::varchar' for c in columns)})"
