"""The report on the collection and on weeding: read once, then one function per section."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from libstats.analysis.collection import age as ages
from libstats.analysis.collection import weeding
from libstats.analysis.collection.copies import missing_copies
from libstats.analysis.collection.horizon import system_days, use_horizon
from libstats.analysis.collection.use import collection_use, shelf_time
from libstats.analysis.provenance import freshness, receipt
from libstats.definitions.thresholds import chosen, lines
from libstats.errors import ReportError
from libstats.report.charts import Figure
from libstats.report.charts import collection as charts_collection
from libstats.report.monthly import unread
from libstats.report.page.html import escaped, notice
from libstats.report.page.table import Html, Table, shown, table
from libstats.wording import Row, number, records, share

__all__ = [
    "AND_OR",
    "LAST",
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

LAST = "kept: the only copy of its title, or the best used of several that would all go"
ENOUGH_LOANS = 400  # Slote's own rule for a sample
AND_OR = {
    "and": "both older and longer unused than the limits of their class",
    "or": "older, or longer unused, than a limit of their class",
}


@dataclass(frozen=True)
class Collection:
    """What the report tells of: the day, the branch ("" for all), the settings of weeding, and the
    rows of every analysis."""

    as_of: date
    branch: str
    settings: Row
    rows: int
    whole: Row
    age: list[Row]
    decades: list[Row]
    use: list[Row]
    use_of_all: Row
    resting: list[Row]
    candidates: list[Row]
    fates: list[Row]
    missing: list[Row]
    horizons: list[Row]
    migrations: list[Row]
    system_days: list[Row]
    sources: list[Row]
    limits: list[Row]
    receipts: dict[str, list[Row]]
    exports_of_use: frozenset[str] = frozenset()

    def fate(self, reason: str) -> int:
        """How many copies have this fate."""
        return next((row["rows"] for row in self.fates if row["reason"] == reason), 0)


def read(
    con: duckdb.DuckDBPyConnection,
    as_of: str = "",
    branch: str = "",
    profile: str = "",
    combine: str = "and",
    thresholds: str = "",
    years_held: int = 2,
    keep_last_copies: bool = True,
    keep: str = "",
    rows: int = 500,
) -> Collection:
    """Read what the report needs.

    Parameters
    ----------
    con : an open connection
    as_of : the day to look at, such as "2026-10-31"; "" is that of the newest export of copies
    branch : the code of one branch; "" is all of them
    profile, thresholds : as for `weeding_candidates`; "" for both is what [weeding] in
        libstats.toml names, else CREW's limits
    combine, years_held, keep_last_copies : as there
    keep : codes of locations and collections that are never weeded, with commas between them
    rows : how many copies the pick list shows at most

    Raises ReportError for a day that is none, a branch that owns no copy, or if no copies are
    loaded; AnalysisError as the analyses do.
    """
    day, (profile, table) = _day(con, as_of), chosen(con, profile, thresholds)
    _check_branch(con, branch)
    of, since, until = branch or None, str(_year_before(day)), str(day + timedelta(days=1))
    settings: Row = {
        "as_of": str(day),
        "profile": profile,
        "combine": combine,
        "thresholds": table,
        "years_held": years_held,
        "keep_last_copies": keep_last_copies,
        "keep": [code.strip() for code in keep.split(",") if code.strip()],
        "branch": of,
    }
    whole = records(ages.collection_age(con, as_of=day, by="all", branch=of))
    use = records(collection_use(con, since=since, until=until, by="all", branch=of))
    if not whole:
        raise ReportError(
            "no copy is held on that day",
            "Give a later day, or load a list of items: libstats load exports",
        )
    return Collection(
        day,
        branch,
        settings,
        rows,
        whole[0],
        age=records(ages.collection_age(con, as_of=day, branch=of)),
        decades=records(ages.publication_decades(con, as_of=day, by="all", branch=of)),
        use=records(collection_use(con, since=since, until=until, branch=of)),
        use_of_all=use[0],
        resting=[
            row
            for row in records(shelf_time(con, since=since, until=until, branch=of))
            if row["all"] is not None
        ],
        candidates=records(weeding.weeding_candidates(con, **settings)),
        fates=records(weeding.left_out(con, **settings)),
        missing=[
            row for row in records(missing_copies(con, as_of=day)) if branch in ("", row["branch"])
        ],
        horizons=records(use_horizon(con, as_of=day)),
        migrations=records(ages.migration_days(con)),
        system_days=records(system_days(con)),
        sources=records(freshness(con, analysis="weeding_candidates")),
        limits=lines(profile, table),
        receipts=_receipts(con, settings, since, until),
        exports_of_use=frozenset(
            row["export"] for row in records(freshness(con, analysis="circulation"))
        ),
    )


def _receipts(
    con: duckdb.DuckDBPyConnection, settings: Row, since: str, until: str
) -> dict[str, list[Row]]:
    """The receipt of each analysis in the report."""
    day, branch = settings["as_of"], settings["branch"]
    return {
        "collection_age": records(receipt(con, "collection_age", as_of=day, branch=branch)),
        "collection_use": records(
            receipt(con, "collection_use", since=since, until=until, branch=branch)
        ),
        "weeding_candidates": records(receipt(con, "weeding_candidates", **settings)),
    }


def _day(con: duckdb.DuckDBPyConnection, text: str) -> date:
    """The day to look at: as given, else that of the newest export of copies."""
    if text:
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ReportError(
                f"{text!r} is not a day",
                "Write the year, the month and the day, such as 2026-10-31.",
            ) from None
    newest = con.sql(
        """
        select max(l.exported_at)
        from load l join export e using (export_id)
        where l.undone_seq is null and e.columns['item'] is not null
        """
    ).fetchall()[0][0]
    if newest is None:
        raise ReportError(
            "no export that tells of copies has been loaded",
            "Load a list of items: libstats load exports",
        )
    return datetime.date(newest)


def _year_before(day: date) -> date:
    """The first day of the year that ends with the day."""
    after = day + timedelta(days=1)
    return date(after.year - 1, after.month, min(after.day, 28) if after.month == 2 else after.day)


def _check_branch(con: duckdb.DuckDBPyConnection, branch: str) -> None:
    names = [
        name
        for (name,) in con.sql(
            "select distinct owning_branch from item where owning_branch is not null order by all"
        ).fetchall()
    ]
    if branch and branch not in names:
        raise ReportError(
            f"no copy belongs to a branch {branch!r}",
            f"There are copies of: {', '.join(names) or 'none'}.",
        )


def head(report: Collection) -> Html:
    """Of which day and branch, from which exports, and what to know before using it."""
    where = f"branch {report.branch}" if report.branch else "all branches"
    headings = {
        "newest_export_at": "Newest export",
        "loads": "Files loaded",
        "rows_rejected": "Rows that could not be read",
    }
    sources = table(report.sources, "Where the figures come from", headings=headings)
    box = notice("Before you use these figures:", _warnings(report), attention=True)
    return Html(
        (
            f'<p class="libstats-period">{escaped(shown(report.as_of))}, '
            f"{escaped(where)}</p>{box}{sources._repr_html_()}"
        ),
        [sources],
    )


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
    told += [
        (
            f"No loans and no log of {source} are loaded: in “Is it used?” its copies are no "
            "part of uses per copy and relative use."
        )
        for source in _silent(report)
    ]
    told += [unread(row) for row in report.sources if row["rows_rejected"]]
    if report.settings["thresholds"] is None:
        seen = sum("seen in" in row["note"] for row in report.limits)
        told.append(
            f"Of the {number(len(report.limits))} lines of limits "
            f"“{report.settings['profile']}” {number(seen)} were seen in published guides; "
            "any others were recalled, or mapped to LC classes by us. Compare those of your "
            "classes with the manual, or use your own table (see “The limits”)."
        )
    return told


def _silent(report: Collection) -> list[str]:
    """The sources of which neither loans nor a log are loaded."""
    return sorted(
        {row["source"] for row in report.sources}
        - {row["source"] for row in report.sources if row["export"] in report.exports_of_use}
    )


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
    cards = [
        (year, "is the middle year of publication", older),
        (
            dusty,
            "of long-held copies are dusty",
            (
                f"Of {number(use['items_held_long'])} copies held for three years or more, "
                f"{number(use['items_dusty'])} were not used in the last three."
            ),
        ),
        (number(len(report.candidates)), "copies to look at", _more(report)),
    ]
    listed = "".join(
        (
            f'<li><strong>{value}</strong> <span class="what">{what}</span><span class="joint">: '
            f'</span><span class="comparison">{escaped(words)}</span></li>'
        )
        for value, what, words in cards
    )
    return Html(f'<ul class="libstats-figures">{listed}</ul>')


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
    since = _year_before(report.as_of)
    return table(
        rows,
        f"Use by class, {shown(since)} to {shown(report.as_of)}",
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
    text += (
        f" {number(alone)} loans have none before them on record and are not in that share."
        if alone
        else ""
    )
    text += (
        f" Slote wants more than {ENOUGH_LOANS} loans for such a figure: here there are too few."
        if total <= ENOUGH_LOANS
        else ""
    )
    started = max(
        (row["records_since"] for row in report.horizons if row["source"] not in _silent(report)),
        default=None,
    )
    text += (
        (
            f" Records of use begin on {shown(started)}, and no longer rest than since then can "
            "be seen."
        )
        if started
        else ""
    )
    return Html(f"<p>{escaped(text)}</p>")


def proof(report: Collection) -> Html:
    """The receipts of the figures, folded away."""
    pieces, tables = [], []
    for name, rows in report.receipts.items():
        definition = " ".join(row["value"] for row in rows if row["part"] == "definition")
        listed = table(
            [row for row in rows if row["part"] != "definition"],
            f"Receipt of {name.replace('_', ' ')}",
            headings={"what": "Of what", "value": "What it was"},
        )
        tables.append(listed)
        summary_text = f"How {name.replace('_', ' ')} was counted"
        pieces.append(
            f"<details><summary>{summary_text}</summary>"
            f"<p>{escaped(definition[:1].upper() + definition[1:])}</p>"
            f"{listed._repr_html_()}</details>"
        )
    return Html("".join(pieces), tables)
