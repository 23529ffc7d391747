"""Today's list by desk: which work is whose, what comes first, how fresh each desk's exports are,
and of which day the load before is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import duckdb

from libstats.analysis.today.exports import Export
from libstats.analysis.today.lists import Today, Work
from libstats.analysis.today.orders import ORDERED
from libstats.analysis.today.rows import DECIDE, DO, GROUPS, PAUSED, SOON
from libstats.analysis.today.serials import SOON_DUE
from libstats.wording import Row, capital, day_name

__all__ = ["DESKS", "Desk", "at_desks", "day_before", "desks", "first", "tasks", "told"]

ILL, HOLDS, SERVICES, LOANS = (
    "Interlibrary loan",
    "Holds and transit",
    "Technical services",
    "Loans",
)
DIGITAL, OTHER = "Digital desk", "Other work"
DESKS = {
    ILL: (
        "ill_borrowing",
        "ill_borrowing_return",
        "ill_lending",
        "ill_lending_return",
        "document_delivery",
    ),
    HOLDS: ("hold", "transit"),
    SERVICES: (
        "order_received",
        "purchase_request",
        "order_copy",
        "invoice_question",
        "cataloguing",
        "serials",
    ),
    LOANS: ("loan",),
    DIGITAL: ("access_problem",),
}
# tables that are asked about its work, besides those that tell of the cases
_ALSO = {
    ILL: ("ill_refusal",),
    HOLDS: ("item",),
    SERVICES: ("invoice", "invoice_line"),
    LOANS: ("item",),
}


@dataclass(frozen=True)
class Desk:
    """A desk with its work; what stands on the hold shelf, and long queues, are that of holds."""

    name: str
    work: list[Work]
    shelf: list[Row]
    queues: list[Row]

    def count(self, group: str) -> int:
        """How many things of the desk are in a group."""
        return Today.of(self.work, self.shelf, self.queues).count(group)

    @property
    def sources(self) -> set[tuple[str, str]]:
        """The tables, by source, that tell of its work."""
        return {
            (source, table)
            for work in self.work
            for source in work.told
            for table in (*work.process.tables, *_ALSO.get(self.name, ()))
        }


def desks(today: Today) -> list[Desk]:
    """The desks that have work, in the order in which they are listed."""
    found = []
    for name in (*DESKS, OTHER):
        work = [each for each in today.work if _desk_of(each) == name]
        work.sort(key=lambda each: _place(name, each))
        beside = (today.shelf, today.queues) if name == HOLDS else ([], [])
        if work or any(beside):
            found.append(Desk(name, work, *beside))
    return found


def at_desks(today: Today, group: str) -> list[Desk]:
    """The desks that have something in a group."""
    return [desk for desk in desks(today) if desk.count(group)]


def _desk_of(work: Work) -> str:
    return next((name for name, kinds in DESKS.items() if work.process.name in kinds), OTHER)


def _place(desk: str, work: Work) -> int:
    return DESKS[desk].index(work.process.name) if desk in DESKS else 0


_LATE = {"loan": "Overdue", "order_copy": "Ordered and late, by vendor"}
_OTHERWISE = {
    DO: "{}: late",
    DECIDE: "{}: open for more than a year, or not known",
    SOON: "{}: soon late, or due",
    PAUSED: "{}: paused",
}


def tasks(work: Work, group: str) -> list[tuple[str, list[Row]]]:
    """The cases of a kind of work in a group, by what is to be done with them."""
    found: dict[str, list[Row]] = {}
    title = capital(work.process.title)
    usual = _OTHERWISE[group].format(title)
    if group == DO:
        usual = _LATE.get(work.process.name, usual)
    rows = work.of(group)
    if work.process.name == ORDERED:  # what one vendor is late with stands together
        first_of = {row["who"]: place for place, row in reversed(list(enumerate(rows)))}
        rows = sorted(rows, key=lambda row: first_of[row["who"]])
    for row in rows:
        task = SOON_DUE.get(row["task"], row["task"]) if group == SOON else row["task"]
        # what is rush is to be done now, late or not
        is_rush = group == DO and row["standing"] != "late"
        found.setdefault(task or (f"{title}: rush" if is_rush else usual), []).append(row)
    return list(found.items())


def first(today: Today) -> str:
    """What to do first, and how many things wait at each desk and beside the desks, in sentences:
    what is late or left lying, what needs a decision, what is to be looked into."""
    beside = [*_listed("To be decided", _decisions(today)), *_listed("Look into", _looks(today))]
    judged = [f"{today.not_judged}."] if today.not_judged else []
    busy = at_desks(today, DO)
    if not busy:
        waits = beside or any(today.count(group) for group in GROUPS)
        none = "Nothing that could be judged waits." if judged else "Nothing waits."
        return " ".join(["Nothing is late or left lying." if waits else none, *beside, *judged])
    parts = [(desk.name.lower(), desk.count(DO)) for desk in busy]
    total = today.count(DO)
    things = "1 thing is to be done now" if total == 1 else f"{total:,} things are to be done now"
    begin = f"Begin with {_beginning(busy[0])}."
    return " ".join([begin, *_listed(things, parts), *beside, *judged])


def _listed(what: str, parts: list[tuple[str, int]]) -> list[str]:
    """What waits, by name, as a sentence; none where nothing does."""
    told = ", ".join(f"{name} {count:,}" for name, count in parts if count)
    return [f"{what}: {told}."] if told else []


def _decisions(today: Today) -> list[tuple[str, int]]:
    """What needs a decision, by desk and by list."""
    return [
        *((desk.name.lower(), desk.count(DECIDE)) for desk in at_desks(today, DECIDE)),
        ("licences", len(today.licences)),
        ("subscriptions", len(today.subscriptions)),
        ("digital titles", len(today.digital_titles)),
    ]


def _looks(today: Today) -> list[tuple[str, int]]:
    """What is at no desk of its own, by list."""
    return [
        ("reports of use that did not come", len(today.digital.missing)),
        ("days of many refusals", len(today.digital.refused)),
        ("copies that scans tell of", len(today.scanned)),
    ]


def _beginning(desk: Desk) -> str:
    """The first task of a desk, with how many cases it has."""
    for work in desk.work:
        for task, rows in tasks(work, DO):
            at_least = "at least " if len(rows) == len(work.of(DO)) and work.more(DO) else ""
            return f"{desk.name.lower()}, “{task}”: {at_least}{len(rows):,}"
    return f"{desk.name.lower()}, what stands on the hold shelf past its date: {len(desk.shelf):,}"


def told(today: Today, desk: Desk) -> tuple[str, list[Export]]:
    """Up to when the exports of a desk tell, in words, and those that are older than usual."""
    moments = {source: at for work in desk.work for source, at in work.told.items()}
    newest = max(moments.values())
    words = f"As the exports of {day_name(newest)}, {newest:%H:%M}, tell"
    others = sorted(
        f"{source} {day_name(at)}" for source, at in moments.items() if at.date() != newest.date()
    )
    if others:
        words += f" ({', '.join(others)})"
    old = [
        export
        for export in today.stale
        if any((export.source, table) in desk.sources for table in export.tables)
    ]
    return f"{words}.", old


def day_before(con: duckdb.DuckDBPyConnection) -> date | None:
    """The day of the load before: the last one on which something was loaded, before the newest of
    them; None where there is none."""
    day: date | None = con.execute(
        """
        select max(loaded_at)::date
        from loaded_file
        where primary_table <> 'decision'
            and loaded_at::date < (
                select max(loaded_at)::date from loaded_file where primary_table <> 'decision'
            )
        """
    ).fetchall()[0][0]
    return day
