"""The monthly report on circulation: read once, then one function per section."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import duckdb

from libstats.analysis.circulation import circulation
from libstats.analysis.provenance import freshness, receipt
from libstats.errors import ReportError
from libstats.report import charts
from libstats.report.page.html import escaped, notice
from libstats.report.page.table import Html, Table, shown, table
from libstats.wording import Row, change, month_before, month_name, number, percent

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
    "unread",
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
UNKNOWN_BRANCH = "branch not known"


@dataclass(frozen=True)
class Monthly:
    """What a monthly report tells of: the month, one branch or all (""), 13 months of rows, the
    sources, the receipt, and sources with copies alone.

    Branches go by their names where a list of codes tells them.
    """

    month: date
    branch: str
    rows: list[Row]
    sources: list[Row]
    receipt: list[Row]
    silent: tuple[str, ...] = ()

    @property
    def before(self) -> date:
        """The month before."""
        return month_before(self.month)

    @property
    def last_year(self) -> date:
        """The same month last year."""
        return month_before(self.month, 12)

    def of(self, month: date) -> list[Row]:
        """The rows of a month; none if nothing is loaded for it."""
        return [row for row in self.rows if row["period"] == month]

    def count(self, columns: tuple[str, ...], month: date, branch: str | None = "") -> int | None:
        """The sum of some columns in a month, at one branch or (by "") all shown; None if there are
        no rows."""
        rows = [row for row in self.of(month) if branch in ("", row["branch"])]
        return sum(row[column] or 0 for row in rows for column in columns) if rows else None


def read(con: duckdb.DuckDBPyConnection, month: str = "", branch: str = "") -> Monthly:
    """Read what the monthly report needs.

    Parameters
    ----------
    con : an open connection
    month : such as "2026-10"; "" is the last month that the exports of circulation cover to its end
    branch : the code of one branch, or its name; "" is all of them

    Raises ReportError for a month that is none, or a branch that has no figures.
    """
    sources = _sources(con)
    if not sources:
        raise ReportError(
            "no export that tells of circulation has been loaded", "Load one: libstats load exports"
        )
    covered: datetime = max(row["covered_until"] for row in sources)
    wanted = _month(month) if month else month_before(covered.date())
    rows = _rows(con, month_before(wanted, 36), month_before(wanted, -1))
    if not month and rows:
        wanted = max(row["period"] for row in rows)
    first, after = month_before(wanted, 12), month_before(wanted, -1)
    rows = [row for row in rows if row["period"] >= first]
    names = _names(con, {row["branch"] for row in rows})
    code = {name: code for code, name in names.items()}.get(branch, branch)
    named = [
        {**row, "branch": names.get(row["branch"], row["branch"])} for row in _at(rows, code, names)
    ]
    return Monthly(
        wanted, names.get(code, code), named, sources, _receipt(con, wanted, after), _silent(con)
    )


def _names(con: duckdb.DuckDBPyConnection, codes: set[str | None]) -> dict[str, str]:
    """The names of branches by code; not of a code with two names, nor a name of two codes or one
    that is another branch's code."""
    rows = con.execute(
        """
        select
            code,
            any_value(name)
        from code
        where list = 'branch' and name is not null
        group by code
        having count(distinct name) = 1
        """
    ).fetchall()
    counts = Counter(name for _, name in rows)
    return {code: name for code, name in rows if counts[name] == 1 and name not in codes - {code}}


