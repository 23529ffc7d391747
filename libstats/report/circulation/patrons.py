"""How many different patrons borrowed something."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats.analysis.circulation_parts import active_borrowers
from libstats.report import sections
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import Row, number, records

__all__ = ["borrowers"]


def borrowers(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """Active borrowers of the period, beside the year before; by patron group, small counts
    withheld."""
    by = "branch" if report.branch else None
    now, then = (_read(con, report, by, when) for when in (report.period, report.last_year))
    groups = [] if by else _read(con, report, "patron_group", report.period)
    return borrowers_of(now, then, groups, (report.period.words, report.last_year.words))


def _read(
    con: duckdb.DuckDBPyConnection, report: Circulation, by: str | None, when: Period
) -> list[Row]:
    rows = records(active_borrowers(con, since=when.since, until=when.until, by=by))
    return report.here(rows) if by == "branch" else rows


def borrowers_of(
    now: Sequence[Row], then: Sequence[Row], groups: Sequence[Row], times: tuple[str, str]
) -> Html:
    """The finding, the table by system, the table by patron group, and what was not judged."""
    known = [row for row in now if row["borrowers"] is not None]
    several = len(known) > 1
    words = " ".join(
        f"{said(row)} different patrons{_of(row) if several else ''} borrowed something in "
        f"{times[0]}."
        for row in known
    )
    before = {row["source"]: row["borrowers"] for row in then if row["coverage"] == "whole"}
    lines = [
        {
            "source": row["source"],
            "borrowers": row["borrowers"],
            "most": row["borrowers_high"] if row["coverage"] == "whole" else None,
            "last_year": before.get(row["source"]),
            "checkouts": row["checkouts"],
        }
        for row in known
    ]
    shown = table(
        lines,
        f"Active borrowers: patrons who borrowed something in {times[0]}",
        headings={
            "source": "System",
            "borrowers": "Active borrowers, at least",
            "most": "At most",
            "last_year": f"In {times[1]}, at least",
            "checkouts": f"Checkouts in {times[0]}",
        },
    )
    return joined(
        paragraph(words or "No export tells how many different patrons borrowed something."),
        shown if lines else "",
        _by_group(groups, times[0]),
        sections.unjudged(_unjudged(now, several=several)),
    )


def _by_group(groups: Sequence[Row], when: str) -> Html | Table | str:
    lines = [
        {name: row[name] for name in ("source", "patron_group", "borrowers")}
        for row in groups
        if row["borrowers"] is not None and row["patron_group"]
    ]
    if not lines:
        return ""
    headings = {"source": "System", "borrowers": "Active borrowers, at least"}
    shown = table(lines, f"Active borrowers in {when} by patron group", headings=headings)
    return folded("By patron group", shown)


def _of(row: Row) -> str:
    return f" of {row['source']}"


def said(row: Row) -> str:
    """How many, or from how many to how many; of what is told in part at least."""
    least, most = row["borrowers"], row["borrowers_high"]
    if least is None:
        return "not known"
    if row["coverage"] != "whole":
        return f"at least {number(least)}"
    return number(least) if least == most else f"{number(least)} to {number(most)}"


def _unjudged(rows: Sequence[Row], *, several: bool) -> list[str]:
    told = []
    for row in rows:
        if row["borrowers"] is None:
            told.append(f"Patrons{_of(row)}: {row['reason']}.")
        elif row["unknown"]:
            told.append(
                f"For {number(row['unknown'])} checkouts{_of(row)} the patron is no longer known. "
                "Each may be by one patron more."
            )
    if several:
        told.append("A patron of two systems counts in each, so the systems are not added up.")
    return told
