"""Cataloguing in the report on technical services: how much of which kind, how long pieces waited
by it, and what a first look found in the records that were loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from libstats.analysis.cataloguing import KINDS, cataloguing
from libstats.analysis.cataloguing_waits import cataloguing_waits
from libstats.analysis.record_faults import ANY, ANY_OR_LOCAL, record_faults
from libstats.definitions.cataloguing import LEVELS, own_agency
from libstats.report import sections
from libstats.report.page.html import paragraph
from libstats.report.page.period import Period
from libstats.report.page.table import Html, folded, joined, table
from libstats.wording import Row, capital, number, percent, records, share

__all__ = ["Catalogued", "by_kind", "first_look", "kinds_waited", "read_catalogued"]

# the categories of a first look that hide a title, the gravest first: they go before the others
GRAVE = (
    *("no title", "no 008 of 40 characters", "no language", "no year that can be read"),
    *("no subject", "no class number", "no standard number"),
)
NEW = ("original", "LC copy", "other copy", "not told by a record")
UNKNOWN = "not told by a record"
RECEIVED, SHELVED = "receipt to catalogued", "receipt to shelf"


@dataclass(frozen=True)
class Catalogued:
    """What was catalogued in the period by kind and level, how long pieces received in the months
    of `year` waited, what a first look found in files exported in them, the library's own code in
    040, and by source how many copies no list tells the day of."""

    period: Period
    year: Period
    kinds: Sequence[Row] = ()
    waits: Sequence[Row] = ()
    faults: Sequence[Row] = ()
    agency: str | None = None
    undated: Sequence[tuple[str, int]] = ()


def read_catalogued(con: duckdb.DuckDBPyConnection, period: Period, year: Period) -> Catalogued:
    """Read what is told of cataloguing."""
    within: dict[str, Any] = {"since": year.since, "until": year.until}
    return Catalogued(
        period,
        year,
        records(cataloguing(con, since=period.since, until=period.until)),
        records(cataloguing_waits(con, **within)),
        records(record_faults(con, **within)),
        own_agency(con, None),
        _undated(con),
    )


def _undated(con: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    """How many copies there are, by source, of which no list tells when they were added."""
    return con.execute(
        """
        select
            source,
            count(*)
        from dated_item
        where added_on is null
        group by source
        order by source
        """
    ).fetchall()


def by_kind(found: Catalogued) -> Html:
    """What was catalogued: titles and pieces by kind."""
    words = found.period.words
    told = [row for row in found.kinds if row["pieces"] is not None]
    if not any(row["kind"] in (*NEW, "added copy") for row in told):
        return joined(
            paragraph(f"No list tells of a copy that was added in {words}."),
            _no_day(found),
            *_untold(found),
        )
    new = [row for row in told if row["kind"] in NEW]
    titles, pieces = (_sum(new, name) for name in ("titles", "pieces"))
    added = _sum([row for row in told if row["kind"] == "added copy"], "pieces")
    return joined(
        paragraph(
            f"In {words} {_many(titles, 'title')} with {_many(pieces, 'piece')} "
            f"{'was' if titles == 1 else 'were'} catalogued for the first time, and "
            f"{_many(added, 'added copy', 'added copies')} came besides."
        ),
        _no_day(found),
        *(paragraph(step) for step in _next_steps(found, new, titles)),
        table(
            [_kind_row(kind, level, told) for kind in KINDS for level in _levels(kind, told)],
            f"What was catalogued in {words}, by kind",
            headings={"kind": "Kind, and encoding level"},
        ),
        *_untold(found),
    )


def _no_day(found: Catalogued) -> str:
    """Of which copies nothing tells the day, so that none of them is counted."""
    if not found.undated:
        return ""
    many = " and ".join(
        f"{_many(copies, 'copy', 'copies')} of {source}" for source, copies in found.undated
    )
    return paragraph(
        f"Of {many} nothing tells on which day they were added: they are in none of these counts. "
        "“Catalogued”, at the top of the page, counts what orders and the desk's own list tell."
    )


def _sum(rows: Sequence[Row], name: str) -> int:
    return sum(row[name] or 0 for row in rows)


def _many(count: int, one: str, several: str = "") -> str:
    return f"{number(count)} {one if count == 1 else several or one + 's'}"


def _levels(kind: str, told: Sequence[Row]) -> list[str | None]:
    levels = {row["level"] for row in told if row["kind"] == kind}
    return sorted(levels, key=lambda level: (level is None, level or ""))


def _kind_row(kind: str, level: str | None, told: Sequence[Row]) -> Row:
    rows = [row for row in told if (row["kind"], row["level"]) == (kind, level)]
    has_titles = any(row["titles"] is not None for row in rows)
    of_level = f", level {level} ({LEVELS.get(level, 'of no list')})" if level else ""
    return {
        "kind": f"{capital(kind)}{of_level}",
        "titles": _sum(rows, "titles") if has_titles else None,
        "pieces": _sum(rows, "pieces"),
    }


def _next_steps(found: Catalogued, new: Sequence[Row], titles: int) -> list[str]:
    """What would let the page tell more."""
    unknown = _sum([row for row in new if row["kind"] == UNKNOWN], "titles")
    steps = []
    if unknown:
        steps.append(
            f"Of {number(unknown)} of these titles ({share(unknown, titles)}) no record says who "
            "made it: load the MARC records of these titles too (docs/export-marc.md)."
        )
    if not found.agency and titles:
        steps.append(
            "Nothing is told apart as original: write your own code in 040 $a into libstats.toml, "
            "as cataloguing_agency of [library]."
        )
    return steps


def _untold(found: Catalogued) -> list[Html]:
    """What nothing tells of, or a part alone, once for each kind and reason."""
    reasons: dict[tuple[str, str], int] = {}
    for row in found.kinds:
        if row["reason"]:
            key = (row["kind"], row["reason"])
            reasons[key] = reasons.get(key, 0) + (row["pieces"] is None)
    return [Html(paragraph(f"{capital(kind)}: {why}.")) for kind, why in reasons]


def kinds_waited(found: Catalogued) -> Html:
    """How long pieces waited from receipt until they were catalogued and on the shelf."""
    words = found.year.words
    rows = [row for row in found.waits if not row["reason"]]
    if not rows:
        return Html(paragraph(f"No list tells of a piece that was received in {words}."))
    first = [row for row in rows if row["wait"] == RECEIVED]
    known = [row for row in first if row["p50_days"] is not None]
    waiting, pieces, untold = (_sum(first, name) for name in ("waiting", "pieces", "untold"))
    said = "When half were catalogued is not known yet for any kind."
    if known:
        slowest = max(known, key=lambda row: row["p50_days"])
        said = (
            f"The slowest kind is “{slowest['kind']}”: half were catalogued within "
            f"{_many(slowest['p50_days'], 'day')} of their receipt."
        )
        if len(known) == 1:
            said = (
                f"Half of the pieces were catalogued within {_many(known[0]['p50_days'], 'day')} "
                "of their receipt."
            )
    return joined(
        paragraph(
            f"{said} Of {_many(pieces - untold, 'piece')} received in {words}, {number(waiting)} "
            f"{'waits' if waiting == 1 else 'wait'} still to be catalogued."
        ),
        paragraph(_do_next(waiting)),
        paragraph(
            f"Of {_many(untold, 'more piece')} no list tells when it was catalogued. No list of "
            "the desk names it, or it is on a shelf or with a patron. So it is no waiting piece."
        )
        if untold
        else "",
        _waits(rows, words),
    )


def _waits(rows: Sequence[Row], words: str) -> Html:
    listed = [
        {
            "kind": capital(row["kind"]),
            "wait": capital(row["wait"]),
            "pieces": row["pieces"] - row["untold"],
            **{name: row[name] for name in ("waiting", "before", "p50_days", "p90_days")},
        }
        for row in rows
    ]
    caption = f"Days from receipt to the shelf by kind of cataloguing, pieces received in {words}"
    headings = {
        "pieces": "Pieces told of",
        "waiting": "Wait still",
        "before": "Done before they came",
        "p50_days": "Half within (days)",
        "p90_days": "Nine in ten within (days)",
    }
    return sections.shortened(table(listed, caption, headings=headings))


def _do_next(waiting: int) -> str:
    if not waiting:
        return "Nothing of these waits to be catalogued."
    return (
        "Those that are near the library's goal or beyond it, libstats today names one by one, "
        "the oldest first."
    )


def first_look(found: Catalogued) -> Html:
    """What a machine's first look found in the records of each batch."""
    words = found.year.words
    whole = [row for row in found.faults if row["category"] == ANY]
    if not whole:
        text = f"No file of MARC records from {words} is loaded that was looked at."
        return Html(paragraph(text))
    titles, faulty = (_sum(whole, name) for name in ("titles", "found"))
    local = _sum([row for row in found.faults if row["category"] == ANY_OR_LOCAL], "found")
    return joined(
        paragraph(
            f"{number(faulty)} of {_many(titles, 'record')} from {words} have something wrong or "
            f"lacking ({share(faulty, titles)}); with what is local, {number(local)}."
        ),
        paragraph(
            "It is a sieve and no audit: take the bib numbers in the last column, and look at "
            "these records in the catalogue. It is never told who made a record, nor whether a "
            "heading has an authority record."
        ),
        _worst(found, "What a first look found in records, by batch and vendor, the gravest first"),
        folded("Each batch as a whole", _batches(whole)),
    )


