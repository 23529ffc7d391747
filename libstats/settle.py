"""Settling one file's rows for one table: which came, which went, what the fold makes of it, and what became of each row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from libstats import bits, fold, ledger, schema
from libstats.plan import Plan, Raw, quoted
from libstats.schema import Table
from libstats.store import step
from libstats.tables import columns_of_row, same_key


@dataclass
class Taken:
    """What one pass over a file did to a table's stored rows: rows read, of them rejected, set aside, equal to another, kept.

    is_plain  True if nothing else is stored and each row has a key of its own: the rows are the fold
    """

    rows: int = 0
    rejected: int = 0
    set_aside: int = 0
    repeated: int = 0
    kept: int = 0
    is_plain: bool = False


def take(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, export_id: int, seq: int, source: str) -> Taken:
    """Read the file once and bring the table's stored runs up to this load.

    The first file of an export goes straight into the stored rows. A later one is compared with the rows that the
    export's last load left open: what is equal stays, what came is added, what went is closed.
    """
    table = plan.table
    is_open = f"export_id = {export_id} and until_seq is null"
    had_open = con.execute(f"select exists (select 1 from {table.name}__row where {is_open})").fetchall()[0][0]
    read = _compare if had_open else _insert
    taken = read(con, plan, raw, export_id, seq, source)
    taken.kept = taken.rows - taken.rejected - taken.set_aside
    step("rows")
    return taken


def _insert(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, export_id: int, seq: int, source: str) -> Taken:
    """The first file of an export: every row is new to it."""
    row = f"{plan.table.name}__row"
    columns = ", ".join(["row_hash", "n", *plan.columns])
    # rows are the fold at once only where nothing else is stored; else the fold, which compares before and after, makes them so
    alone = not con.execute(f"select exists (from {row})").fetchall()[0][0]
    # of a row that is counted and taken out again no value may be written: it would stay legible in the log and in freed blocks
    kept = ", ".join(["row_hash", "n", *(f"case when n = 1 then {c} end" for c in plan.columns)])
    con.execute(f"insert into {row} (source, export_id, from_seq, is_sole, {columns}) select {quoted(source)}, {export_id}, {seq}, {alone}, {kept} from ({plan.values_sql(raw)})")
    mine = f"from_seq = {seq}"
    taken = _counted(dict(con.execute(f"select n, count(*) from {row} where {mine} group by all").fetchall()))
    if taken.rejected or taken.set_aside:
        con.execute(f"delete from {row} where {mine} and n < 1")
    key = plan.table.exported_key
    taken.is_plain = alone and len(key) == 1 and bits.all_distinct(con, f"try_cast({key[0]} as bigint)", f"{row} where {mine}")
    if not taken.is_plain:
        taken.repeated = _merge_equal(con, plan.table, mine)
    return taken


def _counted(counts: dict[int, int]) -> Taken:
    return Taken(sum(counts.values()), counts.get(0, 0), counts.get(-1, 0))


def _merge_equal(con: duckdb.DuckDBPyConnection, table: Table, mine: str) -> int:
    """Equal rows of one file become one with their number; gives how many fewer there are (a log's are events: none)."""
    row = f"{table.name}__row"
    con.execute(f"create or replace temp table twin as select row_hash from {row} where {mine} group by all having count(*) > 1")
    if not con.execute("select exists (from twin)").fetchall()[0][0]:
        return 0
    columns = ", ".join(["source", "export_id", "from_seq", "until_seq", "row_hash", "is_sole", *(c.name for c in table.stored)])
    twins = f"select * from {row} where {mine} and row_hash in (from twin)"
    con.execute(f"create or replace temp table merged as select {columns}, sum(n)::bigint as n from ({twins}) group by all")
    con.execute(f"delete from {row} where {mine} and row_hash in (from twin)")
    con.execute(f"insert into {row} ({columns}, n) select {columns}, n from merged")
    return 0 if table.is_keyless else int(con.execute("select coalesce(sum(n - 1), 0) from merged").fetchall()[0][0])


def _compare(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, export_id: int, seq: int, source: str) -> Taken:
    """A later file of an export, compared with the rows left open. A row that stays is not even read beyond its fingerprint."""
    table, row = plan.table, f"{plan.table.name}__row"
    is_open = f"export_id = {export_id} and until_seq is null"
    _match(con, plan, raw, is_open)
    stayed = con.execute("select count(id) from incoming").fetchall()[0][0]
    texts = ", ".join([*(f"told[{place}] as c{position}" for place, position in enumerate(plan.texts, start=1)), *(f"told_{c}" for c in plan.people)])
    columns = ", ".join(plan.columns)
    rest = Raw(f"(select {texts} from incoming where id is null)", has_keys=True)
    con.execute(f"create or replace temp table read as select row_hash, n, {columns} from ({plan.values_sql(rest)})")
    taken = _counted(dict(con.execute("select n, count(*) from read group by all").fetchall()))
    taken.rows += stayed
    con.execute(f"create or replace temp table came as select row_hash, count(*) as n, {columns} from read where n = 1 group by all")
    _gone(con, table, is_open)
    if table.is_keyless:
        _whole_groups(con, plan, is_open)
    else:
        twins, opened, gone = con.execute(
            f"select (select coalesce(sum(n - 1), 0) from came), (select count(*) from {row} where {is_open}), (select count(*) from gone)"
        ).fetchall()[0]
        taken.repeated = int(twins) + stayed - (opened - gone)
    con.execute(f"update {row} set until_seq = {seq} where rowid in (select id from gone)")
    con.execute(
        f"insert into {row} (source, export_id, from_seq, is_sole, row_hash, n, {columns}) select {quoted(source)}, {export_id}, {seq}, false, row_hash, n, {columns} from came"
    )
    return taken


def _match(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, is_open: str) -> None:
    """Temp table `incoming`: for every row of the file the id of the equal open row, or else its text, and persons' keys in place of theirs."""
    people = "".join(f", {sql} as {column}" for column, sql in plan.people.items())
    same = " and ".join(["o.row_hash = v.row_hash", *(f"o.{c} is not distinct from v.{c}" for c in plan.people)])
    opened = f"select {', '.join(['row_hash', *plan.people])}, rowid as id from {plan.table.name}__row where {is_open}"
    told = ", ".join(f"v.c{position}" for position in plan.texts)
    keys = "".join(f", case when o.id is null then v.{c} end as told_{c}" for c in plan.people)
    # DuckDB takes a file for small and would hold all its text in memory, to look the stored fingerprints up in it
    con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    con.execute(
        f"""
        create or replace temp table incoming as
        select o.id, case when o.id is null then [{told}] end as told{keys}
        from (select *, {plan.hashed} as row_hash{people} from {raw.sql}) v left join ({opened}) o on {same}
        """
    )
    con.execute("reset disabled_optimizers")


def _gone(con: duckdb.DuckDBPyConnection, table: Table, is_open: str) -> None:
    """Temp table `gone`: ids of the open rows that the file lacks."""
    opened = f"{table.name}__row where {is_open}"
    found = bits.bounds(con, "rowid", opened)
    if found is None:
        lacking = f"select r.id from (select rowid as id from {opened}) r anti join incoming m on m.id = r.id"
    else:
        con.execute(f"set variable matched = (select bitstring_agg(id, {found[0]}, {found[1]}) from incoming)")
        lacking = f"select rowid as id from {opened} and coalesce(get_bit(getvariable('matched')::bit, (rowid - {found[0]})::integer), 0) = 0"
    con.execute(f"create or replace temp table gone as {lacking}; reset variable matched")


def _whole_groups(con: duckdb.DuckDBPyConnection, plan: Plan, is_open: str) -> None:
    """A log's events of one identity come and go together, so that a run always holds the whole group."""
    identity, row = plan.table.key, f"{plan.table.name}__row"
    columns = ", ".join(f"r.{c}" for c in plan.columns)
    opened = f"(select rowid as id, * from {row} where {is_open})"
    mine = ", ".join(f"r.{c}" for c in identity)
    con.execute(
        f"""
        create or replace temp table stays as select id, count(*) as n from incoming where id is not null group by id;
        create or replace temp table moved as
        select {", ".join(identity)} from came
        union select {mine} from {opened} r join gone g on g.id = r.id
        union select {mine} from {opened} r join stays m on m.id = r.id where m.n <> r.n;
        create or replace temp table regrouped as
        select r.id, r.row_hash, m.n, {columns} from {opened} r join stays m on m.id = r.id semi join moved v on {same_key(identity, "v", "r")};
        insert into came select row_hash, n, {", ".join(plan.columns)} from regrouped;
        insert into gone select id from regrouped
        """
    )


def sound(con: duckdb.DuckDBPyConnection, primary: Plan, raw: Raw) -> Raw:
    """The file without the rows that its primary table rejects for a value: a row that slipped tells the truth of no table.

    One without what the primary table needs, such as a barcode, may well tell of its title.
    """
    con.execute(f"create or replace temp table unsound as select distinct row_hash from ({primary.values_sql(raw)}) where n = 0 and ({primary.slipped})")
    return Raw(f"(select * from {raw.sql} where {primary.hashed} not in (from unsound))", raw.has_lines)


def newest(con: duckdb.DuckDBPyConnection, table: Table, columns: tuple[str, ...], export_id: int, before: datetime) -> datetime | None:
    """The newest value, not after `before`, of the columns that have happened among the rows that the last load of an export holds."""
    if not columns:
        return None
    times = ", ".join(f"max({c}) filter (where {c}::timestamp <= $1)::timestamp" for c in columns)
    found: datetime | None = con.execute(f"select greatest({times}) from {table.name}__row where export_id = {export_id} and until_seq is null", [before]).fetchall()[0][0]
    return found


def _with_key(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """SQL: source and key of stored rows r, whether their loads are active or not."""
    keys, join = fold.keyed(con, table)
    return f"select r.source, {', '.join(f'{sql} as {c}' for c, sql in keys.items())} from {table.name}__row r {join}"


def _touch(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> str | None:
    """Temp table `touched` (source, key columns): the keys whose fold this load can change. Needs `run`; settles the aliases.

    None: all keys, nothing else is stored.
    """
    if not con.execute(f"select exists (select 1 from {table.name}__row where export_id <> {export_id} or from_seq <> {seq})").fetchall()[0][0]:
        if table.second_name:
            _realias(con, table)
        return None
    told, second = _told_anew(con, export_id, seq), table.second_name
    parts = []
    if second:
        named = " union ".join(told(f"select r.source, r.{second} from {table.name}__row r", (second,)))
        con.execute(f"create or replace temp table named as select * from ({named}) where {second} is not null")
        _realias(con, table, "named")
        parts = _realiased_keys(table)
    con.execute(f"create or replace temp table touched as {' union '.join([*told(_with_key(con, table), table.key), *parts])}")
    return "touched"


def _told_anew(con: duckdb.DuckDBPyConnection, export_id: int, seq: int) -> Callable[[str, tuple[str, ...]], list[str]]:
    """What gives SQL for the rows whose part in the fold this load can change, as a SELECT of certain columns from stored rows r.

    If the export's previous load is active and lower in rank, a row that stays only rises in rank: that matters only
    where another row tells of the same with a rank above that previous load's. Needs `run`; may make temp table `above`.
    """
    came = f"where r.export_id = {export_id} and (r.from_seq = {seq} or r.until_seq = {seq})"
    stays = f"where r.export_id = {export_id} and r.from_seq < {seq} and r.until_seq is null"
    rank = _previous_rank(con, export_id, seq)
    if rank is None:
        return lambda select, of: [f"{select} {came}", f"{select} {stays}"]
    con.execute(f"create or replace temp table above as select * from run where rank > {rank} and not (export_id = {export_id} and until_seq is null)")
    if not con.execute("select exists (from above)").fetchall()[0][0]:
        return lambda select, of: [f"{select} {came}"]
    others = "semi join above k on k.export_id = r.export_id and k.from_seq = r.from_seq and k.until_seq is not distinct from r.until_seq"
    return lambda select, of: [f"{select} {came}", f"select x.* from ({select} {others}) x semi join ({select} {stays}) u on {same_key(('source', *of), 'u', 'x')}"]


def _previous_rank(con: duckdb.DuckDBPyConnection, export_id: int, seq: int) -> int | None:
    """Rank of the export's load before this one, if that is active and lower in rank."""
    rows = con.execute(
        f"""
        with active as ({ledger.active_sql()})
        select p.rank from active p, active l
        where l.seq = {seq} and p.rank < l.rank and p.seq = (select max(seq) from load where export_id = {export_id} and seq < {seq})
        """
    ).fetchall()
    return int(rows[0][0]) if rows else None


def _realiased_keys(table: Table) -> list[str]:
    """SQL: the keys that a changed second name stood for or now stands for, and the name standing alone."""
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


def resettle(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int, *, is_plain: bool = False) -> bool:
    """Bring the current rows of a table up to the ledger after a load of one export; `is_plain` where its rows are the fold already.

    Leaves temp table `several`; and, unless nothing else is stored (False then), `spoken`, `before` and `after`:
    the stored rows of the touched keys, and their current rows then and now.
    """
    fold.prepare(con, table)
    touched = _touch(con, table, export_id, seq)
    if is_plain:
        con.execute(f"create or replace temp table several as select source, {', '.join(table.key)} from {table.name}__now limit 0")
    elif touched is None:
        fold.refold(con, table, None)
    else:
        fold.speak(con, table, touched)
        _keep(con, table, "before", "s where s.is_sole")
        fold.refold(con, table, touched)
        _keep(con, table, "after", "s semi join sole o on o.id = s.id")
    fold.refresh_gone(con, table)
    step("fold")
    return touched is not None


def _keep(con: duckdb.DuckDBPyConnection, table: Table, name: str, sole: str) -> None:
    """Temp table: the current rows of the touched keys, those of `spoken` that are the fold themselves as `sole` says."""
    columns = ", ".join(c.name for c in table.columns)
    alone = f"select source, {', '.join(columns_of_row(table))} from spoken {sole}"
    merged = f"select n.source, {columns} from {table.name}__merged n semi join touched t on {same_key(('source', *table.key), 't', 'n')}"
    con.execute(f"create or replace temp table {name} as {alone} union all {merged}")


def undo_load(con: duckdb.DuckDBPyConnection, seq: int, now: datetime) -> None:
    """Enter the undoing of a load and refold what it told of."""
    export_id, columns = con.execute("select export_id, columns from load join export using (export_id) where seq = $1", [seq]).fetchall()[0]
    entry = ledger.enter(con, "undo", seq, now)
    con.execute("update load set undone_seq = $1 where seq = $2", [entry, seq])
    for name in columns:
        _undo(con, schema.tables()[name], export_id, seq)


def _undo(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> None:
    fold.prepare(con, table)
    fold.bury(con, table)
    spoken = f"{_with_key(con, table)} where r.export_id = {export_id} and r.from_seq <= {seq} and coalesce(r.until_seq, {ledger.LATEST}) > {seq}"
    parts = [spoken]
    if table.second_name:
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
