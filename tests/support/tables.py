"""Current tables with a few literal rows, for analyses: what a test does not say is NULL."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count
from typing import Any

import duckdb

from libstats import schema
from libstats.definitions import (
    call_numbers,
    codes,
    days,
    decisions,
    invoices,
    requests,
    roles,
    routes,
    serials,
)
from libstats.definitions.kept import DEFERRED
from libstats.sources import roles as vocabularies
from libstats.store import generations, refusals, views
from libstats.workspace.workspace import Workspace

Rows = list[dict[str, Any]]

# What is small is slower on more threads, and others have theirs; and to think of how many values a
# column has takes a fifth of a question about ten rows.
_NUMBERS = count()
SMALL = "set threads = 1; set disabled_optimizers = 'statistics_propagation,projection_pullup'"


@cache
def _instance() -> duckdb.DuckDBPyConnection:
    """To begin another takes twenty times as long as to attach an empty database to it."""
    con = duckdb.connect()
    call_numbers.register_words(con)
    con.execute(call_numbers.macros().replace(" temp macro ", " macro "))
    return con


@cache
def _unoptimised() -> str:
    """Of ten rows the shortest way takes longer to be found than any other to be walked."""
    names = _instance().execute("select string_agg(name, ',') from duckdb_optimizers()").fetchall()
    return f"set threads = 1; set disabled_optimizers = '{names[0][0]}'"


@cache
def _tables() -> str:
    every = schema.tables().values()
    return (
        "begin;"
        + "".join(
            f"create table {table.name} (source varchar, {', '.join(f'{c.name} {c.type}' for c in table.columns)});"
            f"create view {table.name}_ever{DEFERRED} as select *, null::timestamp as gone_after from {table.name};"
            for table in every
        )
        + "commit"
    )


def _new() -> duckdb.DuckDBPyConnection:
    """A connection on a database of its own with all tables, empty."""
    name = f"held_{next(_NUMBERS)}"
    con = _instance().cursor()
    con.execute(f"attach ':memory:' as {name}; {_unoptimised()}")
    con.execute(f"set search_path = '{name}.main,memory.main'")
    con.execute(_tables())
    return con


def holding(config: dict[str, Any] | None = None, **tables: Rows) -> duckdb.DuckDBPyConnection:
    """A connection on the tables of schema.sql with these rows; the source is koha, a copy's key is
    its number. Codes mean what the system of the source's name says, and `config`."""
    con = _new()
    call_numbers.register_words(con)
    for table in schema.tables().values():
        for row in tables.get(table.name, []):
            full = {
                "source": "koha",
                **({"item_key": row["item_id"]} if table.name == "item" else {}),
                **row,
            }
            con.execute(
                f"insert into {table.name} ({', '.join(full)}) values ({', '.join('?' * len(full))})",
                list(full.values()),
            )
    con.execute("create schema history")
    # a shape of file for each source
    columns = {
        name: [column.name for column in table.columns]
        for name, table in schema.tables().items()
        if name == "item" or name in tables
    }
    con.execute(
        """
        create table loaded_file as
        select
            source,
            source || ' items' as declaration,
            source || '-items.csv' as file,
            null::varchar as sha256,
            row_number() over (order by source) as seq,
            seq as shape,
            true as is_active,
            null::timestamp as exported_at,
            null::timestamp as told_until,
            0 as rows_kept,
            map {}::map(varchar, bigint) as dispositions,
            map(?::varchar[], ?::varchar[][]) as columns
        from (
            select source from item
            union select source from loan
            union select source from digital_title
            union select 'koha'
        )
        """,
        [list(columns), list(columns.values())],
    )
    con.execute(
        "create table history.item as from main.item join (select source, shape from loaded_file) using (source)"
    )
    con.execute(
        """
        create table history.title as
        select
            1 as shape,
            1 as from_seq,
            null::integer as until_seq,
            1 as n,
            *
        from main.title
        limit 0
        """
    )
    con.execute(
        """
        create table "case" (
            process varchar,
            source varchar,
            case_id varchar,
            handle varchar,
            reached map(varchar, timestamp),
            outcome varchar,
            ended_at timestamp,
            told_at timestamp,
            as_of timestamp
        )
        """
    )
    days.register(con)
    decisions.register(con)
    refusals.register(con)
    roles.register(con, vocabularies.of_system, config or {})
    codes.register(con)
    invoices.register_vendors(con, config or {})
    routes.register(con)
    requests.register(con)
    serials.register(con, config or {})
    _cover(con)
    return con


def _cover(con: duckdb.DuckDBPyConnection) -> None:
    """All that is counted is covered, from end to end."""
    con.execute(
        """
        create table coverage as
        with counted as (
            select source, 'loan' as table_name, 'checked_out' as event, checkout_branch as branch
            from loan
            union
            select source, 'circulation_event', kind, branch
            from circulation_event
            union
            select source, 'machine_event', kind, branch
            from machine_event
            union
            select source, 'access_event', kind, null
            from access_event
            union
            select source, 'access_session', outcome, null
            from access_session
            union
            select source, 'link_resolver_usage', 'requests', null
            from link_resolver_usage
            union
            select source, 'digital_loan', 'checkout', null
            from digital_loan
            union
            select source, 'digital_purchase', 'ordered', null
            from digital_purchase
        )
        select distinct
            c.source,
            c.table_name,
            c.event,
            unnest([c.branch, null]) as branch,
            timestamp '1990-01-01' as since,
            timestamp '2040-01-01' as until,
            false as is_partial,
            'a log from end to end' as basis,
            null::varchar as selection,
            false as is_suspected,
            null::date as first_on,
            null::date as last_on
        from counted c
        """
    )


def loaded(con: duckdb.DuckDBPyConnection, exported_at: Sequence[str], records: Rows) -> None:
    """Say that loads of one shape, the first of them number 1, told of these records, each with the
    loads that held it (`from_seq` and `until_seq`)."""
    told = ["title_id", "cataloguing_level", "updated_at", "faults"]
    con.execute("delete from loaded_file")
    for seq, moment in enumerate(exported_at, start=1):
        con.execute(
            """
            insert into loaded_file by name
            select
                'koha' as source,
                'koha MARC records' as declaration,
                'batch-' || $seq || '.mrc' as file,
                $seq as seq,
                1 as shape,
                true as is_active,
                $moment::timestamp as exported_at,
                map(['title', 'item'], [$told, ['withdrawn_on']]) as columns
            """,
            {"seq": seq, "moment": moment, "told": told},
        )
    for record in records:
        full = {"source": "koha", "shape": 1, "n": 1, "from_seq": 1, **record}
        con.execute(
            f"insert into history.title ({', '.join(full)}) values ({', '.join('?' * len(full))})",
            list(full.values()),
        )


def dicts(relation: duckdb.DuckDBPyRelation) -> Rows:
    """The rows of a result by column."""
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def stored(place: Workspace) -> duckdb.DuckDBPyConnection:
    """The published tables of a workspace and nothing else, as a loading test wants them: to open
    them so takes a third of the time."""
    published = generations.published(place.store)
    assert published is not None
    con = generations.connect(
        published,
        read_only=True,
        scratch=generations.readers_scratch(place.store),
        memory=place.memory_limit,
    )
    views.make(con)
    con.execute("use memory")
    return con
