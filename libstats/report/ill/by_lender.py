"""The other libraries: how fast each lends to us, and how fast we lend to them."""

from __future__ import annotations

from math import hypot
from statistics import NormalDist
from typing import Any

from libstats.analysis.work.fill import fill_rate, unfilled_reasons
from libstats.analysis.work.turnaround import turnaround
from libstats.analysis.work.worklist import worklist
from libstats.definitions.processes import process_of
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.ill.rows import KINDS, YEARS, Ill, of_requests, or_why_not
from libstats.report.ill.verdict import LESS, LONGER, SAME, judged
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, folded, joined, table
from libstats.wording import (
    Interval,
    Row,
    capital,
    day_name,
    month_before,
    percent,
    records,
    tenths,
)

__all__ = ["desk", "lenders", "unlike_others"]

FEW = 20  # answered requests, from which on a lender is compared with others
Z = 1.959963984540054  # of the normal distribution: the intervals are of 95 %
HERE = ("received", "available")


@or_why_not
def lenders(report: Ill) -> Html:
    """How fast each lender supplied loans and copies in two years, and who is unlike the others."""
    period = Period(month_before(report.until_month, YEARS), report.until_month)
    by = "kind and lender" if report.kinds else "lender"
    rows = [
        row
        for row in report.waited(period, by=by, start="sent", end=HERE)
        if row["part"] is not None
    ]
    if not rows:
        return Html(paragraph("No export that is loaded names the lender of a request."))
    pieces: list[str | Table | Html] = []
    for kind in report.kinds or [""]:
        name = KINDS.get(kind, "requests")
        found = [
            {**row, "lender": row["part"].removeprefix(f"{kind}, ")}
            for row in rows
            if row["part"].startswith(f"{kind}, " if kind else "")
        ]
        pieces += [paragraph(_finding(found, name)), _by_lender(found, name, period)]
    return joined(*pieces, _refusals(report, period), sections.unjudged(_unjudged(report)))


def _finding(rows: list[Row], name: str) -> str:
    """Which lenders are slow, and which quick, in words."""
    slow, quick = unlike_others(rows)
    parts = [
        f"{capital(word)} for {name}: "
        + "; ".join(
            f"{row['lender']}, half here within {tenths(row['p50'])} days "
            f"(the others’ halves: {tenths(others)} on average)"
            for row, others in found
        )
        + "."
        for word, found in (("slow", slow), ("quick", quick))
        if found
    ]
    if parts:
        return " ".join(parts)
    return f"For {name} no lender is slower or quicker than the others beyond chance."


def unlike_others(
    rows: list[Row],
) -> tuple[list[tuple[Row, float]], list[tuple[Row, float]]]:
    """The lenders that are slower than the others, and those that are quicker, each with the mean
    of the others' halves.

    Compared are those with 20 answered requests and more, and an interval with both ends. All of
    them are looked at, so the bound of chance is drawn wider: one in twenty for all together.
    """
    compared = [
        row
        for row in rows
        if row["reached"] >= FEW and None not in (row["p50_low"], row["p50_high"])
    ]
    slow, quick = list[tuple[Row, float]](), list[tuple[Row, float]]()
    if len(compared) < 3:
        return slow, quick
    bound = NormalDist().inv_cdf(1 - 0.025 / len(compared))
    for row in compared:
        others = [other for other in compared if other is not row]
        cases = sum(other["reached"] for other in others)
        mean = sum(other["reached"] * other["p50"] for other in others) / cases
        # of each interval the side that faces the other, as in the verdict on a year
        near, far = ("low", "high") if row["p50"] > mean else ("high", "low")
        spread = hypot(*(other["reached"] * _spread(other, far) for other in others)) / cases
        apart = (row["p50"] - mean) / (hypot(_spread(row, near), spread) or 1e-9)
        if abs(apart) > bound:
            (slow if apart > 0 else quick).append((row, mean))
    return slow, quick


def _spread(row: Row, end: str) -> float:
    """The standard error of a half, by one end of its interval."""
    return float(abs(row[f"p50_{end}"] - row["p50"])) / Z


def _by_lender(rows: list[Row], name: str, period: Period) -> Html:
    lines = [
        {
            "lender": row["lender"],
            "reached": row["reached"],
            "p50": row["p50"],
            "p50_interval": Interval(row["p50_low"], row["p50_high"]),
            "p90": row["p90"],
            "still_open": row["still_open"],
            "given_up": row["given_up"],
        }
        for row in sorted(rows, key=lambda row: (-row["reached"], row["lender"]))
    ]
    headings = {
        "lender": "Lender",
        "reached": "Requests answered",
        "p50": "Half within",
        "p50_interval": "May be from … to (95%)",
        "p90": "Nine in ten within",
        "still_open": "Still open",
        "given_up": "Given up",
    }
    caption = f"Days from sending to receiving {name}, by lender, {period.words}"
    sheet = f"Lenders of {name}"
    formats = dict.fromkeys(("p50", "p90"), tenths)
    return sections.shortened(
        table(lines, caption, headings=headings, formats=formats, sheet=sheet)
    )


