"""Weeding: which copies a library may want to look at for withdrawal, and why the others are not on
the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import duckdb

from libstats.analysis.collection import system_days
from libstats.analysis.collection.callnumber import classed
from libstats.analysis.collection.copies import MIGRATION_DAY, RECEIVED
from libstats.analysis.collection.evidence import KNOWN, KNOWN_COPY
from libstats.analysis.collection.fates import FATE, JUDGED, LAST_COPY, REASONS
from libstats.analysis.collection.horizon import USE
from libstats.definitions.parameters import Codes, Day, OwningBranch, TableFile, asked, one_of
from libstats.definitions.thresholds import chosen, limits

__all__ = ["Combine", "last_copies", "left_out", "weeding_candidates"]

Combine = Annotated[
    Literal["and", "or"],
    one_of(("and", "or"), "limits cannot be combined by {}", 'Say "and" or "or".'),
]

# SQL: since when a candidate was not used, in words.
UNUSED = """case
                        when c.last_use_on is not null then concat('last used ', c.last_use_on)
                        when c.unused_from = 'records'
                            then concat('no use since records begin on ', c.unused_since)
                        when c.unused_from = 'arrival'
                            then concat('no use since it came on ', c.unused_since)
                        else concat('no use since its year of publication, ', year(c.unused_since))
                    end"""


@asked
def weeding_candidates(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    profile: str | None = None,
    combine: Combine = "and",
    thresholds: TableFile | None = None,
    years_held: int = 2,
    keep_last_copies: bool = True,
    keep: Codes = (),
    records_since: Day | None = None,
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """Which copies should somebody look at, because they are old, unused, or both?

    Definition: each class has two limits: of age, and of years without a checkout or use inside the
    library. Age is the year looked at less the year of publication. The limits come from a profile
    such as CREW's (Texas State Library: X years / Y years / MUSTIE). A copy beyond both (combine
    "and") or one of them ("or") is a candidate. The list is for people to look at: whether a book
    misleads, is worn or superseded, no export tells. Copies that are kept whatever their age are
    left out first, then those that cannot be judged. Those have a code of unknown role, no class or
    usable year, or records of use that begin too late. Records of 4 years cannot show that a copy
    was "unused for 10 years". A copy came on the day it was added or, where that is not told,
    received on an order. Its rest is at most the time since then, or since its year of publication
    where neither day is told. A last use is passed over if a system wrote it (`system_days`), or if
    it lies before the copy came. So is one on a placeholder such as 1900-01-01. A copy cannot be
    judged where all exports are silent on the day it came and on its uses. At least one copy of a
    title stays, unless keep_last_copies is false.

    Parameters
    ----------
    con : an open connection
    as_of : the day to which copies have aged
    profile : a profile of the table: `crew`, `archmere`, `waterloo`, or one of the library's own
        table (if neither this nor thresholds is given: what [weeding] in libstats.toml names, else
        `crew`)
    combine : "and" or "or"; where a class has only one limit, that one decides
    thresholds : path of the library's own table of limits (CSV); without it the one that comes with
        libstats
    years_held : copies that came, or were published, within so many years are kept
    keep_last_copies : keep the last copy of a title in the system, or of several that would all go
        the one that was used last
    keep : codes of locations or collections that are never weeded, such as local history, special
        collections, reserves
    records_since : the day since which use is recorded, where the library knows it better than
        `use_horizon`
    branch : only copies that this branch owns; other branches' copies of a title still count as
        copies of it

    Returns one row per candidate, ordered by `branch`, `location` and place on the shelf: `branch`
    (owner), `location`, `call_number`, `class`, `barcode`, `title`, `author`, `published_year`,
    `age_years`,
    `arrived_on` (NULL: not known), `last_use_on` (NULL: none recorded), `unused_since` (day),
    `unused_from` (what that day is: last use, arrival, publication, records), `years_without_use`,
    `lifetime_checkouts` (uses; NULL: not exported or none), `lifetime_uses` (the larger of the
    system's counters of checkouts and of all uses; NULL: not exported), `copies_here` (of the
    title, not lost or withdrawn), `holds_waiting` (requests for the title that are not over; NULL:
    no export of its system tells of requests), `limits_passed` (age, use, or age and use),
    `is_still_used` (listed by age alone, and used within a year), `reason` (in words), `item_type`,
    `collection`, `source`, `item_key`.
    Raises AnalysisError for an unknown profile or combine, or a faulty table.

    >>> libstats.weeding_candidates(con, as_of="2026-11-01", keep_last_copies=False).columns[:3]
    ['branch', 'location', 'call_number']
    """
    weeding = _Weeding(
        con,
        as_of=as_of,
        profile=profile,
        combine=combine,
        thresholds=thresholds,
        years_held=years_held,
        keep_last_copies=keep_last_copies,
        keep=keep,
        records_since=records_since,
        branch=branch,
    )
    return _listed(weeding, "candidate")


@asked
def last_copies(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    profile: str | None = None,
    combine: Combine = "and",
    thresholds: TableFile | None = None,
    years_held: int = 2,
    keep_last_copies: bool = True,
    keep: Codes = (),
    records_since: Day | None = None,
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """Which copies would `weeding_candidates` list, were they not the last of their title?

    Parameters and columns as there. With keep_last_copies=False they stand among the candidates,
    and nothing comes back.
    """
    weeding = _Weeding(
        con,
        as_of=as_of,
        profile=profile,
        combine=combine,
        thresholds=thresholds,
        years_held=years_held,
        keep_last_copies=keep_last_copies,
        keep=keep,
        records_since=records_since,
        branch=branch,
    )
    return _listed(weeding, LAST_COPY)


def _listed(weeding: _Weeding, fate: str) -> duckdb.DuckDBPyRelation:
    """The copies beyond their limits that have this fate, in the order of the shelves."""
    return weeding.con.sql(
        f"""
        {weeding.sql()},
        telling_of_holds as (
            select distinct source
            from loaded_file
            where is_active and columns['hold'] is not null
        ),
        waiting as (
            select
                h.source,
                coalesce(h.title_id, i.title_id) as title_id,
                count(*) as holds
            from open_hold h left join item i using (source, item_id)
            group by all
        )
        select
            i.owning_branch as branch,
            i.location,
            i.call_number,
            c.class,
            i.barcode,
            t.title,
            t.author,
            c.published_year,
            c.age_years,
            c.arrived_on,
            c.last_use_on,
            c.unused_since,
            c.unused_from,
            round(($as_of::date - c.unused_since) / 365.25, 1) as years_without_use,
            i.lifetime_checkouts,
            c.lifetime_uses,
            c.copies_here,
            if(
                c.source in (select source from telling_of_holds),
                coalesce(w.holds, 0),
                null
            ) as holds_waiting,
            concat_ws(
                ' and ',
                if(c.is_old, 'age', null),
                if(c.is_idle, 'use', null)
            ) as limits_passed,
            c.is_old
                and not coalesce(c.is_idle, false)
                and coalesce(c.last_use_on > $as_of::date - to_years(1), false) as is_still_used,
            concat_ws(
                '; ',
                if(is_still_used, 'too old for its class; still used', null),
                if(
                    c.is_old,
                    concat('published ', c.published_year, ', limit ', c.age_limit, ' years'),
                    null
                ),
                if(
                    c.is_idle,
                    concat({UNUSED}, ', limit ', c.use_limit, ' years'),
                    if(is_still_used, concat('last used ', c.last_use_on), null)
                )
            ) as reason,
            i.item_type,
            i.collection,
            c.source,
            c.item_key
        from candidate c
        join item i using (source, item_key)
        left join title t on t.source = c.source and t.title_id = c.title_id
        left join waiting w on w.source = c.source and w.title_id = c.title_id
        where c.fate = $fate and ($branch is null or c.owning_branch = $branch)
        order by
            i.owning_branch nulls last,
            i.location nulls last,
            call_number_key(i.call_number, i.call_number_scheme) nulls last,
            call_number_key(i.volume) nulls first,
            call_number_key(i.copy_number) nulls first,
            i.barcode nulls last,
            c.source,
            c.item_key
        """,
        params={**weeding.params(), "fate": fate},
    )


@asked
def left_out(
    con: duckdb.DuckDBPyConnection,
    *,
    as_of: Day,
    profile: str | None = None,
    combine: Combine = "and",
    thresholds: TableFile | None = None,
    years_held: int = 2,
    keep_last_copies: bool = True,
    keep: Codes = (),
    records_since: Day | None = None,
    branch: OwningBranch | None = None,
) -> duckdb.DuckDBPyRelation:
    """Why are the other copies not on the list of `weeding_candidates`?

    Parameters as there. Returns `reason` and `rows`, in copies, one row per reason, zero included:
    kept (each copy under the first reason that holds), within the limits, cannot judge, of which
    each code without a role is a reason of its own. Together with the candidates they are all
    copies.
    """
    weeding = _Weeding(
        con,
        as_of=as_of,
        profile=profile,
        combine=combine,
        thresholds=thresholds,
        years_held=years_held,
        keep_last_copies=keep_last_copies,
        keep=keep,
        records_since=records_since,
        branch=branch,
    )
    return con.sql(
        f"""
        {weeding.sql()},
        fate_count as (
            select
                fate,
                count(*) as copies
            from fated
            group by fate
        )
        select
            coalesce(r.reason, f.fate) as reason,
            coalesce(f.copies, 0) as rows
        from (
            select
                unnest($reasons::varchar[]) as reason,
                generate_subscripts($reasons::varchar[], 1) as place
        ) r
        full join fate_count f on f.fate = r.reason
        order by r.place nulls last, f.fate
        """,
        params={**weeding.params(), "reasons": REASONS},
    )


@dataclass(frozen=True)
class _Weeding:
    """The parameters of `weeding_candidates`, and the SQL that gives each copy its fate."""

    con: duckdb.DuckDBPyConnection
    _: KW_ONLY
    as_of: Day
    profile: str | None
    combine: Combine
    thresholds: Path | str | None
    years_held: int
    keep_last_copies: bool
    keep: Sequence[str]
    records_since: Day | None
    branch: str | None

    def sql(self) -> str:
        """SQL: `candidate` and `fated`, between them every copy."""
        system_days.ready(self.con)
        return "with" + ",".join(
            (USE, RECEIVED, KNOWN_COPY, classed()[0], MIGRATION_DAY, KNOWN, JUDGED, FATE)
        )

    def params(self) -> dict[str, Any]:
        """The parameters of that SQL."""
        return {
            **classed()[1],
            **limits(*chosen(self.con, self.profile, self.thresholds)),
            "as_of": str(self.as_of),
            "combine": self.combine,
            "years_held": self.years_held,
            "keep_last": self.keep_last_copies,
            "keep": list(self.keep) or [""],
            "records_since": None if self.records_since is None else str(self.records_since),
            "branch": self.branch,
        }
