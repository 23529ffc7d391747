"""What became of what was borrowed for patrons: what waits, what was filled, what to do."""

from __future__ import annotations

from datetime import date, timedelta

from libstats.analysis.today.lists import work_of
from libstats.analysis.today.words import EVERY
from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.fill import fill_rate, unfilled_reasons
from libstats.definitions.processes import DIRECTIONS
from libstats.report import charts, sections
from libstats.report.ill.rows import KINDS, PROCESS, Ill, of_requests, or_why_not
from libstats.report.page.html import paragraph
from libstats.report.page.table import Html, Table, folded, joined, table, tabled
from libstats.report.to_be_done import to_be_done
from libstats.wording import Row, day_name, number, records, tenths, to_a_tenth

__all__ = ["filled", "to_do", "waiting"]

RATES = {
    "cases": "Requests",
    "filled": "Filled",
    "unfilled": "Not filled",
    "rate": "Fill rate",
    "rate_low": "May be from (95%)",
    "rate_high": "May be up to (95%)",
}
OTHERS = {
    "duplicate": "Duplicates",
    "cancelled_by_patron": "Cancelled by the patron",
    "other_left_out": "Available here or online",
    "still_open": "Still open",
    "undeterminable": "Not known",
    "naive_rate": "Rate if all given up were failures",
}
WEEKS, NAMED = 26, 6  # weeks of backlog; requests of a task that are named


def _weeks(report: Ill, where: str = "waiting is not null") -> list[Row]:
    return records(
        backlog(
            report.con,
            PROCESS,
            since=report.period.until - timedelta(weeks=WEEKS),
            until=report.period.until,
            every="week",
        ).filter(where)
    )


@or_why_not
def waiting(report: Ill) -> Html:
    """How many requests were waiting, week by week: the picture, its gaps, its figures."""
    picture = charts.waiting_by_week(_weeks(report))
    return joined(
        picture._repr_html_(),
        weeks_untold(report),
        tabled(backlog_by_week(report)),
    )


def weeks_untold(report: Ill) -> Html:
    """Which weeks the picture leaves out, and which are told in part, and why; nothing where all
    of them are told."""
    by_reason: dict[tuple[str, str], list[Row]] = {}
    for week in _weeks(report, "coverage <> 'whole'"):
        by_reason.setdefault((week["coverage"], week["reason"]), []).append(week)
    told = {
        "outside": "left out of the picture and its table",
        "partly": "shown",
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


def _day_or_words(week: Row) -> date | str:
    """The last day of a week; of one that is not over in words, with how many days it has."""
    words, last = charts.week_ending(week), (week["ended_at"] - timedelta(microseconds=1)).date()
    return last if words == day_name(last) else words


def backlog_by_week(report: Ill) -> Html:
    """The picture's figures."""
    rows = [
        {
            "week": _day_or_words(week),
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
    caption = "Requests waiting, week by week"
    formats = dict.fromkeys(("median_age", "oldest_age"), tenths)
    return sections.shortened(table(rows, caption, headings=headings, formats=formats), last=True)


@or_why_not
def filled(report: Ill) -> Html:
    """How many of the year's requests were filled, and what became of the others."""
    year = {"since": report.year.since, "until": report.year.until}
    parts, whole = (
        records(fill_rate(report.con, PROCESS, by=by, **year).filter("cases is not null"))
        for by in ("kind", None)
    )
    rows = [{**row, "part": KINDS.get(row["part"], row["part"])} for row in parts]
    everything = [{**row, "part": "all"} for row in whole]
    reasons = table(
        unfilled_reasons(report.con, PROCESS, **year),
        "Why requests were given up",
        headings={"counts_as": "Counts as", "cases": "Requests"},
    )
    return joined(
        _fates(rows, everything, RATES, f"Fill rate, {report.year.words}"),
        folded(
            "What became of the others, and why",
            _fates(rows, everything, OTHERS, f"What became of the others, {report.year.words}"),
            reasons,
        ),
        sections.unjudged(_unjudged(everything)),
    )


def _fates(rows: list[Row], everything: list[Row], names: dict[str, str], caption: str) -> Table:
    """Some columns of the fill rate for loans and copies, and for all."""
    columns = ("part", *names)
    kinds, total = (
        [{name: row[name] for name in columns} for row in group] for group in (rows, everything)
    )
    several = len(kinds) > 1
    return table(
        kinds if several else total,
        caption,
        headings={"part": "Of what", **names},
        formats={name: to_a_tenth for name in names if "rate" in name},
        foot=total[0] if several else None,
    )


def _unjudged(everything: list[Row]) -> list[str]:
    """Which requests are in no rate, and why."""
    counts = {
        name: sum(row[name] for row in everything) for name in ("still_open", "undeterminable")
    }
    told = []
    if counts["still_open"]:
        told.append(
            f"{of_requests(counts['still_open'], 'is', 'are')} still open and in no rate, so the "
            "last months can still change."
        )
    if counts["undeterminable"]:
        told.append(
            f"Of {of_requests(counts['undeterminable'])} no export tells what became of them."
        )
    return told


@or_why_not
def to_do(report: Ill) -> Html:
    """What is to be done and decided with open requests, as `libstats today` has it."""
    caption = f"What is to be done with open requests, on {day_name(report.as_of)}"
    shown = to_be_done(work_of(report.con, *DIRECTIONS), caption, "requests", NAMED)
    return joined(shown, f"<p>“{EVERY}” writes each request with what is known of it.</p>")
