-- What the loaded exports cover: the view `coverage`. See coverage.py, which says what the columns
-- mean.
--
-- Days are looked up by left joins, though each is there: two inner ones would first be joined to
-- one another, day by day.
--
-- Days are counted that could have had an event: not those on which the calendar "default" is
-- closed, nor those of a weekday on which nothing ever happened.
with loaded as (
    select
        f.seq,
        f.source,
        f.declaration,
        f.exported_at,
        case
            when s.whole_days and f.exported_at = f.exported_at::date
                then f.exported_at + interval 1 day
            else f.told_until
        end as told_until,
        f.is_whole,
        f.columns,
        s.selects,
        coalesce(s.is_confirmed, false) as is_confirmed
    from loaded_file f left join coverage_setting s using (declaration)
    where f.is_active
),
cell as materialized (
    select
        d.seq,
        l.source,
        l.told_until,
        (l.told_until - interval 1 microsecond)::date as last_day,
        d.table_name,
        k.kind,
        k.starts,
        case
            when k.kind = 'log' or d.event = 'ended' then d.event
            when list_contains(k.starts, d.event) then d.event
            when d.event = k.instead and not list_has_any(l.columns[d.table_name], k.unless)
                then d.event
        end as ranged,
        d.event,
        d.branch,
        d.day,
        d.n,
        d.open,
        d.ended,
        d.over,
        d.longest
    from judged_day d
        join loaded l using (seq)
        join told_table k using (table_name)
),
-- a load of cases: how many, how many open, when they began and ended
held as (
    select
        seq,
        table_name,
        sum(n) filter (where event = starts[1]) as n,
        sum(open) filter (where event = starts[1]) as open,
        sum(ended) filter (where event = starts[1]) as ended,
        sum(over) filter (where event = starts[1]) as over,
        min(day) filter (where event = starts[1]) as first_start,
        max(day) filter (where event = starts[1]) as last_start,
        min(day) filter (where event = 'ended') as first_ended,
        max(longest) as longest,
        -- the mean days of a case that is over
        case
            when sum(n) filter (where event = 'ended') = sum(ended) filter (where event = starts[1])
                then (
                    sum(n * (day - date '1970-01-01')) filter (where event = 'ended')
                    - sum(ended * (day - date '1970-01-01')) filter (where event = starts[1])
                ) / nullif(sum(ended) filter (where event = starts[1]), 0)
        end as mean_days
    from cell
    where kind = 'case' and day <= told_until::date
    group by all
),
measured as (
    select
        h.*,
        -- cases that are over and began long before the first end that is told: what ended before is
        -- left out
        coalesce(
            sum(c.ended) filter (where c.day < h.first_ended - greatest(h.mean_days, 1)::integer),
            0
        ) as older,
        -- how many would be open still, of those that began no longer ago than any took
        sum(c.n * exp((c.day - c.told_until::date) / greatest(coalesce(h.mean_days, 1), 1)))
            filter (where c.day >= c.told_until::date - coalesce(h.longest, 0)) as expected_open
    from held h
        join cell c on c.seq = h.seq and c.table_name = h.table_name and c.event = c.starts[1]
    group by all
),
selected as materialized (
    select
        l.seq,
        l.source,
        k.table_name,
        k.kind,
        k.starts,
        l.exported_at,
        l.told_until,
        l.is_whole,
        m.longest,
        -- a list that people keep tells up to the day on which it was handed in
        l.declaration = 'own milestones' as is_kept,
        l.is_confirmed,
        -- where some began so long before the first end that what ended before it may be left out
        case when m.older > 0 then m.first_ended end as doubtful_before,
        l.selects is null or (l.selects = 'apart' and m.open > 0 and m.ended + m.over > 0) as is_guessed,
        case
            when k.kind <> 'case' then null
            -- one that rides along, and tells of no end
            when not list_has_any(l.columns[k.table_name], k.ends) then 'all'
            when l.selects is not null and l.selects <> 'apart' then l.selects
            when l.selects = 'apart' and m.open = 0 then 'closed only'
            when l.selects = 'apart' and m.ended + m.over = 0 then 'open only'
            when l.is_confirmed or coalesce(m.n, 0) < 30 then 'all'
            when m.open = 0 and m.expected_open >= 1 then 'closed only'
            when m.ended + m.over = 0 and m.last_start - m.first_start >= k.quick then 'open only'
            when m.open > 0 and m.older >= 5 then 'open, and closed since'
            else 'all'
        end as selection
    from (select distinct seq, table_name from cell) c
        join loaded l using (seq)
        join told_table k using (table_name)
        left join measured m using (seq, table_name)
),
-- what a load's span is told by: events of a log, ends where cases were selected by their end, else
-- beginnings
shown as materialized (
    select
        c.seq,
        c.source,
        c.table_name,
        c.event,
        c.branch,
        c.day,
        sum(c.n) as n
    from (
        select seq, source, table_name, event, branch, day, last_day, n, ranged
        from cell
        where branch is not null
        union all
        select seq, source, table_name, event, null, day, last_day, n, ranged
        from cell
    ) c
        join selected s using (seq, table_name)
    where c.day <= c.last_day
        and case s.selection
            when 'closed only' then c.event = 'ended'
            when 'open, and closed since' then c.event = 'ended'
            when 'open only' then false
            when 'all' then c.ranged is not null and c.event <> 'ended'
            else s.kind = 'log'
        end
    group by all
),
span_day as materialized (
    select distinct seq, source, table_name, day
    from shown
),
hull as (
    select
        d.source,
        d.table_name,
        -- with days before and after, over which a span goes on if they do not count
        min(d.day) - 10 as first_day,
        greatest(max(d.day), max(s.told_until)::date) + 10 as last_day,
        max(d.day) - min(d.day) >= 21 as is_long,
        list(distinct isodow(d.day)) as weekdays
    from span_day d join selected s using (seq, table_name)
    group by all
),
-- of each day how many days that count lie before it, and before the next
workday as materialized (
    select
        source,
        table_name,
        day,
        sum(counts) over w - counts as passed,
        sum(counts) over w as passed_after
    from (
        select
            h.source,
            h.table_name,
            r.day::date as day,
            (
                (not h.is_long or list_contains(h.weekdays, isodow(r.day)))
                and coalesce(k.is_open, true)
            )::integer as counts
        from hull h
            cross join unnest(
                generate_series(h.first_day::timestamp, h.last_day::timestamp, interval 1 day)
            ) r(day)
            left join calendar_day k on k.calendar = 'default' and k.day = r.day::date
    )
    window w as (partition by source, table_name order by day)
),
-- the first and the last of days between which none counts
idle as materialized (
    select
        source,
        table_name,
        passed,
        -- a month of which nothing but such days is told is not told of
        greatest(min(day), date_trunc('month', max(day))::date) as first_day,
        least(
            max(day),
            (date_trunc('month', min(day) - 1) + interval 1 month)::date
        ) as last_day
    from workday
    group by all
),
stride as materialized (
    select
        d.*,
        w.passed,
        w.passed_after,
        w.passed - lag(w.passed_after) over (
            partition by d.seq, d.table_name order by d.day
        ) as quiet
    from span_day d join workday w using (source, table_name, day)
),
-- of a whole source: a stretch in the middle of a file that is over two weeks and twice any other is
-- a gap, not quiet; of a list that people keep nothing was cut out
longest as (
    select
        source,
        table_name,
        list_reverse_sort(list(distinct quiet) filter (where quiet is not null)) as stretches
    from stride
    group by all
),
marked as materialized (
    select
        s.*,
        coalesce(
            s.quiet > 14 and s.quiet > 2 * coalesce(l.stretches[2], 0) and not k.is_kept,
            false
        ) as is_gap
    from stride s
        join longest l using (source, table_name)
        join selected k on k.seq = s.seq and k.table_name = s.table_name
),
pause as materialized (
    select source, table_name, coalesce(max(quiet) filter (where not is_gap), 0) as days
    from marked
    group by all
),
-- a load's span in pieces between its gaps
part as (
    select
        seq,
        source,
        table_name,
        part,
        min(passed) as passed,
        max(passed_after) as passed_after,
        part = max(parts) as is_last
    from (
        select *, max(part) over (partition by seq, table_name) as parts
        from (
            select *, sum(is_gap::integer) over (partition by seq, table_name order by day) as part
            from marked
        )
    )
    group by seq, source, table_name, part
),
bounded as materialized (
    select
        p.seq,
        p.source,
        p.table_name,
        p.part,
        s.selection,
        s.exported_at,
        s.told_until,
        case
            when s.selection = 'all'
                and s.doubtful_before < coalesce(a.last_day, s.told_until::date)
                then greatest(b.first_day, s.doubtful_before)
            else b.first_day
        end::timestamp as since,
        case
            -- written on the last day with an event
            when w.passed < p.passed_after then least(a.last_day::timestamp, s.told_until)
            when p.is_last and (w.passed - p.passed_after <= q.days or s.is_kept)
                then greatest(a.last_day::timestamp, s.told_until)
            else a.last_day::timestamp
        end as until,
        p.is_last and (w.passed - p.passed_after <= q.days or s.is_kept) as is_reached
    from part p
        join selected s using (seq, table_name)
        join pause q on q.source = p.source and q.table_name = p.table_name
        left join idle b
            on b.source = p.source and b.table_name = p.table_name and b.passed = p.passed
        left join idle a
            on a.source = p.source and a.table_name = p.table_name and a.passed = p.passed_after
        left join workday w
            on w.source = p.source and w.table_name = p.table_name and w.day = s.told_until::date
),
-- a span goes on to the next one of the source, if that begins after no more than a quiet stretch
piece as materialized (
    select
        b.seq,
        b.source,
        b.table_name,
        b.part,
        b.selection,
        b.exported_at,
        b.told_until,
        b.since,
        case
            when b.next_since > b.until and n.passed - w.passed_after <= q.days then b.next_since
            else b.until
        end as until,
        b.is_reached
    from (
        select
            *,
            lead(since) over (
                partition by source, table_name, selection order by since, until
            ) as next_since
        from bounded
    ) b
        join pause q using (source, table_name)
        left join workday n
            on n.source = b.source and n.table_name = b.table_name and n.day = b.next_since::date
        left join workday w
            on w.source = b.source
            and w.table_name = b.table_name
            and w.day = (b.until - interval 1 microsecond)::date
),
-- which events and branches a piece holds
present as materialized (
    select
        p.seq,
        p.part,
        p.source,
        p.table_name,
        d.event,
        d.branch,
        count(distinct d.day)
            / greatest(date_diff('day', p.since::date, p.until::date), 7) as per_day,
        any_value(p.since) as since,
        any_value(p.until) as until
    from piece p
        join shown d
            on d.seq = p.seq
            and d.table_name = p.table_name
            and d.day >= p.since::date
            and d.day <= p.until::date
    group by p.seq, p.part, p.source, p.table_name, d.event, d.branch, p.since, p.until
),
-- how long a branch is quiet, edges of the pieces that hold it included
branch_quiet as materialized (
    select
        source,
        table_name,
        event,
        branch,
        max(quiet) as days,
        min(per_day) as per_day
    from (
        select
            d.source,
            d.table_name,
            d.event,
            d.branch,
            p.per_day,
            greatest(
                w.passed - coalesce(
                    lag(w.passed_after) over (
                        partition by d.seq, p.part, d.table_name, d.event, d.branch
                        order by d.day
                    ),
                    f.passed
                ),
                case
                    when lead(d.day) over (
                            partition by d.seq, p.part, d.table_name, d.event, d.branch
                            order by d.day
                        ) is null
                        then coalesce(u.passed, w.passed_after) - w.passed_after
                end
            ) as quiet
        from shown d
            join present p
                on p.seq = d.seq
                and p.table_name = d.table_name
                and p.event = d.event
                and p.branch is not distinct from d.branch
                and d.day >= p.since::date
                and d.day <= p.until::date
            left join workday w
                on w.source = d.source and w.table_name = d.table_name and w.day = d.day
            left join workday f
                on f.source = d.source and f.table_name = d.table_name and f.day = p.since::date
            left join workday u
                on u.source = d.source and u.table_name = d.table_name and u.day = p.until::date
    )
    group by all
),
branch_day as (
    select distinct source, table_name, event, branch, day
    from shown
),
-- a branch that a piece lacks was quiet if it is as quiet elsewhere, or has hardly one event in so
-- many days
absent as materialized (
    select
        p.source,
        p.table_name,
        q.event,
        q.branch,
        p.seq,
        p.part,
        p.since,
        p.until,
        q.days,
        q.per_day * greatest(date_diff('day', p.since::date, p.until::date), 1) as expected
    from piece p
        join branch_quiet q on q.source = p.source and q.table_name = p.table_name
        anti join present b
            on b.seq = p.seq
            and b.part = p.part
            and b.table_name = p.table_name
            and b.event = q.event
            and b.branch is not distinct from q.branch
    where case
        when p.selection is null then true
        when p.selection = 'all' then q.event <> 'ended'
        else q.event = 'ended'
    end
),
neighbours as (
    select
        a.*,
        max(d.day) filter (where d.day < a.since::date) as before,
        min(d.day) filter (where d.day >= a.until::date) as after
    from absent a
        join branch_day d
            on d.source = a.source
            and d.table_name = a.table_name
            and d.event = a.event
            and d.branch is not distinct from a.branch
    group by all
),
quiet as (
    select a.source, a.table_name, a.event, a.branch, a.seq, a.part
    from neighbours a
        left join workday b
            on b.source = a.source and b.table_name = a.table_name and b.day = a.before
        left join workday c
            on c.source = a.source and c.table_name = a.table_name and c.day = a.after
    where c.passed - b.passed_after <= a.days or a.expected <= 1
),
span as materialized (
    select
        p.source,
        p.table_name,
        t.event,
        t.branch,
        p.since,
        p.until,
        p.selection,
        p.told_until,
        case when p.is_reached then p.exported_at end as reached_at,
        w.passed,
        u.passed_after
    from piece p
        join (
            select source, table_name, event, branch, seq, part from present
            union all
            from quiet
        ) t using (seq, part, source, table_name)
        left join workday w
            on w.source = p.source and w.table_name = p.table_name and w.day = p.since::date
        left join workday u
            on u.source = p.source
            and u.table_name = p.table_name
            and u.day = (p.until - interval 1 microsecond)::date
    where p.since < p.until
),
-- spans joined over stretches no longer than the longest quiet one
island as (
    select
        s.*,
        sum(s.is_new::integer) over (
            partition by s.source, s.table_name, s.event, s.branch
            order by s.since, s.until
        ) as island
    from (
        select
            a.*,
            coalesce(
                a.passed - max(a.passed_after) over (
                    partition by a.source, a.table_name, a.event, a.branch
                    order by a.since, a.until
                    rows between unbounded preceding and 1 preceding
                ) > q.days,
                true
            ) as is_new
        from span a join pause q using (source, table_name)
    ) s
),
covered_span as materialized (
    select
        source,
        table_name,
        event,
        branch,
        min(since) as since,
        max(until) as until,
        max(reached_at) as reached_at,
        max(selection) as selection
    from island
    group by source, table_name, event, branch, island
),
-- lists of what was open at a moment, and the branches that they hold
snapshot as (
    select distinct
        s.seq,
        s.source,
        s.table_name,
        s.exported_at,
        s.told_until,
        c.branch
    from selected s
        join (
            select seq, table_name, branch from cell
            union
            select seq, table_name, null from cell
        ) c using (seq, table_name)
    where s.selection in ('open only', 'open, and closed since')
),
-- what began, or was open, since ends are told of: it ended later, or is on a list of what was open
joined as materialized (
    select
        e.source,
        e.table_name,
        e.branch,
        e.since,
        max(o.told_until) as until
    from covered_span e
        join snapshot o
            on o.source = e.source
            and o.table_name = e.table_name
            and o.branch is not distinct from e.branch
            and o.told_until > e.since
            and (o.told_until <= e.until or o.exported_at <= e.reached_at)
    where e.event = 'ended'
    group by all
),
-- the longest that a case took
settled as (
    select
        source,
        table_name,
        max(longest)::integer as days
    from selected
    where selection = 'all'
    group by all
),
-- where some have been open for longer, so may others have been that began before the first that is
-- told: of what is open none is known then, and of ends those that a hundredth of them at most may
-- lack; unless the library says that all are there
tailed as (
    select
        source,
        table_name,
        days + 1 as days,
        max(older) = 0 or bool_and(is_confirmed) as is_open_known,
        max(older * 100 - ended) <= 0 or bool_and(is_confirmed) as is_end_known
    from (
        select
            c.seq,
            t.source,
            t.table_name,
            t.days,
            s.is_confirmed,
            coalesce(sum(c.open) filter (where c.day < c.told_until::date - t.days), 0) as older,
            sum(c.ended) as ended
        from cell c
            join selected s on s.seq = c.seq and s.table_name = c.table_name
            join settled t on t.source = c.source and t.table_name = c.table_name
        where s.selection = 'all' and c.event = c.starts[1] and t.days is not null
        group by all
    )
    group by all
),
begun as materialized (
    select
        s.source,
        s.table_name,
        s.branch,
        s.since,
        s.until,
        s.told_until,
        t.days,
        t.is_open_known,
        t.is_end_known
    from span s
        join told_table k on k.table_name = s.table_name and k.starts[1] = s.event
        join tailed t on t.source = s.source and t.table_name = s.table_name
    where s.selection = 'all'
),
-- what began up to a moment is told of by this file last
newest_of as (
    select b.* replace (min(coalesce(least(n.since, b.until), b.until)) as until)
    from begun b
        left join begun n
            on n.source = b.source
            and n.table_name = b.table_name
            and n.branch is not distinct from b.branch
            and n.told_until > b.told_until
            and n.since <= b.until
            and n.until >= b.until
    group by
        b.source,
        b.table_name,
        b.branch,
        b.since,
        b.told_until,
        b.days,
        b.is_open_known,
        b.is_end_known,
        b.until
),
-- times at which there may be cases of which nothing is told: of before the first, or that a file no
-- longer tells of
untold as (
    select
        c.source,
        c.table_name,
        c.branch,
        c.since as stretch,
        c.until,
        b.days,
        b.is_open_known,
        b.is_end_known,
        unnest([
            {'lo': c.since, 'hi': c.since + to_days(b.days)},
            {'lo': b.told_until, 'hi': b.until + to_days(b.days)}
        ], recursive := true)
    from newest_of b
        join covered_span c
            on c.source = b.source
            and c.table_name = b.table_name
            and c.branch is not distinct from b.branch
            and c.since <= b.since
            and c.until >= b.until
            and c.selection = 'all'
        join told_table k on k.table_name = c.table_name and k.starts[1] = c.event
    where b.until > b.since
),
ends_told as (
    select
        source,
        table_name,
        branch,
        is_open_known,
        is_end_known,
        max(hi) over (
            partition by source, table_name, branch, stretch
            order by lo, hi
            rows unbounded preceding
        ) as since,
        coalesce(
            lead(lo) over (partition by source, table_name, branch, stretch order by lo, hi),
            until
        ) as until
    from untold
    where lo < until
),
case_event as (
    select distinct source, table_name, starts, event, branch
    from cell join selected using (seq, source, table_name, starts)
    where selected.kind = 'case' and branch is not null
    union
    select distinct source, table_name, starts, event, null
    from cell join selected using (seq, source, table_name, starts)
    where selected.kind = 'case'
    union
    select distinct source, table_name, starts, 'open', branch
    from cell join selected using (seq, source, table_name, starts)
    where selected.kind = 'case' and branch is not null
    union
    select distinct source, table_name, starts, 'open', null
    from cell join selected using (seq, source, table_name, starts)
    where selected.kind = 'case'
),
whole as (
    -- logs, ends of what was selected by its end, beginnings of what was not selected
    select source, table_name, event, branch, since, until,
        case
            when selection is null then 'a log from end to end'
            when selection = 'all' then 'all that began'
            else 'all that ended'
        end as basis
    from covered_span
    union all
    -- beginnings, steps and what is open, where ends and a list of what is open are told
    select e.source, e.table_name, e.event, e.branch, j.since, j.until,
        'all that ended since a day, and what is open now'
    from case_event e
        join joined j
            on j.source = e.source
            and j.table_name = e.table_name
            and j.branch is not distinct from e.branch
    where e.event <> 'ended'
    union all
    -- ends and what is open, long after the first beginning that is told, as long as files tell of
    -- them
    select e.source, e.table_name, e.event, e.branch, t.since, t.until,
        'all that began, and so long ago that none of before is left'
    from case_event e
        join ends_told t
            on t.source = e.source
            and t.table_name = e.table_name
            and t.branch is not distinct from e.branch
    where not list_contains(e.starts, e.event)
        and if(e.event = 'open', t.is_open_known, t.is_end_known)
        and t.since < t.until
    union all
    select source, table_name, 'open', branch, told_until, told_until + interval 1 second,
        'a list of what was open'
    from snapshot
    union all
    select distinct s.source, s.table_name, c.event, b.branch,
        s.exported_at::date::timestamp, s.exported_at::date + interval 1 day,
        'the whole list of a day'
    from selected s
        join cell c using (seq, table_name)
        cross join unnest([c.branch, null]) b(branch)
    where s.kind = 'list' and s.is_whole
),
whole_island as (
    select
        *,
        sum(is_new::integer) over (
            partition by source, table_name, event, branch order by since, until
        ) as island
    from (
        select
            *,
            coalesce(
                since > max(until) over (
                    partition by source, table_name, event, branch
                    order by since, until
                    rows between unbounded preceding and 1 preceding
                ),
                true
            ) as is_new
        from whole
    )
),
merged as materialized (
    select
        source,
        table_name,
        event,
        branch,
        min(since) as since,
        max(until) as until,
        arg_max(basis, until - since) as basis
    from whole_island
    group by source, table_name, event, branch, island
),
-- what is shown outside of it: at most the truth
outside as (
    select
        c.source,
        c.table_name,
        c.event,
        c.branch,
        c.day,
        c.selection,
        c.until,
        c.kind
    from (
        select
            a.source,
            a.table_name,
            a.event,
            b.branch,
            coalesce(a.day, s.exported_at::date) as day,
            max(s.selection) as selection,
            any_value(s.kind) as kind,
            max(least(
                coalesce(a.day, s.exported_at::date) + interval 1 day,
                greatest(coalesce(a.day, s.exported_at::date)::timestamp, a.told_until)
            )) as until
        from cell a
            join selected s using (seq, table_name)
            cross join unnest([a.branch, null]) b(branch)
        where coalesce(a.day, s.exported_at::date) <= a.told_until::date
        group by all
    ) c
    anti join merged m
        on m.source = c.source
        and m.table_name = c.table_name
        and m.event = c.event
        and m.branch is not distinct from c.branch
        and m.since <= c.day
        and m.until >= c.day + interval 1 day
),
outside_island as (
    select
        o.*,
        -- lists of two days say nothing of the days between
        case when o.kind = 'list' then o.day end as list_day,
        count(m.since) as place
    from outside o
        left join merged m
            on m.source = o.source
            and m.table_name = o.table_name
            and m.event = o.event
            and m.branch is not distinct from o.branch
            and m.since <= o.day
    group by all
),
partly as (
    select
        o.source,
        o.table_name,
        o.event,
        o.branch,
        greatest(min(o.day)::timestamp, coalesce(max(m.until), min(o.day)::timestamp)) as since,
        max(o.day) + interval 1 day as until,
        case
            when max(o.selection) in ('open only', 'closed only', 'open, and closed since')
                then max(o.selection)
            when any_value(o.kind) = 'list' then 'a list of a day, which need not be whole'
            else 'what the exports happen to hold'
        end as basis
    from outside_island o
        left join merged m
            on m.source = o.source
            and m.table_name = o.table_name
            and m.event = o.event
            and m.branch is not distinct from o.branch
            and m.since <= o.day
            and m.until > o.day
    group by o.source, o.table_name, o.event, o.branch, o.list_day, o.place
),
event_day as (
    select c.source, c.table_name, c.event, b.branch, c.day
    from cell c cross join unnest([c.branch, null]) b(branch)
    where c.day is not null
    group by all
),
told_selection as (
    select
        source,
        table_name,
        string_agg(distinct selection, '; ' order by selection)
            filter (where selection <> 'all') as selection,
        bool_or(is_guessed and selection <> 'all') as is_suspected
    from selected
    group by all
)
select
    r.source,
    r.table_name,
    r.event,
    r.branch,
    r.since,
    r.until,
    r.is_partial,
    r.basis,
    t.selection,
    coalesce(t.is_suspected, false) as is_suspected,
    min(d.day) as first_on,
    max(d.day) as last_on
from (
    select *, false as is_partial from merged
    union all by name
    select *, true as is_partial from partly where since < until
) r
    left join told_selection t using (source, table_name)
    left join event_day d
        on d.source = r.source
        and d.table_name = r.table_name
        and d.event = r.event
        and d.branch is not distinct from r.branch
        and d.day >= r.since::date
        and d.day < r.until
group by all
