"""What of a desk's open work wants a hand, as `libstats today` has it: a table for a page."""

from __future__ import annotations

from collections.abc import Iterable

from libstats.analysis.today.desks import tasks
from libstats.analysis.today.lists import Work
from libstats.analysis.today.rows import DECIDE, DO
from libstats.analysis.today.words import age, counted_from, is_due
from libstats.report.page.table import Table, table
from libstats.wording import Row, capital, number, tenths


def to_be_done(work: Iterable[Work], caption: str, counted: str, named: int) -> Table:
    """Each kind of thing that is to be done or decided: how many there are (in the column
    `counted`), the oldest, and the first `named` by what a person looks for."""
    works = list(work)
    found = [
        {
            "group": capital(group),
            "task": task,
            counted: len(cases),
            **_longest(cases),
            "numbers": _numbers((str(case["look_for"] or case["handle"]) for case in cases), named),
        }
        for group in (DO, DECIDE)
        for each in works
        for task, cases in tasks(each, group)
    ]
    headings = {
        "group": "When",
        "task": "What",
        "cases": "How many",
        "longest": "Days, the longest",
        "counted_from": "Days since",
        "numbers": "Which",
    }
    return table(found, caption, sheet="To be done", headings=headings, formats={"longest": tenths})


def _longest(cases: Iterable[Row]) -> Row:
    """The days of the case that waits longest, and since when they are counted: as `libstats today`
    counts them, of what has a due day from that day on."""
    days, row = max(((_days(case), case) for case in cases), key=lambda each: each[0])
    return {"longest": days, "counted_from": "due" if is_due(row) else counted_from(row) or "begun"}


def _days(case: Row) -> float:
    return max(0.0, -float(case["left_days"])) if is_due(case) else age(case)


def _numbers(handles: Iterable[str], named: int) -> str:
    """The first by their numbers, each once, and how many more there are."""
    each = list(dict.fromkeys(handles))
    more = len(each) - named
    return ", ".join(each[:named]) + (f" and {number(more)} more" if more > 0 else "")
