"""Which key a second name stands for: a copy is known by its barcode where its number is not
exported. T__alias (see fold.py) is kept only while some stored row is known by that alone."""

from __future__ import annotations

import duckdb

from libstats.schema import Table


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


def realiased_keys(table: Table) -> list[str]:
    """SQL: the keys that a changed second name stood for or now stands for, and the name standing
    alone."""
    second, own = table.second_name, table.exported_key[0]
    changed = f"semi join realiased x on x.source = a.source and x.{second} = a.{second}"
    return [
        f"select a.source, a.{own} as {table.key[0]} from {table.name}__alias a {changed}",
        f"select a.source, a.{own} from was_alias a {changed}",
        f"select source, '{second}:' || {second} from realiased",
    ]


def realias(con: duckdb.DuckDBPyConnection, table: Table, names: str | None = None) -> None:
    refresh_aliases(con, table, names)
    settle_aliases(con, table)
