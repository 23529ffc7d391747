"""What the loaded exports tell of, read once for the page and the text that show it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

import duckdb

from libstats.analysis.work.coverage_of_periods import coverage
from libstats.wording import Row, month_before, month_name, records

EVERYWHERE = "all branches"


@dataclass(frozen=True)
class Line:
    """How much of each month is told of one event at one branch ("": the source as a whole)."""

    source: str
    table: str
    event: str
    branch: str
    states: dict[date, str] = field(hash=False)
    reasons: dict[date, str] = field(hash=False)

    @property
    def place(self) -> str:
        """The branch in words."""
        return self.branch or EVERYWHERE

    @property
    def lacks(self) -> list[str]:
        """What is told of in part, and what is missing between the first month that is told and
        the last, in words."""
        told = [month for month, state in self.states.items() if state != "outside"]
        lacking = [
            (month, self.reasons.get(month) or state)
            for month, state in self.states.items()
            if state != "whole" and told and min(told) <= month <= max(told)
        ]
        spans: list[tuple[date, date, str]] = []
        for month, reason in lacking:
            if spans and spans[-1][2] == reason and month_before(month) == spans[-1][1]:
                spans[-1] = spans[-1][0], month, reason
            else:
                spans.append((month, month, reason))
        return [
            f"{month_name(first)}{f' to {month_name(last)}' if last > first else ''}: {reason}"
            for first, last, reason in spans
        ]


@dataclass(frozen=True)
class Covered:
    """All of it: the months, the lines, and what is said of how files were selected."""

    months: list[date]
    lines: list[Line]
    selections: dict[tuple[str, str], str] = field(hash=False)


def read(con: duckdb.DuckDBPyConnection) -> Covered:
    """What do the loaded exports tell of, from the first month of which they tell to the last?"""
    first, last = con.execute("select min(since), max(until) from coverage").fetchall()[0]
    if first is None:
        return Covered([], [], {})
    until = (last - timedelta(microseconds=1)).date() + timedelta(days=1)
    lines: dict[tuple[str, str, str, str], Line] = {}
    for row in records(coverage(con, since=first, until=max(until, first.date() + timedelta(1)))):
        key = row["source"], row["table_name"], row["event"], row["branch"] or ""
        line = lines.setdefault(key, Line(*key, {}, {}))
        line.states[row["period"]] = row["state"]
        if row["reason"]:
            line.reasons[row["period"]] = row["reason"]
    months = sorted({month for line in lines.values() for month in line.states})
    return Covered(months, list(lines.values()), _selections(con))


def _selections(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """What is said of files that were selected by outcome, by source and table."""
    rows: list[Row] = records(
        con.sql(
            """
            select
                c.source,
                c.table_name,
                any_value(c.selection) as selection,
                bool_or(c.is_suspected) as is_suspected,
                any_value(f.exports) as exports
            from coverage c
            join (
                select
                    source,
                    table_name,
                    list(distinct declaration order by declaration) as exports
                from (
                    select source, declaration, unnest(map_keys(columns)) as table_name
                    from loaded_file
                    where is_active
                )
                group by all
            ) f using (source, table_name)
            where c.selection is not null
            group by all
            order by all
            """
        )
    )
    return {(row["source"], row["table_name"]): _said(row) for row in rows}


def _said(row: Row) -> str:
    if not row["is_suspected"]:
        return f"files hold: {row['selection']}"
    lines = ", or ".join(f'[coverage."{export}"]' for export in row["exports"])
    return (
        f"files look as if they hold: {row['selection']}. If so, write below {lines} in"
        f' libstats.toml: selects = "{row["selection"].split("; ")[0]}"; if they hold all:'
        ' selects = "all"'
    )
