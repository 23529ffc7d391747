"""The report on the collection: one function per section. What it tells of is read in
collection_rows; the sections on weeding are in weeding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from libstats.report import sections
from libstats.report.charts import Figure
from libstats.report.charts import collection as charts_collection
from libstats.report.collection_rows import LAST, Collection, read
from libstats.report.page.html import notice, paragraph
from libstats.report.page.table import Html, Table, folded, joined, shown, table
from libstats.wording import number, share

__all__ = [
    "Collection",
    "age_and_use",
    "by_class",
    "decades",
    "head",
    "key_figures",
    "proof",
    "read",
    "rest",
    "unrecorded",
    "use_by_class",
]

ENOUGH_LOANS = 400  # Slote's own rule for a sample


def head(report: Collection) -> Html:
    """Of which day and branch, from which exports, and what to know before using it."""
    where = f"branch {report.branch}" if report.branch else "all branches"
    return sections.head(f"{shown(report.as_of)}, {where}", _warnings(report), "", report.sources)


def _warnings(report: Collection) -> list[str]:
    """What limits the figures, each in a sentence."""
    told = [
        (
            "The list of copies to look at is for people to judge at the shelf. No export tells "
            "whether a book misleads, is worn or has been superseded."
        )
    ]
    told += [
        (
            f"Use recorded by {row['source']} is known since {shown(row['records_since'])} "
            f"({row['years_recorded']} years). Of the time before that nothing is known."
        )
        for row in report.horizons
    ]
    if not report.horizons:
        told.append(
            "No use is recorded at all: neither loans nor the day of the last one. Only what "
            "is judged by age alone can be listed."
        )
    told += [
        (
            f"{number(row['items'])} copies seem to have been added on {shown(row['added_on'])}: "
            f"that day another system was copied into {row['source']}, and their true day is not "
            "known."
        )
        for row in report.migrations
    ]
    told += [
        (
            f"{number(row['copies'])} copies of {row['source']} carry the same {row['kind']}, "
            f"{shown(row['day'])}: taken as a system's date, not as use."
        )
        for row in report.system_days
    ]
    told += sections.undeclared(report.undeclared, "copies")
    told += [
        (
            f"No loans and no log of {source} are loaded: in “Is it used?” its copies are no "
            "part of uses per copy and relative use."
        )
        for source in report.silent
    ]
    told += [sections.unread(row) for row in report.sources if row["rows_rejected"]]
    if report.settings["thresholds"] is None:
        seen = sum("seen in" in row["note"] for row in report.limits)
        told.append(
            f"Of the {number(len(report.limits))} lines of limits "
            f"“{report.settings['profile']}” {number(seen)} were seen in published guides; "
            "any others were recalled, or mapped to LC classes by us. Compare those of your "
            "classes with the manual, or use your own table (see “The limits”)."
        )
    return told


def key_figures(report: Collection) -> Html:
    """How large, how old, how dusty, and how much there is to look at."""
    whole, use = report.whole, report.use_of_all
    year = "not known" if whole["median_year"] is None else f"{whole['median_year']:.0f}"
    older = "No copy has a usable year."
    if whole["items_dated"]:
        older = (
            f"Of {number(whole['items'])} copies, {number(whole['items_dated'])} have a usable "
            "year: half of them are newer, half older. "
            f"{share(whole['share_older_10_years'], 1)} are more than ten years old."
        )
    if whole["items_serial"]:
        older += f" {number(whole['items_serial'])} are serials, which have no single year."
    dusty = "not known" if use["share_dusty"] is None else share(use["share_dusty"], 1)
    long_held = (
        f"Of {number(use['items_held_long'])} copies held for three years or more, "
        f"{number(use['items_dusty'])} were not used in the last three."
    )
    return sections.figures(
        [
            sections.Card(year, "is the middle year of publication", older),
            sections.Card(dusty, "of long-held copies are dusty", long_held),
            sections.Card(number(len(report.candidates)), "copies to look at", _more(report)),
        ]
    )


def _more(report: Collection) -> str:
    """What the list holds, and what stands just beside it."""
    limits = Counter(row["limits_passed"] for row in report.candidates)
    used = sum(row["is_still_used"] for row in report.candidates)
    only = {"and": (", which have no limit of age", ", which have no limit of use")}.get(
        report.settings["combine"], ("", "")
    )
    still = f" ({number(used)} of them still used)" if used else ""
    parts = {
        "age and use": "both older and longer unused than the limits of their class",
        "use": f"only longer unused than the limit of their classes{only[0]}",
        "age": f"only older than the limit of their classes{only[1]}{still}",
    }
    listed = [f"{_are(limits[name])} {words}" for name, words in parts.items() if limits[name]]
    last = report.fate(LAST)
    more = (
        f" Beyond their limits, but the last of their title, are {number(last)} more."
        if last
        else ""
    )
    return f"{'; '.join(listed)}.{more}" if limits else more.strip()


def _are(copies: int) -> str:
    return f"{number(copies)} {'is' if copies == 1 else 'are'}"


def decades(report: Collection) -> Figure:
    """From which decades the copies are, as a picture."""
    return charts_collection.decades(report.decades, report.as_of.year)


def age_and_use(report: Collection) -> Figure:
    """Which classes are old, and which are little used, as a picture."""
    return charts_collection.age_and_use(report.age, report.use)


def unrecorded(report: Collection) -> Html:
    """How many copies the picture of use leaves out: no loans of their system are loaded."""
    copies = report.use_of_all["items_unrecorded"]
    if not copies:
        return Html("")
    text = (
        f"Of {number(report.use_of_all['items'])} copies {number(copies)} are in systems of "
        "which neither loans nor a log are loaded. They are not part of uses per copy and "
        "relative use, nor of what the picture says of use."
    )
    return Html(notice(text))


def _part(value: float) -> str:
    return share(value, 1)


def _year(value: float) -> str:
    return f"{value:.0f}"


def by_class(report: Collection) -> Table:
    """The age of each class, and how many copies are of no known age."""
    columns = (
        "class",
        "items",
        "median_year",
        "share_older_5_years",
        "share_older_10_years",
        "share_older_15_years",
        "items_without_year",
        "items_year_suspect",
        "items_serial",
    )
    rows = [{name: row[name] for name in columns} for row in report.age]
    headings = {
        "items": "Copies",
        "median_year": "Middle year",
        "share_older_5_years": "Older than 5 years",
        "share_older_10_years": "Older than 10 years",
        "share_older_15_years": "Older than 15 years",
        "items_without_year": "Without a year",
        "items_year_suspect": "Year not credible",
        "items_serial": "Serials, of no single year",
    }
    formats: dict[str, Callable[[Any], str]] = {
        "median_year": _year,
        **{name: _part for name in columns if name.startswith("share")},
    }
    return table(
        rows,
        f"Age of the collection by class on {shown(report.as_of)}",
        headings=headings,
        formats=formats,
        foot={**{name: report.whole.get(name) for name in columns}, "class": "all classes"},
    )


def use_by_class(report: Collection) -> Table:
    """The use of each class in the last year beside its size."""
    columns = (
        "class",
        "items",
        "items_unrecorded",
        "checkouts",
        "in_house_uses",
        "turnover",
        "relative_use",
        "items_held_long",
        "share_dusty",
    )
    rows = [{name: row[name] for name in columns} for row in report.use]
    headings = {
        "items": "Copies",
        "items_unrecorded": "Of these in systems without loans loaded",
        "in_house_uses": "Uses inside the library",
        "turnover": "Uses per copy",
        "relative_use": "Relative use",
        "items_held_long": "Held three years or more",
        "share_dusty": "Of these not used in three years",
    }
    formats: dict[str, Callable[[Any], str]] = {
        "share_dusty": _part,
        "turnover": lambda value: f"{value:.1f}",
        "relative_use": lambda value: f"{value:.2f}",
    }
    foot = {**{name: report.use_of_all.get(name) for name in columns}, "class": "all classes"}
    first, last = report.year
    return table(
        rows,
        f"Use by class, {shown(first)} to {shown(last)}",
        headings=headings,
        formats=formats,
        foot=foot,
    )


def rest(report: Collection) -> Html:
    """After how long on the shelf a copy is hardly taken again."""
    known = [row for row in report.resting if row["previous_use_year"] is not None]
    alone = sum(row["loans"] for row in report.resting if row["previous_use_year"] is None)
    if not known:
        return Html(
            "<p>No loan of the last year has a loan of the same copy before it, so nothing "
            "can be said of how long copies rest.</p>"
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
        f"Of {number(total)} loans in the last year of a copy that had been lent before, "
        f"{share(cut['cumulative_loans'], total)} were of copies lent last in "
        f"{cut['previous_use_year']} or later, that is in {words}."
    )
    if alone:
        text += f" {number(alone)} loans have none before them on record and are not in that share."
    if total <= ENOUGH_LOANS:
        text += f" Slote wants more than {ENOUGH_LOANS} loans for such a figure: here there are "
        text += "too few."
    begun = [row["records_since"] for row in report.horizons if row["source"] not in report.silent]
    if begun:
        text += (
            f" Records of use begin on {shown(max(begun))}, and no longer rest than since then "
            "can be seen."
        )
    return Html(paragraph(text))


def proof(report: Collection) -> Html:
    """The receipts of the figures, folded away."""
    return joined(
        *(
            folded(
                f"How {name.replace('_', ' ')} was counted",
                sections.receipt(rows, name, f"Receipt of {name.replace('_', ' ')}"),
            )
            for name, rows in report.receipts.items()
        )
    )
