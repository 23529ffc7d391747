"""What becomes of each copy when a shelf is weeded: the SQL behind `weeding_candidates`, in the
order in which it is asked."""

from __future__ import annotations

import re

from libstats.analysis.collection.age import OLDEST
from libstats.analysis.collection.copies import IS_MISSING, IS_WITHDRAWN
from libstats.analysis.collection.horizon import is_covered, told_use

__all__ = ["FATE", "JUDGED", "KNOWN", "KNOWN_COPY", "REASONS"]

# What the judgement needs of each copy, and no more: there may be millions. Why a copy is kept by
# its own record, whatever its class, age or use, is told at once.
KNOWN_COPY = f"""
    open_hold as (
        select source, title_id, item_id
        from hold
        where cancelled_on is null
            and coalesce(status, '') <> 'filled'
            and (placed_on is null or placed_on <= $as_of::date)
    ),
    -- a loan of which no export ever told the end stays open for ever: where items tell when they
    -- are due, an old one is not believed
    open_loan as (
        select source, item_id, barcode
        from loan
        where returned_at is null
            and (
                checked_out_at > $as_of::date - to_years(1)
                or source not in (select source from item where due_on is not null)
            )
    ),
    moving as (
        select source, item_id, barcode
        from transit
        where arrived_at is null and cancelled_at is null
    ),
    copy as (
        select
            i.source,
            i.item_key,
            i.item_id,
            i.barcode,
            i.title_id,
            i.owning_branch,
            i.call_number,
            i.call_number_scheme,
            i.volume,
            i.added_on,
            greatest(i.lifetime_checkouts, i.lifetime_uses) as lifetime_uses,
            i.lifetime_in_house,
            i.last_in_house_on,
            {told_use("i")} as told_use_on,
            {is_covered("i")} as is_covered,
            r.received_on,
            t.published_year as told_year,
            coalesce(t.is_serial, false) as is_serial,
            case
                when {IS_WITHDRAWN} then 'kept: withdrawn already'
                when {IS_MISSING} then 'kept: lost, missing or claimed returned (its own list)'
                when trim(i.retained_for) <> '' then 'kept: there is a commitment to retain it'
                when i.due_on is not null
                    or regexp_matches(lower(i.status), '^(loan|on loan|checked ?out|charged)')
                    or (i.source, i.item_id) in (
                        select (source, item_id)
                        from open_loan
                        where item_id is not null
                    )
                    or (i.source, i.barcode) in (
                        select (source, barcode)
                        from open_loan
                        where item_id is null and barcode is not null
                    )
                    then 'kept: on loan'
                when regexp_matches(lower(i.status), 'transit')
                    or (i.source, i.item_id) in (
                        select (source, item_id)
                        from moving
                        where item_id is not null
                    )
                    or (i.source, i.barcode) in (
                        select (source, barcode)
                        from moving
                        where item_id is null and barcode is not null
                    )
                    then 'kept: in transit'
                when regexp_matches(lower(i.status), 'on hold|requested|hold ?shelf|^holds$')
                    or (i.source, i.title_id) in (
                        select (source, title_id)
                        from open_hold
                        where title_id is not null
                    )
                    or (i.source, i.item_id) in (
                        select (source, item_id)
                        from open_hold
                        where item_id is not null
                    )
                    then 'kept: requested by a patron'
                when i.not_for_loan_code = '-1'
                    or regexp_matches(
                        lower(i.status),
                        'on order|in process|acquisition|catalog|work order|not in place'
                    )
                    then 'kept: on order, in process or not in its place'
                when regexp_matches(
                        lower(concat_ws(' ', i.status, i.location, i.collection)),
                        '\\breserves?\\b|\\bcourse res'
                    )
                    then 'kept: on reserve'
                when list_contains($keep, i.location)
                    or list_contains($keep, i.permanent_location)
                    or list_contains($keep, i.collection)
                    then 'kept: at a location or in a collection that is never weeded'
            end as kept,
            coalesce(nullif(trim(i.not_for_loan_code), ''), '0') <> '0' as is_not_for_loan
        from item i
        left join title t using (source, title_id)
        left join received r using (source, item_id)
    )
"""

