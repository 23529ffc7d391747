"""What machines of the house are used for, as people or the machines count it: public computers,
wifi, microfilm."""

from __future__ import annotations

import duckdb

from libstats.analysis.counts import By, not_of_measures, of_measures
from libstats.definitions.parameters import Moment, asked

__all__ = ["MEASURES", "technology_left_out", "technology_uses"]

MEASURES = ("public computer sessions", "wifi sessions", "microfilm uses")


@asked
def technology_uses(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "all"
) -> duckdb.DuckDBPyRelation:
    """How often were public computers, wifi and microfilm used?

    Definition: the counts of the measures public computer sessions, wifi sessions and microfilm
    uses. A session is what your machines or your staff count as one. The three are never added up.
    Counts are taken as they are written; what reaches over an end of the period is left out and
    told.

    Parameters
    ----------
    con : an open connection
    since, until : since <= day < until
    by : all, kind, branch, month, weekday or hour

    Returns one row per `measure` (as above) and `part` (NULL: not told) of which a line tells,
    ordered: `uses` (sessions or uses; NULL where every line reaches over an end), `estimated` (of
    them worked out from samples), `days_counted` (days that the lines tell of), `per_day_counted`
    (uses a day), `lines_across` and `lines_overlapping` as `visits` has them.

    >>> libstats.technology_uses(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['measure', 'part', 'uses']
    """
    return of_measures(con, MEASURES, "uses", by=by, since=since, until=until)


@asked
def technology_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "all"
) -> duckdb.DuckDBPyRelation:
    """Which lines of counts did `technology_uses` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (lines of counts), zero included.
    """
    return not_of_measures(con, MEASURES, since, until)