def _worst(found: Catalogued, caption: str) -> Any:
    rows = [row for row in found.faults if row["category"] not in (ANY, ANY_OR_LOCAL)]
    rows.sort(key=lambda row: (*_gravity(row["category"]), -row["found"]))
    listed = [
        {
            "category": capital(row["category"]),
            "file": _batch(row),
            "vendor": row["vendor"] or "vendor not known",
            "found": row["found"],
            "sample": _sample(row),
        }
        for row in rows
    ]
    headings = {
        "category": "What was found",
        "file": "Batch",
        "found": "Records",
        "sample": "Bib numbers to look at",
    }
    return sections.shortened(table(listed, caption, headings=headings))


def _gravity(category: str) -> tuple[bool, int]:
    """The place of a category: what is local last."""
    grave = GRAVE.index(category) if category in GRAVE else len(GRAVE)
    return category.startswith("local "), grave


def _batch(row: Row) -> str:
    """A batch by its file, and by the load that “libstats loads” lists."""
    return f"{row['file']}, load {row['load']}"


def _sample(row: Row) -> str:
    """The numbers of records to look at, and how many more there are."""
    more = row["found"] - len(row["sample"].split(", "))
    return f"{row['sample']} and {number(more)} more" if more else row["sample"]


def _batches(whole: Sequence[Row]) -> Any:
    rows = [
        {
            "file": _batch(row),
            "exported": row["exported_at"].date(),
            "vendor": row["vendor"] or "vendor not known",
            "titles": row["titles"],
            "found": row["found"],
            "share": row["share"],
        }
        for row in whole
    ]
    headings = {"file": "Batch", "titles": "Records", "found": "With something wrong or lacking"}
    caption = "Batches of records, and how many have something wrong or lacking"
    return sections.shortened(table(rows, caption, headings=headings, formats={"share": percent}))
