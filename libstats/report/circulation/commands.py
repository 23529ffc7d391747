"""For each part of the page the command that says how it was counted; the exports behind all."""

from __future__ import annotations

from dataclasses import replace

import duckdb

from libstats.report import sections
from libstats.report.circulation import rows
from libstats.report.circulation.rows import Circulation


def commands(report: Circulation) -> dict[str, str]:
    """By heading, in the order of the page."""
    lent = sections.explained("circulation", report.period, branch=report.branch)
    year = report.year
    of_year = sections.explained("circulation", year, branch=report.branch)
    return {
        "Which branch lends more, and which less?": lent,
        "Checkouts over the year": of_year,
        "More than the usual ups and downs?": lent,
        "What was lent, and how?": lent,
        "At which hours?": of_year,
        "Overdue loans": sections.explained("backlog loan", report.period),
        "How long do patrons wait for a hold?": sections.explained("turnaround hold", year),
        "What becomes of holds?": sections.explained("fill_rate hold", year),
        "Copies in transit": sections.explained("turnaround transit", year, by="route"),
        "Active borrowers": lent,
    }


def read(con: duckdb.DuckDBPyConnection, branch: str = "", **said: str) -> Circulation:
    """The same as `rows.read`, with the exports behind all parts."""
    found = rows.read(con, branch, **said)
    told = [*found.sources]
    return replace(found, behind=sections.behind(con, commands(found).values(), told))
