"""What became of what was borrowed for patrons: what waits, what was filled, what to do."""

from __future__ import annotations

from datetime import timedelta

from libstats.analysis.today import pressing, words
from libstats.analysis.today_rows import PAUSED, grouped
from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.fill import fill_rate, unfilled_reasons
from libstats.analysis.work.worklist import worklist
from libstats.report import charts
from libstats.report.ill import KINDS, PROCESS, Ill, or_why_not
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, joined, table, without_empty
from libstats.wording import Row, day_name, month_name, number, records, tenths

__all__ = [
    "backlog_by_week",
    "backlog_chart",
    "fill_rates",
    "filled",
    "lending",
    "reasons",
    "reasons_of",
    "to_do",
    "weeks_untold",
]

LENDING = "ill_lending"
RATES = {
    "rate": "Fill rate",
    "rate_low": "95% interval from",
    "rate_high": "to",
    "naive_rate": "If all that were given up counted as unfilled",
}
WEEKS, LISTED = 26, 20  # weeks of backlog; late requests in the list, and as many near ones


def _weeks(report: Ill, where: str = "waiting is not null") -> list[Row]:
    return records(
        backlog(
            report.con,
            PROCESS,
            since=report.until - timedelta(weeks=WEEKS),
            until=report.until,
            every="week",
        ).filter(where)
    )


@or_why_not
def backlog_chart(report: Ill) -> charts.Figure:
    """How many requests were waiting, week by week."""
    return charts.waiting_by_week(_weeks(report))


@or_why_not
def weeks_untold(report: Ill) -> Html:
    """Which weeks the picture leaves out, and which are told in part, and why; nothing where all
    of them are told."""
    by_reason: dict[tuple[str, str], list[Row]] = {}
    for week in _weeks(report, "coverage <> 'whole'"):
        by_reason.setdefault((week["coverage"], week["reason"]), []).append(week)
    told = {
        "outside": "left out of the picture and its table",
        "partly": "shown, and more may have waited",
    }
    sentences = [
        f"{_named(weeks)} {'is' if len(weeks) == 1 else 'are'} {told[state]}: {reason}."
        for (state, reason), weeks in by_reason.items()
    ]
    return Html(paragraph(" ".join(sentences)) if sentences else "")


def _named(weeks: list[Row]) -> str:
    """One week by its end, several by their number and the last of them."""
    last = charts.week_ending(weeks[-1])
    if len(weeks) == 1:
        return f"The week ending {last}"
    return f"{number(len(weeks))} weeks, the last of them ending {last},"


@or_why_not
def backlog_by_week(report: Ill) -> Table:
    """The picture's figures."""
    rows = [
        {
            "week": charts.week_ending(week),
            **{
                k: week[k]
                for k in ("came", "done", "given_up", "waiting", "median_age", "oldest_age")
            },
        }
        for week in _weeks(report)
    ]
    headings = {
        "week": "Week ending",
        "came": "Came in",
        "done": "Reached the patron",
        "waiting": "Waiting at its end",
        "median_age": "Half wait longer than (days)",
        "oldest_age": "The oldest (days)",
    }
    return table(
        rows,
        "Requests waiting, week by week",
        headings=headings,
        formats={"median_age": tenths, "oldest_age": tenths},
    )


@or_why_not
def filled(report: Ill) -> Table:
    """What became of the year's requests."""
    names = (
        "cases",
        "filled",
        "unfilled",
        "duplicate",
        "cancelled_by_patron",
        "other_left_out",
        "still_open",
    )
    return _by_kind(report, names, "what became of them", {"cases": "Requests"})


@or_why_not
def lending(report: Ill) -> Html:
    """How many requests of other libraries were filled, and why the others were not."""
    names = ("cases", "filled", "unfilled", "still_open", *RATES)
    rates = _by_kind(
        report,
        names,
        "how many we filled for other libraries",
        {"cases": "Requests", **RATES},
        LENDING,
    )
    why = reasons_of(report, LENDING, "Why requests of other libraries were given up")
    return joined(rates, why)


@or_why_not
def fill_rates(report: Ill) -> Table:
    """How many of the year's requests were filled, and how sure that is."""
    return _by_kind(report, tuple(RATES), "how many were filled", RATES)


def _by_kind(
    report: Ill, names: tuple[str, ...], what: str, headings: dict[str, str], process: str = PROCESS
) -> Table:
    """Columns of the fill rate for loans and copies, and for all."""
    parts, whole = (
        records(
            fill_rate(report.con, process, by=by, **report.period(12)).filter("cases is not null")
        )
        for by in ("kind", None)
    )
    rows = [
        {"part": KINDS.get(row["part"], row["part"]), **{name: row[name] for name in names}}
        for row in parts
    ]
    everything = [{"part": "all", **{name: row[name] for name in names}} for row in whole]
    several = len(rows) > 1
    caption = (
        f"Requests made from {month_name(report.since(12))} to {month_name(report.month)}: {what}"
    )
    formats = {name: _to_a_tenth for name in names if "rate" in name}
    return table(
        rows if several else everything,
        caption,
        headings={"part": "Of what", **headings},
        formats=formats,
        foot=everything[0] if several else None,
    )


def _to_a_tenth(part: float) -> str:
    return f"{100 * part:.1f}%"


@or_why_not
def reasons(report: Ill) -> Table:
    """Why requests were given up."""
    return reasons_of(report, PROCESS, "Why requests were given up")


def reasons_of(report: Ill, process: str, caption: str) -> Table:
    """Why requests of one direction were given up, in the year."""
    return table(
        unfilled_reasons(report.con, process, **report.period(12)),
        caption,
        headings={"counts_as": "Counts as", "cases": "Requests"},
    )


@or_why_not
def to_do(report: Ill) -> Html:
    """The open requests that are late or near the goal, the oldest first."""
    listed = grouped(report.con, PROCESS, worklist(report.con, PROCESS))
    _, _, groups, cases = pressing(listed, LISTED)
    cases = [row for row in cases if row["group_name"] != PAUSED]
    more = sum(n for group, n in groups.items() if group != PAUSED) - len(cases)
    names = (
        "handle",
        "standing",
        "age",
        "branch",
        "kind",
        "last_milestone",
        "last_at",
        "next_step",
    )
    rows = [
        {
            **{name: row[name] for name in names},
            **{name: words(row[name]) for name in ("last_milestone", "next_step")},
        }
        for row in cases
    ]
    headings = {
        "handle": "Request",
        "age": "Days since it was made",
        "last_milestone": "Last step",
        "last_at": "Reached",
        "next_step": "Next step",
    }
    shown = table(
        without_empty(rows),
        (
            f"Open requests that are late or near the goal of {report.work.goal_days:g} days, on "
            f"{day_name(report.as_of)}"
        ),
        headings=headings,
        formats={"age": tenths},
    )
    told = f"<p>And {number(more)} more: libstats today --xlsx FILE lists them all.</p>"
    return joined(shown, told if more else "")
