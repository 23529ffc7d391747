"""What people see of a store: the names that they query, made anew whenever one is opened.

T             what is there now
T_ever        also what has gone, and when it was last seen
history.T     every stored row, and the loads that held it
loaded_file   one row a load
loaded_day    what it holds, by table, event, branch and day
rejected_row  one row a fault of a rejected row
key_change    one row a change of the secret key of patrons
"case"        one row a case and kind of work (made by libstats.analysis.work.case)

The store itself is attached as `store`: what it needs lies there, and `show tables` does not list
it.
"""

from __future__ import annotations

from collections.abc import Collection
from types import MappingProxyType

import duckdb

from libstats import schema
from libstats.definitions.branches import Branches, columns_of, place_sql
from libstats.definitions.coverage import COVERAGE
from libstats.definitions.decisions import NEWEST_DECISION
from libstats.definitions.kept import DEFERRED, run
from libstats.definitions.requests import REQUEST_ORDER
from libstats.definitions.routes import ORDER_ROUTE, STANDING_ORDER
from libstats.definitions.serials import SERIAL_CLAIM
from libstats.schema import Table
from libstats.store import ledger
from libstats.store.tables import columns_of_row, filled, same_key
from libstats.store.view_columns import (
    CASE,
    COPY_ROLE,
    COPY_STATE,
    KEY_CHANGE,
    LOADED_DAY,
    LOADED_FILE,
    REJECTED_ROW,
    ROLE,
)


def dictionary() -> str:
    """The data dictionary as Markdown, which docs/data-dictionary.md repeats: tables and views."""
    lines = [
        schema.dictionary(),
        "## Views beside the tables",
        "",
        "`T_ever` is a table `T` with what has gone, and `gone_after`: when a list that lacks it"
        " last held it. `history.T` holds every stored row of `T`, of a `shape` (see"
        " `loaded_file`), `n` times. `from_seq` is the first load that held it. `until_seq` is the"
        " first one of its shape that did not; blank: it is held still. What the store needs"
        " besides lies in the database `store`, which may change from one libstats to the next.",
        "",
    ]
    for name, what, columns in (
        ("loaded_file", "One row a load: its file, taken for what, and what became.", LOADED_FILE),
        ("loaded_day", "What a load holds: one row a table, event, branch and day.", LOADED_DAY),
        (
            "judged_day",
            "The same, where what its word ends, and no column, is over.",
            dict.fromkeys(LOADED_DAY, "as in `loaded_day`")
            | {"over": "how many had ended by their word, nobody knows when"},
        ),
        (
            "coverage",
            "What the loaded exports cover: one row a source, table, event, branch and stretch of"
            " time. Outside of these a figure is unknown, and not 0.",
            COVERAGE,
        ),
        ("rejected_row", "One row a fault of a rejected row.", REJECTED_ROW),
        ("key_change", "One row a change of the secret key of patrons.", KEY_CHANGE),
        (
            "case",
            "One row a case and kind of work, as the analyses of work see it: write it in quotation"
            ' marks, `from "case"`.',
            CASE,
        ),
        ("newest_decision", *NEWEST_DECISION),
        ("role", "One row a code of a source, and what it means there.", ROLE),
        ("copy_role", "One row a role that a copy can have, and what that says of it.", COPY_ROLE),
        ("copy_state", "One row a copy: what its codes, and its due day, say of it.", COPY_STATE),
        ("serial_claim", *SERIAL_CLAIM),
        ("order_route", *ORDER_ROUTE),
        ("standing_order", *STANDING_ORDER),
        ("request_order", *REQUEST_ORDER),
    ):
        lines += [f"### {name}", "", what, "", "| column | meaning |", "|---|---|"]
        lines += [f"| `{column}` | {meaning} |" for column, meaning in columns.items()]
        lines.append("")
    lines += [
        "`dated_item` is `item` with days blank that are none: 1900-01-01, 1970-01-01 and the like,"
        " and what should have happened after the newest export. `believed_day(day, newest)` is"
        " such a day, or NULL.",
        "",
    ]
    return "\n".join(lines)


def make(
    con: duckdb.DuckDBPyConnection,
    at: int = ledger.LATEST,
    stand_ins: Collection[str] = (),
    places: Branches = MappingProxyType({}),
) -> None:
    """Make the views in the connection's own database, of what was known at an entry of the
    ledger. For who has the store as current database.

    `places` are the names of branches, which stand in the views for their codes. `stand_ins` are
    temporary relations in place of the store's own; of an earlier entry the fold
    must stand ready as T__now and T__gone.
    """
    is_known = at != ledger.LATEST
    kind = "temp view" if is_known or stand_ins else "view"
    rows = filled(con)
    summary = _placed("summary", stand_ins)
    made = [
        _loads_sql(con, summary, at),
        _days_sql(summary, at, places),
        f"create or replace view memory.main.rejected_row as from {_REJECTED} where seq <= {at}",
        f"create or replace view memory.main.key_change as {_KEY_CHANGE} and seq <= {at}",
    ]
    made.append("create schema if not exists memory.history")
    for table in schema.tables().values():
        placed = {
            part: _placed(f"{table.name}__{part}", stand_ins) for part in ("row", "merged", "gone")
        }
        if is_known:
            placed |= {part: f"temp.main.{table.name}__{part}" for part in ("now", "gone")}
            now = f"select {_columns(table)} from {placed['now']}"
        else:
            now = _now_sql(table, placed, has_merged=f"{table.name}__merged" in rows)
        now = _placed_sql(table, now, places)
        has_gone = is_known or f"{table.name}__gone" in rows
        made += _views_sql(table, kind, now, placed["gone"] if has_gone else None)
        made.append(_history_sql(table, placed["row"], at))
    run(con, ";".join(made))


