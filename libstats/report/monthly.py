"""The monthly report on circulation: one function per section. What it tells of is read in
monthly_rows."""

from __future__ import annotations

from datetime import datetime, time

from libstats.report import charts, sections
from libstats.report.charts.circulation import UNKNOWN_BRANCH
from libstats.report.monthly_rows import Monthly, read
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import Row, capital, change, month_before, month_name, number, percent

__all__ = [
    "Monthly",
    "by_branch",
    "by_month",
    "chart",
    "head",
    "in_house",
    "key_figures",
    "left_out",
    "proof",
    "read",
    "renewals",
]

RENEWALS = {
    "renewals_by_staff": "by staff",
    "renewals_by_patron": "by the borrower, online or at a machine",
    "renewals_automatic": "automatic",
    "renewals_unknown": "the export does not say by whom",
    "renewals_undated": "known from the list of loans only (counted in the month of the checkout)",
}
ALWAYS = tuple(RENEWALS.values())[:3]  # the other two only where there are any
COUNTS = {
    "checkouts": ("checkouts",),
    "renewals": tuple(RENEWALS),
    "uses inside the library": ("in_house_uses",),
}


def head(report: Monthly) -> Html:
    """Of which month and branch, from which exports, and what is missing in them."""
    where = (
        f"branch {report.branch}"
        if report.branch
        else f"all branches{' with circulation loaded' if report.silent else ''}"
    )
    month = month_name(report.month)
    complete = (
        f"Every export below reaches the end of {month}, all its rows could be read, and every "
        "branch of the month before has figures."
    )
    return sections.head(f"{month}, {where}", _gaps(report), complete, report.sources)


def _gaps(report: Monthly) -> list[str]:
    """What is stale, unread or missing, each in a sentence."""
    end, name = datetime.combine(month_before(report.month, -1), time()), month_name(report.month)
    gaps = [sections.outdated(row) for row in report.sources if row["covered_until"] < end]
    gaps += [
        (
            f"Copies of “{source}” are loaded, but no loans and no log: its branches are not in "
            "these figures."
        )
        for source in report.silent
    ]
    gaps += [sections.unread(row) for row in report.sources if row["rows_rejected"]]
    if report.state(report.month) == "outside":
        gaps.append(f"Nothing is loaded for {name}{_why(report)}.")
    else:
        here = {row["branch"] for row in report.of(report.month)}
        gone = sorted({row["branch"] for row in report.of(report.before)} - here - {None})
        gaps += [
            f"{branch} has no figures for {name}, though it has for {month_name(report.before)}."
            for branch in gone
        ]
        gaps += _partly(report)
    return gaps


def _why(report: Monthly) -> str:
    """Why nothing is told of the month."""
    reasons = sorted({row["reason"] for row in report.of(report.month) if row["reason"]})
    return f": {reasons[0]}" if reasons else ""


def _partly(report: Monthly) -> list[str]:
    """Which branches are told of in part or not at all, by reason."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for row in report.of(report.month):
        if row["coverage"] != "whole":
            names = by_reason.setdefault((row["coverage"], row["reason"] or ""), [])
            names.append(row["branch"] or UNKNOWN_BRANCH)
    every = len(report.of(report.month))
    name = month_name(report.month)
    return [
        (
            f"{'Every branch' if len(names) == every else ', '.join(names)}: "
            + (
                f"{name} is not known, {reason}."
                if state == "outside"
                else f"{name} is only {reason}. It is not compared with other months."
            )
        )
        for (state, reason), names in by_reason.items()
    ]


def key_figures(report: Monthly) -> Html:
    """Checkouts, renewals and in-house use in words, against the month before and the same month
    last year."""
    counts = {what: report.count(columns, report.month) for what, columns in COUNTS.items()}
    return sections.figures(
        (number(count), what, _compared(report, COUNTS[what], count))
        for what, count in counts.items()
    )


def _compared(report: Monthly, columns: tuple[str, ...], now: int | None) -> str:
    if now is None:
        return "Nothing is loaded for this month."
    parts = []
    if report.state(report.month) != "whole":
        return "Told of in part: not compared with other months."
    for when in (report.before, report.last_year):
        then = report.count(columns, when)
        if then is None:
            parts.append(f"nothing is loaded for {month_name(when)}")
        elif report.state(when) != "whole":
            parts.append(f"{month_name(when)} is told of in part ({number(then)} or more)")
        else:
            parts.append(f"{change(now, then, when)}{f' ({number(then)})' if then else ''}")
    return f"{capital('; '.join(parts))}."


def chart(report: Monthly) -> charts.Figure:
    """Checkouts of 13 months as a picture, with what it shows in words."""
    return charts.circulation_by_month(report.rows, month=report.month)


def by_month(report: Monthly) -> Table:
    """The picture's figures: a row a month, a column a branch."""
    names = sorted(
        {row["branch"] for row in report.rows}, key=lambda name: (name is None, name or "")
    )
    # numbered, since a branch may bear the name of another column
    columns = {f"branch_{place}": name for place, name in enumerate(names, start=1)}
    whole = ("all_branches",) if len(names) > 1 else ()
    rows = [
        {
            "period": month,
            **{
                column: report.count(COUNTS["checkouts"], month, name)
                for column, name in columns.items()
            },
            **{column: report.count(COUNTS["checkouts"], month) for column in whole},
        }
        for month in sorted({row["period"] for row in report.rows})
    ]
    headings = {
        "period": "Month",
        **{column: name or "Branch not known" for column, name in columns.items()},
    }
    return table(rows, "Checkouts by month and branch", headings=headings)


