"""What was lent, renewed and used: the answer of the page, its months and its branches."""

from __future__ import annotations

from datetime import date

from libstats.report import charts, sections
from libstats.report.circulation.rows import Circulation
from libstats.report.circulation.told import gaps
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, table, tabled
from libstats.report.verdicts import Verdicts
from libstats.wording import (
    Row,
    capital,
    change,
    listed,
    month_before,
    month_name,
    number,
    percent,
    share,
    tenths,
)

__all__ = [
    "answer",
    "by_branch",
    "by_month",
    "chart",
    "in_house",
    "per_day",
    "renewals",
    "trend",
    "verdict",
]

RENEWALS = {
    "renewals_by_staff": "by staff",
    "renewals_by_patron": "by the borrower, online or at a machine",
    "renewals_automatic": "automatic",
    "renewals_unknown": "the export does not say by whom",
    "renewals_undated": "known from the list of loans only (counted in the month of the checkout)",
}
MOST_BRANCHES = 4  # in the answer
ALWAYS = tuple(RENEWALS.values())[:3]  # the other two only where there are any
COUNTS = {
    "checkouts": ("checkouts",),
    "renewals": tuple(RENEWALS),
    "uses inside the library": ("in_house_uses",),
}


def answer(report: Circulation) -> Html:
    """Of which period and branch it is, what was done in it beside the year before, and the figures
    of it."""
    where = f"branch {report.branch}" if report.branch else "all branches"
    about = {
        "period": report.period.name,
        "branch": report.branch,
        "told": report.state(report.period),
    }
    return sections.answer(
        f"{report.period.words}, {where}",
        verdict(report),
        _cards(report),
        about=about,
        before=gaps(report),
    )


def verdict(report: Circulation) -> str:
    """How many checkouts there were, and whether that is more than the usual ups and downs; then
    the branches that stand out, which a total would hide."""
    now = report.count(COUNTS["checkouts"], report.period)
    words = f"There were {number(now)} checkouts in {report.period.words}"
    if report.state(report.period) != "whole":
        return f"{words} at least: the exports tell of a part of it."
    judged = report.judgement(report.branch or None)
    if judged and judged["verdict"]:
        words = f"{words}, {per_day(judged)}. That is {Verdicts('checkouts', newest=judged).phrase}"
    else:
        words = f"{words}, {_beside(report, now)}"
    return f"{words}.{_branches(report)}{_years(report)}"


def _beside(report: Circulation, now: int | None) -> str:
    """How it compares where the control chart says nothing."""
    then = report.count(COUNTS["checkouts"], report.last_year)
    if then is None or report.state(report.last_year) != "whole" or now is None:
        return "and the year before is not told of as a whole, so it is left aside"
    return change(now, then, report.last_year.words)


def per_day(judged: Row) -> str:
    return f"{tenths(judged['value'])} on {'an open day' if judged['days'] else 'a day'}"


def _branches(report: Circulation) -> str:
    """Which branches stand out, each beside the year before."""
    if report.branch:
        return ""
    told = [
        f" {row['branch']} lends {'more' if row['verdict'] == 'better' else 'less'} than usual: "
        f"{per_day(row)}{_year_before(report, row['branch'])}."
        for row in report.judged
        if row["branch"] and row["verdict"] in ("better", "worse")
    ]
    return "".join(told)


def _years(report: Circulation) -> str:
    """Which branches' twelve months stand out from the twelve before, those that changed most
    first."""
    told, more = years_apart(report)
    if not told:
        return ""
    others = f" So are {number(more)} other branches." if more > 0 else ""
    return (
        f" In the twelve months to {month_name(report.year.last_month)} {listed(told)} on an open "
        f"day than in the year before. That is beyond the usual ups and downs.{others}"
    )


def years_apart(report: Circulation) -> tuple[list[str], int]:
    """In words the branches whose twelve months stand out, and how many more do."""
    mine = [row for row in report.years if report.branch in ("", row["branch"])]
    out = [row for row in mine if row["verdict"] in ("better", "worse")]
    out.sort(key=lambda row: (-abs(row["change"]), row["branch"]))
    told = [
        f"{row['branch']} lent {share(abs(row['change']), 1)} "
        f"{'more' if row['change'] > 0 else 'less'}"
        for row in out[:MOST_BRANCHES]
    ]
    return told, max(len(out) - MOST_BRANCHES, 0)


def _year_before(report: Circulation, branch: str) -> str:
    now, then = (
        report.count(COUNTS["checkouts"], when, branch)
        for when in (report.period, report.last_year)
    )
    if now is None or not then or report.state(report.last_year, branch) != "whole":
        return ""
    return f", {change(now, then, report.last_year.words)}"


def _cards(report: Circulation) -> list[sections.Card]:
    cards = []
    for what, columns in COUNTS.items():
        count = report.count(columns, report.period)
        cards.append(
            sections.Card(
                number(count),
                what,
                _compared(report, columns, count),
                trend=trend(report, columns),
                name=what,
                value=count,
            )
        )
    return cards


def trend(report: Circulation, columns: tuple[str, ...]) -> list[float | None]:
    """The 13 months up to the end of the period; those not told of as a whole are left out."""
    last = report.period.last_month
    months = [_month(month_before(last, back)) for back in range(12, -1, -1)]
    return [
        report.count(columns, month) if report.state(month) == "whole" else None for month in months
    ]


