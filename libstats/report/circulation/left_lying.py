"""What to do: how much is left lying at the desk, in the newest lists."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats.analysis.today.lists import work_of
from libstats.analysis.today.rows import CLAIMED, DECIDE, DO, NOT_FOUND, PAUSED, UNFILLABLE
from libstats.analysis.work.hold_queues import BUY_FROM, hold_queues
from libstats.analysis.work.hold_shelf import hold_shelf
from libstats.report.circulation.late_loans import LONG
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html
from libstats.wording import listed, number, records

__all__ = ["counted", "to_do"]

SAID = {
    "unfillable": ("1 hold", "{} holds", "that no copy can fill: buy, borrow or tell the patron."),
    "not_found": ("1 hold", "{} holds", "on copies nobody found: search, then mark missing."),
    "past": ("1 copy", "{} copies", "on the hold shelf past the last day: take them down."),
    "long": ("1 loan", "{} loans", "overdue by more than four weeks: remind, then bill."),
    "claimed": ("1 loan", "{} loans", "that came back, as the patron says: search the shelves."),
    "journey": ("1 copy", "{} copies", "in transit for longer than usual: ask both branches."),
    "queue": ("1 title", "{} titles", f"with {BUY_FROM} holds a copy, or more: buy another?"),
    "paused": ("1 hold", "{} holds", "paused by patrons: none of them is late."),
}


def to_do(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """What wants a hand, counted; `libstats today` has each case."""
    return to_do_of(counted(con, report), _unlisted(con))


def _unlisted(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Of what nothing is loaded."""
    (held,) = con.execute(
        """
        select
            exists (from hold),
            exists (from loan),
            exists (from transit)
        """
    ).fetchall()
    names = ("holds", "loans", "copies in transit")
    return [name for name, is_held in zip(names, held, strict=True) if not is_held]


def to_do_of(counts: dict[str, int], unlisted: Sequence[str] = ()) -> Html:
    """The list; nothing is listed of which there is none, and of what no list is loaded it is
    said."""
    told = [
        f"{one if counts[name] == 1 else many.format(number(counts[name]))} {rest}"
        for name, (one, many, rest) in SAID.items()
        if counts.get(name)
    ]
    silent = [f"No list of {listed(unlisted)} is loaded."] if unlisted else []
    if not told:
        return Html(paragraph(" ".join(["Nothing is left lying in what is loaded.", *silent])))
    return Html(notice("In the newest lists, each named by “libstats today”:", [*told, *silent]))


def counted(con: duckdb.DuckDBPyConnection, report: Circulation) -> dict[str, int]:
    """As `libstats today` has them, each source as of its own newest export."""
    work = work_of(con, "hold", "loan", "transit")
    cases = {each.process.name: report.here(each.cases) for each in work}
    holds, loans = cases.get("hold", []), cases.get("loan", [])
    return {
        "unfillable": sum(row["task"] == UNFILLABLE for row in holds),
        "not_found": sum(row["task"] == NOT_FOUND for row in holds),
        "past": len(report.here(records(hold_shelf(con)))),
        "long": sum(not row["is_missing"] and row["left_days"] < -LONG for row in loans),
        "claimed": sum(row["task"] == CLAIMED for row in loans),
        "journey": sum(row["group_name"] in (DO, DECIDE) for row in cases.get("transit", [])),
        "queue": 0 if report.branch else len(hold_queues(con).fetchall()),
        "paused": sum(row["group_name"] == PAUSED for row in holds),
    }
