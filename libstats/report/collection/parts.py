"""The report on the collection: one function per section. What it tells of is read in
rows; the sections on weeding are in weeding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from libstats.report import sections
from libstats.report.charts import Figure
from libstats.report.charts import collection as charts_collection
from libstats.report.collection import weeding
from libstats.report.collection.rows import Collection, read
from libstats.report.collection.scans import Scans, told
from libstats.report.page.cells import in_a_workbook
from libstats.report.page.html import escaped, paragraph
from libstats.report.page.table import Html, folded, joined, shown, table
from libstats.wording import Row, number, percent, share

__all__ = [
    "Collection",
    "age_and_use",
    "answer",
    "by_class",
    "decades",
    "heed_use",
    "origin",
    "read",
    "rest",
    "use_by_class",
]

SCANS = "what-scans-of-the-shelves-found"  # the section of that name
ENOUGH_LOANS = 400  # Slote's own rule for a sample


def answer(report: Collection) -> Html:
    """How old the collection is, how it is used, how much there is to look at, and where to
    begin."""
    where = f"branch {report.branch}" if report.branch else "all branches"
    about = {"period": str(report.as_of), "branch": report.branch, "told": "whole"}
    before = (
        []
        if report.horizons
        else ["No use is recorded at all. So only what is judged by its age alone can be listed."]
    )
    head = sections.answer(
        f"{shown(report.as_of)}, {where}",
        _verdict(report),
        [_old(report), _used(report), _resting(report), _listed(report), _last(report)],
        about=about,
        before=before,
    )
    return joined(head, _of_scans(report.scans)) if report.scans.is_told else head


def _of_scans(scans: Scans) -> str:
    """That scans are told of far below, with the way there."""
    count = len(scans.findings)
    said = (
        f"{told(scans)}; {'1 copy is' if count == 1 else f'{number(count)} copies are'} to be seen "
        "to"
        if scans.sessions
        else "Scans are loaded that no list of copies reaches"
    )
    return f'<p>{escaped(said)}: <a href="#{SCANS}">what scans of the shelves found</a>.</p>'


def _verdict(report: Collection) -> str:
    """The answer in plain sentences."""
    whole, use = report.whole, report.use_of_all
    said = ["How old the copies are is not known."]
    if whole["items_dated"]:
        said = [
            f"Half of the copies were published in {whole['median_year']:.0f} or later; "
            f"{share(whole['share_older_10_years'], 1)} are more than ten years old."
        ]
    if use["turnover"] is not None:
        said.append(f"Each was used {use['turnover']:.1f} times in the last year on average.")
    count = len(report.candidates)
    said.append(
        f"{number(count)} {'copy wants' if count == 1 else 'copies want'} a look: "
        f"begin at {weeding.first_shelf(report)}."
        if count
        else "No copy is on the list to look at."
    )
    return " ".join(said)


def _old(report: Collection) -> sections.Card:
    whole = report.whole
    words = "No copy has a usable year."
    if whole["items_dated"]:
        words = (
            f"Of {number(whole['items'])} copies {number(whole['items_dated'])} have a usable "
            "year: half of these are newer, half older."
        )
    if whole["items_serial"]:
        words += f" {number(whole['items_serial'])} are serials, which have no single year."
    year = whole["median_year"]
    text = "not known" if year is None else f"{year:.0f}"
    return sections.Card(text, "middle year of publication", words, name="middle year", value=year)


def _used(report: Collection) -> sections.Card:
    use = report.use_of_all
    told = use["items"] - use["items_unrecorded"]
    words = (
        f"{number(use['checkouts'])} checkouts and {number(use['in_house_uses'])} uses inside the "
        f"library, of {number(told)} copies whose use is told."
    )
    value = use["turnover"]
    text = "not known" if value is None else f"{value:.1f}"
    return sections.Card(text, "uses a copy in a year", words, name="uses a copy", value=value)


def _resting(report: Collection) -> sections.Card:
    use = report.use_of_all
    part = use["share_dusty"]
    words = (
        f"Of {number(use['items_held_long'])} copies held for three years or more, "
        f"{number(use['items_dusty'])} had no use in the last three."
    )
    text = "not known" if part is None else share(part, 1)
    return sections.Card(text, "of long-held copies rest", words, name="resting", value=part)


def _listed(report: Collection) -> sections.Card:
    count = len(report.candidates)
    return sections.Card(
        number(count), "copies to look at", _why(report), name="copies to look at", value=count
    )


def _last(report: Collection) -> sections.Card:
    count = len(report.last)
    words = (
        "They are beyond their limits too, but no other copy of their title would stay. They have "
        "a list of their own."
    )
    return sections.Card(
        number(count), "last copies of a title", words, name="last copies", value=count
    )


def _why(report: Collection) -> str:
    """What the list holds, by the limits that its copies are beyond."""
    limits = Counter(row["limits_passed"] for row in report.candidates)
    used = sum(row["is_still_used"] for row in report.candidates)
    alone = report.settings["combine"] == "and"
    parts = {
        "age and use": "old and long unused, beyond the limits of their class",
        "use": f"long unused{'; their classes have no limit of age' if alone else ' only'}",
        "age": f"old{'; their classes have no limit of use' if alone else ' only'}",
    }
    said = [f"{_are(limits[name])} {words}." for name, words in parts.items() if limits[name]]
    if used:
        said.append(f"{number(used)} of these {'is' if used == 1 else 'are'} still used.")
    return " ".join(said)


def _are(copies: int) -> str:
    return f"{number(copies)} {'is' if copies == 1 else 'are'}"


def decades(report: Collection) -> Figure:
    """From which decades the copies are, as a picture."""
    return charts_collection.decades(report.decades, report.as_of.year)


def age_and_use(report: Collection) -> Figure:
    """Which classes are old, and which are little used, as a picture."""
    return charts_collection.age_and_use(report.age, report.use)


def heed_use(report: Collection) -> Html:
    """What limits the figures of use: since when it is recorded, and of which copies it is not."""
    told = [
        f"Use recorded by {row['source']} is known since {shown(row['records_since'])} "
        f"({row['years_recorded']} years). Of the time before that nothing is known."
        for row in report.horizons
    ]
    told += [
        f"{number(row['copies'])} copies of {row['source']} carry the same {row['kind']}, "
        f"{shown(row['day'])}. It is taken for a date of the system; it counts as no use."
        for row in report.system_days
    ]
    copies = report.use_of_all["items_unrecorded"]
    if copies:
        told.append(
            f"Neither loans nor a log of {' and '.join(report.silent) or 'some systems'} is "
            f"loaded. So {number(copies)} copies are in neither uses per copy nor relative use."
        )
    return sections.heed(told)


@in_a_workbook("0")
def _year(value: float) -> str:
    return f"{value:.0f}"


@in_a_workbook("0.0")
def _each(value: float) -> str:
    return f"{value:.1f}"


@in_a_workbook("0.00")
def _relative(value: float) -> str:
    return f"{value:.2f}"


def by_class(report: Collection) -> Html:
    """The age of each class, and how many copies are of no known age."""
    rows = [_age(row) for row in [*report.age, {**report.whole, "class": "all classes"}]]
    headings = {
        "items": "Copies",
        "median_year": "Middle year",
        "share_older_5_years": "Older than 5 years",
        "share_older_10_years": "Older than 10 years",
        "items_without_year": "Without a usable year",
        "items_serial": "Serials, of no single year",
    }
    formats: dict[str, Callable[[Any], str]] = {
        "median_year": _year,
        "share_older_5_years": percent,
        "share_older_10_years": percent,
    }
    listed = table(
        rows[:-1],
        f"Age of the collection by class on {shown(report.as_of)}",
        headings=headings,
        formats=formats,
        foot=rows[-1],
    )
    return folded("The age of each class, as a table", listed)


def _age(row: Row) -> Row:
    columns = ("items", "median_year", "share_older_5_years", "share_older_10_years")
    return {
        "class": row["class"],
        **{name: row[name] for name in columns},
        "items_without_year": row["items_without_year"] + row["items_year_suspect"],
        "items_serial": row["items_serial"],
    }


def use_by_class(report: Collection) -> Html:
    """The use of each class in the last year beside its size."""
    columns = (
        "class",
        "items",
        "checkouts",
        "in_house_uses",
        "turnover",
        "relative_use",
        "share_dusty",
    )
    rows = [{name: row[name] for name in columns} for row in report.use]
    headings = {
        "items": "Copies",
        "in_house_uses": "Uses inside the library",
        "turnover": "Uses per copy",
        "relative_use": "Relative use (1: average)",
        "share_dusty": "Of long-held copies, not used in three years",
    }
    formats: dict[str, Callable[[Any], str]] = {
        "share_dusty": percent,
        "turnover": _each,
        "relative_use": _relative,
    }
    foot = {**{name: report.use_of_all.get(name) for name in columns}, "class": "all classes"}
    first, last = report.year
    listed = table(
        rows,
        f"Use by class, {shown(first)} to {shown(last)}",
        headings=headings,
        formats=formats,
        foot=foot,
    )
    return folded("The use of each class, as a table", listed)


def rest(report: Collection) -> Html:
    """After how long on the shelf a copy is hardly taken again."""
    known = [row for row in report.resting if row["previous_use_year"] is not None]
    alone = sum(row["loans"] for row in report.resting if row["previous_use_year"] is None)
    if not known:
        return Html(
            "<p>How long copies rest cannot be told: each loan of the last year is the first on "
            "record of its copy.</p>"
        )
    total, cut = sum(row["loans"] for row in known), [row for row in known if row["is_core"]][-1]
    years = cut["years_since"]
    words = (
        "that year or the one before"
        if years == 1
        else "the same year"
        if years == 0
        else f"the {years} years before"
    )
    text = (
        f"In the last year {number(total)} loans were of a copy that had been lent before. Of "
        f"these, {share(cut['cumulative_loans'], total)} were of copies lent last in "
        f"{cut['previous_use_year']} or later: in {words}."
    )
    if alone:
        text += (
            f" {number(alone)} loans are the first of their copy on record, and are left out of "
            "that share."
        )
    if total <= ENOUGH_LOANS:
        text += f" The rule that this follows (Slote) wants more than {ENOUGH_LOANS} loans: here "
        text += "there are too few."
    begun = [row["records_since"] for row in report.horizons if row["source"] not in report.silent]
    if begun:
        text += (
            f" Records of use begin on {shown(max(begun))}, and no longer rest than since then "
            "can be seen."
        )
    return Html(paragraph(text))


def origin(report: Collection) -> Html:
    """Where the figures come from: the exports, which of them are old, and the receipts."""
    sources = [*report.sources, *report.behind]
    month = timedelta(days=31)
    lacks = [
        sections.outdated(row)
        for row in sources
        if datetime.combine(report.as_of, time()) - row["newest_export_at"] > month
    ]
    lacks += [sections.unread(row) for row in sources if row["rows_rejected"]]
    proofs = [
        sections.receipt(rows, name, f"Receipt of {name.replace('_', ' ')}")
        for name, rows in report.receipts.items()
    ]
    complete = "All rows of these exports could be read, and none is older than a month."
    return sections.origin(sources, complete, lacks, *proofs)