def _month(first: date) -> Period:
    return Period(first, month_before(first, -1))


def _compared(report: Circulation, columns: tuple[str, ...], now: int | None) -> str:
    if now is None:
        return "Nothing is loaded that tells of it."
    if report.state(report.period) != "whole":
        return "Told of in part: not compared with other times."
    parts = []
    for when in (report.last_year, report.before):
        then = report.count(columns, when)
        if then is None:
            parts.append(f"nothing is loaded for {when.words}")
        elif report.state(when) != "whole":
            parts.append(f"{when.words} is told of in part ({number(then)} or more)")
        else:
            parts.append(f"{change(now, then, when.words)}{f' ({number(then)})' if then else ''}")
    return f"{capital('; '.join(parts))}."


def chart(report: Circulation) -> charts.Figure:
    """Checkouts of 13 months as a picture, with what it shows in words."""
    rows = [row for row in report.rows if not report.branch or row["branch"] == report.branch]
    return charts.circulation_by_month(rows, month=report.period.last_month)


def by_month(report: Circulation) -> Html:
    """The picture's figures: a row a month, a column a branch."""
    last = report.period.last_month
    shown = {_month(month_before(last, back)) for back in range(13)}
    rows = [row for month in shown for row in report.at(month)]
    names = sorted({row["branch"] for row in rows}, key=lambda name: (name is None, name or ""))
    # numbered, since a branch may bear the name of another column
    columns = {f"branch_{place}": name for place, name in enumerate(names, start=1)}
    whole = ("all_branches",) if len(names) > 1 else ()
    listed = [
        {
            "period": month.since,
            **{
                column: report.count(COUNTS["checkouts"], month, name)
                for column, name in columns.items()
            },
            **{column: _or_more(report, month) for column in whole},
        }
        for month in sorted(shown, key=lambda month: month.since)
        if report.at(month)
    ]
    headings = {
        "period": "Month",
        **{column: name or "Branch not known" for column, name in columns.items()},
    }
    return tabled(table(listed, "Checkouts by month and branch", headings=headings))


def _or_more(report: Circulation, month: Period) -> str | int | None:
    """The checkouts of a month at all branches; of one that is told of in part it says so."""
    count = report.count(COUNTS["checkouts"], month)
    is_part = count is not None and report.state(month) != "whole"
    return f"{number(count)} or more" if is_part else count


def by_branch(report: Circulation) -> Table:
    """The period's figures at each branch, beside the period before and the same one last year."""
    total = report.everywhere(COUNTS["checkouts"], report.period) or 0
    names = list(dict.fromkeys(row["branch"] for row in report.at(report.period)))
    rows = [_line(report, name or "Branch not known", total, name) for name in names]
    headings = {
        "before": f"Checkouts in {report.before.words}",
        "last_year": f"Checkouts in {report.last_year.words}",
        "share": "Share of all checkouts",
    }
    foot = _line(report, "All branches", total) if len(rows) > 1 else None
    return table(
        rows,
        f"Circulation in {report.period.words} by branch",
        headings={**headings, "in_house_uses": "Uses inside the library"},
        formats={"share": percent},
        foot=foot,
    )


def _line(report: Circulation, name: str, total: int, *branches: str | None) -> Row:
    checkouts = report.count(COUNTS["checkouts"], report.period, *branches)
    return {
        "branch": name,
        "checkouts": checkouts,
        "share": checkouts / total if total and checkouts is not None else None,
        "before": report.count(COUNTS["checkouts"], report.before, *branches),
        "last_year": report.count(COUNTS["checkouts"], report.last_year, *branches),
        "renewals": report.count(COUNTS["renewals"], report.period, *branches),
        "in_house_uses": report.count(COUNTS["uses inside the library"], report.period, *branches),
    }


def renewals(report: Circulation) -> Table:
    """Renewals by who made them."""
    times = {"now": report.period, "before": report.before, "last_year": report.last_year}
    rows = [
        {"renewed": name, **{key: report.count((column,), when) for key, when in times.items()}}
        for column, name in RENEWALS.items()
    ]
    rows = [row for row in rows if row["renewed"] in ALWAYS or any(row[key] for key in times)]
    foot = {
        "renewed": "all renewals",
        **{key: report.count(tuple(RENEWALS), when) for key, when in times.items()},
    }
    return table(
        rows,
        f"Renewals in {report.period.words} by kind",
        headings={key: when.words for key, when in times.items()},
        foot=foot,
    )


def in_house(report: Circulation) -> Html:
    """Use inside the library, and what it means if there is none."""
    columns, name = COUNTS["uses inside the library"], report.period.words
    now = report.count(columns, report.period)
    if now is None:
        text = f"Nothing is loaded for {name}."
    elif now:
        text = (
            f"{number(now)} uses inside the library were recorded in {name}. "
            f"{_compared(report, columns, now)}"
        )
    else:
        text = (
            f"No use inside the library is recorded for {name}. Use is recorded only where "
            "staff scan what they reshelve, so there may have been some."
        )
    return Html(paragraph(text))
