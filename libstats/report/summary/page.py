"""The month in one page: a sentence for each service, for a director or a board. The services are
declared in services."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

import duckdb

from libstats.errors import NothingTold, ReportError
from libstats.report import sections
from libstats.report.charts.sparkline import sparkline
from libstats.report.page.html import escaped, items, paragraph
from libstats.report.page.table import Html, folded, joined, table
from libstats.report.summary.rows import (
    MOST_JUDGED,
    Asked,
    Change,
    Line,
    Service,
    asked_of,
    changes,
)
from libstats.report.summary.services import SERVICES
from libstats.wording import Row, capital, day_name, listed, month_name

__all__ = ["Summary", "answer", "finality", "origin", "read", "trends", "unjudged", "untold"]


@dataclass(frozen=True)
class Summary:
    """What the page tells: of which period, a line for each service that is told, the names of
    those that are not, and what was changed or closed in the 13 months."""

    asked: Asked
    lines: dict[str, Line]
    silent: Sequence[str] = ()
    changes: Sequence[Change] = ()

    @property
    def is_whole(self) -> bool:
        """True if the exports reach the end of the period."""
        return self.asked.as_of >= datetime.combine(self.asked.period.until, time())

    def named(self, name: str) -> list[Change]:
        """What was changed in a service's work; what touches all of it stands with the first."""
        every = {process for line in self.lines.values() for process in line.processes}
        own, is_first = self.lines[name].processes, name == next(iter(self.lines))
        return [
            each
            for each in self.changes
            if each.process in own or (is_first and each.process not in every)
        ]


def read(
    con: duckdb.DuckDBPyConnection, services: Sequence[Service] = SERVICES, **said: str
) -> Summary:
    """What the page needs.

    Parameters
    ----------
    con : an open connection
    services : those that it tells of; the control charts judge at most five series of them
    said : month, quarter or year, as `libstats.report.page.period.given` takes them; without any
        the last month that the newest export covers to its end

    Raises ReportError for a period that is none, or of which no service tells.
    """
    if sum(service.series for service in services) > MOST_JUDGED:
        raise ReportError(f"more than {MOST_JUDGED} series would be judged", "Take some away.")
    asked = asked_of(con, **said)
    is_early = asked.as_of <= datetime.combine(asked.period.since, time())
    told = {} if is_early else {service.name: service.tell(asked) for service in services}
    lines = {name: line for name, line in told.items() if line}
    if not any(line.is_of_period for line in lines.values()):
        raise NothingTold(
            f"nothing that is loaded tells of {asked.period.words}",
            "`libstats coverage` says which months are told of. No file was changed.",
        )
    silent = [name for name, line in told.items() if line is None]
    return Summary(asked, lines, silent, changes(asked))


def answer(summary: Summary) -> Html:
    """What stands out, whether goals are met, and a line for each service."""
    period = summary.asked.period
    about = {
        "period": period.name,
        "branch": "",
        "told": "whole" if summary.is_whole else "partly",
    }
    cards = [
        sections.Card(line.shown, line.what, "", name=name, value=line.value)
        for name, line in summary.lines.items()
        if line.is_of_period
    ]
    before = (
        []
        if summary.is_whole
        else [f"The exports end on {day_name(summary.asked.as_of)}, before the period does."]
    )
    return sections.answer(
        period.words, _verdict(summary), cards, about=about, before=before, body=_lines(summary)
    )


def _verdict(summary: Summary) -> str:
    """What somebody should ask about, how the year compares, and whether goals are met."""
    lines = summary.lines.values()
    judged, out = (
        [line for line in lines if line.is_judged],
        [o for line in lines for o in line.out],
    )
    if out:
        said = [f"Beyond the usual ups and downs: {listed(out)}."]
    elif judged:
        when = f"in {month_name(summary.asked.period.last_month)}" if summary.is_whole else "so far"
        said = [f"Nothing stands out {when}."]
    else:
        said = ["What stands out cannot be said yet: too few months are told of as a whole."]
    moved = "; ".join(line.moved for line in lines if line.moved)
    said += [f"Over twelve months {moved} than the year before."] if moved else []
    return " ".join([*said, *_goals(summary.lines)])


