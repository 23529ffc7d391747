"""What became of each row of a file: new, changed, unchanged or stale."""

from __future__ import annotations

import duckdb

from libstats.loading.compare import Taken
from libstats.schema import Table
from libstats.store import fold
from libstats.store.tables import same_key


def count(
    con: duckdb.DuckDBPyConnection, table: Table, taken: Taken, export_id: int
) -> dict[str, int]:
    """What became of the distinct rows of a file beside which others are stored: new, changed,
    unchanged or stale. Needs `spoken`, `before` and `after`."""
    table = fold.told(con, table)
    counted = (
        _event_states(con, table, export_id)
        if table.is_keyless
        else _row_states(con, table, export_id)
    )
    counted["unchanged"] = (
        counted.get("unchanged", 0) + taken.kept - taken.repeated - sum(counted.values())
    )
    return counted


def _file_rows(export_id: int) -> str:
    """SQL: the rows of touched keys that the newest load of an export holds."""
    return f"select * from spoken where export_id = {export_id} and is_open"


def _row_states(con: duckdb.DuckDBPyConnection, table: Table, export_id: int) -> dict[str, int]:
    key = ("source", *table.key)
    columns = [c.name for c in table.columns if c.name not in table.key]
    differs = " or ".join(f"b.{c} is distinct from n.{c}" for c in columns) or "false"
    lost = (
        " or ".join(f"(f.{c} is not null and f.{c} is distinct from n.{c})" for c in columns)
        or "false"
    )
    known = "b.source is not null"
    alone = ""
    if table.second_name:
        # a copy known by its barcode alone is not new when its number comes
        alone = f"left join before p on b.source is null and p.source = f.source and p.{table.key[0]} = '{table.second_name}:' || f.{table.second_name}"
        known = "coalesce(b.source, p.source) is not null"
        differs = f"b.source is null or {differs}"
    return dict(
        con.execute(
            f"""
            select case when not ({known}) then 'new' when {differs} then 'changed' when {lost} then 'stale' else 'unchanged' end, count(*)
            from ({_file_rows(export_id)}) f join after n on {same_key(key, "n", "f")} left join before b on {same_key(key, "b", "f")} {alone}
            group by all
            """
        ).fetchall()
    )


def _event_states(con: duckdb.DuckDBPyConnection, table: Table, export_id: int) -> dict[str, int]:
    """Events of a log: those beyond what was known are new; the others by whether the identity's
    events are now this file's."""
    key = ("source", *table.key)
    group, values = ", ".join(key), ", ".join(c.name for c in table.columns)
    rows = con.execute(
        f"""
        with f as (select {group}, sum(n)::bigint as events, sum(n * hash({values})::hugeint) as sign from ({_file_rows(export_id)}) group by all),
        b as (select {group}, count(*) as events, sum(hash({values})::hugeint) as sign from before group by all),
        a as (select {group}, count(*) as events, sum(hash({values})::hugeint) as sign from after group by all),
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


def conflicts(
    con: duckdb.DuckDBPyConnection, table: Table, export_id: int, *, has_others: bool
) -> int:
    """Keys for which the file holds two different rows. Needs `several`, and `spoken` where others
    are stored beside it."""
    if table.is_keyless:
        return 0
    key = ", ".join(("source", *table.key))
    doubled = (
        f"select 1 from ({_file_rows(export_id)}) group by {key} having count(*) > 1"
        if has_others
        else "from several"
    )
    return int(con.execute(f"select count(*) from ({doubled})").fetchall()[0][0])
