"""Settling one file's rows for one table: which came, which went, what the fold makes of it, and what became of each row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from libstats import fold, ledger, schema
from libstats.plan import Plan, Raw
from libstats.schema import Table
from libstats.store import same_key, step


@dataclass
class Taken:
    """What one pass over a file did to a table's stored rows."""

    rows: int = 0
    rejected: int = 0
    set_aside: int = 0
    repeated: int = 0
    kept: int = 0
    had_open: bool = False
    counts: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0


def take(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, export_id: int, seq: int) -> Taken:
    """Read the file once and bring the table's stored runs up to this load."""
    table = plan.table
    is_open = f"export_id = {export_id} and until_seq is null"
    taken = Taken(had_open=bool(con.execute(f"select exists (select 1 from {table.name}__row where {is_open})").fetchall()[0][0]))
    _incoming(con, plan, raw, is_open)
    counts = dict(con.execute("select n, count(*) from incoming group by all").fetchall())
    taken.rows, taken.rejected, taken.set_aside = sum(counts.values()), counts.get(0, 0), counts.get(-1, 0)
    _came_and_gone(con, table, export_id, is_open)
    if table.is_keyless:
        _whole_groups(con, table, is_open)
    taken.kept = taken.rows - taken.rejected - taken.set_aside
    distinct = con.execute(f"select (select count(*) from came) + (select count(*) from {table.name}__row where {is_open}) - (select count(*) from gone)").fetchall()[0][0]
    taken.repeated = 0 if table.is_keyless else taken.kept - distinct
    con.execute(f"update {table.name}__row r set until_seq = {seq} from gone g where r.{is_open.replace(' and ', ' and r.')} and r.rowid = g.id")
    columns = ", ".join(c.name for c in table.stored)
    con.execute(f"insert into {table.name}__row select {export_id}, {seq}, null, row_hash, n, {columns} from came")
    step("rows")
    return taken


def _incoming(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, is_open: str) -> None:
    """Temp table `incoming`: every row of the file, with the id of the equal row that the export's last load left open, if any."""
    table = plan.table
    given = set(plan.columns)
    columns = ", ".join(f"v.{c.name}" if c.name in given else f"null::{c.type} as {c.name}" for c in table.stored)
    people = [c for c in table.natured("person") if c in given]
    same = " and ".join(["o.row_hash = v.row_hash", *(f"o.{c} is not distinct from v.{c}" for c in people)])
    opened = ", ".join(["row_hash", *people])
    con.execute(
        f"""
        create or replace temp table incoming as
        select v.row_hash, v.n, o.id, {columns}
        from ({plan.values_sql(raw)}) v
        left join (select {opened}, min(rowid) as id from {table.name}__row where {is_open} group by all) o on v.n = 1 and {same}
        """
    )


def _came_and_gone(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, is_open: str) -> None:
    """Temp tables `came` (new rows, equal ones once with their number) and `gone` (ids of open rows that the file lacks)."""
    columns = ", ".join(c.name for c in table.stored)
    con.execute(f"create or replace temp table came as select row_hash, count(*) as n, {columns} from incoming where n = 1 and id is null group by all")
    con.execute(
        f"""
        create or replace temp table matched as select id, count(*) as n from incoming where n = 1 and id is not null group by id;
        create or replace temp table gone as
        select r.rowid as id from {table.name}__row r where r.{is_open.replace(" and ", " and r.")} and not exists (select 1 from matched m where m.id = r.rowid)
        """
    )


def _whole_groups(con: duckdb.DuckDBPyConnection, table: Table, is_open: str) -> None:
    """A log's events of one identity come and go together, so that a run always holds the whole group."""
    identity, row = table.key, f"{table.name}__row"
    columns = ", ".join(f"r.{c.name}" for c in table.stored)
    con.execute(
        f"""
        create or replace temp table moved as
        select {", ".join(identity)} from came
        union select {", ".join(f"r.{c}" for c in identity)} from {row} r where r.rowid in (select id from gone)
        union select {", ".join(f"r.{c}" for c in identity)} from {row} r join matched m on m.id = r.rowid where m.n <> r.n;
        insert into came
        select r.row_hash, m.n, {columns} from {row} r join matched m on m.id = r.rowid where exists (select 1 from moved v where {same_key(identity, "v", "r")});
        insert into gone
        select r.rowid from {row} r join matched m on m.id = r.rowid where exists (select 1 from moved v where {same_key(identity, "v", "r")})
        """
    )


def newest(con: duckdb.DuckDBPyConnection, table: Table, columns: tuple[str, ...], export_id: int, before: datetime) -> datetime | None:
    """The newest value, not after `before`, of the columns that have happened among the rows that the last load of an export holds."""
    if not columns:
        return None
    times = ", ".join(f"max({c}) filter (where {c}::timestamp <= $1)::timestamp" for c in columns)
    found: datetime | None = con.execute(f"select greatest({times}) from {table.name}__row where export_id = {export_id} and until_seq is null", [before]).fetchall()[0][0]
    return found