# first_on is the day before which the copy cannot have rested here: that of its arrival, else the
# first of its year of publication, else that of the migration. unused_since is the last use;
# without one, first_on or the day records begin, whichever is later (unused_from says which;
# is_bound: only the records' beginning, and it may have been unused for longer). Where the system
# counts uses of which it has no day, it is not known.
KNOWN = f"""
    known as (
        select
            c.* replace (coalesce(c.is_reference, false) as is_reference),
            case
                when c.told_year between {OLDEST} and year($as_of::date) + 1 then c.told_year
            end as published_year,
            h.records_since,
            greatest(c.told_use_on, u.last_use_on, b.last_use_on) as last_use_on,
            c.lifetime_in_house > 0
                and c.last_in_house_on is null
                and u.last_in_house_on is null as is_in_house_undated,
            coalesce(case when m.added_on is null then c.added_on end, c.received_on) as arrived_on,
            coalesce(
                case when m.added_on is null then c.added_on end,
                c.received_on,
                make_date(published_year, 1, 1)
            ) as earliest_on,
            coalesce(earliest_on, c.added_on) as first_on
        from classed c
        left join horizon h using (source)
        left join used_item u using (source, item_id)
        left join used_barcode b using (source, barcode)
        left join migration_day m using (source, added_on)
    ),
    idle as (
        select
            *,
            year($as_of::date) - published_year as age_years,
            coalesce(is_in_house_undated, false)
                or (
                    last_use_on is null
                    and lifetime_uses > 0
                    and earliest_on >= records_since
                ) as is_use_undated,
            last_use_on is null
                and coalesce(added_on, received_on) is null
                and (not is_covered or first_on is null) as is_unheard_of,
            coalesce(
                last_use_on,
                case
                    when is_covered and records_since is not null and first_on is not null
                        then greatest(records_since, first_on)
                end
            ) as unused_since,
            case
                when last_use_on is not null then 'last use'
                when unused_since = records_since then 'records'
                when arrived_on is not null then 'arrival'
                when unused_since is not null then 'publication'
            end as unused_from,
            coalesce(unused_from = 'records', false) as is_bound
        from known
    )
"""

# The innermost line of the profile that has the class: of nested ranges the one that begins last.
JUDGED = """
    limit_line as (
        select
            unnest($limit_scheme::varchar[]) as class_scheme,
            unnest($limit_from::varchar[]) as class_from,
            unnest($limit_to::varchar[]) as class_to,
            unnest($limit_age::integer[]) as age_limit,
            unnest($limit_use::integer[]) as use_limit
    ),
    class_limit as (
        select
            c.class_scheme,
            c.class_key,
            l.age_limit,
            l.use_limit
        from (
            select distinct class_scheme, class_key
            from classed_label
            where class_key is not null
        ) c
        join limit_line l
            on l.class_scheme = c.class_scheme
            and c.class_key between l.class_from and l.class_to
        window innermost as (
            partition by c.class_scheme, c.class_key
            order by
                l.class_from desc,
                l.class_to,
                l.age_limit desc nulls first,
                l.use_limit desc nulls first
        )
        qualify row_number() over innermost = 1
    ),
    compared as (
        select
            i.*,
            l.age_limit,
            l.use_limit,
            l.class_key is not null as is_limited,
            i.age_years > l.age_limit as is_old,
            case
                when i.unused_since is null then null
                when i.unused_since < $as_of::date - to_years(l.use_limit)
                    then if(i.is_use_undated, null, true)
                when not i.is_bound then false
            end as is_idle
        from idle i left join class_limit l using (class_scheme, class_key)
    ),
    judged as (
        select
            *,
            case
                when age_limit is null then is_idle
                when use_limit is null then is_old
                when $combine = 'and' then is_old and is_idle
                else is_old or is_idle
            end as is_over
        from compared
    )
"""

