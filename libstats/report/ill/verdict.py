"""The answer of the report on interlibrary loan: whether patrons waited less than a year before,
and the figures of the period."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from math import hypot
from typing import Any

from libstats.analysis.work.curve import turnaround_curve
from libstats.analysis.work.fill import fill_rate
from libstats.analysis.work.worklist import worklist
from libstats.errors import AnalysisError
from libstats.report import sections
from libstats.report.ill.rows import (
    EVERY,
    KINDS,
    PROCESS,
    UNTOLD,
    Ill,
    if_told,
    interval,
    of_requests,
    sources_of,
    why_not,
)
from libstats.report.page.table import Html
from libstats.report.verdicts import verdicts
from libstats.wording import (
    Row,
    capital,
    day_name,
    month_before,
    month_name,
    number,
    percent,
    records,
    tenths,
    to_a_tenth,
)

__all__ = ["LESS", "LONGER", "SAME", "answer", "judged", "to_a_tenth", "within_goal"]

LESS, LONGER, SAME = "less", "longer", "as long"


def answer(report: Ill) -> Html:
    """Whether patrons waited less than a year before, and the figures of the period."""
    about = {"period": report.period.name, "branch": "", "told": report.state}
    before, end = [], datetime.combine(report.period.until, time())
    if report.state != "whole":
        before.append(f"The exports tell of a part of {report.period.words} only.")
    before += [
        sections.outdated(row) for row in sources_of(report) if row["newest_export_at"] < end
    ]
    try:
        verdict, waits = _verdict(report), _waits(report)
    except AnalysisError as error:
        verdict, waits = "How long patrons waited cannot be told from what is loaded.", []
        before = [*why_not(error), *before]
    cards = [*waits, _filled(report), _open(report)]
    return sections.answer(report.period.words, verdict, cards, about=about, before=before)


def _verdict(report: Ill) -> str:
    """How the year compares with the one before: loans and copies each for itself, for a year with
    more copies would look faster."""
    pairs = _pairs(report)
    found: dict[str | None, list[str]] = {}
    for name, (now, then) in pairs.items():
        found.setdefault(judged(now, then), []).append(name)
    year = f"in the twelve months up to {month_name(report.year.last_month)}"
    moved = [f"{word} for {_and(found[word])}" for word in (LESS, LONGER) if word in found]
    sentences = []
    if moved:
        sentences.append(f"Patrons waited {', and '.join(moved)} {year} than in the year before.")
    if SAME in found:
        sentences.append(
            f"The waits for {_and(found[SAME])} show no more than the usual ups and downs"
            f"{'' if moved else f' {year}, beside the year before'}."
        )
    if None in found:
        sentences.append(f"For {_and(found[None])} the two years cannot be compared.")
    return " ".join([*sentences, *(_half(name, *rows) for name, rows in pairs.items())])


def _pairs(report: Ill) -> dict[str, tuple[Row, Row | None]]:
    """The waits of the year and of the one before: of loans and of copies, or of all requests where
    no export tells them apart."""
    if report.kinds:
        now, then = report.years
        return {KINDS[kind]: (now[kind], then.get(kind)) for kind in report.kinds if kind in now}
    (row,) = report.waited(report.year)
    return {EVERY: (row, next(iter(if_told(report, report.year.last_year)), None))}


def _and(names: list[str]) -> str:
    return " and ".join(names)


def _half(name: str, now: Row, then: Row | None) -> str:
    if now["p50"] is None:
        return f"For {name} it is not known yet when half were here."
    was = "" if then is None or then["p50"] is None else f", {tenths(then['p50'])} the year before"
    return f"Half of the {name} were here within {tenths(now['p50'])} days{was}."


def judged(now: Row, then: Row | None) -> str | None:
    """Whether half of the cases waited less or longer than at another time, beyond what chance does
    in 19 of 20 such pairs; None where either is told in part, or too few have arrived."""
    if then is None or {now["coverage"], then["coverage"]} != {"whole"}:
        return None
    half, low, high = (now[f"p50{end}"] for end in ("", "_low", "_high"))
    was, was_low, was_high = (then[f"p50{end}"] for end in ("", "_low", "_high"))
    if None in (half, low, high, was, was_low, was_high):
        return None
    # both intervals make that of the difference (Zou and Donner 2008)
    change = half - was
    if change + hypot(high - half, was - was_low) < 0:
        return LESS
    if change - hypot(half - low, was_high - was) > 0:
        return LONGER
    return SAME


def _waits(report: Ill) -> list[sections.Card]:
    """The wait of the period's loans, and of its copies, and how many came within the goal."""
    by: str | None = "kind" if report.kinds else None
    now = {row["part"]: row for row in report.waited(report.period, by=by)}
    then = {row["part"]: row for row in if_told(report, report.period.last_year, by)}
    cards = []
    for kind in report.kinds or ["all"]:
        name = KINDS[kind] if report.kinds else EVERY
        if kind in now:
            cards.append(_wait(report, name, now[kind], then.get(kind)))
    return [*cards, _goal(report)]