def touch(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int, *, quick: bool) -> None:
    """Temp table `touched` (source, key columns): the keys whose fold this load can change. Needs `run` and new aliases.

    quick: the export's previous load is active and lower in rank, so that unchanged rows matter only where other rows tell of the same key.
    """
    row = f"{table.name}__row"
    key = ", ".join(table.key)
    keyed = _with_key(table)
    con.execute(f"create or replace temp table changed as {keyed} where r.export_id = {export_id} and (r.from_seq = {seq} or r.until_seq = {seq})")
    parts = [f"select source, {key} from changed"]
    others = f"{keyed} where r.export_id = {export_id} and r.from_seq < {seq} and r.until_seq is null"
    if not quick:
        parts.append(others)
    else:
        rest = f"{keyed} where not (r.export_id = {export_id} and r.until_seq is null)"
        exists = con.execute(f"select exists (select 1 from {row} r where r.until_seq is not null or r.export_id <> {export_id})").fetchall()[0][0]
        if exists:
            parts.append(f"select * from ({rest}) x where exists (select 1 from ({others}) u where {same_key(('source', *table.key), 'u', 'x')})")
    if table.second_name:
        parts += _realiased_keys(table)
    con.execute(f"create or replace temp table touched as {' union '.join(parts)}")


def _with_key(table: Table) -> str:
    """SQL: source and key of stored rows r, whether their loads are active or not."""
    join = ""
    key = ", ".join(f"r.{c}" for c in table.key)
    if table.second_name:
        key = f"{fold.resolved_key(table)} as {table.key[0]}"
        join = f"left join {table.name}__alias a on r.{table.exported_key[0]} is null and a.source = e.source and a.{table.second_name} = r.{table.second_name}"
    return f"select e.source, {key} from {table.name}__row r join export e using (export_id) {join}"


def _realiased_keys(table: Table) -> list[str]:
    """SQL: the keys that a changed second name stood for or now stands for, and the name standing alone."""
    second, own = table.second_name, table.exported_key[0]
    changed = f"exists (select 1 from realiased x where x.source = a.source and x.{second} = a.{second})"
    return [
        f"select source, {own} as {table.key[0]} from {table.name}__alias a where {changed}",
        f"select source, {own} from was_alias a where {changed}",
        f"select source, '{second}:' || {second} from realiased",
    ]


def resettle(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int, source: str) -> None:
    """Bring the current rows of a table up to the ledger after a load of one export.

    Leaves temp tables `before` and `after`: the touched keys' current rows then and now.
    """
    fold.prepare(con, table)
    con.execute("create or replace temp table this_source as select $1::varchar as source", [source])
    if table.second_name:
        con.execute(f"create or replace temp table was_alias as select * from {table.name}__alias")
        fold.refresh_aliases(con, table)
        fold.settle_aliases(con, table)
    touch(con, table, export_id, seq, quick=is_newest(con, export_id, seq))
    now, key = f"{table.name}__now", ("source", *table.key)
    kept = f"select n.* from {now} n where exists (select 1 from touched t where {same_key(key, 't', 'n')})"
    con.execute(f"create or replace temp table before as {kept}")
    fold.refold(con, table, "touched")
    con.execute(f"create or replace temp table after as {kept}")
    fold.refresh_gone(con, table)
    step("fold")


def dispositions(con: duckdb.DuckDBPyConnection, table: Table, taken: Taken) -> dict[str, int]:
    """What became of the distinct rows of the file: new, changed, unchanged or stale. Needs `incoming`, `before` and `after`."""
    counted = _event_states(con, table) if table.is_keyless else _row_states(con, table)
    counted.setdefault("unchanged", 0)
    missing = taken.kept - taken.repeated - sum(counted.values())
    counted["unchanged"] += missing
    return counted


def _file_rows(table: Table) -> str:
    """SQL: the accepted rows of the file with source and key, equal ones once."""
    key = f"{fold.resolved_key(table)} as {table.key[0]}," if table.second_name else ""
    join = (
        f"left join {table.name}__alias a on r.{table.exported_key[0]} is null and a.source = s.source and a.{table.second_name} = r.{table.second_name}"
        if table.second_name
        else ""
    )
    columns = ", ".join(f"r.{c.name}" for c in table.stored)
    return f"select distinct s.source, {key} r.row_hash, {columns} from incoming r, (select source from this_source) s {join} where r.n = 1"


