"""What the exports tell of the period and what they lack, and where the figures come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time

from libstats.report import sections
from libstats.report.charts.circulation import UNKNOWN_BRANCH
from libstats.report.circulation.commands import commands
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, table
from libstats.wording import number

__all__ = ["gaps", "origin"]

MOST_NAMES = 3  # that a sentence names; the tables name all


def gaps(report: Circulation) -> list[str]:
    """What is missing of this very period, each in a sentence."""
    end, name = datetime.combine(report.period.until, time()), report.period.words
    gaps = [sections.outdated(row) for row in report.sources if row["covered_until"] < end]
    here = {row["branch"] for row in report.at(report.period)}
    gone = sorted({row["branch"] for row in report.at(report.before)} - here - {None})
    gaps += [
        f"{branch} has no figures for {name}, though it has for {report.before.words}."
        for branch in gone
    ]
    return gaps + _partly(report)


def _lacks(report: Circulation) -> list[str]:
    """What the exports lack as such, whatever the period."""
    lacks = [
        (
            f"Copies of “{source}” are loaded, but neither loans nor a log: its branches are "
            "missing from these figures."
        )
        for source in report.silent
    ]
    return lacks + [
        sections.unread(row) for row in (*report.sources, *report.behind) if row["rows_rejected"]
    ]


def _partly(report: Circulation) -> list[str]:
    """Which branches are told of in part or not at all, by reason."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    rows = report.at(report.period)
    for row in rows:
        if row["coverage"] != "whole":
            names = by_reason.setdefault((row["coverage"], row["reason"] or ""), [])
            if (name := row["branch"] or UNKNOWN_BRANCH) not in names:
                names.append(name)
    every = {row["branch"] for row in rows}
    name = report.period.words
    return [
        (
            f"{'Every branch' if len(names) == len(every) else _few(names)}: "
            + (
                f"{name} is not known: {reason}."
                if state == "outside"
                else f"{sections.told_in_part(name, reason)}. It is not compared with other times."
            )
        )
        for (state, reason), names in by_reason.items()
    ]


def _few(names: Sequence[str]) -> str:
    """Names for a sentence: the first of many."""
    more = len(names) - MOST_NAMES
    listed = ", ".join(names[:MOST_NAMES])
    return f"{listed} and {more} more" if more > 0 else listed


def origin(report: Circulation) -> Html:
    """Where the figures come from: the exports, which rows were not counted and why, and the
    receipt."""
    listed = table(
        report.left_out,
        f"Rows that were left out in {report.period.words}, at all branches",
        headings={"rows": "Rows"},
    )
    log, loans = (
        report.count((column,), report.period) or 0
        for column in ("days_from_log", "days_from_loans")
    )
    days = (
        f"Each day at a branch is counted from one export: {number(log)} from the circulation log, "
        f"{number(loans)} from the list of loans."
    )
    complete = "All rows of these exports could be read."
    proof = sections.receipt(report.receipt, "circulation", "Receipt of the circulation figures")
    return sections.origin(
        [*report.sources, *report.behind],
        complete,
        _lacks(report),
        sections.receipts(commands(report)),
        paragraph(days),
        listed,
        proof,
    )