_REJECTED = "store.main.reject"
_KEY_CHANGE = "select seq, happened_at as changed_at from store.main.ledger where action = 'rotate'"


def _placed(name: str, stand_ins: Collection[str]) -> str:
    return f"{'temp' if name in stand_ins else 'store'}.main.{name}"


def _columns(table: Table) -> str:
    return ", ".join(["source", *(c.name for c in table.columns)])


def _now_sql(table: Table, placed: dict[str, str], *, has_merged: bool) -> str:
    """SQL: the current state, gone keys included. Without rows that are merged it does without
    them: a question then reads no more columns than it names."""
    columns = ", ".join(columns_of_row(table))
    alone = f"select source, {columns} from {placed['row']} where is_sole"
    if not has_merged:
        return alone
    return f"{alone} union all select {_columns(table)} from {placed['merged']}"


def _placed_sql(table: Table, rows: str, places: Branches) -> str:
    """SQL: rows with the names of branches in place of their codes, where names are given."""
    columns = columns_of(table) if places else []
    if not columns:
        return rows
    named = ", ".join(f"{place_sql(places, name)} as {name}" for name in columns)
    return f"select * replace ({named}) from ({rows})"


def _views_sql(table: Table, kind: str, now: str, gone: str | None) -> list[str]:
    """SQL that makes T, and T_ever of a table whose rows have a key; both are made whenever a
    store is opened, so they are as short as can be."""
    name = table.name if kind == "temp view" else f"memory.main.{table.name}"
    if table.is_keyless:
        return [f"create or replace {kind} {name}{DEFERRED} as {now}"]
    if gone is None:
        there, ever = now, f"select *, null::timestamp as gone_after from ({now})"
    else:
        same = same_key(("source", *table.key), "g", "t")
        there = f"select t.* from ({now}) t anti join {gone} g on {same}"
        ever = (
            f"select t.*, g.last_seen_at as gone_after from ({now}) t left join {gone} g on {same}"
        )
    return [
        f"create or replace {kind} {name}{DEFERRED} as {there}",
        f"create or replace {kind} {name}_ever{DEFERRED} as {ever}",
    ]


def _history_sql(table: Table, rows: str, at: int) -> str:
    columns = ", ".join(c.name for c in table.stored)
    return f"""create or replace view memory.history.{table.name}{DEFERRED} as
        select source, export_id as shape, from_seq, until_seq, n, {columns}
        from {rows}
        where from_seq <= {at}"""


def _loads_sql(con: duckdb.DuckDBPyConnection, summary: str, at: int) -> str:
    held = ", ".join(str(w.seq) for w in ledger.wholes(con, at) if not w.is_believed) or "null"
    return f"""create or replace view memory.main.loaded_file{DEFERRED} as
        select
            l.seq,
            e.source,
            e.declaration,
            l.export_id as shape,
            l.file,
            l.sha256,
            l.loaded_at,
            l.exported_at,
            l.exported_from,
            greatest(l.exported_at, t.newest) as told_until,
            e.primary_table,
            e.columns,
            e.is_whole,
            coalesce(l.seq in ({held}), false) as is_held,
            l.undone_seq is null or l.undone_seq > {at} as is_active,
            coalesce(l.confirmed_seq <= {at}, false) as is_confirmed,
            l.rows_read,
            l.rows_kept,
            l.dispositions
        from store.main.load l join store.main.export e using (export_id)
            left join (
                select l.seq, max(s.newest) as newest
                from store.main.load l
                    join store.main.load k on k.export_id = l.export_id and k.seq <= l.seq
                    join {summary} s on s.seq = k.seq and s.day = l.exported_at::date
                where l.exported_at = l.exported_at::date
                group by l.seq
            ) t on t.seq = l.seq
        where l.seq <= {at}"""


def _days_sql(summary: str, at: int, places: Branches) -> str:
    """SQL that makes what each load holds by day: the summary tells it as changes from one load of
    a shape to the next. Codes that are one place are added up."""
    cell = "partition by l.export_id, s.table_name, s.event, s.branch, s.day order by s.seq"
    return f"""create or replace view memory.main.loaded_day{DEFERRED} as
        with held as (
            select
                l.export_id,
                s.* exclude (n, open, ended, newest, longest),
                lead(s.seq) over w as next_seq,
                sum(s.n) over w as n,
                sum(s.open) over w as open,
                sum(s.ended) over w as ended,
                max(s.newest) over w as newest,
                max(s.longest) over w as longest
            from {summary} s join store.main.load l using (seq)
            where s.seq <= {at}
            window w as ({cell})
        )
        select
            l.seq,
            h.table_name,
            h.event,
            {place_sql(places, "h.branch", "e.source")} as branch,
            h.day,
            sum(h.n)::bigint as n,
            sum(h.open)::bigint as open,
            sum(h.ended)::bigint as ended,
            max(h.newest) as newest,
            max(h.longest) as longest
        from held h join store.main.load l
            on l.export_id = h.export_id
            and l.seq >= h.seq
            and l.seq < coalesce(h.next_seq, {ledger.LATEST})
            join store.main.export e on e.export_id = l.export_id
        where h.n > 0 and l.seq <= {at}
        group by all"""