def _goals(lines: dict[str, Line]) -> list[str]:
    told = {name: line for name, line in lines.items() if line.goal}
    if not told:
        return ["The library has set no goals of its own."]
    missed = [name for name, line in told.items() if line.is_goal_missed]
    if missed:
        return [f"Outside its goal: {listed(missed)}."]
    return [f"No goal is missed ({listed(list(told))})."]


def _lines(summary: Summary) -> str:
    listed_lines = "".join(_line(summary, name, line) for name, line in summary.lines.items())
    return f'<ul class="libstats-services">{listed_lines}</ul>'


def _line(summary: Summary, name: str, line: Line) -> str:
    """A service: its name and trend, its sentences, and in small what stands beside it."""
    named = summary.named(name)
    months = summary.asked.months
    marks = [months.index(each.on.replace(day=1)) for each in named if each.on >= months[0]]
    drawn = sparkline(line.trend, line.trended or name, marks)
    changed = "; ".join(each.words for each in named)
    beside = [line.year, line.goal, f"Closed or changed: {changed}." if named else ""]
    small = " ".join(text for text in beside if text)
    of = f'<span class="trended">{escaped(line.trended)}</span>' if drawn else ""
    return (
        f'<li><div class="service"><h2>{escaped(name)}</h2>{drawn}{of}</div><div>'
        f"{paragraph(' '.join(line.says))}"
        f'<p class="comparison">{escaped(small)}</p></div></li>'
    )


def trends(summary: Summary) -> Html:
    """The trends as a table, a row a month."""
    told = {f"service_{n}": line for n, line in enumerate(summary.lines.values()) if line.trend}
    rows: list[Row] = [
        {"period": month, **{key: line.trend[place] for key, line in told.items()}}
        for place, month in enumerate(summary.asked.months)
    ]
    headings = {"period": "Month", **{key: line.trended for key, line in told.items()}}
    shown = table(rows, "The thirteen months of each service", headings=headings)
    return folded("The trends as a table", shown)


def untold(summary: Summary) -> Html:
    """What the page does not tell of, in one line, and that it tells of no single person."""
    silent = [name if name.isupper() else name[:1].lower() + name[1:] for name in summary.silent]
    said = (
        f"No export that is loaded tells of {listed(silent)} in {summary.asked.period.words}. "
        if silent
        else ""
    )
    return Html(
        paragraph(f"{said}The page tells neither of single patrons nor of single members of staff.")
    )


def unjudged(summary: Summary) -> Html:
    """What is not held against the usual ups and downs, and why."""
    told = [
        f"{name}: {line.unjudged.removeprefix('trial limits: ')}."
        for name, line in summary.lines.items()
        if line.unjudged and not line.is_judged
    ]
    lead = (
        "A month stands out where it lies so far from the months before that chance would hardly "
        "make it. The newest month of each service is looked at, of waits the newest that is old "
        "enough to be known."
    )
    return joined(paragraph(lead), items(told) if told else "")


def finality(summary: Summary) -> Html:
    """Whether the figures can still change."""
    period = summary.asked.period
    close = f"“libstats close {period.name}”" if period.months == 1 else "“libstats close”"
    return Html(
        paragraph(
            f"They are what the exports up to {day_name(summary.asked.as_of)} tell. Exports that "
            f"are loaded later may still change them. {close} keeps a month as it was published, "
            "and later pages say what was revised."
        )
    )


def origin(summary: Summary) -> Html:
    """The exports behind the figures, and the command that says how each was counted."""
    found = {
        (row["source"], row["export"]): row
        for line in summary.lines.values()
        for row in line.sources
    }
    sources = [found[key] for key in sorted(found)]
    lacks = [sections.unread(row) for row in sources if row["rows_rejected"]]
    complete = "All rows of the exports below could be read."
    asks = [
        {"service": name, "figure": capital(line.what), "command": line.asks}
        for name, line in summary.lines.items()
    ]
    receipts = table(
        asks,
        "The receipt of each figure",
        headings={"command": "This command says how it was counted"},
    )
    return sections.origin(sources, complete, lacks, receipts)
