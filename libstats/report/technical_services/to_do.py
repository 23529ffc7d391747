"""What to do: what of the desk's open work wants a hand, in the newest lists."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from libstats.analysis.today.desks import DESKS, SERVICES, tasks
from libstats.analysis.today.invoices import not_judged
from libstats.analysis.today.lists import work_of
from libstats.analysis.today.rows import DECIDE, DO
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, joined, table
from libstats.wording import capital, number, tenths

NAMED = 3
NOTHING = "Nothing that is loaded wants a hand."


def to_do(con: duckdb.DuckDBPyConnection) -> Html:
    """What is to be done and decided, counted, with the first of each; as `libstats today` has
    it."""
    order = DESKS[SERVICES]
    work = sorted(work_of(con, *order), key=lambda each: order.index(each.process.name))
    found = [
        {
            "group": capital(group),
            "task": task,
            "cases": len(cases),
            "longest": max(
                (case["age"] for case in cases if case["age"] is not None), default=None
            ),
            "numbers": _numbers(str(case["look_for"] or case["handle"]) for case in cases),
        }
        for group in (DO, DECIDE)
        for each in work
        for task, cases in tasks(each, group)
    ]
    if not found:
        left = not_judged(con)
        none = f"Nothing that could be judged wants a hand. {left}." if left else NOTHING
        return Html(paragraph(none))
    shown = table(
        found,
        "What is to be done in technical services, in the newest lists",
        sheet="To be done",
        headings={
            "group": "When",
            "task": "What",
            "cases": "How many",
            "longest": "Days, the longest",
            "numbers": "Which",
        },
        formats={"longest": tenths},
    )
    return joined(shown, "<p>“libstats today” has each with what is known of it.</p>")


def _numbers(handles: Iterable[str]) -> str:
    """The first by their numbers, each once, and how many more there are."""
    each = list(dict.fromkeys(handles))
    more = len(each) - NAMED
    return ", ".join(each[:NAMED]) + (f" and {number(more)} more" if more > 0 else "")