def _refusals(report: Ill, period: Period) -> Html:
    """How often each lender said no, where an export tells it."""
    rows = records(
        report.con.sql(
            """
            select
                lender,
                count(*) as said_no,
                mode(reason) as reason
            from ill_refusal
            where direction = 'borrowing'
                and refused_on >= $since::date
                and refused_on < $until::date
            group by lender
            order by said_no desc, lender
            """,
            params={"since": str(period.since), "until": str(period.until)},
        )
    )
    if not rows:
        return Html(paragraph("No export that is loaded tells how often each lender refuses."))
    headings = {"said_no": "Times it refused", "reason": "Most often because"}
    return sections.shortened(table(rows, f"Who refused, {period.words}", headings=headings))


def _unjudged(report: Ill) -> list[str]:
    told = [
        f"A lender with fewer than {FEW} answered requests is not compared: chance alone could "
        "make it look slow or quick."
    ]
    if "sent" in report.work.milestones:
        told.append(
            "Days are counted from the last sending. What others took to refuse before is left out."
        )
    return told


@or_why_not
def desk(report: Ill, process: str) -> Html:
    """How fast another desk answers, what it fills, and why it does not."""
    year: dict[str, Any] = {"since": report.year.since, "until": report.year.until}
    work = process_of(report.con, process)
    rates = records(fill_rate(report.con, process, by="kind", **year).filter("cases is not null"))
    why = list[str]()
    try:
        now, then = (
            _by_kind(report, process, each) for each in (report.year, report.year.last_year)
        )
    except AnalysisError as error:
        now, then = {}, {}
        told = error.problem.removeprefix(f"{process}: ")
        why = [f"How long it takes: {told}.", *filter(None, [error.remedy])]
    rates.sort(key=_place)
    rows = [_line(row["part"], row, now.get(row["part"])) for row in rates]
    open_now = worklist(report.con, process).count("*").fetchall()[0][0]
    sentences = [_sentence(kind, row, then.get(kind)) for kind, row in now.items()]
    sentences.append(f"The goal is {work.goal_days:g} days.")
    sentences.append(f"{of_requests(open_now, 'was', 'were')} open on {day_name(report.as_of)}.")
    reasons = table(
        unfilled_reasons(report.con, process, **year),
        f"Why requests were given up: {work.title}",
        headings={"counts_as": "Counts as", "cases": "Requests"},
        sheet=f"Given up, {work.title}",
    )
    return joined(
        paragraph(" ".join(sentences)),
        _of_desk(rows, f"{capital(work.title)}, in days, {report.year.words}"),
        sections.unjudged(why),
        folded("Why requests were given up", reasons),
    )


def _by_kind(report: Ill, process: str, period: Period) -> dict[str | None, Row]:
    """The waits of a desk by kind."""
    given: dict[str, Any] = {"since": period.since, "until": period.until}
    try:
        rows = records(turnaround(report.con, process, by="kind", **given))
    except AnalysisError:
        if period == report.year:
            raise
        return {}
    return {row["part"]: row for row in sorted(rows, key=_place)}


def _place(row: Row) -> int:
    """Loans first, then copies, then what no export tells."""
    return list(KINDS).index(row["part"])


def _line(kind: str | None, rate: Row, waits: Row | None) -> Row:
    return {
        "part": KINDS.get(kind, kind),
        "cases": rate["cases"],
        "p50": waits and waits["p50"],
        "p90": waits and waits["p90"],
        "filled": rate["filled"],
        "unfilled": rate["unfilled"],
        "rate": rate["rate"],
    }


def _of_desk(rows: list[Row], caption: str) -> Table:
    headings = {
        "part": "Of what",
        "cases": "Requests",
        "p50": "Half within",
        "p90": "Nine in ten within",
        "filled": "Filled",
        "unfilled": "Not filled",
        "rate": "Fill rate",
    }
    formats = {"p50": tenths, "p90": tenths, "rate": percent}
    return table(rows, caption, headings=headings, formats=formats)


def _sentence(kind: str | None, now: Row, then: Row | None) -> str:
    """How fast half of one kind were answered, and whether that is faster than a year before."""
    name = capital(KINDS.get(kind, str(kind)))
    if now["p50"] is None:
        return f"{name}: half are not answered yet."
    said = {LESS: "faster", LONGER: "slower", SAME: "no more than the usual ups and downs"}
    word = said.get(judged(now, then) or "", "the year before cannot be compared")
    was = "" if then is None or then["p50"] is None else f", {tenths(then['p50'])} the year before"
    return f"{name}: half were answered within {tenths(now['p50'])} days{was} ({word})."
