"""Use of the collection by day, branch and desk, each counted once."""

from __future__ import annotations

from libstats.analysis.work.spans import ALL

# Two exports can tell of the same checkout. Where the circulation log has any event of a branch on
# a day, that day is counted from the log, else from the loans; never from both. Loans that do not
# tell their desk (lists of what is out, of Symphony and Sierra) may be of any, so any event of
# their system's log on that day leaves them out. What came back is gone from such a list and was
# lent all the same.
DAYS = """
    with copy as (
        select source, item_id, barcode, owning_branch, false as is_deleted
        from item_ever
        union all
        select source, item_id, barcode, owning_branch, true
        from withdrawal
    ),
    owner as (
        select
            source,
            item_id as copy,
            arg_min(owning_branch, is_deleted) as owning_branch
        from copy
        where item_id is not null
        group by all
        union all
        select
            source,
            'barcode:' || barcode,
            arg_min(owning_branch, is_deleted)
        from copy
        where barcode is not null
        group by all
    ),
    logged as (
        select
            e.source,
            e.happened_at::date as day,
            e.branch as desk,
            {event_branch} as branch,
            count(*) filter (where e.kind = 'checkout') as checkouts,
            count(*) filter (
                where e.kind = 'renewal' and e.channel = 'staff'
            ) as renewals_by_staff,
            count(*) filter (
                where e.kind = 'renewal' and e.channel in ('patron', 'self-check')
            ) as renewals_by_patron,
            count(*) filter (
                where e.kind = 'renewal' and e.channel = 'automatic'
            ) as renewals_automatic,
            count(*) filter (
                where e.kind = 'renewal' and e.channel is null
            ) as renewals_unknown,
            count(*) filter (where e.kind = 'in-house use') as in_house_uses,
            count(*) filter (
                where e.kind not in ('checkout', 'renewal', 'in-house use')
            ) as other_events
        from circulation_event e {event_owner}
        where e.happened_at >= $since and e.happened_at < $until
        group by all
    ),
    lent as (
        select
            l.source,
            l.checked_out_at::date as day,
            l.checkout_branch as desk,
            {loan_branch} as branch,
            count(*) filter (
                where not coalesce(l.is_in_house, false) and l.renewal_of is null
            ) as checkouts,
            count(*) filter (
                where l.renewal_of is not null and l.channel = 'staff'
            ) as renewals_by_staff,
            count(*) filter (
                where l.renewal_of is not null and l.channel in ('patron', 'self-check')
            ) as renewals_by_patron,
            count(*) filter (
                where l.renewal_of is not null and l.channel = 'automatic'
            ) as renewals_automatic,
            count(*) filter (
                where l.renewal_of is not null and l.channel is null
            ) as renewals_unknown,
            sum(l.renewals) filter (
                where not coalesce(l.is_in_house, false)
            ) as renewals_undated,
            count(*) filter (where l.is_in_house) as in_house_uses
        from loan_ever l {loan_owner}
        where l.checked_out_at >= $since and l.checked_out_at < $until
        group by all
    ),
    log_day as (
        select source, day, desk
        from logged
        union
        select source, day, null
        from logged
    ),
    day_count as (
        select
            day,
            branch,
            checkouts,
            renewals_by_staff,
            renewals_by_patron,
            renewals_automatic,
            renewals_unknown,
            0 as renewals_undated,
            in_house_uses,
            other_events,
            true as is_log,
            desk
        from logged
        union all
        select
            l.day,
            l.branch,
            l.checkouts,
            l.renewals_by_staff,
            l.renewals_by_patron,
            l.renewals_automatic,
            l.renewals_unknown,
            coalesce(l.renewals_undated, 0),
            l.in_house_uses,
            0,
            false,
            l.desk
        from lent l
        anti join log_day d
            on d.source = l.source and d.day = l.day and d.desk is not distinct from l.desk
    )
"""


def days_sql(branch: str) -> str:
    """SQL: CTEs to `day_count`, what was counted of $since to $until by day, branch and desk."""
    owner = """
        left join owner o
            on o.source = {0}.source
            and o.copy = coalesce({0}.item_id, 'barcode:' || {0}.barcode)
    """
    parts = {
        "checkout_branch": ("e.branch", "", "l.checkout_branch", ""),
        "owning_branch": (
            "o.owning_branch",
            owner.format("e"),
            "coalesce(l.owning_branch, o.owning_branch)",
            owner.format("l"),
        ),
        "patron_branch": ("null::varchar", "", "l.patron_branch", ""),
        ALL: (f"'{ALL}'", "", f"'{ALL}'", ""),
    }
    event_branch, event_owner, loan_branch, loan_owner = parts[branch]
    sql = DAYS.format(
        event_branch=event_branch,
        event_owner=event_owner,
        loan_branch=loan_branch,
        loan_owner=loan_owner,
    )
    return sql.replace("$since", "$since::timestamp").replace("$until", "$until::timestamp")
