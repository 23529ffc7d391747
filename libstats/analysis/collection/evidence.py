"""What is known of each copy when a shelf is weeded: when it came, when it was last used, and what
keeps it whatever its class, age or use."""

from __future__ import annotations

from libstats.analysis.collection.aged import OLDEST
from libstats.analysis.collection.copies import IS_MISSING
from libstats.analysis.collection.horizon import is_covered, stated_use
from libstats.definitions.processes import OVER
from libstats.definitions.roles import folded_sql

__all__ = ["KNOWN", "KNOWN_COPY"]

_OVER = ", ".join(f"'{outcome}'" for outcome in OVER)

# What the judgement needs of each copy, and no more: there may be millions. Why a copy is kept by
# its own record, whatever its class, age or use, is told at once.
KNOWN_COPY = f"""
    -- words that say that a hold or a loan is over; a hold that is done may still stand there
    ended_word as (
        select distinct source, about, code
        from role
        where about in ('hold', 'loan')
            and coalesce(field, 'status_as_exported') = 'status_as_exported'
            and outcome in ({_OVER})
            and (about = 'loan' or outcome <> 'done')
    ),
    open_hold as (
        select source, title_id, item_id
        from hold h
        anti join ended_word e
            on e.source = h.source
            and e.about = 'hold'
            and e.code = {folded_sql("h.status_as_exported")}
        where cancelled_on is null
            and picked_up_on is null
            and coalesce(status, '') <> 'filled'
            and (placed_on is null or placed_on <= $as_of::date)
    ),
    -- a loan of which no export ever told the end stays open for ever: where items tell when they
    -- are due, an old one is not believed
    open_loan as (
        select source, item_id, barcode
        from loan l
        anti join ended_word e
            on e.source = l.source
            and e.about = 'loan'
            and e.code = {folded_sql("l.status_as_exported")}
        where returned_at is null
            and (
                checked_out_at > $as_of::date - to_years(1)
                or source not in (select source from dated_item where due_on is not null)
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
            i.location,
            i.call_number,
            i.call_number_scheme,
            i.volume,
            i.added_on,
            greatest(i.lifetime_checkouts, i.lifetime_uses) as lifetime_uses,
            i.lifetime_in_house,
            i.last_in_house_on,
            {stated_use("i")} as stated_use_on,
            {is_covered("i")} as is_covered,
            r.received_on,
            t.published_year as stated_year,
            coalesce(t.is_year_suspect, false) as is_year_suspect,
            coalesce(t.is_serial, false) as is_serial,
            case
                when s.role = 'withdrawn' then 'kept: withdrawn already'
                when s.role in ('never came', 'not ours', 'no copy')
                    then 'kept: no copy of the library: never came, borrowed, or a record alone'
                when {IS_MISSING} then 'kept: lost, missing or claimed returned (its own list)'
                when trim(i.retained_for) <> '' then 'kept: there is a commitment to retain it'
                when s.role in ('on loan', 'lent to a library')
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
                when s.role = 'in transit'
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
                when s.role in ('hold shelf', 'requested')
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
                when not s.is_held
                    or s.role in (
                        'in process', 'repair', 'bindery', 'unavailable', 'reshelving'
                    )
                    then 'kept: on order, in process or not in its place'
                when s.role = 'reserve'
                    -- names of places, which each library makes: what looks like reserves stays
                    or regexp_matches(
                        lower(concat_ws(' ', i.location, i.collection)),
                        '(^|[^a-z])(reserves?|course[^a-z]*res)([^a-z]|$)'
                    )
                    then 'kept: on reserve'
                when list_contains($keep, i.location)
                    or list_contains($keep, i.permanent_location)
                    or list_contains($keep, i.collection)
                    then 'kept: at a location or in a collection that is never weeded'
            end as kept,
            coalesce(s.role = 'not for loan', false) as is_not_for_loan,
            s.unknown_code
        from dated_item i
        join copy_state s using (source, item_key)
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
                when c.stated_year between {OLDEST} and year($as_of::date) + 1
                    and not c.is_year_suspect
                    then c.stated_year
            end as published_year,
            h.records_since,
            c.lifetime_in_house > 0
                and c.last_in_house_on is null
                and u.last_in_house_on is null as is_in_house_undated,
            coalesce(case when m.added_on is null then c.added_on end, c.received_on) as arrived_on,
            -- of what came later it tells nothing
            case
                when greatest(c.stated_use_on, u.last_use_on, b.last_use_on)
                    >= coalesce(arrived_on, date '0001-01-01')
                    then greatest(c.stated_use_on, u.last_use_on, b.last_use_on)
            end as last_use_on,
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
