"""The services that the month in one page tells of: each is one declaration in SERVICES, and what
tells of it is below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from libstats.analysis.circulation import circulation
from libstats.analysis.collection.use import collection_use
from libstats.analysis.provenance import freshness
from libstats.analysis.signals.verdict import USUAL
from libstats.analysis.work.backlog import backlog
from libstats.analysis.work.exported import known_milestones, newest_export
from libstats.analysis.work.throughput import throughput
from libstats.analysis.work.turnaround import turnaround
from libstats.definitions.processes import Process, process_of
from libstats.errors import AnalysisError
from libstats.report import circulation as lending_page
from libstats.report import circulation_rows
from libstats.report.ill_answer import LESS, LONGER, SAME, judged
from libstats.report.page.period import Period
from libstats.report.summary_rows import (
    Asked,
    Count,
    Line,
    Service,
    Verdicts,
    listed,
    stands_out,
    verdicts,
    year_to_date,
)
from libstats.report.technical_services_rows import BEST, telling
from libstats.wording import Row, capital, day_name, month_name, number, records, tenths

__all__ = ["NOT_READ", "SERVICES"]

CHECKOUTS = lending_page.COUNTS["checkouts"]
NOT_READ = ("visits", "programmes", "digital use")  # services of which libstats reads nothing yet


@dataclass(frozen=True)
class Work:
    """A kind of work as the page speaks of it: its cases in one word and in many, what became of
    those that were done, and the kinds that are judged apart, each with its word."""

    process: str
    one: str
    many: str
    done: str
    kinds: Mapping[str, str]


HOLDS = Work("hold", "hold", "holds", "became ready for their patrons", {})
BORROWED = Work(
    "ill_borrowing", "request", "requests", "were filled", {"loan": "loans", "copy": "copies"}
)


def lending(asked: Asked) -> Line | None:
    """Checkouts: of the period, of 13 months, of the year so far."""
    rows = records(circulation(asked.con, since=asked.since, until=asked.period.until))
    if not rows:
        return None
    month = Period(asked.period.last_month, asked.period.until)
    found = circulation_rows.Circulation(
        asked.period,
        "",
        circulation_rows.named(rows, asked.names),
        [],
        [],
        [],
        judged=circulation_rows.named(circulation_rows.judged(asked.con, month), asked.names),
    )
    if found.state(asked.period) == "outside":
        return None
    value, verdict = found.count(CHECKOUTS, asked.period), found.judgement()
    judged_here = Verdicts("checkouts", newest=verdict)
    return Line(
        _lent(found, judged_here),
        number(value),
        "checkouts",
        value,
        lending_page.trend(found, CHECKOUTS),
        "Checkouts by month",
        _lent_this_year(asked, found),
        out=[
            *stands_out([("checkouts", judged_here)]),
            *(
                f"{'more' if row['verdict'] == 'better' else 'fewer'} checkouts at {row['branch']}"
                for row in found.judged
                if row["branch"] and row["verdict"] in ("better", "worse")
            ),
        ],
        is_judged=judged_here.is_judged,
        unjudged="" if judged_here.is_judged else "too few of its months are told as a whole",
        asks=_explained(asked, "circulation"),
        sources=records(freshness(asked.con, analysis="circulation")),
    )


def _lent(found: circulation_rows.Circulation, judged_here: Verdicts) -> list[str]:
    """The sentence of the report on circulation; of more than a month, its last one alone too."""
    said = [lending_page.verdict(found)]
    if found.period.months != 1 and judged_here.newest:
        month = month_name(found.period.last_month)
        rate = lending_page.per_day(judged_here.newest)
        said.append(f"{month} alone: {rate}, {judged_here.phrase}.")
    return said


def _lent_this_year(asked: Asked, found: circulation_rows.Circulation) -> str:
    """The year so far at all branches; where some are told in part, those that are told as a whole
    beside the year before, by name."""

    def counted(year: Period, *branches: str | None) -> Count:
        state = found.state(year, *branches)
        return Count(found.count(CHECKOUTS, year, *branches), state == "whole")

    now, then = asked.year, asked.year.last_year
    every = counted(now)
    said = year_to_date(asked, every, counted(then), "checkouts")
    if every.is_whole or every.value is None:
        return said
    names = sorted({row["branch"] for row in found.rows if row["branch"] and row["checkouts"]})
    whole = [name for name in names if counted(now, name).is_whole and counted(then, name).is_whole]
    if not whole:
        return said
    beside = year_to_date(asked, counted(now, *whole), counted(then, *whole), "checkouts")
    return f"{said} At {listed(whole)}, told as a whole: {beside.partition(': ')[2]}"


def work(asked: Asked, of: Work) -> Line | None:
    """A kind of work with a beginning and an end: how long its cases waited where that is told as a
    whole, else how many were done."""
    done = _done(asked, of.process)
    if done is None or done.of(asked.period).value is None:
        return None
    waits = _waits(asked, of)
    line = _of_waits(asked, of, waits) if waits.is_whole else _of_count(asked, of, done, waits)
    goal, is_missed = _goal(process_of(asked.con, of.process), waits.judgements)
    return replace(
        line,
        year=year_to_date(asked, done.of(asked.year), done.of(asked.year.last_year), _did(of)),
        goal=goal,
        is_goal_missed=is_missed,
        processes=(of.process,),
        sources=records(freshness(asked.con, process=of.process)),
    )


@dataclass(frozen=True)
class Waits:
    """How long the cases of the twelve months and of those before waited, and what the control
    charts say of each month: by what they are called."""

    pairs: Mapping[str, tuple[Row | None, Row | None]]
    judgements: Mapping[str, Verdicts]

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
        {name: verdicts(asked, "wait", of.process, kind) for kind, name in names.items()}
        if is_told
        else {},
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
    said = [_waited(name, *pair) for name, pair in waits.pairs.items()]
    said = [f"{said[0][:1].lower()}{said[0][1:]}", *said[1:]]
    return Line(
        [f"Over twelve months {' '.join(said)}", *_newest(waits)],
        f"{tenths(half)} days",
        f"until half of the {waits.main} had come",
        half,
        judged_here.trend(asked.months),
        f"Days until half of the {waits.main} had come, by month of request",
        out=stands_out([(f"waits for {name}", e) for name, e in waits.judgements.items()]),
        is_judged=any(each.is_judged for each in waits.judgements.values()),
        unjudged=judged_here.reason,
        moved=_moved(waits),
        asks=_explained(asked, f"turnaround {of.process}", asked.twelve),
    )


def _of_count(asked: Asked, of: Work, done: Done, waits: Waits) -> Line:
    count, now = done.of(asked.period), waits.pairs[waits.main][0]
    is_young = now is not None and now["coverage"] == "whole"
    why = "is not known yet" if is_young else "is told in part only, so it is not judged"
    return Line(
        [_done_words(count, of, asked.period), f"How long {of.many} waited {why}."],
        number(count.value),
        f"{of.many} {of.done}",
        count.value,
        done.trend(asked.months),
        f"{capital(_did(of))} by month",
        unjudged=f"how long they waited {why}",
        asks=_explained(asked, f"throughput {of.process}"),
    )


def _did(of: Work) -> str:
    return f"{of.many} {of.done.removeprefix('were ')}"


def _waited(name: str, now: Row | None, then: Row | None) -> str:
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


def _newest(waits: Waits) -> list[str]:
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


def _goal(work: Process, judgements: Mapping[str, Verdicts]) -> tuple[str, bool]:
    """Whether the goal that the library set is met as things go, and whether it is missed."""
    if not work.has_own_goal:
        return "", False
    goal = f"The goal of {work.goal_days:g} days"
    said, words = (
        [],
        {
            "passes": "is met as things go",
            "fails": "is missed as things go",
            "comes and goes": "is met in some months and missed in others",
        },
    )
    for name, each in judgements.items():
        word = words.get(each.newest["assurance"] or "") if each.newest else None
        said.append(f"{word or 'cannot be judged yet'} for {name}")
    return f"{goal} {listed(said)}.", any("is missed" in text for text in said)


@dataclass(frozen=True)
class Done:
    """How many cases were done month by month; months without a row had none, from the first that
    is told on."""

    rows: Sequence[Row]

    def of(self, period: Period) -> Count:
        """How many were done in a period."""
        known = [row for row in self.rows if row["coverage"] != "outside"]
        since = min((row["period"] for row in known), default=None)
        inside = [row for row in self.rows if period.since <= row["period"] < period.until]
        told = [row for row in inside if row["coverage"] != "outside"]
        if since is None or since >= period.until:
            return Count(None, False)
        is_whole = since <= period.since and all(row["coverage"] == "whole" for row in inside)
        if not told and inside:
            return Count(None, False)
        return Count(sum(int(row["cases"] or 0) for row in told), is_whole)

    def trend(self, months: Sequence[date]) -> list[float | None]:
        """The months that are told as well as the best of them."""
        states = {row["period"]: row["coverage"] for row in self.rows}
        best = min((states.get(m, "whole") for m in months), key=BEST.index, default="outside")
        counted = {row["period"]: row["cases"] for row in self.rows}
        return [
            counted.get(month, 0) if states.get(month, "whole") == best else None
            for month in months
        ]


def _done(asked: Asked, process: str) -> Done | None:
    """How many cases of a kind of work were done by month; None where nothing tells of it."""
    try:
        of = process_of(asked.con, process)
        if not known_milestones(asked.con, of):
            return None
        newest_export(asked.con, of)
        given: dict[str, Any] = {"since": asked.since, "until": asked.period.until}
        return Done(records(throughput(asked.con, process, **given)))
    except AnalysisError:
        return None


def _done_words(count: Count, of: Work, period: Period) -> str:
    few = "" if count.is_whole else "At least "
    name = of.one if count.value == 1 else of.many
    done = of.done.replace("were", "was") if count.value == 1 else of.done
    return f"{few}{number(count.value)} {name} {done} in {period.words}."


RECEIVED = {
    "order_copy": Work("order_copy", "ordered copy", "ordered copies", "were received", {}),
    "cataloguing": Work("cataloguing", "copy", "copies", "were put on the shelf", {}),
}


def technical_services(asked: Asked) -> Line | None:
    """What came in and went to the shelf, what waits between, and how many were received."""
    process = telling(asked.con, "received")
    of = RECEIVED.get(process or "")
    done = _done(asked, of.process) if of else None
    if of is None or done is None or (value := done.of(asked.period)).value is None:
        return None
    judgement = verdicts(asked, "done", of.process)
    said = _done_words(value, of, asked.period)
    if judgement.newest and judgement.newest["period"] == asked.period.last_month:
        said = f"{said.removesuffix('.')}: {judgement.phrase}."
    pile, is_missed, goal = _pile(asked)
    return Line(
        [*pile, said],
        number(value.value),
        f"{of.many} {of.done}",
        value.value,
        done.trend(asked.months),
        f"{capital(of.many)} {of.done.removeprefix('were ')} by month",
        year_to_date(asked, done.of(asked.year), done.of(asked.year.last_year), _did(of)),
        goal,
        is_missed,
        stands_out([(of.many, judgement)]),
        judgement.is_judged,
        "" if judgement.is_judged else judgement.reason,
        "",
        ("order_copy", "cataloguing"),
        _explained(asked, f"throughput {of.process}"),
        [
            row
            for name in ("order_copy", "cataloguing")
            for row in records(freshness(asked.con, process=name))
        ],
    )


def _pile(asked: Asked) -> tuple[list[str], bool, str]:
    """What waits between receipt and the shelf at the end, beside what came in and went out in the
    twelve months; whether something waits beyond the library's goal, and that in a sentence."""
    process = telling(asked.con, "available", "received")
    if process is None:
        return [], False, ""
    given: dict[str, Any] = {"since": asked.twelve.since, "until": asked.twelve.until}
    try:
        rows = records(
            backlog(asked.con, process, start="received", end="available", every="month", **given)
        )
    except AnalysisError:
        return [], False, ""
    if not rows or rows[-1]["waiting"] is None:
        return [], False, ""
    last = rows[-1]
    came, went = (sum(row[name] or 0 for row in rows) for name in ("came", "done"))
    day = day_name(asked.period.until - timedelta(days=1))
    oldest = "" if last["oldest_age"] is None else f", the oldest for {last['oldest_age']:.0f} days"
    part = "" if last["coverage"] == "whole" else ", as far as the lists tell"
    waiting = number(last["waiting"]) if last["waiting"] else "None"
    said = [
        f"In twelve months {number(came)} copies came in and {number(went)} went to the shelf"
        f"{part}. {waiting} waited on {day}{oldest}."
    ]
    of = process_of(asked.con, process)
    if not of.has_own_goal:
        return said, False, ""
    is_missed = bool(last["oldest_age"] and last["oldest_age"] > of.goal_days)
    word = "Some waited" if is_missed else "None waited"
    return said, is_missed, f"{word} longer than the goal of {of.goal_days:g} days."


