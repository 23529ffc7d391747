"""Shares of self-service from what each branch is judged to be: each by itself, or together."""

from __future__ import annotations

from libstats.analysis.work.coverage_of_periods import OUTSIDE, PARTLY, STATE_WORDS, WHOLE

__all__ = ["EACH", "TOGETHER"]

# SQL: from what each branch is judged to be, each by itself
EACH = f"""
        select
            cell.branch as part,
            checkouts,
            self_checkouts,
            share,
            told_by,
            at_machines,
            case state {STATE_WORDS} end as coverage,
            reason
        from judged
        order by part nulls last
"""
# SQL: the branches with a machine together; where no share is known, all
TOGETHER = f""",
        placed as (
            select
                *,
                cell.period as period,
                share is null and (checkouts > 0 or at_machines > 0) as is_silent,
                bool_or(share is not null) over (partition by cell.period) as is_known,
                share is not null and bool_or(share > 0) over (
                    partition by cell.branch
                ) as has_machine
            from judged
        ),
        used as (
            select *
            from placed
            where has_machine or not is_known
        ),
        silent as (
            select
                period,
                string_agg(
                    coalesce(cell.branch, 'a branch that is not told'),
                    ', '
                    order by cell.branch
                ) as names
            from placed
            where is_silent and is_known
            group by period
        ),
        standing as (
            select
                p.period,
                case
                    when any_value(s.names) is not null then {PARTLY}
                    when max(u.state) is null then min(p.state)
                    when min(u.state) = max(u.state) or max(u.state) = {OUTSIDE} then min(u.state)
                    else {PARTLY}
                end as state,
                concat_ws(
                    '; ',
                    min(u.reason),
                    'no share is known at ' || any_value(s.names)
                ) as reason
            from placed p
            left join used u
                on u.cell = p.cell
            left join silent s
                on s.period = p.period
            group by p.period
        ),
        added as (
            select
                {{part}} as part,
                u.period,
                sum(coalesce(c.checkouts, if(u.checkouts is null, null, 0))) as checkouts,
                sum(
                    case
                        when u.self_checkouts is not null
                            then coalesce(if(u.is_own, c.at_self_checks, c.done), 0)
                    end
                ) as self_checkouts,
                sum(if(u.at_machines is null, null, coalesce(c.done, 0))) as at_machines,
                bool_and(u.share is not null) as is_known,
                string_agg(distinct u.told_by, ', ' order by u.told_by) as told_by
            from used u
            left join by_part c
                on c.branch is not distinct from u.cell.branch
                and c.period = u.period
            group by all
        )
        select
            coalesce(a.part, {{period}}) as part,
            coalesce(a.checkouts, if(a.period is null, 0, null))::bigint as checkouts,
            coalesce(a.self_checkouts, if(a.period is null, 0, null))::bigint as self_checkouts,
            case
                when a.is_known and a.self_checkouts <= a.checkouts
                    then a.self_checkouts / nullif(a.checkouts, 0)
            end as share,
            a.told_by,
            a.at_machines::bigint as at_machines,
            case s.state {STATE_WORDS} end as coverage,
            if(s.state = {WHOLE}, null, s.reason) as reason
        from standing s
        left join added a
            on a.period = s.period
        -- what is told of no hour stands for itself where nothing is told of any
        qualify part is not null or count(part) over () = 0
        order by part nulls last
"""
