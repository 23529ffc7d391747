"""Which exports are taken when, and what each holds."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from sample import koha, oddities
from sample.koha import HEADINGS, Row
from sample.library import Library
from sample.loose_ends import WEEK_BEFORE
from sample.places import BY_MONTH, FIRST, LAST, at
from sample.records import Hold

DUMPS = (date(2026, 4, 30), LAST)
"""Days at whose end the tables of the present state are exported whole."""
CLOSED = (
    (FIRST, date(2024, 10, 31)),
    (date(2024, 10, 1), date(2025, 10, 31)),
    (date(2025, 10, 1), date(2026, 4, 30)),
    (date(2026, 4, 1), date(2026, 10, 31)),
)
"""First and last day of each export of closed loans and holds; each begins a month before the last
one ended."""
OVERLAPS = {date(2025, 2, 1): 4, date(2025, 8, 1): 3, date(2026, 2, 1): 5, date(2026, 8, 1): 2}
"""Months whose log begins so many days before the month does."""
EARLY = {
    date(2025, 4, 30): at(date(2025, 4, 30), 14),
    date(2026, 1, 31): at(date(2026, 1, 31), 12, 30),
}
"""Last days of a month whose log was exported before closing; the next log begins there or earlier.
"""


@dataclass(slots=True)
class Exports:
    """The files written so far to a folder."""

    folder: Path
    rows: dict[str, int] = field(default_factory=dict)
    """How many rows each file has: without its heading, with what is planted."""

    def put(self, table: str, exported_on: date, rows: Iterable[Row]) -> None:
        """Write one export, with what is planted in it."""
        name = koha.file_name(table, exported_on)
        planted = oddities.in_file(table, exported_on, list(rows))
        koha.write(
            self.folder / name, HEADINGS[table], planted, footer=oddities.footer(table, exported_on)
        )
        self.rows[name] = len(planted)

    def present(self, library: Library, day: date) -> None:
        """Write the tables of the present state at the end of `day`, if it is a day for that;
        titles at the last only."""
        if day not in (*DUMPS, WEEK_BEFORE):
            return
        self.put(
            "items",
            day,
            (oddities.in_item(item, koha.item_row(item, day)) for item in library.items),
        )
        self.put("reserves", day, _open_holds(library, day))
        if day == WEEK_BEFORE:
            return
        if day == LAST:
            self.put("biblios", day, map(koha.title_row, library.titles))
        self.put(
            "issues", day, (koha.loan_row(loan, day) for loan in library.loans if not loan.returned)
        )

    def past(self, library: Library) -> None:
        """Write the logs, and the tables of what is closed, once the library has lived to the last
        day."""
        self.put("reserves", FIRST, ())
        for first, last in CLOSED:
            loans = [
                loan
                for loan in library.loans
                if loan.returned and first <= loan.returned.date() <= last
            ]
            self.put("old_issues", last, (koha.loan_row(loan, last) for loan in loans))
            holds = [
                hold
                for hold in library.holds
                if _is_closed(hold) and first <= hold.changed.date() <= last
            ]
            self.put("old_reserves", last, (koha.hold_row(hold, last) for hold in holds))
            self.put("branchtransfers", last, _journeys(library, first, last))
        events = library.events
        for day, since, until in log_windows():
            held = (event for event in events if since <= event.at < until)
            self.put(
                "statistics",
                day,
                (oddities.in_event(event, koha.event_row(event, day)) for event in held),
            )


def log_windows() -> list[tuple[date, datetime, datetime]]:
    """Return for each log the day of its export and the half-open span of time it holds: half a
    year, later a month."""
    windows = []
    first, begun = FIRST, at(FIRST, 0)
    while first <= LAST:
        following = next_export(first)
        last = following - timedelta(days=1)
        since = at(first - timedelta(days=OVERLAPS[first]), 0) if first in OVERLAPS else begun
        until = EARLY.get(last, at(following, 0))
        windows.append((last, since, until))
        first, begun = following, until
    return windows


def next_export(first: date) -> date:
    """Return the first day that a log which begins at `first` does not hold."""
    days = 32 if first >= BY_MONTH else 186
    return (first + timedelta(days=days)).replace(day=1)


def _is_closed(hold: Hold) -> bool:
    """Return whether `hold` has moved to the table of old ones."""
    return hold.outcome in ("filled", "cancelled")


def _open_holds(library: Library, day: date) -> list[Row]:
    """Return the rows of the live holds; those not yet caught are numbered within their title."""
    rows = []
    place: dict[int, int] = {}
    for hold in library.holds:
        if _is_closed(hold):
            continue
        priority = 0
        if hold.outcome == "pending":
            priority = place[hold.title.number] = place.get(hold.title.number, 0) + 1
        rows.append(koha.hold_row(hold, day, priority))
    return rows


def _journeys(library: Library, first: date, last: date) -> list[Row]:
    """Return the journeys that were asked for or ended from `first` to `last`, as they stood at its
    end."""
    begin, until = at(first, 0), at(last, 0) + timedelta(days=1)
    asked = [journey for journey in library.journeys if journey.asked < until]
    return [
        koha.journey_row(journey, until)
        for journey in asked
        if journey.arrived is None or journey.arrived >= begin
    ]
