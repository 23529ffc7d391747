"""What was lent, how, and at what time."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import duckdb

from libstats.analysis.circulation_parts import circulation_by
from libstats.report import sections
from libstats.report.charts.heat import DAYS, hours_by_weekday
from libstats.report.circulation.rows import Circulation
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, Table, joined, table, tabled
from libstats.wording import Row, capital, day_name, number, percent, records

__all__ = ["channels", "hours", "item_types"]

CHANNELS = {
    "staff": "at the desk, by staff",
    "self-check": "at a self-check machine",
    "patron": "by the borrower, online",
    "automatic": "by the system itself",
    None: "the export does not say",
}
# The hours of a day in four, for the page; the workbook has each hour.
PARTS_OF_DAY = {
    "morning": ("Before 12:00", range(12)),
    "noon": ("12:00 to 14:59", range(12, 15)),
    "afternoon": ("15:00 to 17:59", range(15, 18)),
    "evening": ("18:00 and later", range(18, 24)),
}


def item_types(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """Checkouts, renewals and uses inside the library by item type, beside the year before."""
    now, then = (_parts(con, report, "item_type", period) for period in _times(report))
    names = _names(con, "item_type")
    return item_types_of(now, then, names, report)


def item_types_of(
    now: Sequence[Row], then: Sequence[Row], names: Mapping[str, str], report: Circulation
) -> Html:
    """The finding, the table, and what was not judged. A type of two systems stands twice, with the
    system behind it: their codes may mean different things."""
    several = len({row["source"] for row in now}) > 1

    def name(row: Row) -> str:
        code = row["item_type"]
        found = names.get(code, code) if code else "type not known"
        return f"{found} ({row['source']})" if several else found

    sums, before = _sums(now, name), _sums(then, name)
    is_compared = report.state(report.last_year) == report.state(report.period) == "whole"
    total = sum(each["checkouts"] for each in sums.values())
    rows = [
        {
            "item_type": part,
            "checkouts": each["checkouts"],
            "share": each["checkouts"] / total if total else None,
            "last_year": before[part]["checkouts"] if is_compared else None,
            "renewals": each["renewals"],
            "in_house_uses": each["in_house_uses"],
        }
        for part, each in sorted(sums.items(), key=lambda item: (-item[1]["checkouts"], item[0]))
    ]
    shown = table(
        rows,
        f"Circulation in {report.period.words} by item type",
        headings={
            "share": "Share of all checkouts",
            "last_year": f"Checkouts in {report.last_year.words}",
            "in_house_uses": "Uses inside the library",
        },
        formats={"share": percent},
    )
    told = (
        []
        if is_compared
        else [
            f"{capital(report.last_year.words)} is left out: one of the two times is not "
            "told of as a whole."
        ]
    )
    return joined(sections.shortened(shown), sections.unjudged(told))


def channels(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """How copies were lent, beside the year before; since when the export tells who renewed."""
    now, then = (_parts(con, report, "channel", period) for period in _times(report))
    since = records(con.sql(_TOLD_SINCE))
    return joined(channels_of(now, then, report), sections.unjudged(_untold(now, since)))


# Since when a source's log tells how something was done, where it did not from its beginning.
_TOLD_SINCE = """
    select
        source,
        min(happened_at) filter (where channel is not null)::date as since
    from circulation_event
    where kind = 'renewal'
    group by source
    having since > min(happened_at)::date
    order by source
