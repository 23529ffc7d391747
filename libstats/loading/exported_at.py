"""When a file was exported: as its rows state, or the lines above its headings; as its name says;
or the newest time in it."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import duckdb

from libstats.declaration.raw import Raw
from libstats.declaration.select import Plan
from libstats.errors import FileRefused
from libstats.readers.days_in_names import in_name
from libstats.readers.part import Part
from libstats.schema import Table

__all__ = [
    "above",
    "in_name",
    "in_rows",
    "in_rows_of_files",
    "modified",
    "newest",
    "newest_sql",
    "untold",
]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = (
    r"(?:[T ,]+(?:at )?(?P<h>\d\d?):(?P<min>\d\d)(?::\d\d)?(?:\.\d+)?"
    r"(?: ?(?P<half>[AaPp])\.?[Mm])?)?"
)
_WRITTEN = [
    re.compile(rf"(?<![\d.]){form}(?!\d){_CLOCK}")
    for form in (
        r"(?P<y>20\d\d)[-/.](?P<m>\d\d?)[-/.](?P<d>\d\d?)",
        r"(?P<a>\d\d?)[-/.](?P<b>\d\d?)[-/.](?P<y>20\d\d)",
        r"(?P<d>\d\d?)[. -]{1,2}(?P<name>[A-Z][a-z]{2,8})[., -]{1,2}(?P<y>20\d\d)",
        # the comma may have parted two columns; Oct 31 23:59:00 2026
        r"\b(?P<name>[A-Z][a-z]{2,8})\.? (?P<d>\d\d?)(?:st|nd|rd|th)?,? +"
        r"(?:\d\d?:\d\d(?::\d\d)? (?:[A-Z]{3,4} )?)?(?P<y>20\d\d)",
    )
]
# a day by which rows were chosen, or where a period ends, tells not when they were written
_CHOSEN = re.compile(
    r"(?:\b(?:since|before|after|from|until|till|through|between|than|ending|starting|beginning|due"
    r"|added|seit|vor|ab|bis|depuis|avant|jusqu'au|desde|hasta|antes de|dal|fino al)|[<>]=?)\W*$",
    re.IGNORECASE,
)
# a day of the form or of the program, not of its rows, unless behind the number of a version comes
# a word for what was done that day
_OF_THE_FORM = re.compile(
    r"\b(?:versi[oó]n[ei]?|vers|build|release|rev|revision|revised|template|form|v)\b"
    r"(?!.*\d.*\b(?:export|extract|run|ran|print|creat|generat|produc|download|as of|as at))",
    re.IGNORECASE,
)


def above(part: Part, dates: str) -> datetime | None:
    """The one day, with its time if it has one, that the lines above the headings tell of. Of two,
    which are a period, neither is taken; `dates` says how the report writes dates, of which day and
    month may else be either."""
    if not part.preamble or part.is_bare:
        return None
    lines = next((rows for each, rows in part.firsts() if each.delimiter == part.delimiter), [])
    text = "\n".join(" ".join(line) for line in lines[: part.preamble])
    told = [match for match in _written(text) if not _OF_THE_FORM.search(_before(match))]
    found = {day for match in told if (day := _day(match, dates))}
    is_chosen = any(_CHOSEN.search(text[: match.start()]) for match in told)
    return found.pop() if len(found) == 1 and len(told) == 1 and not is_chosen else None


def _written(text: str) -> list[re.Match[str]]:
    return [match for form in _WRITTEN for match in form.finditer(text)]


def _before(match: re.Match[str]) -> str:
    """What stands before a day in its line, behind the day before."""
    line = match.string[: match.start()].rpartition("\n")[2]
    return line[max((day.end() for day in _written(line)), default=0) :]


def _day(match: re.Match[str], dates: str) -> datetime | None:
    given = match.groupdict()
    if "name" in given:
        month, day = _month(given["name"]), int(given["d"])
    elif "a" in given:
        first, second = int(given["a"]), int(given["b"])
        is_day_first = first > 12 or (second <= 12 and dates.startswith("day first"))
        if not (is_day_first or second > 12 or first == second or dates.startswith("month first")):
            return None
        day, month = (first, second) if is_day_first else (second, first)
    else:
        month, day = int(given["m"]), int(given["d"])
    hour, half = int(given["h"] or 0), (given["half"] or "").lower()
    if half:
        hour = hour % 12 + 12 * (half == "p")
    with suppress(ValueError):
        return datetime(int(given["y"]), month, day, hour, int(given["min"] or 0))
    return None


def _month(name: str) -> int:
    """The number of a month by its English name; 0 for another word."""
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else 0


def in_rows(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw) -> datetime | None:
    """The time that most rows state: a row that slipped may state anything."""
    found = in_rows_of_files(con, plan, Raw(f"(select 0 as file, * from {raw.sql})"))
    return found.get(0)


def in_rows_of_files(con: duckdb.DuckDBPyConnection, plan: Plan, raw: Raw) -> dict[int, datetime]:
    """The same by file, of text that has a column `file`."""
    heading = plan.source.exported
    if not heading or heading not in plan.positions:
        return {}
    rows = con.execute(
        f"""
        select file, stated_at
        from (
            select file, iso_time(c{plan.positions[heading]}) as stated_at, count(*) as n
            from {raw.sql}
            group by all
        )
        where stated_at is not null
        qualify row_number() over (partition by file order by n desc, stated_at desc) = 1
        """
    )
    return dict(rows.fetchall())


def newest(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    columns: tuple[str, ...],
    export_id: int,
    latest: datetime,
) -> datetime | None:
    """The newest value, not after `latest`, of the columns that have happened among the rows that
    the last load of a shape holds."""
    if not columns:
        return None
    found: datetime | None = con.execute(
        f"""
        select {newest_sql(columns)}
        from {table.name}__row
        where export_id = {export_id} and until_seq is null
        """,
        {"latest": latest},
    ).fetchall()[0][0]
    return found


def newest_sql(columns: tuple[str, ...]) -> str:
    """SQL: the newest value, not after `$latest`, of these columns."""
    times = ", ".join(
        f"max({c}) filter (where {c}::timestamp <= $latest)::timestamp" for c in columns
    )
    return f"greatest({times})"


def modified(path: Path) -> datetime:
    """When the file was written."""
    return datetime.fromtimestamp(int(path.stat().st_mtime))


def untold(con: duckdb.DuckDBPyConnection, label: str, seq: int) -> FileRefused:
    """What to say where nothing tells when a file was exported; the first value that could not be
    read may be why."""
    unread = con.execute(
        """
        select line, heading, reason, shape
        from reject
        where seq = $1 and shape <> ''
        order by line
        limit 1
        """,
        [seq],
    ).fetchall()
    why = "".join(
        f"; line {line}, {heading}: {reason} ({shape})" for line, heading, reason, shape in unread
    )
    return FileRefused(
        f"{label}: nothing in the file says when it was exported{why}",
        "Put the day into its name (items-2026-10-31.csv), or load it with --exported-at"
        " 2026-10-31.",
    )
