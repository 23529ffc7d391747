"""When each open case was last told of: one that the newest list lacks, or of whose branch the log
was left out since, was open then, and nobody knows whether it is still. Nor of any case, more than
a day after the newest export of its source."""

from __future__ import annotations

import re
from collections.abc import Iterator

import duckdb

from libstats import schema
from libstats.analysis.work.exported import followed_sql, have, log_of, runs_sql
from libstats.declaration.raw import quoted
from libstats.definitions.processes import MilestoneColumns, Process

# Exports of one night lie hours apart, and one named by a day tells to the newest time in it: until
# then a case ages with whoever asks.
SLACK = "interval 1 day"
# How a process numbers the cases of a table: by its key, which may have a prefix.
_NUMBERED = re.compile(r"(?:'([^']*)' \|\| )?t\.(\w+)")
# The newest list is the newest that holds open cases. Lists of one time of export (parts of one, by
# branch) are of one moment, and so are a list and a log that end on one day.
_LISTED = """
        select
            h.source,
            {case} as case_id,
            max(r.told_until) as told_at,
            max(r.exported_at) as exported_at
        from history.{table} h {join}
        join (
            {runs}
        ) r
            on r.shape = h.shape
            and r.from_seq = h.from_seq
            and r.until_seq is not distinct from h.until_seq
        group by all"""
_NEWEST_LIST = """
            select
                f.source,
                f.exported_at as newest_at
            from loaded_file f join judged_day d using (seq)
            where f.is_active
                and f.told_until <= $as_of::timestamp
                and d.table_name in ({tables})
                and d.open > 0"""
# What a log tells of without a gap, by branch; blank is the source as a whole.
_LOGGED = """
        select
            source,
            branch,
            min(since) as since,
            max(until) as until
        from (
            select
                *,
                sum(is_new::integer) over (partition by source, branch order by since, until) as run
            from (
                select
                    source,
                    branch,
                    since,
                    least(until, $as_of::timestamp) as until,
                    coalesce(
                        since > max(until) over (
                            partition by source, branch
                            order by since, until
                            rows between unbounded preceding and 1 preceding
                        ),
                        true
                    ) as is_new
                from coverage
                where not is_partial
                    and since <= $as_of::timestamp
                    and (
                        (table_name, event) = ('ill_event', 'status') and {is_logged}
                        or table_name = 'milestone' and starts_with(event, {process})
                    )
            )
        )
        group by source, branch, run"""
_TOLD = """
    with standing as ({cases}),
    listed as (
        select
            source,
            case_id,
            max(told_at) as told_at,
            max(exported_at) as exported_at
        from ({listed}
        )
        group by source, case_id
    ),
    logged as ({logged}
    ),
    log_branch as (
        select distinct source, branch
        from logged
        where branch is not null
    ),
    newest as (
        select source, max(newest_at) as newest_at
        from (
            select source, date_trunc('day', until) as newest_at
            from logged
            union all{newest_list}
        )
        group by source
    ),
    covered as (
        select source, max(told_until) as covered_until
        from loaded_file
        where is_active and list_has_any(map_keys(columns), [{tables}])
        group by source
    ),
    followed as ({followed}
    ),
    told as (
        select
            s.*,
            greatest(c.covered_until, f.told_until) as all_until,
            if(all_until + {slack} < $as_of::timestamp, all_until, null) as beyond,
            if(b.branch is null, w.until, p.until) as logged_until,
            coalesce(
                greatest(l.told_at, logged_until),
                least(s.last_at, $as_of::timestamp)
            ) as known_until,
            coalesce(greatest(l.exported_at, logged_until), known_until) < n.newest_at as is_stale
        from standing s
        left join listed l on l.source = s.source and l.case_id = s.case_id
        left join newest n on n.source = s.source
        left join covered c on c.source = s.source
        left join followed f on f.source = s.source and f.case_id = s.case_id
        left join log_branch b on b.source = s.source and b.branch = s.branch
        left join logged p
            on p.source = s.source
            and p.branch = s.branch
            and p.since <= s.last_at
            and p.until >= s.last_at
        left join logged w
            on w.source = s.source
            and w.branch is null
            and w.since <= s.last_at
            and w.until >= s.last_at
    )
    select
        * exclude (all_until, beyond, logged_until, known_until, is_stale),
        case
            when {is_open} and is_stale then greatest(known_until, started_at)
            when {is_open} and beyond is not null then greatest(beyond, started_at)
        end as told_at
    from told
"""
_NO_LIST = """
        select
            ''::varchar as source,
            ''::varchar as case_id,
            null::timestamp as told_at,
            null::timestamp as exported_at
        limit 0"""
_NOT_FOLLOWED = """
        select
            ''::varchar as source,
            ''::varchar as case_id,
            null::timestamp as told_until
        limit 0"""
_NO_LOG = """
        select
            ''::varchar as source,
            ''::varchar as branch,
            null::timestamp as since,
            null::timestamp as until
        limit 0"""


def told_sql(con: duckdb.DuckDBPyConnection, process: Process, cases: str, is_open: str) -> str:
    """SQL: the cases (with source, case_id, branch, started_at and last_at) with told_at: up to
    when one that `is_open` was told of, by the lists that hold it and by a log without a gap; NULL
    where that is the newest that is told of any, and $as_of no more than a day later."""
    is_logged = have(con, [log_of(process), ("milestone", f"process = {quoted(process.name)}")])
    lists = {sql: table for read in process.read for sql, table in _lists(read)}
    named = ", ".join(map(quoted, lists.values())) or "''"
    return _TOLD.format(
        cases=cases,
        listed="\n        union all".join(lists) or _NO_LIST,
        logged=_LOGGED.format(is_logged=process.is_logged, process=quoted(f"{process.name}: "))
        if any(is_logged)
        else _NO_LOG,
        newest_list=_NEWEST_LIST.format(tables=named),
        tables=", ".join(map(quoted, process.tables)),
        followed=followed_sql(process) or _NOT_FOLLOWED,
        slack=SLACK,
        is_open=is_open,
    )


def _lists(read: MilestoneColumns) -> Iterator[tuple[str, str]]:
    """SQL: which cases of a table the lists of it held, and up to when; with the table. Where a row
    of another says how they stand (of a copy on order its line), its lists tell of them too."""
    tables = schema.tables()
    key = tables[read.table].key[0]
    numbered = _NUMBERED.fullmatch(read.case)
    if tables[read.table].second_name or not numbered or numbered[2] != key:
        return
    yield _listed(read.table, read.case.replace("t.", "h.")), read.table
    if read.told_by:
        other = read.told_by[1]
        of = tables[other].key[0]
        join = f"join {read.table} t on t.source = h.source and t.{of} = h.{of}"
        yield _listed(other, read.case, join), other


def _listed(table: str, case: str, join: str = "") -> str:
    runs = runs_sql(
        table,
        "max(f.told_until) as told_until, max(f.exported_at) as exported_at",
        "f.told_until <= $as_of::timestamp",
    )
    return _LISTED.format(table=table, case=case, join=join, runs=runs)
