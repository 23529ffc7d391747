"""What to do: how much is left lying at the desk, in the newest lists."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from libstats.analysis.work.exported import newest_export
from libstats.analysis.work.hold_copies import hold_copies
from libstats.analysis.work.hold_queues import BUY_FROM, hold_queues
from libstats.analysis.work.hold_shelf import hold_shelf
from libstats.analysis.work.usual import usual
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.report.circulation.late_loans import LONG
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html
from libstats.wording import Row, listed, number, records

__all__ = ["to_do"]

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
    return to_do_of({**_of_holds(con, report), **_of_loans(con, report)}, _unlisted(con))


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


def _of_holds(con: duckdb.DuckDBPyConnection, report: Circulation) -> dict[str, int]:
    where = con.sql(
        """
        select
            source as of_source,
            hold_id as of_hold,
            pickup_branch as pickup
        from hold
        """
    ).set_alias("h")
    found = hold_copies(con).filter("is_unfillable or is_not_found").set_alias("c")
    pairs = "c.source = h.of_source and c.hold_id = h.of_hold"
    named = found.join(where, pairs).select("is_unfillable, is_not_found, pickup as branch")
    rows = report.here(records(named))
    return {
        "unfillable": sum(bool(row["is_unfillable"]) for row in rows),
        "not_found": sum(bool(row["is_not_found"]) for row in rows),
        "past": len(report.here(records(hold_shelf(con)))),
        "queue": 0 if report.branch else len(hold_queues(con).fetchall()),
        "paused": len(report.here(_listed(con, "hold", "standing = 'paused'"))),
    }


def _of_loans(con: duckdb.DuckDBPyConnection, report: Circulation) -> dict[str, int]:
    late = f"not is_missing and standing = 'late' and due_at is not null and left_days < -{LONG}"
    claimed = con.sql(
        """
        select l.checkout_branch as branch
        from loan l
        join item i on i.source = l.source and i.item_id = l.item_id
        join copy_state s on s.source = i.source and s.item_key = i.item_key
        where l.returned_at is null and s.role = 'claimed returned'
        """
    )
    return {
        "long": len(report.here(_listed(con, "loan", late))),
        "claimed": len(report.here(records(claimed))),
        "journey": len(report.here(_listed(con, "transit", f"age > {_usual_days(con)}"))),
    }


def _usual_days(con: duckdb.DuckDBPyConnection) -> float:
    """Within how many days a journey usually ends; the goal where nothing is usual."""
    try:
        found = [days for *_, days in usual(con, "transit").fetchall() if days is not None]
    except AnalysisError:
        found = []
    return float(max(found, default=process_of(con, "transit").goal_days))


def _listed(con: duckdb.DuckDBPyConnection, process: str, where: str) -> list[Row]:
    """The branches of the open cases for which something holds; none where nothing is loaded."""
    try:
        newest_export(con, process_of(con, process))
    except AnalysisError:
        return []
    return records(worklist(con, process).filter(where).select("branch"))