LAST_COPY = "kept: the only copy of its title, or the best used of several that would all go"

# One fate for every copy: the first that holds. What protects a candidate beside others of its
# title is looked at last, so that its count says how many it protects.
FATE = f"""
    placed as materialized (
        select
            source,
            item_key,
            title_id,
            owning_branch,
            volume,
            class,
            class_key,
            published_year,
            age_years,
            age_limit,
            arrived_on,
            last_use_on,
            unused_since,
            unused_from,
            use_limit,
            is_old,
            is_idle,
            lifetime_uses,
            case
                when kept is not null then kept
                when is_not_for_loan or is_reference then 'kept: reference or not for loan'
                when is_serial or told_year = 9999 or class_key = 'PER'
                    then 'kept: magazine, newspaper or other serial'
                when earliest_on > $as_of::date - to_years($years_held)
                    then 'kept: added too recently'
                when class_key is null
                    then 'cannot judge: no class can be told from the call number'
                when not is_limited
                    then 'cannot judge: the profile has no line for the class'
                when age_limit is null and use_limit is null
                    then 'kept: the profile never weeds this class'
                when is_over and not is_unheard_of then 'candidate'
                when not is_over then 'within the limits of its class'
                when age_limit is not null and is_old is null and told_year is null
                    then 'cannot judge: no year of publication'
                when age_limit is not null and is_old is null
                    then 'cannot judge: the year of publication is suspect'
                when is_unheard_of
                    then 'cannot judge: not known when it came, and no use of it is recorded'
                when records_since is null or (last_use_on is null and not is_covered)
                    then 'cannot judge: no use is recorded'
                when is_use_undated then 'cannot judge: it was used, but not known when'
                else 'cannot judge: records of use do not go back far enough'
            end as fate
        from judged
    ),
    title_set as (
        select
            source,
            title_id,
            max(last_use_on) as last_use_on
        from placed
        where title_id is not null and trim(volume) <> ''
        group by all
        having count(distinct volume) > 1
    ),
    title_stock as (
        select
            source,
            title_id,
            count(*) as copies
        from item semi join (from placed where fate = 'candidate') p using (source, title_id)
        where title_id is not null and not {IS_WITHDRAWN} and not {IS_MISSING}
        group by all
    ),
    candidate as (
        select
            p.* exclude (fate),
            coalesce(t.copies, 1) as copies_here,
            case
                when trim(p.volume) <> ''
                    and s.last_use_on >= coalesce(
                        $as_of::date - to_years(p.use_limit),
                        date '0001-01-01'
                    )
                    then 'kept: a volume of a set, another volume of which was used'
                when $keep_last
                    and count(*) over same_title = coalesce(t.copies, 1)
                    and row_number() over best_used = 1
                    then '{LAST_COPY}'
                else 'candidate'
            end as fate
        from placed p
        left join title_set s using (source, title_id)
        left join title_stock t using (source, title_id)
        where p.fate = 'candidate'
        window
            same_title as (partition by p.source, coalesce(p.title_id, p.item_key)),
            best_used as (
                partition by p.source, coalesce(p.title_id, p.item_key)
                order by
                    p.last_use_on desc nulls last,
                    p.lifetime_uses desc nulls last,
                    p.item_key
            )
    ),
    fated as (
        select fate
        from placed
        where fate <> 'candidate' and ($branch is null or owning_branch = $branch)
        union all
        select fate
        from candidate
        where fate <> 'candidate' and ($branch is null or owning_branch = $branch)
    )
"""

# As they stand in the SQL above, what is kept first, then what is within the limits, then what
# cannot be judged.
REASONS = sorted(
    dict.fromkeys(re.findall(r"'((?:kept: |within |cannot judge: )[^']*)'", KNOWN_COPY + FATE)),
    key=lambda reason: ("kept", "with", "cann").index(reason[:4]),
)
