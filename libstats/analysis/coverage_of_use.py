"""How much of the use of a month, at a desk, the loaded exports tell of."""

from __future__ import annotations

from libstats.analysis.work.coverage_of_periods import PARTLY, TOGETHER, cells, told_count

# How much of a month at a desk is told of: by the log or the loans, as a whole, and of each kind of
# use that is ever told of there.
TOLD = f"""
    use_stretch as (
        select
            source,
            branch,
            case
                when event in ('checkout', 'checked_out') then 'checkouts'
                when event = 'renewal' then 'renewals'
                when event = 'in-house use' then 'in_house_uses'
            end as kind,
            since,
            until,
            is_partial,
            selection,
            first_on,
            last_on
        from coverage
        where table_name = 'circulation_event'
            or table_name = 'loan' and event in ('checked_out', 'in-house use')
    ),
    stretch as (
        select * exclude (kind), kind as what
        from use_stretch
        where kind is not null
        union all
        select * exclude (kind), 'any'
        from use_stretch
    ),
    {cells()},
    kind as (
        select unnest(['any', 'checkouts', 'renewals', 'in_house_uses']) as what
    ),
    -- a kind of use that a desk never tells of is told of as its others are
    source_told as (
        select
            a.source,
            a.branch,
            a.period,
            k.what,
            least(a.state, coalesce(c.state, a.state)) as state,
            case when coalesce(c.state, a.state) < a.state then c.reason else a.reason end
                as reason
        from told_cell a
        cross join kind k
        left join told_cell c
            on c.source = a.source
            and c.branch is not distinct from a.branch
            and c.period = a.period
            and c.what = k.what
        where a.what = 'any'
    ),
    desk_told as (
        select
            branch,
            period,
            what,
            {TOGETHER} as state,
            min(reason) as reason
        from source_told
        where {{told_where}}
        group by all
    )
"""


def where_told(column: str, kind: str = "") -> str:
    """SQL: a count where that kind of use is told of at all."""
    state = f"t.states['{kind or column}']"
    return f"{told_count(state, f'c.{column}')} as {column}"


def use_told_sql(
    *, at_desk: bool, branches: str = "select distinct branch from day_count union select null"
) -> str:
    """SQL: `place_told`, how much is told of each month and branch, for who has `day_count`. An
    owner's or a borrower's branch is told of as all desks together are; `branches` is SQL of
    them."""
    if at_desk:
        places = """
            select branch, period, what, state, reason
            from desk_told
        """
        where = "true"
    else:
        places = f"""
            select
                b.branch,
                d.period,
                d.what,
                case when min(d.state) = max(d.state) then min(d.state) else {PARTLY} end as state,
                min(d.reason) as reason
            from ({branches}) b
            cross join desk_told d
            group by all
        """
        where = """
            branch is not null
            or source not in (
                select source
                from use_stretch
                where branch is not null
            )
        """
    return f"""
        {TOLD.format(told_where=where)},
        place_told as (
            select
                branch,
                period,
                map_from_entries(list((what, state))) as states,
                min(state) as state,
                coalesce(
                    any_value(reason) filter (where what = 'any'),
                    min(reason)
                ) as reason
            from ({places})
            group by all
        )
    """
