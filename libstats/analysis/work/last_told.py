"""When each case was last told of: one that the newest list lacks, and nothing says is over, was
open then, and nobody knows whether it is still."""

from __future__ import annotations

from libstats import schema
from libstats.declaration.raw import quoted
from libstats.definitions.processes import Process

# The loads that hold a row are a run from one load to another: runs are few, however many the rows.
# The newest list is the newest that holds open cases; of one without a case of it there is no row.
_TOLD = """
    select
        h.source,
        h.{key} as case_id,
        max(r.told_until) as told_at,
        any_value(n.told_until) as newest_at
    from history.{table} h
    join (
        select
            h.shape,
            h.from_seq,
            h.until_seq,
            max(f.told_until) as told_until
        from (select distinct shape, from_seq, until_seq from history.{table}) h
        join loaded_file f
            on f.shape = h.shape
            and f.seq >= h.from_seq
            and f.seq < coalesce(h.until_seq, 2147483647)
        where f.is_active and f.told_until <= $as_of::timestamp
        group by h.shape, h.from_seq, h.until_seq
    ) r
        on r.shape = h.shape
        and r.from_seq = h.from_seq
        and r.until_seq is not distinct from h.until_seq
    join (
        select
            f.source,
            max(f.told_until) as told_until
        from loaded_file f join loaded_day d using (seq)
        where f.is_active
            and f.told_until <= $as_of::timestamp
            and d.table_name = {name}
            and d.open > 0
        group by f.source
    ) n on n.source = h.source
    -- a log tells of the others up to its end
    where h.source not in (
        select source
        from coverage
        where (table_name, event) = ('ill_event', 'status') and {is_logged}
            or table_name = 'milestone' and starts_with(event, {process})
    )
    group by h.source, h.{key}
    having told_at < newest_at
"""


def last_told_sql(process: Process) -> str:
    """SQL for one row per case that the newest list lacks: source, case_id, told_at (up to when the
    newest load that holds it tells) and newest_at (up to when the newest list does)."""
    tables = schema.tables()
    found = {
        read.table: _TOLD.format(
            table=read.table,
            key=tables[read.table].key[0],
            name=quoted(read.table),
            is_logged=process.is_logged,
            process=quoted(f"{process.name}: "),
        )
        for read in process.read
        if not tables[read.table].second_name and read.case == f"t.{tables[read.table].key[0]}"
    }
    return "\nunion all\n".join(found.values()) or _NONE


_NONE = """
    select
        ''::varchar as source,
        ''::varchar as case_id,
        null::timestamp as told_at,
        null::timestamp as newest_at
    limit 0
"""
