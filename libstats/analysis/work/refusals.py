"""What no turnaround can be told of, in words: no case, no end that is told, only closed cases."""

from __future__ import annotations

from datetime import date
from typing import NoReturn

from libstats.analysis.work.cohort import Cohort, sentence
from libstats.analysis.work.exported import known_milestones
from libstats.analysis.work.spans import Spans
from libstats.definitions.parameters import as_moment
from libstats.errors import AnalysisError
from libstats.wording import Row

SEVERAL = 30  # cases enough to say of an export that its lack of open ones is no chance


def is_doubtful(rows: list[Row]) -> bool:
    """True if the rows may be no answer."""
    cases, reached, still_open, lost = _together(rows)
    return not cases or lost > reached or not reached or (reached >= SEVERAL and not still_open)


def refuse(cohort: Cohort, rows: list[Row]) -> None:
    """Raise AnalysisError where the rows are no answer, for what the exports lack."""
    process, ends = cohort.spans.process, cohort.spans.ends
    cases, reached, still_open, lost = _together(rows)
    if not cases:
        _began(cohort)
        return
    # where a closing day hides the end, the few whose last status still tells it are those of late
    is_unknown = not reached and not known_milestones(cohort.spans.con, process).intersection(ends)
    if is_unknown or (lost and (not reached or (process.misleading and lost > reached))):
        remedy = next(
            iter(process.misleading.values()),
            f"load the exports that say when a case reached {ends[0]}",
        )
        raise AnalysisError(
            f"{process.title}: nothing that is loaded says when "
            f"{'most cases' if reached else 'any case'} reached {' or '.join(ends)}",
            f"{sentence(remedy)}.",
        )
    if reached >= SEVERAL and not still_open:
        _refuse_closed(cohort, rows)


def _together(rows: list[Row]) -> list[int]:
    """The cases of all rows, and how many of them reached the end, are open, are lost."""
    return [
        sum(row[name] for row in rows)
        for name in ("cases", "reached", "still_open", "undeterminable")
    ]


def _began(cohort: Cohort) -> tuple[date, date]:
    """The days on which the first and the last case began, of all times; AnalysisError if none is
    known to have."""
    spans = cohort.spans
    others = [m for m in spans.process.happening if m != spans.start]
    ends = tuple(others[:1]) or spans.ends
    every = Spans(spans.con, spans.process, spans.start, ends, spans.as_of)
    first, last = spans.con.execute(
        f"select min(started_at)::date, max(started_at)::date from ({every.sql()})",
        {"as_of": str(spans.as_of)},
    ).fetchall()[0]
    if first is None:
        raise AnalysisError(
            f"{spans.process.title}: nothing that is loaded says when a case reached {spans.start}",
            "`libstats loads` lists what is loaded; docs/coverage.md what each export can tell.",
        )
    return first, last


def refuse_period(cohort: Cohort) -> NoReturn:
    """Raise AnalysisError: there is no case in the period."""
    first, last = _began(cohort)
    raise AnalysisError(
        f"{cohort.spans.process.title}: no case began from {cohort.since} to {cohort.until}",
        f"The exports tell of cases that began from {first} to {last}. Ask within that.",
    )


def _refuse_closed(cohort: Cohort, rows: list[Row]) -> None:
    """Raise AnalysisError if no case is open though those of the last days should be."""
    cases = sum(row["cases"] for row in rows)
    slowest = max(row["naive_p90"] or 0 for row in rows) / (
        24 if cohort.spans.unit == "hours" else 1
    )
    spans = cohort.spans
    (newest,) = spans.con.execute(
        f"""
        select max(started_at)
        from ({spans.sql(within=spans.start)})
        where started_at >= $since::timestamp and started_at < $until::timestamp
        """,
        {name: cohort.params[name] for name in ("since", "until", "as_of")},
    ).fetchall()[0]
    age = (as_moment(cohort.spans.as_of) - newest).total_seconds() / 86_400
    if age < slowest:
        raise AnalysisError(
            f"{cohort.spans.process.title}: all {cases:,} cases are closed, even those of the last "
            f"{age:.1f} days. Yet one in ten takes {slowest:.1f} or more: an export of closed "
            "cases only",
            "Who still waits is missing, so no turnaround can be told. "
            "Export all requests of the period, whatever their status.",
        )