def collection(asked: Asked) -> Line | None:
    """How many copies there are and how much each is used; how many were added."""
    given: dict[str, Any] = {"since": asked.twelve.since, "until": asked.twelve.until}
    rows = records(collection_use(asked.con, by="all", **given))
    if not rows or not rows[0]["items"]:
        return None
    use, added = rows[0], _added(asked)
    used = (
        f" Each was used {use['turnover']:.1f} times in twelve months on average."
        if use["turnover"] is not None
        else " How much they are used is not told."
    )
    this_year = sum(added.get(month, 0) for month in added if month >= asked.year.since)
    return Line(
        [f"The newest lists hold {number(use['items'])} copies.{used}"],
        number(use["items"]),
        "copies held",
        use["items"],
        [added.get(month, 0) for month in asked.months] if added else [],
        "Copies added by month",
        f"Since {asked.first_day}: {number(this_year)} copies added. Withdrawn ones are no longer "
        "in the lists, so years are not compared."
        if added
        else "",
        unjudged="a collection changes slowly",
        asks=_explained(asked, "collection_use", asked.twelve),
        sources=records(freshness(asked.con, analysis="collection_use")),
    )


def _added(asked: Asked) -> dict[date, int]:
    """How many of the copies in the lists were added in each month."""
    rows = asked.con.execute(
        """
        select
            date_trunc('month', added_on)::date as month,
            count(*) as copies
        from item
        where added_on >= $since and added_on < $until
        group by all
        """,
        {"since": asked.since, "until": asked.period.until},
    ).fetchall()
    return dict(rows)


def _explained(asked: Asked, what: str, period: Period | None = None) -> str:
    """The command that says where a figure comes from."""
    of = period or asked.period
    return f"libstats explain {what} --since {of.since} --until {of.until}"


SERVICES = (
    Service("Circulation", lending, series=1),
    Service("Holds", partial(work, of=HOLDS), series=1),
    Service("Interlibrary loan", partial(work, of=BORROWED), series=2),
    Service("Technical services", technical_services, series=1),
    Service("Collection", collection),
)