def _silent(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The sources that have copies and neither loans nor a log, from which circulation could be
    counted."""
    rows = con.execute(
        """
        select distinct source from item
        except
        (select source from loan union select source from circulation_event)
        order by source
        """
    ).fetchall()
    return tuple(source for (source,) in rows)


def _month(text: str) -> date:
    if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text):
        return date.fromisoformat(f"{text}-01")
    raise ReportError(f"{text!r} is not a month", "Write the year and the month, such as 2026-10.")


def _sources(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """How fresh the exports are that circulation is counted from."""
    rows = _dicts(freshness(con, analysis="circulation"))
    return [{**row, "covered_until": _covered(con, row["newest_export_at"])} for row in rows]


def _covered(con: duckdb.DuckDBPyConnection, exported_at: datetime) -> datetime:
    """Up to when an export tells: its time, or the end of its day where only the day is known and
    that day has figures."""
    following = exported_at + timedelta(days=1)
    if exported_at.time() == time() and _rows(con, exported_at.date(), following.date()):
        return following
    return exported_at


def _receipt(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    """The receipt, what was left out at its end by name, so that a report repeats to the byte."""
    rows = _dicts(receipt(con, "circulation", since=since, until=until))
    return sorted(rows, key=lambda row: row["what"] if row["part"] == "left out" else "")


def _rows(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    return _dicts(circulation(con, since=since, until=until))


def _at(rows: list[Row], branch: str, names: dict[str, str]) -> list[Row]:
    codes = {row["branch"] for row in rows if row["branch"] is not None}
    if branch and branch not in codes:
        told = ", ".join(sorted(names.get(code, code) for code in codes))
        raise ReportError(
            f"there is no circulation at a branch {branch!r} in these 13 months",
            f"There is at: {told or 'none'}.",
        )
    return [row for row in rows if branch in ("", row["branch"])]


def _dicts(relation: duckdb.DuckDBPyRelation) -> list[Row]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def head(report: Monthly) -> Html:
    """Of which month and branch, from which exports, and what is missing in them."""
    where = (
        f"branch {report.branch}"
        if report.branch
        else f"all branches{' with circulation loaded' if report.silent else ''}"
    )
    gaps = _gaps(report)
    complete = (
        f"Every export below reaches the end of {month_name(report.month)}, all its rows could "
        "be read, and every branch of the month before has figures."
    )
    box = (
        notice("Before you use these figures:", gaps, attention=True) if gaps else notice(complete)
    )
    headings = {
        "newest_export_at": "Newest export",
        "loads": "Files loaded",
        "rows_rejected": "Rows that could not be read",
    }
    rows = [
        {
            name: row[name]
            for name in ("source", "export", "newest_export_at", "loads", "rows_rejected")
        }
        for row in report.sources
    ]
    sources = table(rows, "Where the figures come from", headings=headings)
    return Html(
        (
            f'<p class="libstats-period">{escaped(month_name(report.month))}, '
            f"{escaped(where)}</p>{box}{sources._repr_html_()}"
        ),
        [sources],
    )


def _gaps(report: Monthly) -> list[str]:
    """What is stale, unread or missing, each in a sentence."""
    end, name = datetime.combine(month_before(report.month, -1), time()), month_name(report.month)
    gaps = [
        (
            f"The newest “{row['export']}” of {row['source']} is from "
            f"{shown(row['newest_export_at'])}: what happened after that is not in it."
        )
        for row in report.sources
        if row["covered_until"] < end
    ]
    gaps += [
        (
            f"Copies of “{source}” are loaded, but no loans and no log: its branches are not in "
            "these figures."
        )
        for source in report.silent
    ]
    gaps += [unread(row) for row in report.sources if row["rows_rejected"]]
    if not report.of(report.month):
        gaps.append(f"Nothing is loaded for {name}.")
    else:
        here = {row["branch"] for row in report.of(report.month)}
        gone = sorted({row["branch"] for row in report.of(report.before)} - here - {None})
        gaps += [
            f"{branch} has no figures for {name}, though it has for {month_name(report.before)}."
            for branch in gone
        ]
    return gaps


def unread(source: Row) -> str:
    """That rows of an export could not be read, in a sentence."""
    rows = "1 row" if source["rows_rejected"] == 1 else f"{number(source['rows_rejected'])} rows"
    return (
        f"{rows} of “{source['export']}” of {source['source']} could not be read. “libstats "
        "rejects” says which, and why."
    )


def key_figures(report: Monthly) -> Html:
    """Checkouts, renewals and in-house use in words, against the month before and the same month
    last year."""
    cards = []
    for what, columns in COUNTS.items():
        now = report.count(columns, report.month)
        words = _compared(report, columns, now)
        cards.append(
            f'<li><strong>{number(now)}</strong> <span class="what">{what}</span><span '
            f'class="joint">: </span><span class="comparison">{escaped(words)}</span></li>'
        )
    return Html(f'<ul class="libstats-figures">{"".join(cards)}</ul>')


def _compared(report: Monthly, columns: tuple[str, ...], now: int | None) -> str:
    if now is None:
        return "Nothing is loaded for this month."
    parts = []
    for when in (report.before, report.last_year):
        then = report.count(columns, when)
        parts.append(
            f"nothing is loaded for {month_name(when)}"
            if then is None
            else f"{change(now, then, when)}{f' ({number(then)})' if then else ''}"
        )
    text = "; ".join(parts)
    return f"{text[:1].upper()}{text[1:]}."


def chart(report: Monthly) -> charts.Figure:
    """Checkouts of 13 months as a picture, with what it shows in words."""
    return charts.circulation_by_month(report.rows, month=report.month)


def by_month(report: Monthly) -> Table:
    """The picture's figures: a row a month, a column a branch."""
    names = sorted(
        {row["branch"] for row in report.rows}, key=lambda name: (name is None, name or "")
    )
    months = sorted({row["period"] for row in report.rows})
    rows = []
    for month in months:
        counts = {
            name or UNKNOWN_BRANCH: report.count(COUNTS["checkouts"], month, name) for name in names
        }
        rows.append(
            {
                "period": month,
                **counts,
                **({"all": report.count(COUNTS["checkouts"], month)} if len(names) > 1 else {}),
            }
        )
    headings = {
        "period": "Month",
        "all": "All branches",
        **{name or UNKNOWN_BRANCH: name or "Branch not known" for name in names},
    }
    return table(rows, "Checkouts by month and branch", headings=headings)


def by_branch(report: Monthly) -> Table:
    """The month's figures at each branch, beside the month before and the same month last year."""
    total = report.count(COUNTS["checkouts"], report.month) or 0
    names = [row["branch"] for row in report.of(report.month)]
    rows = [_line(report, name, name or "Branch not known", total) for name in names]
    headings = {
        "before": f"Checkouts in {month_name(report.before)}",
        "last_year": f"Checkouts in {month_name(report.last_year)}",
        "share": "Share of all checkouts",
    }
    foot = _line(report, "", "All branches", total) if len(rows) > 1 else None
    return table(
        rows,
        f"Circulation in {month_name(report.month)} by branch",
        headings={**headings, "in_house_uses": "Uses inside the library"},
        formats={"share": percent},
        foot=foot,
    )


def _line(report: Monthly, branch: str | None, name: str, total: int) -> Row:
    checkouts = report.count(COUNTS["checkouts"], report.month, branch)
    return {
        "branch": name,
        "checkouts": checkouts,
        "share": checkouts / total if total and checkouts is not None else None,
        "before": report.count(COUNTS["checkouts"], report.before, branch),
        "last_year": report.count(COUNTS["checkouts"], report.last_year, branch),
        "renewals": report.count(COUNTS["renewals"], report.month, branch),
        "in_house_uses": report.count(COUNTS["uses inside the library"], report.month, branch),
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
    return Html(f"<p>{escaped(text)}</p>")


def left_out(report: Monthly) -> Html:
    """Which rows were not counted, and why; and for how many days the log was missing."""
    rows = [
        {"reason": row["what"], "rows": int(row["value"].replace(",", ""))}
        for row in report.receipt
        if row["part"] == "left out"
    ]
    listed = table(
        rows,
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
    return Html(f"<p>{escaped(words)}</p>{listed._repr_html_()}", [listed])


def proof(report: Monthly) -> Html:
    """The receipt of the figures, folded away."""
    definition = " ".join(row["value"] for row in report.receipt if row["part"] == "definition")
    rest = [row for row in report.receipt if row["part"] != "definition"]
    listed = table(
        rest,
        "Receipt of the circulation figures",
        headings={"what": "Of what", "value": "What it was"},
    )
    return Html(
        (
            "<details><summary>How these figures were "
            f"counted</summary><p>{escaped(definition[:1].upper() + definition[1:])}</p>"
            f"{listed._repr_html_()}</details>"
        ),
        [listed],
    )