"""


def channels_of(now: Sequence[Row], then: Sequence[Row], report: Circulation) -> Html:
    """The finding and the table."""
    sums, before = (_sums(rows, lambda row: CHANNELS[row["channel"]]) for rows in (now, then))
    total = sum(each["checkouts"] for each in sums.values())
    is_compared = report.state(report.last_year) == report.state(report.period) == "whole"
    rows = [
        {
            "channel": name,
            "checkouts": sums[name]["checkouts"],
            "share": sums[name]["checkouts"] / total if total else None,
            "last_year": before[name]["checkouts"] if is_compared else None,
            "renewals": sums[name]["renewals"],
        }
        for name in CHANNELS.values()
        if name in sums or name in before
    ]
    known = total - sums["the export does not say"]["checkouts"]
    machine = sums["at a self-check machine"]["checkouts"]
    words = (
        f"Of {number(known)} checkouts of which it is told, {number(machine)} were made at a "
        f"self-check machine ({percent(machine / known)})."
        if known
        else "No export tells how copies were lent."
    )
    shown = table(
        rows,
        f"How copies were lent and renewed in {report.period.words}",
        headings={
            "channel": "How",
            "share": "Share of all checkouts",
            "last_year": f"Checkouts in {report.last_year.words}",
        },
        formats={"share": percent},
    )
    return joined(paragraph(words), shown)


def _untold(now: Sequence[Row], since: Sequence[Row]) -> list[str]:
    """Of which checkouts no export tells how they were made; since when one does of renewals."""
    blank: Counter[str] = Counter()
    for row in now:
        if row["channel"] is None:
            blank[row["source"]] += row["checkouts"]
    told = [
        f"For {number(count)} checkouts of {source} the export does not say how they were made."
        for source, count in sorted(blank.items())
        if count
    ]
    return told + [
        f"Who made a renewal is told for {row['source']} since {day_name(row['since'])} only."
        for row in since
    ]


def hours(con: duckdb.DuckDBPyConnection, report: Circulation) -> Html:
    """At which hours of the week copies were lent, in twelve months."""
    rows = _parts(con, report, "hour", report.year)
    return hours_of(rows, report.year, is_one=bool(report.branch) or len(_places(rows)) < 2)


def hours_of(rows: Sequence[Row], year: Period, *, is_one: bool) -> Html:
    """The picture, the table by parts of the day, and each hour for the workbook. `is_one`: all is
    of one branch, so that few checkouts of an hour may be one person's: small counts are withheld
    in both."""
    counts: Counter[tuple[int, int]] = Counter()
    for row in rows:
        if row["hour"] is not None:
            counts[row["weekday"], row["hour"]] += row["checkouts"]
    counts = Counter({cell: count for cell, count in counts.items() if count})
    grid = _by_hour(counts, year, is_one=is_one)
    picture = hours_by_weekday(_seen(grid), f"Checkouts by hour and day of the week, {year.words}")
    untimed = sum(row["checkouts"] for row in rows if row["hour"] is None)
    told = (
        [f"Of {number(untimed)} checkouts only the day is told, and not the hour."]
        if untimed
        else []
    )
    page = _by_part_of_day(counts, year, is_one=is_one)
    more = paragraph("The workbook has every hour.")
    return joined(
        picture._repr_html_(),
        tabled(page, Html(more, [grid])),
        sections.unjudged(told),
    )


def _by_hour(counts: Mapping[tuple[int, int], int], year: Period, *, is_one: bool) -> Table:
    """A row an hour, a column a day of the week."""
    every = sorted({hour for _, hour in counts})
    span = range(every[0], every[-1] + 1) if every else []
    days = [day for day in range(1, 8) if any(d == day for d, _ in counts)]
    rows = [
        {
            "hour": f"{hour:02d}:00",
            **{DAYS[day - 1].lower(): counts.get((day, hour), 0) for day in days},
        }
        for hour in span
    ]
    across = [DAYS[day - 1].lower() for day in days] if is_one else []
    return table(rows, f"Checkouts by hour and day of the week, {year.words}", across=across)


def _by_part_of_day(counts: Mapping[tuple[int, int], int], year: Period, *, is_one: bool) -> Table:
    rows = [
        {
            "weekday": DAYS[day - 1],
            **{
                part: sum(n for (d, hour), n in counts.items() if d == day and hour in of)
                for part, (_, of) in PARTS_OF_DAY.items()
            },
        }
        for day in range(1, 8)
        if any(d == day for d, _ in counts)
    ]
    headings = {"weekday": "Day", **{part: name for part, (name, _) in PARTS_OF_DAY.items()}}
    across = list(PARTS_OF_DAY) if is_one else []
    caption = f"Checkouts by day of the week and part of the day, {year.words}"
    return table(rows, caption, headings=headings, across=across)


def _seen(grid: Table) -> dict[tuple[str, str], int]:
    """What the table of hours shows: what it withholds, the picture does not show."""
    return {
        (row["hour"], name): row[name]
        for row in grid.rows
        for name in grid.columns[1:]
        if isinstance(row[name], int)
    }


def _times(report: Circulation) -> tuple[Period, Period]:
    return report.period, report.last_year


def _parts(
    con: duckdb.DuckDBPyConnection, report: Circulation, by: str, period: Period
) -> list[Row]:
    found = circulation_by(con, by, since=period.since, until=period.until)
    return report.here(records(found))


def _places(rows: Sequence[Row]) -> set[str]:
    return {row["branch"] for row in rows if row["branch"]}


def _sums(rows: Sequence[Row], name: Callable[[Row], str]) -> dict[str, Counter[str]]:
    """What was counted, by the name of the part."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for column in ("checkouts", "renewals", "in_house_uses"):
            found[name(row)][column] += row[column]
    return found


def _names(con: duckdb.DuckDBPyConnection, of: str) -> dict[str, str]:
    """The names of codes in capitals, where a list has one name for one."""
    rows = con.execute(
        """
        select
            upper(trim(code)),
            any_value(name)
        from code
        where list = $1 and trim(name) <> ''
        group by all
        having count(distinct name) = 1
        """,
        [of],
    ).fetchall()
    return dict(rows)
