"""What becomes of each copy when a shelf is weeded: the SQL behind `weeding_candidates`, in the
order in which it is asked."""

from __future__ import annotations

import re

from libstats.analysis.collection.evidence import KNOWN_COPY

__all__ = ["FATE", "JUDGED", "REASONS"]

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
            from told_class
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

LAST_COPY = "kept: the only copy of its title, or the last used of several that would all go"

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
                when is_serial or stated_year = 9999 or class_key = 'PER'
                    then 'kept: magazine, newspaper or other serial'
                when earliest_on > $as_of::date - to_years($years_held)
                    then 'kept: added too recently'
                when unknown_code is not null
                    then 'cannot judge: no role is known of ' || unknown_code
                when class_key is null
                    then 'cannot judge: no class can be told from the call number'
                when not is_limited
                    then 'cannot judge: the profile has no line for the class'
                when age_limit is null and use_limit is null
                    then 'kept: the profile never weeds this class'
                when is_over and not is_unheard_of then 'candidate'
                when not is_over then 'within the limits of its class'
                when age_limit is not null and is_old is null and stated_year is null
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
        from item
        semi join (from placed where fate = 'candidate') p using (source, title_id)
        semi join (from copy_state where is_held) s using (source, item_key)
        where title_id is not null
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
# cannot be judged. The codes of which no role is known come behind these.
REASONS = sorted(
    dict.fromkeys(
        re.findall(r"'((?:kept: |within |cannot judge: )[^']*[^' ])'", KNOWN_COPY + FATE)
    ),
    key=lambda reason: ("kept", "with", "cann").index(reason[:4]),
)
