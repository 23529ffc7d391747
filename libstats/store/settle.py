"""Settling a table after a load or its undoing: which keys it tells of, and what the fold makes of
them now."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import duckdb

from libstats import schema
from libstats.schema import Table
from libstats.store import fold, ledger
from libstats.store.steps import step
from libstats.store.tables import columns_of_row, same_key


def _with_key(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SQL: source and key of stored rows r, whether their loads are active or not."""
    keys, join = fold.keyed(con, table)
    return f"select r.source, {', '.join(f'{sql} as {c}' for c, sql in keys.items())} from {table.name}__row r {join}"


def _touch(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> str | None:
    """Temp table `touched` (source, key columns): the keys whose fold this load can change. Needs
    `run`; settles the aliases.

    None: all keys, nothing else is stored.
    """
    mine = f"export_id = {export_id} and from_seq = {seq}"
    if not con.execute(f"select exists (from {table.name}__row where not ({mine}))").fetchall()[0][
        0
    ]:
        if fold.needs_aliases(con, table):
            _realias(con, table)
        return None
    told, second = _told_anew(con, export_id, seq), table.second_name
    parts = []
    if fold.needs_aliases(con, table, f"not ({mine})"):
        named = " union ".join(
            told(f"select r.source, r.{second} from {table.name}__row r", (str(second),))
        )
        con.execute(
            f"create or replace temp table named as select * from ({named}) where {second} is not null"
        )
        _realias(con, table, "named")
        parts = _realiased_keys(table)
    elif fold.needs_aliases(con, table):
        _realias(
            con,
            table,
            # these are the first rows that are known by their second name alone: no other key changes
            # by them
        )
    con.execute(
        f"create or replace temp table touched as {' union '.join([*told(_with_key(con, table), table.key), *parts])}"
    )
    return "touched"


def _told_anew(
    con: duckdb.DuckDBPyConnection, export_id: int, seq: int
) -> Callable[[str, tuple[str, ...]], list[str]]:
    """What gives SQL for the rows whose part in the fold this load can change, as a SELECT of
    certain
    columns from stored rows r.

    If the export's previous load is active, its highest in rank, and lower than this one, the rows
    that stay were of one rank and are so again, a higher one: that matters only where another row
    tells of the same with a rank above that previous load's. Needs `run`; may make temp table
    `above`.
    """
    came = f"where r.export_id = {export_id} and (r.from_seq = {seq} or r.until_seq = {seq})"
    stays = f"where r.export_id = {export_id} and r.from_seq < {seq} and r.until_seq is null"
    rank = _previous_rank(con, export_id, seq)
    if rank is None:
        return lambda select, of: [f"{select} {came}", f"{select} {stays}"]
    con.execute(
        f"create or replace temp table above as select * from run where rank > {rank} and not (export_id = {export_id} and until_seq is null)"
    )
    if not con.execute("select exists (from above)").fetchall()[0][0]:
        return lambda select, of: [f"{select} {came}"]
    others = "semi join above k on k.export_id = r.export_id and k.from_seq = r.from_seq and k.until_seq is not distinct from r.until_seq"
    return lambda select, of: [
        f"{select} {came}",
        f"select x.* from ({select} {others}) x semi join ({select} {stays}) u on {same_key(('source', *of), 'u', 'x')}",
    ]


def _previous_rank(con: duckdb.DuckDBPyConnection, export_id: int, seq: int) -> int | None:
    """Rank of the export's load before this one, if that is active, lower in rank, and higher than
    all others of the export."""
    rows = con.execute(
        f"""
        with active as ({ledger.active_sql()})
        select p.rank from active p, active l
        where l.seq = {seq} and p.rank < l.rank and p.seq = (select max(seq) from load where export_id = {export_id} and seq < {seq})
        and p.rank = (select max(rank) from active where export_id = {export_id} and seq < {seq})
        """
    ).fetchall()
    return int(rows[0][0]) if rows else None


def _realiased_keys(table: Table) -> list[str]:
    """SQL: the keys that a changed second name stood for or now stands for, and the name standing
    alone."""
    second, own = table.second_name, table.exported_key[0]
    changed = f"semi join realiased x on x.source = a.source and x.{second} = a.{second}"
    return [
        f"select a.source, a.{own} as {table.key[0]} from {table.name}__alias a {changed}",
        f"select a.source, a.{own} from was_alias a {changed}",
        f"select source, '{second}:' || {second} from realiased",
    ]


def _realias(con: duckdb.DuckDBPyConnection, table: Table, names: str | None = None) -> None:
    fold.refresh_aliases(con, table, names)
    fold.settle_aliases(con, table)


def resettle(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    export_id: int,
    seq: int,
    *,
    is_plain: bool = False,
) -> bool:
    """Bring the current rows of a table up to the ledger after a load of one export; `is_plain`
    where
    its rows are the fold already.

    Leaves temp table `several`; and, unless nothing else is stored (False then), `spoken`, `before`
    and `after`: the stored rows of the touched keys, and their current rows then and now.
    """
    table = fold.told(con, table)
    fold.prepare(con, table)
    touched = _touch(con, table, export_id, seq)
    if is_plain:
        con.execute(
            f"create or replace temp table several as select source, {', '.join(table.key)} from {table.name}__merged limit 0"
        )
    elif touched is None:
        fold.refold(con, table, None)
    else:
        fold.speak(con, table, touched)
        _keep(con, table, "before", "s where s.is_sole")
        fold.refold(con, table, touched)
        _keep(con, table, "after", "s semi join sole o on o.id = s.id")
    fold.refresh_gone(
        con,
        table,
        touched=touched if touched and _is_next_list(con, table, export_id, seq) else None,
    )
    step("fold")
    return touched is not None


class OfBatch:
    """A table settled after several loads at once, whose rows lie in temp table `held`; see
    runs.py."""

    def __init__(self, con: duckdb.DuckDBPyConnection, table: Table, first_seq: int) -> None:
        self.con, self.first_seq = con, first_seq
        self.table = fold.told(con, table)

    def fold(self) -> None:
        """Fold the keys that the loads tell of. Leaves temp table `touched`: these."""
        con, table = self.con, self.table
        keys = ", ".join(f"{sql} as {c}" for c, sql in fold.keyed(con, table)[0].items())
        con.execute(
            f"""
            create or replace temp table touched as
            select b.source, {keys} from held r join batch_load b using (file)
            union
            select r.source, {keys} from {table.name}__row r where r.until_seq >= {self.first_seq}
            """
        )
        fold.prepare(con, table)
        past = f"select exists (from {table.name}__row where from_seq < {self.first_seq})"
        if con.execute(past).fetchall()[0][0]:
            fold.speak(con, table, "touched")
            fold.refold(con, table, "touched")
        else:
            fold.refold(con, table, None)
        fold.refresh_gone(con, table)


def _is_next_list(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> bool:
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


def _keep(con: duckdb.DuckDBPyConnection, table: Table, name: str, sole: str) -> None:
    """Temp table: the current rows of the touched keys, those of `spoken` that are the fold
    themselves as `sole` says."""
    columns = ", ".join(c.name for c in table.columns)
    alone = f"select source, {', '.join(columns_of_row(table))} from spoken {sole}"
    merged = f"select n.source, {columns} from {table.name}__merged n semi join touched t on {same_key(('source', *table.key), 't', 'n')}"
    con.execute(f"create or replace temp table {name} as {alone} union all {merged}")


def undo_load(con: duckdb.DuckDBPyConnection, seq: int, now: datetime) -> None:
    """Enter the undoing of a load and refold what it told of."""
    export_id, columns = con.execute(
        "select export_id, columns from load join export using (export_id) where seq = $1", [seq]
    ).fetchall()[0]
    entry = ledger.enter(con, "undo", seq, now)
    con.execute("update load set undone_seq = $1 where seq = $2", [entry, seq])
    for name in columns:
        _undo(con, fold.told(con, schema.tables()[name]), export_id, seq)


def _undo(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> None:
    fold.prepare(con, table)
    fold.bury(con, table)
    spoken = f"{_with_key(con, table)} where r.export_id = {export_id} and r.from_seq <= {seq} and coalesce(r.until_seq, {ledger.LATEST}) > {seq}"
    parts = [spoken]
    if fold.needs_aliases(con, table):
        con.execute(f"create or replace temp table touched_before as {spoken}")
        _realias(con, table)
        parts += ["from touched_before", *_realiased_keys(table)]
    con.execute(f"create or replace temp table touched as {' union '.join(parts)}")
    fold.speak(con, table, "touched")
    fold.refold(con, table, "touched")
    fold.refresh_gone(con, table)


def regone(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Find anew which keys are gone, after a whole-state load was confirmed."""
    fold.prepare(con, table)
    fold.refresh_gone(con, table)