def _wait(report: Ill, name: str, now: Row, then: Row | None) -> sections.Card:
    key = {"loans": "loan", "copies": "copy"}.get(name, EVERY)
    months = {row["part"]: row for row in report.months.get(key, [])}
    last = month_before(report.until_month)
    trend = [months.get(f"{month_before(last, back):%Y-%m}") for back in range(12, -1, -1)]
    words = [f"Nine in ten: {_days(now['p90'])}."]
    if report.state == "whole" and then is not None and then["coverage"] == "whole":
        words.append(f"In {report.period.last_year.words} half took {_days(then['p50'])}.")
    chart = verdicts(report.con, "wait", PROCESS, report.until_month, None if key == EVERY else key)
    if chart.newest:
        month, days = month_name(chart.newest["period"]), tenths(chart.newest["value"])
        words.append(f"{capital(name)} of {month}: {days} days, {chart.phrase}.")
    if reach := interval(now, "p50"):
        words.append(f"With {of_requests(now['cases'])} the half may be {reach} days.")
    if now["naive_p50"] is not None:
        words.append(f"Closed ones alone: {tenths(now['naive_p50'])}.")
    if now["share_reached"] is not None:
        words.append(f"Of all, {percent(now['share_reached'])} have come so far.")
    return sections.Card(
        _days(now["p50"]),
        f"until half of the {name} asked for in {report.period.words} were here",
        " ".join(words),
        trend=[row["p50"] if row and row["coverage"] == "whole" else None for row in trend],
        name=f"half of {name}",
        value=now["p50"],
    )


def _goal(report: Ill) -> sections.Card:
    told = {KINDS[kind]: within_goal(report, kind) for kind in report.kinds} or {
        "": within_goal(report)
    }
    shown = ", ".join(
        f"{name} {UNTOLD if value is None else percent(value)}".strip()
        for name, value in told.items()
    )
    goal = f"{report.work.goal_days:g} days"
    words = "Requests that were given up are left out."
    return sections.Card(capital(shown), f"were here within the goal of {goal}", words)


def _filled(report: Ill) -> sections.Card:
    """The fill rate of the year, for whose last months may still change."""
    year = {"since": report.year.since, "until": report.year.until}
    whole, parts = (records(fill_rate(report.con, PROCESS, by=by, **year)) for by in (None, "kind"))
    rate = whole[0]["rate"] if whole else None
    rates = {row["part"]: row["rate"] for row in parts if row["rate"] is not None}
    told = [f"{KINDS[kind]} {to_a_tenth(rates[kind])}" for kind in report.kinds if kind in rates]
    words = [f"{capital(', '.join(told))}."] if told else []
    words.append("What nobody failed to fill, such as a duplicate, is left out.")
    return sections.Card(
        UNTOLD if rate is None else to_a_tenth(rate),
        "of the twelve months’ requests were filled",
        " ".join(words),
        name="fill rate",
        value=rate,
    )


def _open(report: Ill) -> sections.Card:
    found = worklist(report.con, PROCESS).aggregate("standing, count(*)", "standing")
    counts = {"late": 0, "near": 0, **dict(found.fetchall())}
    goal = f"the goal of {report.work.goal_days:g} days"
    every = sum(counts.values())
    return sections.Card(
        number(every),
        f"{'request' if every == 1 else 'requests'} open on {day_name(report.as_of)}",
        f"{number(counts['late'])} older than {goal}, {number(counts['near'])} near it.",
        name="open",
        value=every,
    )


def _days(value: float | None) -> str:
    return UNTOLD if value is None else f"{tenths(value)} days"


def within_goal(report: Ill, kind: str | None = None) -> float | None:
    """The share of the period's requests, all or of one kind, that had reached the patron within
    the goal, those given up left out as soon as they were (0 to 1).

    None where there are none, or where some are open and none was followed for as long as the goal.
    """
    period: dict[str, Any] = {"since": report.period.since, "until": report.period.until}
    steps = [
        row
        for row in records(
            turnaround_curve(report.con, PROCESS, by="kind" if kind else None, **period)
        )
        if not kind or row["part"] == kind
    ]
    goal, ages = report.work.goal_days, _open_ages(report, kind)
    end = datetime.combine(report.period.until, time())
    # where none is open, all of them have ended
    is_settled = report.as_of >= end + timedelta(days=goal if ages else 0)
    followed = max([row["waited"] for row in steps] + ages, default=0)
    if not steps or not (is_settled or followed >= goal):
        return None
    return float(
        1 - min((row["still_waiting"] for row in steps if row["waited"] <= goal), default=1.0)
    )


def _open_ages(report: Ill, kind: str | None) -> list[float]:
    """Ages of the period's requests that are still open, in days."""
    rows = records(worklist(report.con, PROCESS).select("kind, age, started_at"))
    period = report.period
    return [
        row["age"]
        for row in rows
        if kind in (None, row["kind"]) and period.since <= row["started_at"].date() < period.until
    ]
