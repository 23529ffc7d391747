"""Lists of the report on the collection to print and take along: the copies to look at, the last
copies of their titles, what cannot be found."""

from __future__ import annotations

from datetime import date

from libstats.report.collection.rows import Collection
from libstats.report.collection.scans import short
from libstats.report.page.cells import Format, in_a_workbook
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html, Table, folded, joined, shown, table
from libstats.wording import Row, month_name, number

__all__ = ["last_list", "missing", "named", "pick_list"]

UNKNOWN = {
    "class": "class not known",
    "branch": "branch not known",
    "location": "location not known",
}
LONGEST_AUTHOR = 30
WALK = {
    "call_number": "Call number",
    "published_year": "Year",
    "unused_since": "Last use",
    "copies_here": "Copies held",
    "holds_waiting": "Holds waiting",
    "limits_passed": "Because it is",
}


def pick_list(report: Collection) -> Html:
    """The copies to look at, to print and take to the shelves: a table and a sheet for each branch,
    in the order in which they stand."""
    return _walk(report, report.candidates, "")


def last_list(report: Collection) -> Html:
    """The last copies of their titles that are beyond their limits too, in the order in which they
    stand."""
    if not report.settings.get("keep_last_copies", True):
        return Html(paragraph("This report was asked to list last copies among the others."))
    return _walk(report, report.last, ", last of their title")


def _walk(report: Collection, copies: list[Row], of: str) -> Html:
    listed = copies[: report.rows]
    if not listed:
        return Html("<p>No copy is on the list.</p>")
    count = f"{number(len(copies))} {'copy is' if len(copies) == 1 else 'copies are'}"
    pieces: list[Table | str] = [paragraph(f"{count} on this list.")]
    if len(copies) > len(listed):
        pieces.append(
            notice(
                f"These are the first {number(len(listed))} of {number(len(copies))} copies. Ask "
                "for the report of one branch to see its others."
            )
        )
    for branch in dict.fromkeys(row["branch"] for row in listed):
        rows = [_pick(row) for row in listed if row["branch"] == branch]
        name = named(branch=branch)["branch"]
        caption = f"{name}: {number(len(rows))} {'copy' if len(rows) == 1 else 'copies'}{of}"
        sheet = f"{'Last copies' if of else 'To look at'}, {name}"
        walk = table(rows, caption, headings=WALK, formats=AS_WRITTEN, sheet=sheet)
        pieces += ['<div class="libstats-walk">', walk, "</div>"]
    return joined(*pieces)


def _pick(row: Row) -> Row:
    """A line of a list to take along, in words where it has no last use or where use does not speak
    for going."""
    limits = {"age": "old", "use": "unused", "age and use": "old and unused"}
    return {
        "call_number": row["call_number"],
        "location": row["location"],
        "author": short(row["author"], LONGEST_AUTHOR),
        "title": short(row["title"]),
        "published_year": row["published_year"],
        "barcode": row["barcode"],
        "uses": row["lifetime_uses"],
        "unused_since": _last_use(row),
        "copies_here": row["copies_here"],
        "holds_waiting": row["holds_waiting"],
        "limits_passed": "old, still used"
        if row["is_still_used"]
        else limits[row["limits_passed"]],
        "decision": "☐ keep ☐ go",
    }


def named(**values: str | None) -> dict[str, str]:
    """Values in words where they are not known, which a value of the same words is not."""
    return {name: value or UNKNOWN[name] for name, value in values.items()}


def _last_use(row: Row) -> date | str | None:
    """The month of the last use; one that is not recorded is not called unknown: it says since when
    the record is silent."""
    silent = {
        "records": "none since records begin, {}",
        "arrival": "none since it came, {}",
        "publication": "none since it was published, {}",
    }
    if row["unused_since"] is None:
        return None
    since: date = row["unused_since"]
    if row["unused_from"] not in silent:
        return since
    when = str(since.year) if row["unused_from"] == "publication" else _month(since)
    return silent[row["unused_from"]].format(when)


@in_a_workbook("mmm yyyy")
def _month(day: date) -> str:
    """A day's month, short enough for a narrow column: Oct 2022."""
    name, year = month_name(day)[:3], day.year
    return f"{name}\N{NO-BREAK SPACE}{year}"


AS_WRITTEN: dict[str, Format] = {"published_year": str, "unused_since": _month}


def _seen(day: date | None) -> str | None:
    """That a scan saw it, and when, so that nobody takes it out of the catalogue."""
    return None if day is None else f"seen {shown(day)}"


def missing(report: Collection) -> Html:
    """Copies that the catalogue shows and nobody finds: another list, for another task."""
    if not report.missing:
        return Html("<p>No copy is marked lost, missing or claimed returned.</p>")
    columns = ("call_number", "title", "barcode", "branch", "location", "lost_on", "days_lost")
    seen = sum(row["scanned_on"] is not None for row in report.missing)
    listed = [
        {
            **{name: row[name] for name in columns},
            "title": short(row["title"]),
            **({"scanned_on": _seen(row["scanned_on"])} if seen else {}),
        }
        for row in report.missing[: report.rows]
    ]
    long_lost = sum((row["days_lost"] or 0) > 365 for row in report.missing)
    count = "1 copy is" if len(report.missing) == 1 else f"{number(len(report.missing))} copies are"
    text = (
        f"{count} marked lost, missing or claimed returned, {number(long_lost)} of them for more "
        "than a year. Look once more, then take them out of the catalogue: patrons place holds "
        "on them."
    )
    if seen:
        it = "1 of them was" if seen == 1 else f"{number(seen)} of them were"
        text += f" But {it} seen by a scan of the shelves since: check in what is marked so."
    shelf = table(
        listed,
        "Lost, missing or claimed returned, the longest first",
        sheet="Lost, missing, claimed returned",
        headings={"lost_on": "Since", "days_lost": "Days", "scanned_on": "Seen by a scan"},
    )
    return joined(paragraph(text), folded("The list", shelf, is_open=True))
