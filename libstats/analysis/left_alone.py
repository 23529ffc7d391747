"""What is left alone for now: the cases that somebody snoozed or dismissed. The one place where
today's lists are filtered by it; the worklists of the analyses stay whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

import duckdb

from libstats.analysis.work.exported import newest_of
from libstats.analysis.work.hold_shelf import hold_shelf
from libstats.analysis.work.worklist import worklist
from libstats.declaration.raw import quoted
from libstats.definitions.decisions import DISMISS, SNOOZE
from libstats.definitions.processes import Process, process_of
from libstats.wording import Row, records

__all__ = ["LeftAlone", "holds", "in_order", "open_cases", "returns", "told"]

HOLD = "hold"  # whose cases stand on the hold shelf, too


@dataclass
class LeftAlone:
    """What today's lists leave out at a moment: one row a case, gathered while they are made.

    rows  the cases: process, title (of the kind of work), source, case_id, handle, and of the
          decision reason, until_on, entered_at
    """

    con: duckdb.DuckDBPyConnection
    now: datetime
    rows: list[Row] = field(default_factory=list)

    def without(self, process: Process, listed: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """A worklist without the cases that are left alone."""
        decided = _decided(self.con, process.name, self.now)
        if not decided:
            return listed
        known = _seen(self.con, process, records(listed.filter(_among(decided))))
        gone = self._gather(process, decided, known)
        return listed.filter(f"not ({_among(gone)})") if gone else listed

    def off_shelf(self, shelf: list[Row]) -> list[Row]:
        """What stands on the hold shelf past its date, without what is left alone."""
        decided = _decided(self.con, HOLD, self.now) if shelf else []
        if not decided:
            return shelf
        gone = self._gather(process_of(self.con, HOLD), decided, _on_shelf(shelf))
        keys = {(row["source"], row["case_id"]) for row in gone}
        return [row for row in shelf if (row["source"], row["hold_id"]) not in keys]

    def _gather(self, process: Process, decided: list[Row], known: list[Row]) -> list[Row]:
        """The cases, of those that are known, on which a decision holds; they are kept."""
        by_case = {(row["source"], row["case_id"]): row for row in decided}
        found = []
        for row in known:
            decision = by_case.get((row["source"], row["case_id"]))
            if decision and holds(decision, row, self.now):
                kept = {name: decision[name] for name in ("reason", "until_on", "entered_at")}
                found.append({"process": process.name, "title": process.title, **row, **kept})
        self.rows += found
        return found


def holds(decision: Row, case: Row, now: datetime) -> bool:
    """True if a decision on a case holds: a snooze until its day, a dismissal until the case moves,
    or until its day where it has one."""
    if decision["until_on"] and now.date() >= decision["until_on"]:
        return False
    if decision["decision"] == SNOOZE:
        return True
    if decision["seen"]:
        return decision["decision"] == DISMISS and bool(decision["seen"] == case["seen"])
    # a line by hand may tell its day alone
    entered = decision["entered_at"]
    at = entered + timedelta(days=1) if entered.time() == time() else entered
    return decision["decision"] == DISMISS and not (case["last_at"] and case["last_at"] >= at)


def open_cases(con: duckdb.DuckDBPyConnection, process: Process) -> list[Row]:
    """The open cases of a process, those too that stand on the hold shelf past their date: source,
    case_id, handle, last_at, and `seen`: the last step and the status, as far as they are known."""
    told = newest_of(con, process)
    if told is None:
        return []
    listed = records(worklist(con, process.name, as_of=told))
    found = _seen(con, process, listed)
    return found + (_on_shelf(records(hold_shelf(con))) if process.name == HOLD else [])


def _decided(con: duckdb.DuckDBPyConnection, process: str, now: datetime) -> list[Row]:
    """The decisions on cases of a process whose day has not come."""
    return records(
        con.sql(
            """
            select
                case_source as source,
                * exclude (case_source)
            from newest_decision
            -- a line by hand may name it as a page does: ILL borrowing
            where replace(process, ' ', '_') = replace($process, ' ', '_')
                and coalesce(until_on > $today::date, true)
            """,
            params={"process": process, "today": str(now.date())},
        )
    )


def _among(rows: Sequence[Row]) -> str:
    """SQL: the case is one of these."""
    pairs = (f"({quoted(row['source'])}, {quoted(row['case_id'])})" for row in rows)
    return f"(source, case_id) in ({', '.join(pairs)})"


def _on_shelf(shelf: list[Row]) -> list[Row]:
    return [
        {
            "source": row["source"],
            "case_id": row["hold_id"],
            "handle": row["barcode"],
            "last_at": datetime.combine(row["ready_on"], time()),
            "seen": f"on the hold shelf {row['ready_on']}",
        }
        for row in shelf
    ]


def _seen(con: duckdb.DuckDBPyConnection, process: Process, listed: list[Row]) -> list[Row]:
    """What is known of each case: its last step, when that was, and its status."""
    statuses = _statuses(con, process) if listed else {}
    return [
        {
            **{name: row[name] for name in ("source", "case_id", "handle", "last_at")},
            "seen": "; ".join(
                filter(
                    None,
                    (
                        f"{row['last_milestone']} {row['last_at']:%Y-%m-%d %H:%M}"
                        if row["last_at"]
                        else "",
                        statuses.get((row["source"], row["case_id"]), ""),
                    ),
                )
            ),
        }
        for row in listed
    ]


def _statuses(con: duckdb.DuckDBPyConnection, process: Process) -> dict[tuple[str, str], str]:
    """The status of each case in the words of its system, by source and case."""
    parts = [
        f"""
        select
            t.source,
            {columns.case} as case_id,
            {(columns.told_by or ("t",))[0]}.{columns.code} as status
        from {columns.from_sql}
        where ({columns.where})
        """
        for columns in process.read
        if columns.code
    ]
    if process.is_logged:
        parts.append(
            """
            select
                source,
                request_id as case_id,
                arg_max(status_as_exported, happened_at) as status
            from ill_event
            group by all
            """
        )
    if not parts:
        return {}
    rows = con.execute(
        f"""
        select
            source,
            case_id,
            string_agg(distinct status, ', ' order by status) as status
        from ({" union all ".join(parts)})
        where status is not null
        group by all
        """
    ).fetchall()
    return {(source, case): status for source, case, status in rows}


def returns(row: Row) -> str:
    """When a case that is left alone comes back, in words."""
    return f"on {row['until_on']:%Y-%m-%d}" if row["until_on"] else "when it moves"


def told(rows: Sequence[Row]) -> str:
    """How many cases are left alone, and for which reasons; nothing where none is."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["reason"]] = counts.get(row["reason"], 0) + 1
    listed = ", ".join(
        f"{reason} {count:,}" for reason, count in sorted(counts.items(), key=lambda c: (-c[1], c))
    )
    return f"Left alone for now: {len(rows):,} ({listed})" if rows else ""


def in_order(rows: Sequence[Row]) -> list[Row]:
    """The cases by the day on which they come back, those last that come back when they move."""
    return sorted(
        rows,
        key=lambda row: (
            row["until_on"] is None,
            row["until_on"] or row["entered_at"].date(),
            row["process"],
            row["source"],
            row["case_id"],
        ),
    )


def everything(con: duckdb.DuckDBPyConnection, now: datetime) -> list[Row]:
    """All that is left alone at a moment, in every kind of work: what comes back first stands
    first."""
    alone = LeftAlone(con, now)
    kinds = con.sql(
        """
        select process
        from process
        where replace(process, ' ', '_') in (
            select replace(process, ' ', '_')
            from newest_decision
        )
        order by rowid
        """
    ).fetchall()
    for (kind,) in kinds:
        process = process_of(con, kind)
        told = newest_of(con, process)
        if told:
            alone.without(process, worklist(con, kind, as_of=told))
    alone.off_shelf(records(hold_shelf(con)))
    return in_order(alone.rows)
