"""What the report on the collection and on weeding tells of, read once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb

from libstats.analysis.alarms_accepted import accepted
from libstats.analysis.collection import age as ages
from libstats.analysis.collection import weeding
from libstats.analysis.collection.callnumber import call_number_schemes
from libstats.analysis.collection.copies import missing_copies, undeclared_codes
from libstats.analysis.collection.horizon import use_horizon
from libstats.analysis.collection.shelf_time import shelf_time
from libstats.analysis.collection.system_days import system_days
from libstats.analysis.collection.use import collection_use
from libstats.analysis.provenance import freshness, receipt
from libstats.definitions.branches import place_of
from libstats.definitions.thresholds import chosen, lines
from libstats.errors import NothingTold, ReportError
from libstats.report.circulation.rows import branch_names
from libstats.report.collection.scans import Scans, read_scans
from libstats.report.page import period
from libstats.report.sections import behind
from libstats.wording import Row, day_name, records

__all__ = ["LAST", "Collection", "read"]

MOST_ROWS = 500  # of a list that somebody takes to the shelves
LAST = "kept: the only copy of its title, or the last used of several that would all go"


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
    last: list[Row]
    fates: list[Row]
    missing: list[Row]
    horizons: list[Row]
    migrations: list[Row]
    system_days: list[Row]
    sources: list[Row]
    limits: list[Row]
    receipts: dict[str, list[Row]]
    exports_of_use: frozenset[str] = frozenset()
    behind: Sequence[Row] = ()
    undeclared: Sequence[Row] = ()
    schemes: Sequence[Row] = ()
    scans: Scans = field(default_factory=Scans)
    accepted: Mapping[tuple[str, str], str] = field(default_factory=dict)  # alarms, and why

    def fate(self, reason: str) -> int:
        """How many copies have this fate."""
        return next((row["rows"] for row in self.fates if row["reason"] == reason), 0)

    @property
    def year(self) -> tuple[date, date]:
        """The first and the last day of the year that ends with the day."""
        return _year_before(self.as_of), self.as_of

    @property
    def silent(self) -> list[str]:
        """The sources of which neither loans nor a log are loaded."""
        told = {row["source"] for row in self.sources if row["export"] in self.exports_of_use}
        return sorted({row["source"] for row in self.sources} - told)


def read(
    con: duckdb.DuckDBPyConnection,
    *,
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
    branch : the code or the name of one branch; "" is all of them
    profile, thresholds : as for `weeding_candidates`; "" for both is what [weeding] in
        libstats.toml names, else CREW's limits
    combine, years_held, keep_last_copies : as there
    keep : codes of locations and collections that are never weeded, with commas between them
    rows : how many copies a list to print shows at most, 500 or fewer

    Raises ReportError for a day that is none or that no list of copies reaches, a branch that owns
    no copy, too long a list, or if no copies are loaded; AnalysisError as the analyses do.
    """
    day, (profile, table) = _day(con, as_of), chosen(con, profile, thresholds)
    _check_rows(rows)
    branch, names = _branch(con, branch)
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
    use = records(collection_use(con, since=since, until=until, by="all", branch=of))
    return Collection(
        day,
        names.get(branch, branch),
        settings,
        rows,
        _whole(con, day, of),
        age=records(ages.collection_age(con, as_of=day, branch=of)),
        decades=records(ages.publication_decades(con, as_of=day, by="all", branch=of)),
        use=records(collection_use(con, since=since, until=until, branch=of)),
        use_of_all=use[0],
        resting=[
            row
            for row in records(shelf_time(con, since=since, until=until, branch=of))
            if row["all"] is not None
        ],
        candidates=_named(records(weeding.weeding_candidates(con, **settings)), names),
        last=_named(records(weeding.last_copies(con, **settings)), names),
        fates=records(weeding.left_out(con, **settings)),
        missing=_named(_of(branch, records(missing_copies(con, as_of=day))), names),
        horizons=records(use_horizon(con, as_of=day)),
        migrations=records(ages.migration_days(con)),
        accepted=accepted(con, day),
        system_days=records(system_days(con)),
        **_told_by(con, settings, since, until),
        limits=lines(profile, table),
        exports_of_use=_exports_of_use(con),
        undeclared=records(undeclared_codes(con)),
        schemes=_of(branch, records(call_number_schemes(con))),
        scans=read_scans(con, _year_before(day), day, branch),
    )


def _exports_of_use(con: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = records(freshness(con, analysis="circulation"))
    return frozenset(row["export"] for row in rows)


def _whole(con: duckdb.DuckDBPyConnection, day: date, branch: str | None) -> Row:
    """The age of all copies; ReportError if there is none."""
    rows = records(ages.collection_age(con, as_of=day, by="all", branch=branch))
    if not rows:
        raise NothingTold(
            "no copy is held on that day",
            "Give a later day, or load a list of items: libstats load exports",
        )
    return rows[0]


def _told_by(con: duckdb.DuckDBPyConnection, settings: Row, since: str, until: str) -> Row:
    """The exports that weeding reads, the receipts of all analyses, and the exports behind these
    besides."""
    sources = records(freshness(con, analysis="weeding_candidates"))
    receipts = _receipts(con, settings, since, until)
    others = behind(con, (f"libstats explain {name}" for name in receipts), sources)
    return {"sources": sources, "receipts": receipts, "behind": others}


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
        "shelf_reading": records(receipt(con, "shelf_reading", since=since, until=until)),
    }


def _day(con: duckdb.DuckDBPyConnection, text: str) -> date:
    """The day to look at: as given, else that of the newest export of copies."""
    newest = con.sql(
        """
        select max(exported_at)
        from loaded_file
        where is_active and columns['item'] is not null
        """
    ).fetchall()[0][0]
    if newest is None:
        raise ReportError(
            "no export that tells of copies has been loaded",
            "Load a list of items: libstats load exports",
        )
    last = datetime.date(newest)
    day = period.day(text) if text else last
    if day > last:
        raise ReportError(
            f"no export tells of copies as late as {day_name(day)}",
            f"The newest is of {day_name(last)}. Give that day, or load a newer list of items. No "
            "file was changed.",
        )
    return day


def _year_before(day: date) -> date:
    """The first day of the year that ends with the day."""
    after = day + timedelta(days=1)
    return date(after.year - 1, after.month, min(after.day, 28) if after.month == 2 else after.day)


def _branch(con: duckdb.DuckDBPyConnection, given: str) -> tuple[str, dict[str, str]]:
    """The code of the branch that was given by code or name, and the names of all by code."""
    codes = {
        code
        for (code,) in con.sql(
            "select distinct owning_branch from item where owning_branch is not null"
        ).fetchall()
    }
    names = branch_names(con, codes)
    place = place_of(con, given)
    branch = {name: code for code, name in names.items() if code in codes}.get(place, place)
    if branch and branch not in codes:
        told = ", ".join(sorted(codes)) or "none"
        raise NothingTold(f"no copy belongs to a branch {given!r}", f"There are copies of: {told}.")
    return branch, names


def _named(rows: list[Row], names: dict[str, str]) -> list[Row]:
    return [{**row, "branch": names.get(row["branch"], row["branch"])} for row in rows]


def _of(branch: str, rows: list[Row]) -> list[Row]:
    return [row for row in rows if branch in ("", row["branch"])]


def _check_rows(rows: int) -> None:
    if not 0 < rows <= MOST_ROWS:
        raise ReportError(
            f"a list to print cannot have {rows:,} rows", f"Give rows from 1 to {MOST_ROWS}."
        )
