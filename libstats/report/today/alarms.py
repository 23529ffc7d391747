"""Alarms on today's page: what looks wrong in the exports, and what of it was accepted."""

from __future__ import annotations

from libstats.analysis.today.lists import Today
from libstats.report.page.table import Table, shown, table
from libstats.wording import Row

ACCEPTING = (
    "libstats check tells what to do about each of these. One that you know of is accepted by its "
    "name: libstats check --accept NAME --reason REASON."
)


def wrong(alarms: list[Row]) -> Table:
    names = ("alarm", "source", "place", "rows", "meaning", "id")
    return table(
        [{name: row[name] for name in names} for row in alarms],
        "What looks wrong in the exports",
        headings={"rows": "Rows, or days", "meaning": "What it means", "id": "Name"},
    )


def told_accepted(today: Today) -> str:
    many = len(today.accepted)
    return "1 alarm is accepted" if many == 1 else f"{many} alarms are accepted"


def accepted(alarms: list[Row]) -> Table:
    """The alarms that somebody looked at, with the reason for which they are heeded no more."""
    names = ("alarm", "source", "place", "rows", "accepted_for", "id")
    headings = {"rows": "Rows, or days", "accepted_for": "Why it was accepted", "id": "Name"}
    headings["returns"] = "Told again"
    return table(
        [
            {name: row[name] for name in names}
            | {
                "returns": shown(row["accepted_until"])
                if row["accepted_until"]
                else "no day was said"
            }
            for row in alarms
        ],
        "Alarms that are accepted",
        headings=headings,
    )
