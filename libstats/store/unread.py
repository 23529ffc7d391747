"""What a whole list holds in rows that were rejected: it cannot be read, but it is there, and so it
is
not gone.

unread    (seq, source, table_name, name, hash): the load, by which second name the row says what it
          is about ('': by its key), and that, hashed
"""

from __future__ import annotations

import duckdb

from libstats.declaration.select import Plan, Raw, quoted
from libstats.schema import Table
from libstats.store import ledger


def note(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw, seq: int, source: str) -> None:
    """Enter what the rejected rows of a whole list are about. No value is kept: a row that slipped
    may hold anything there."""
    name = plan.table.second_name
    own = [c for c in plan.telling if c != name]
    by = (
        "''"
        if not name
        else f"case when {own[0]} is null then '{name}' else '' end"
        if own
        else f"'{name}'"
    )
    hashed = f"coalesce({', '.join(f'{c}::varchar' for c in plan.telling)})" if name else _key(own)
    con.execute(
        f"""
        insert into unread
        select distinct {seq}, {quoted(source)}, '{plan.table.name}', {by}, md5_number_lower({hashed})
        from ({plan.values_sql(raw)}) where n = 0 and not {plan.must}
        """
    )


def held_sql(con: duckdb.DuckDBPyConnection, table: Table, now: str, at: int) -> str:
    """SQL to go on with: the current keys that rejected rows of active loads are about, each with
    the time of the load; nothing where there are none."""
    if not con.execute(
        "select exists (from unread where table_name = $1)", [table.name]
    ).fetchall()[0][0]:
        return ""
    keys = [f"t.{c}" for c in table.key]
    same = f"(u.name = '' and u.hash = md5_number_lower({_key(keys)}))"
    if table.second_name:
        same += f" or (u.name = '{table.second_name}' and u.hash = md5_number_lower(t.{table.second_name}::varchar))"
    return f"""
        union all
        select t.source, {", ".join(keys)}, a.exported_at
        from {now} t join unread u on u.source = t.source and u.table_name = '{table.name}' and ({same}) join ({ledger.active_sql(at)}) a on a.seq = u.seq
    """


def _key(columns: list[str]) -> str:
    return f"concat({', chr(31), '.join(f'{c}::varchar' for c in columns)})"
