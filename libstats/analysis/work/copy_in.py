"""Whether a copy stood in when a hold was asked for."""

from __future__ import annotations

IN, OUT = "a copy was in", "every copy was out"
# What of a title was there on the day on which it was asked for: a copy that could be lent, and was
# with nobody at any time of that day. A copy that cannot be lent now, and nothing says since when,
# may have been in; one that is not there yet was not. Whether another hold had it set aside no list
# of loans tells. Told of days alone of which the loans of the hold's own system are told.
COPY_IN = f"""(
                select any_value(stood)
                from (
                    select
                        h.source as of_source,
                        h.hold_id,
                        case
                            when not bool_or(v.source is not null) then null
                            when bool_or(
                                (i.can_fill or i.lost_on > h.placed_on) and l.source is null
                            ) then '{IN}'
                            when count(i.source) = 0
                                or bool_or(i.can_fill is distinct from true and i.lost_on is null)
                                    filter (where i.source is not null)
                                then null
                            else '{OUT}'
                        end as stood
                    from hold_ever h
                    left join (
                        select source, since, until
                        from coverage
                        where table_name = 'loan'
                            and event = 'checked_out'
                            and branch is null
                            and not is_partial
                    ) v
                        on v.source = h.source
                        and v.since <= h.placed_on::timestamp
                        and v.until > h.placed_on::timestamp
                    left join (
                        select c.*, s.can_fill
                        from item_ever c
                        left join copy_state s using (source, item_key)
                        where s.role is distinct from 'on order'
                    ) i
                        on i.source = h.source
                        and i.title_id = h.title_id
                        and (not coalesce(h.is_item_level, false) or i.item_id = h.item_id)
                        and coalesce(i.added_on <= h.placed_on, true)
                        and coalesce(i.gone_after >= h.placed_on, true)
                    left join (
                        select
                            source,
                            coalesce(item_id, 'barcode:' || barcode) as copy,
                            checked_out_at,
                            coalesce(returned_at, gone_after) as back_at
                        from loan_ever
                        where not coalesce(is_in_house, false)
                    ) l
                        on l.source = i.source
                        and l.copy in (i.item_id, 'barcode:' || i.barcode)
                        and l.checked_out_at < h.placed_on + 1
                        and coalesce(l.back_at >= h.placed_on, true)
                    group by h.source, h.hold_id
                )
                where of_source = source and hold_id = case_id
            )"""