def by_branch(report: Monthly) -> Table:
    """The month's figures at each branch, beside the month before and the same month last year."""
    total = report.count(COUNTS["checkouts"], report.month) or 0
    names = [row["branch"] for row in report.of(report.month)]
    rows = [_line(report, name or "Branch not known", total, name) for name in names]
    headings = {
        "before": f"Checkouts in {month_name(report.before)}",
        "last_year": f"Checkouts in {month_name(report.last_year)}",
        "share": "Share of all checkouts",
    }
    foot = _line(report, "All branches", total) if len(rows) > 1 else None
    return table(
        rows,
        f"Circulation in {month_name(report.month)} by branch",
        headings={**headings, "in_house_uses": "Uses inside the library"},
        formats={"share": percent},
        foot=foot,
    )


def _line(report: Monthly, name: str, total: int, *branches: str | None) -> Row:
    checkouts = report.count(COUNTS["checkouts"], report.month, *branches)
    return {
        "branch": name,
        "checkouts": checkouts,
        "share": checkouts / total if total and checkouts is not None else None,
        "before": report.count(COUNTS["checkouts"], report.before, *branches),
        "last_year": report.count(COUNTS["checkouts"], report.last_year, *branches),
        "renewals": report.count(COUNTS["renewals"], report.month, *branches),
        "in_house_uses": report.count(COUNTS["uses inside the library"], report.month, *branches),
    }


def renewals(report: Monthly) -> Table:
    """Renewals by who made them."""
    months = {"month": report.month, "before": report.before, "last_year": report.last_year}
    rows = [
        {"renewed": name, **{key: report.count((column,), when) for key, when in months.items()}}
        for column, name in RENEWALS.items()
    ]
    rows = [row for row in rows if row["renewed"] in ALWAYS or any(row[key] for key in months)]
    foot = {
        "renewed": "all renewals",
        **{key: report.count(tuple(RENEWALS), when) for key, when in months.items()},
    }
    return table(
        rows,
        f"Renewals in {month_name(report.month)} by kind",
        headings={key: month_name(when) for key, when in months.items()},
        foot=foot,
    )


def in_house(report: Monthly) -> Html:
    """Use inside the library, and what it means if there is none."""
    columns, name = COUNTS["uses inside the library"], month_name(report.month)
    now = report.count(columns, report.month)
    if now is None:
        text = f"Nothing is loaded for {name}."
    elif now:
        text = (
            f"{number(now)} uses inside the library were recorded in {name}. "
            f"{_compared(report, columns, now)}"
        )
    else:
        text = (
            f"No use inside the library is recorded for {name}. Where staff do not scan what "
            "they reshelve none is recorded, so this is no proof that there was none."
        )
    return Html(paragraph(text))


def left_out(report: Monthly) -> Html:
    """Which rows were not counted, and why; and for how many days the log was missing."""
    listed = table(
        report.left_out,
        f"Rows that were left out in {month_name(report.month)}, at all branches",
        headings={"rows": "Rows"},
    )
    log, loans = (
        report.count((column,), report.month) or 0
        for column in ("days_from_log", "days_from_loans")
    )
    words = (
        f"{number(log)} days of a desk are counted from the circulation log, {number(loans)} "
        "from the list of loans; no day from both."
    )
    return joined(paragraph(words), listed)


def proof(report: Monthly) -> Html:
    """The receipt of the figures, folded away."""
    piece = sections.receipt(report.receipt, "circulation", "Receipt of the circulation figures")
    return folded("How these figures were counted", piece)
