"""What the month in one page says of a kind of work with a beginning and an end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any

from libstats.analysis.chart.verdict import USUAL
from libstats.analysis.provenance import freshness
from libstats.analysis.work.exported import known_milestones, newest_export
from libstats.analysis.work.throughput import throughput
from libstats.analysis.work.turnaround import turnaround
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError
from libstats.report.ill.verdict import LESS, LONGER, SAME, judged
from libstats.report.page.period import Period
from libstats.report.sections import explained
from libstats.report.summary.rows import Asked, Count, Line, year_to_date
from libstats.report.technical_services.rows import BEST, covered_until
from libstats.report.verdicts import Verdicts, stands_out, verdicts
from libstats.wording import Row, capital, listed, month_before, month_name, number, records, tenths

__all__ = [
    "Done",
    "Waits",
    "Work",
    "did",
    "done_of",
    "done_words",
    "goal_of",
    "newest_of",
    "waited",
    "work",
]


@dataclass(frozen=True)
class Work:
    """A kind of work as the page speaks of it: its cases in one word and in many, what became of
    those that were done, and the kinds that are judged apart, each with its word."""

    process: str
    one: str
    many: str
    done: str
    kinds: Mapping[str, str]


def work(asked: Asked, of: Work) -> Line | None:
    """A kind of work with a beginning and an end: how long its cases waited where that is told as a
    whole, else how many were done."""
    done = done_of(asked, of.process)
    if done is None or done.of(asked.period).value is None:
        return None
    waits = _waits(asked, of)
    line = _of_waits(asked, of, waits) if waits.is_whole else _of_count(asked, of, done, waits)
    goal, is_missed = goal_of(process_of(asked.con, of.process), waits.judgements)
    return replace(
        line,
        year=year_to_date(asked, done.of(asked.year), done.of(asked.year.last_year), did(of)),
        goal=goal,
        is_goal_missed=is_missed,
        processes=(of.process,),
        sources=records(freshness(asked.con, process=of.process)),
    )


@dataclass(frozen=True)
class Waits:
    """How long the cases of the twelve months and of those before waited, and what the control
    charts say of each month: by what they are called; `by` what parts them, if anything."""

    pairs: Mapping[str, tuple[Row | None, Row | None]]
    judgements: Mapping[str, Verdicts]

    by: str = ""

    @property
    def main(self) -> str:
        """What the figure and the trend are of."""
        return next(iter(self.pairs))

    @property
    def is_whole(self) -> bool:
        """True if the exports tell all of the twelve months, and half of the cases came."""
        now, _ = self.pairs[self.main]
        return _is_told(now)


def _is_told(row: Row | None) -> bool:
    return row is not None and row["coverage"] == "whole" and row["p50"] is not None


def _waits(asked: Asked, of: Work) -> Waits:
    """The waits of each kind that the exports tell apart, else of all together."""
    by = "kind" if of.kinds else None
    now = _turned(asked, of.process, asked.twelve, by)
    names: dict[str | None, str] = {kind: of.kinds[kind] for kind in of.kinds if kind in now}
    if not names:
        names, by = {None: of.many}, None
        now = _turned(asked, of.process, asked.twelve, None) if of.kinds else now
    is_told = any(_is_told(row) for row in now.values())
    then = _turned(asked, of.process, asked.twelve.last_year, by) if is_told else {}
    parts = {kind: kind or "all" for kind in names}
    return Waits(
        {name: (now.get(parts[kind]), then.get(parts[kind])) for kind, name in names.items()},
        {
            name: verdicts(asked.con, "wait", of.process, asked.period.until, kind)
            for kind, name in names.items()
        }
        if is_told
        else {},
        by or "",
    )


def _turned(asked: Asked, process: str, period: Period, by: str | None) -> dict[str, Row]:
    given: dict[str, Any] = {"since": period.since, "until": period.until, "by": by}
    try:
        return {row["part"]: row for row in records(turnaround(asked.con, process, **given))}
    except AnalysisError:
        return {}


def _of_waits(asked: Asked, of: Work, waits: Waits) -> Line:
    half = waits.pairs[waits.main][0]["p50"]  # type: ignore[index]
    judged_here = waits.judgements[waits.main]
    said = [waited(name, *pair) for name, pair in waits.pairs.items()]
    said = [f"{said[0][:1].lower()}{said[0][1:]}", *said[1:]]
    return Line(
        [f"Over twelve months {' '.join(said)}", *newest_of(waits)],
        f"{tenths(half)} days",
        f"until half of the {waits.main} had come",
        half,
        judged_here.trend(asked.months),
        f"Days for half of the {waits.main}",
        out=stands_out([(f"waits for {name}", e) for name, e in waits.judgements.items()]),
        is_judged=any(each.is_judged for each in waits.judgements.values()),
        unjudged=judged_here.reason,
        moved=_moved(waits),
        asks=explained(f"turnaround {of.process}", asked.twelve, by=waits.by),
    )


def _of_count(asked: Asked, of: Work, done: Done, waits: Waits) -> Line:
    count, now = done.of(asked.period), waits.pairs[waits.main][0]
    is_young = now is not None and now["coverage"] == "whole"
    why = "is not known yet" if is_young else "is told in part only, so it is not judged"
    return Line(
        [done_words(count, of, asked.period), f"How long {of.many} waited {why}."],
        number(count.value),
        f"{of.many} {of.done}",
        count.value,
        done.trend(asked.months),
        f"{capital(of.many)} a month",
        unjudged=f"how long they waited {why}",
        asks=explained(f"throughput {of.process}", asked.period),
    )


def did(of: Work) -> str:
    """What was done, as behind a count: requests filled."""
    return f"{of.many} {of.done.removeprefix('were ')}"


def waited(name: str, now: Row | None, then: Row | None) -> str:
    """How long half of the cases of a year waited, and whether that is less than the year
    before."""
    if now is None or not _is_told(now):
        return f"How long {name} waited cannot be told."
    half, verdict = tenths(now["p50"]), judged(now, then)
    if then is None or verdict is None:
        return f"Half of the {name} came within {half} days; the year before cannot be compared."
    was = f"{tenths(then['p50'])} the year before"
    if verdict == SAME:
        return f"Half of the {name} came within {half} days, {was}: {USUAL}."
    word = "faster" if verdict == LESS else "slower"
    return f"{capital(name)} came {word}: half within {half} days, {was}."


def newest_of(waits: Waits) -> list[str]:
    """What the control charts say of the newest months that are old enough to be judged."""
    newest = {name: each.newest for name, each in waits.judgements.items() if each.newest}
    said = [
        f"{capital(name)} asked for in {month_name(row['period'])} waited "
        f"{waits.judgements[name].phrase}: {tenths(row['value'])} days."
        for name, row in newest.items()
        if waits.judgements[name].out
    ]
    usual = [name for name in newest if not waits.judgements[name].out]
    if usual:
        when = listed([month_name(day) for day in sorted({newest[n]["period"] for n in usual})])
        said.append(f"The {listed(usual)} of {when} show {USUAL}.")
    return said


def _moved(waits: Waits) -> str:
    """How the year compares with the year before, as part of a sentence."""
    found: dict[str, list[str]] = {}
    for name, (now, then) in waits.pairs.items():
        verdict = judged(now, then) if now else None
        if verdict in (LESS, LONGER):
            found.setdefault("faster" if verdict == LESS else "slower", []).append(name)
    return " and ".join(f"{listed(names)} came {word}" for word, names in found.items())


ASSURED = {
    "passes": "is met as things go",
    "fails": "is missed as things go",
    "comes and goes": "is met in some months and missed in others",
}


def goal_of(work: Process, judgements: Mapping[str, Verdicts]) -> tuple[str, bool]:
    """Whether the goal that the library set is met as things go, in a sentence, and whether it is
    missed; nothing where it set none."""
    if not work.has_own_goal:
        return "", False
    names: dict[str, list[str]] = {}
    for name, each in judgements.items():
        word = ASSURED.get(each.newest["assurance"] or "") if each.newest else None
        names.setdefault(word or "cannot be judged yet", []).append(name)
    said = "; ".join(f"{word} for {listed(of)}" for word, of in names.items())
    goal = f"The goal of {work.goal_days:g} days"
    return f"{goal} {said or 'cannot be judged'}.", ASSURED["fails"] in names


@dataclass(frozen=True)
class Done:
    """How many cases were done month by month, and up to when exports tell of them. A month without
    a row had none, if it lies between the first that is told and that moment."""

    rows: Sequence[Row]
    told_until: datetime

    def state(self, month: date) -> str:
        """How much of a month is told: whole, partly, outside."""
        known = [row["period"] for row in self.rows if row["coverage"] != "outside"]
        if not known or month < min(known) or _start(month) >= self.told_until:
            return "outside"
        found = next((row["coverage"] for row in self.rows if row["period"] == month), "whole")
        is_over = _start(month_before(month, -1)) <= self.told_until
        return found if is_over or found == "outside" else "partly"

    def of(self, period: Period) -> Count:
        """How many were done in a period of whole months."""
        months = [month_before(period.last_month, back) for back in range(period.months or 0)]
        states = {month: self.state(month) for month in months}
        if set(states.values()) <= {"outside"}:
            return Count(None, False)
        counted = sum(
            int(row["cases"] or 0)
            for row in self.rows
            if states.get(row["period"], "outside") != "outside"
        )
        return Count(counted, set(states.values()) == {"whole"})

    def trend(self, months: Sequence[date]) -> list[float | None]:
        """The months that are told as well as the best of them."""
        states = {month: self.state(month) for month in months}
        best = min(states.values(), key=BEST.index, default="outside")
        counted = {row["period"]: row["cases"] for row in self.rows}
        return [
            counted.get(month, 0) if states[month] == best != "outside" else None
            for month in months
        ]


def _start(month: date) -> datetime:
    return datetime.combine(month, time())


def done_of(asked: Asked, process: str) -> Done | None:
    """How many cases of a kind of work were done by month; None where nothing tells of it."""
    try:
        of = process_of(asked.con, process)
        if not known_milestones(asked.con, of):
            return None
        told_until = covered_until(newest_export(asked.con, of))
        # a year more, since a month without a row is only told behind one with a row
        since = month_before(asked.since, 12)
        rows = records(throughput(asked.con, process, since=since, until=asked.period.until))
    except AnalysisError:
        return None
    return Done(rows, told_until)


def done_words(count: Count, of: Work, period: Period) -> str:
    """How many were done in a period, in a sentence."""
    few = "" if count.is_whole else "At least "
    name = of.one if count.value == 1 else of.many
    done = of.done.replace("were", "was") if count.value == 1 else of.done
    return f"{few}{number(count.value)} {name} {done} in {period.words}."
