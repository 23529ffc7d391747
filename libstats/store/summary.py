"""What each load holds, counted by table, event, branch and day: how many, how many of them open,
how many ended. What the loads cover is worked out from it, whichever of them are active.

A load is told as the change against the load of its shape before it: what came with it and, below
zero, what it no longer held. So a list of every day adds what is new in it, and what a load holds
is the sum up to it. It is a function of the stored rows alone, and can be made of them anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import duckdb

from libstats import schema
from libstats.definitions.events import ENDED, TOLD, Told

TABLE = """
    create {} summary (
        seq integer,
        table_name varchar,
        event varchar,
        branch varchar,
        day date,
        n bigint,
        open bigint,
        ended bigint,
        newest timestamp,
        longest integer
    )
"""


def write(con: duckdb.DuckDBPyConnection, tables: Iterable[str], first_seq: int) -> None:
    """Enter what the loads from an entry of the ledger on hold of some tables."""
    for name in tables:
        if TOLD[name].events:
            con.execute(f"insert into summary {changes_sql(name, f'>= {first_seq}')}")


def write_all(con: duckdb.DuckDBPyConnection) -> None:
    """Enter what every load holds, anew."""
    con.execute("delete from summary")
    write(con, schema.tables(), 0)


def all_sql(placed: Callable[[str], str]) -> str:
    """SQL: the whole summary, worked out from the stored rows, which lie where `placed` says."""
    return " union all ".join(
        f"select * from ({changes_sql(name, '>= 0', placed(f'{name}__row'))})"
        for name, told in TOLD.items()
        if told.events
    )


def changes_sql(name: str, seqs: str, rows: str = "") -> str:
    """SQL: the rows of the summary that tell of a table in the loads whose seq is `seqs`; its
    stored rows may be named otherwise."""
    table, told, rows = schema.tables()[name], TOLD[name], rows or f"{name}__row"
    number = "n" if table.is_keyless else "1"
    parts = " union all ".join(
        f"select {changed} as seq, {sign} as sign, {number} as number, {columns}"
        f" from {rows} where {changed} {seqs} and ({where})"
        for columns, where in _events(told)
        for changed, sign in (("from_seq", 1), ("until_seq", -1))
    )
    return f"""
        select
            seq,
            '{name}' as table_name,
            event,
            branch,
            day,
            sum(sign * number)::bigint as n,
            coalesce(sum(sign * number) filter (where is_open), 0)::bigint as open,
            coalesce(sum(sign * number) filter (where not is_open), 0)::bigint as ended,
            max(moment) filter (where sign = 1) as newest,
            max(days) filter (where sign = 1)::integer as longest
        from ({parts})
        group by seq, event, branch, day
    """


def _events(told: Told) -> Iterable[tuple[str, str]]:
    """SQL for each event of a table: its columns, and the rows that tell of it."""
    start = told.events[0].at
    for event in told.events:
        at = f"({event.at})::timestamp"
        where = event.where if told.kind == "list" else f"{at} is not null and {event.where}"
        yield _columns(told, event.named, at, "null::bigint"), where
    if told.ended_at:
        at = f"({told.ended_at})::timestamp"
        days = f"date_diff('day', ({start})::date, {at}::date)"
        where = f"not ({told.is_open}) and {at} is not null and {told.events[0].where}"
        yield _columns(told, f"'{ENDED}'", at, days), where


def _columns(told: Told, named: str, at: str, days: str) -> str:
    return (
        f"{named} as event, {told.branch}::varchar as branch, {at}::date as day, {at} as moment,"
        f" ({told.is_open})::boolean as is_open, {days} as days"
    )
