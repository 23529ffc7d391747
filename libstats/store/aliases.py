"""Which key a second name stands for: a copy is known by its barcode where its number is not
exported. T__alias (see fold.py) is kept only while some stored row is known by that alone."""

from __future__ import annotations

import duckdb

from libstats.schema import Table
from libstats.store.tables import same_run
from libstats.store.workings import Workings


def needs_aliases(con: duckdb.DuckDBPyConnection, table: Table, where: str = "true") -> bool:
    """True if some stored row is known by its second name alone."""
    if not table.second_name:
        return False
    nameless = f"from {table.name}__row where {table.exported_key[0]} is null and {where}"
    return bool(con.execute(f"select exists ({nameless})").fetchall()[0][0])


def keyed(table: Table, *, is_aliased: bool) -> tuple[dict[str, str], str]:
    """SQL: the key columns of stored rows r, and the join with aliases that they need: none where
    every row has its own key."""
    if not table.second_name:
        return {c: f"r.{c}" for c in table.key}, ""
    own, second = table.exported_key[0], table.second_name
    if not is_aliased:
        return {table.key[0]: f"r.{own}"}, ""
    # not `on r.item_id is null and ...`: DuckDB 2.0 has histories in which it cannot plan that
    nameless = f"case when r.{own} is null then r.{second} end"
    join = f"left join {table.name}__alias a on a.source = r.source and a.{second} = {nameless}"
    return {table.key[0]: f"coalesce(r.{own}, a.{own}, '{second}:' || r.{second})"}, join


def realias(workings: Workings, table: Table, run: str, names: str | None = None) -> list[str]:
    """Find anew which key each second name stands for: that of the newest row that has both.

    `run` names the stored runs that an active load holds (see fold.py), `names` a table of (source,
    second name) to look at; None: all. Gives SQL for the keys that this changes, (source, key):
    those that a name stood for, those that it stands for, and the name standing alone.
    """
    own, second, alias = table.exported_key[0], table.second_name, f"{table.name}__alias"
    same = f"o.source = x.source and o.{second} = x.{second}"
    only = f"semi join {names} o on {same}" if names else ""
    now = workings.make(
        "alias_now",
        f"""
        select x.source, x.{second}, max({{'rank': k.rank, 'own': x.{own}}}).own as {own}
        from (
            select x.*
            from {table.name}__row x {only}
            where x.{own} is not null and x.{second} is not null
        ) x join {run} k on {same_run("k", "x")}
        group by all
        """,
    )
    was = workings.make("alias_was", f"select x.* from {alias} x {only}")
    changed = workings.make(
        "realiased",
        f"""
        select source, {second}
        from (
            (from {now} except from {was})
            union all
            (from {was} except from {now})
        )
        group by all
        """,
    )
    is_changed = f"exists (from {changed} o where {same})"
    workings.con.execute(
        f"""
        delete from {alias} x where {is_changed};
        insert into {alias} select * from {now} x where {is_changed}
        """
    )
    stood_for = (
        f"select x.source, x.{own} as {table.key[0]} from {{}} x semi join {changed} o on {same}"
    )
    alone = f"select source, '{second}:' || {second} from {changed}"
    return [stood_for.format(alias), stood_for.format(was), alone]