def _row_states(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    key = ("source", *table.key)
    columns = [c.name for c in table.columns if c.name not in table.key]
    differs = " or ".join(f"b.{c} is distinct from n.{c}" for c in columns) or "false"
    lost = " or ".join(f"(f.{c} is not null and f.{c} is distinct from n.{c})" for c in columns if c not in table.key) or "false"
    return dict(
        con.execute(
            f"""
            select case when b.source is null then 'new' when {differs} then 'changed' when {lost} then 'stale' else 'unchanged' end, count(*)
            from ({_file_rows(table)}) f join after n on {same_key(key, "n", "f")} left join before b on {_was_before(table)}
            group by all
            """
        ).fetchall()
    )


def _was_before(table: Table) -> str:
    """SQL: b is what the row f told of before: by its key, or by its second name that stood alone till now."""
    own = same_key(("source", *table.key), "b", "f")
    if not table.second_name:
        return own
    alone = f"b.source = f.source and b.{table.key[0]} = '{table.second_name}:' || f.{table.second_name}"
    return f"({own}) or ({alone} and not exists (select 1 from before k where {same_key(('source', *table.key), 'k', 'f')}))"


def _event_states(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, int]:
    """Events of a log: those beyond what was known are new; the others by whether the identity's events are now this file's."""
    identity = ", ".join(table.key)
    columns = [c.name for c in table.columns]
    sign = f"sum(hash({', '.join(columns)})::hugeint)"
    key = table.key
    rows = con.execute(
        f"""
        with f as (select {identity}, count(*) as events, {sign} as sign from incoming where n = 1 group by all),
        b as (select {identity}, count(*) as events, {sign} as sign from before where source = (select source from this_source) group by all),
        a as (select {identity}, count(*) as events, {sign} as sign from after where source = (select source from this_source) group by all),
        states as (
            select f.events, greatest(f.events - coalesce(b.events, 0), 0) as added,
                   case when f.events <> a.events or f.sign <> a.sign then 'stale' when b.events = a.events and b.sign <> a.sign then 'changed' else 'unchanged' end as state
            from f join a on {same_key(key, "a", "f")} left join b on {same_key(key, "b", "f")})
        select 'new', sum(added)::bigint from states union all select state, sum(events - added)::bigint from states group by state
        """
    ).fetchall()
    counted: dict[str, int] = {}
    for state, events in rows:
        counted[state] = counted.get(state, 0) + (events or 0)
    return counted


def conflicts(con: duckdb.DuckDBPyConnection, table: Table) -> int:
    """Keys for which the file holds two different rows."""
    if table.is_keyless:
        return 0
    key = ", ".join(("source", *table.key))
    return int(con.execute(f"select count(*) from (select 1 from ({_file_rows(table)}) group by {key} having count(*) > 1)").fetchall()[0][0])


def is_newest(con: duckdb.DuckDBPyConnection, export_id: int, seq: int) -> bool:
    """True if the export's load before this one is active and lower in rank."""
    row = con.execute(
        """
        select p.undone_seq is null and (p.exported_at, p.sha256) < (l.exported_at, l.sha256)
        from load p, load l where l.seq = $2 and p.seq = (select max(seq) from load where export_id = $1 and seq < $2)
        """,
        [export_id, seq],
    ).fetchall()
    return bool(row and row[0][0])


def undo_load(con: duckdb.DuckDBPyConnection, seq: int, now: datetime) -> None:
    """Enter the undoing of a load and refold what it told of."""
    export_id, columns = con.execute("select export_id, columns from load join export using (export_id) where seq = $1", [seq]).fetchall()[0]
    entry = ledger.enter(con, "undo", seq, now)
    con.execute("update load set undone_seq = $1 where seq = $2", [entry, seq])
    for name in columns:
        undo(con, schema.tables()[name], export_id, seq)


def regone(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Find anew which keys are gone, after a whole-state load was confirmed."""
    fold.prepare(con, table)
    fold.refresh_gone(con, table)


def undo(con: duckdb.DuckDBPyConnection, table: Table, export_id: int, seq: int) -> None:
    """Refold every key that a load, now undone, told of."""
    fold.prepare(con, table)
    if table.second_name:
        con.execute(f"create or replace temp table was_alias as select * from {table.name}__alias")
        fold.refresh_aliases(con, table)
    spoken = f"where r.export_id = {export_id} and r.from_seq <= {seq} and coalesce(r.until_seq, {ledger.LATEST}) > {seq}"
    parts = [f"{_with_key(table)} {spoken}"]
    if table.second_name:
        con.execute(f"create or replace temp table touched_before as {parts[0]}")
        fold.settle_aliases(con, table)
        parts += ["select * from touched_before", *_realiased_keys(table)]
    con.execute(f"create or replace temp table touched as {' union '.join(parts)}")
    fold.refold(con, table, "touched")
    fold.refresh_gone(con, table)
