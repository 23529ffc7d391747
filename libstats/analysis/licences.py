"""Licences: what must be decided by when."""

from __future__ import annotations

import duckdb

from libstats.definitions.parameters import Day, asked

SOON_DAYS = 90
"""Days before the day of notice from which a licence is to be thought of: publishers' terms are
mostly of one to three months."""


@asked
def licences_to_decide(
    con: duckdb.DuckDBPyConnection, *, as_of: Day, within_days: int = SOON_DAYS
) -> duckdb.DuckDBPyRelation:
    """Which licences must be renewed or ended soon, and by which day must that be decided?

    Definition: a licence of the form `licences` of which nobody has entered a day of decision. It
    must be decided by its day of notice, or so many days before its last day as notice takes. Else
    it must be by its last day. It is listed if that day is past, or
    comes within `within_days` of `as_of`, or is not told.

    Parameters
    ----------
    con : an open connection
    as_of : the day that it is asked for
    within_days : how many days ahead it looks

    Returns one row per licence, the most urgent first, those whose term is over last: `resource`,
    `licence_id`, `decide_by` (day; NULL where none is told), `days_left` (days; negative when
    past), `standing` (past, soon, no day, ended: its term is over), `is_notice` (true: the day is
    that of notice; false: the last day of the licence), `ends_on` (day), `price` (per term, in
    `currency`), `currency`, `source`.

    >>> libstats.licences_to_decide(con, as_of="2026-10-31").columns[:3]
    ['resource', 'licence_id', 'decide_by']
    """
    return con.sql(
        """
        with undecided as (
            select
                *,
                coalesce(notice_by, ends_on - notice_days::integer, ends_on) as decide_by,
                coalesce(notice_by, ends_on - notice_days::integer) is not null as is_notice
            from licence
            where decided_on is null
        )
        select
            resource,
            licence_id,
            decide_by,
            decide_by - $as_of::date as days_left,
            case
                when ends_on < $as_of::date then 'ended'
                when decide_by is null then 'no day'
                when decide_by < $as_of::date then 'past'
                else 'soon'
            end as standing,
            is_notice,
            ends_on,
            price,
            currency,
            source
        from undecided
        where decide_by is null or decide_by <= $as_of::date + $within
        order by standing = 'ended', decide_by nulls last, resource, licence_id, source
        """,
        params={"as_of": str(as_of), "within": int(within_days)},
    )


@asked
def licences_left_out(
    con: duckdb.DuckDBPyConnection, *, as_of: Day, within_days: int = SOON_DAYS
) -> duckdb.DuckDBPyRelation:
    """Which licences did `licences_to_decide` not list, and why?

    Parameters as for it. Returns `reason` and `rows` (licences), zero included.
    """
    return con.sql(
        """
        with told as (
            select
                decided_on is not null as is_decided,
                coalesce(notice_by, ends_on - notice_days::integer, ends_on)
                    > $as_of::date + $within as is_later
            from licence
        )
        select
            'decided' as reason,
            count(*) filter (where is_decided) as rows
        from told
        union all
        select
            'to be decided later',
            count(*) filter (where is_later and not is_decided)
        from told
        """,
        params={"as_of": str(as_of), "within": int(within_days)},
    )
