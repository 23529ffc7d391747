"""What of the use that reports tell of is a licence's: its term, the reports that name what it
opens, and the metrics that measure it."""

from __future__ import annotations

from libstats.analysis.eresources import REPORTED

__all__ = ["LICENSED"]

# What use is measured by: of what a licence opens (a database, a title, all of a platform), the
# report, what of it, the metric, and whether COUNTER advises it for cost per use. The views of
# journals and books can be had from the master report TR. A database of which no request is told
# is one of abstracts. `is_always`: reports of both releases have the metric.
_MEASURES = """
        measure as (
            with m (opens, report, content, metric, is_advised, is_always) as (values
                ('database', 'DR', 'all', 'Unique_Item_Requests', true, true),
                ('database', 'DR', 'abstracts', 'Unique_Item_Investigations', true, true),
                ('database', 'DR_D1', 'all', 'Unique_Item_Requests', true, false),
                ('database', 'DR_D1', 'abstracts', 'Unique_Item_Investigations', true, false),
                ('database', 'DR_D1', 'all', 'Total_Item_Requests', false, true),
                ('database', 'DR_D1', 'abstracts', 'Total_Item_Investigations', false, true),
                ('title', 'TR_J1', 'journals', 'Unique_Item_Requests', true, true),
                ('title', 'TR_J1', 'journals', 'Total_Item_Requests', false, true),
                ('title', 'TR_B1', 'books', 'Unique_Item_Requests', true, false),
                ('title', 'TR_B1', 'books', 'Total_Item_Requests', false, true),
                ('title', 'TR_B1', 'books', 'Unique_Title_Requests', false, true),
                ('title', 'TR', 'journals', 'Unique_Item_Requests', true, false),
                ('title', 'TR', 'books', 'Unique_Item_Requests', true, false),
                ('title', 'TR', 'books', 'Unique_Title_Requests', false, false),
                ('title', 'JR1', 'journals', 'Successful Full-Text Article Requests', false, true),
                ('title', 'BR1', 'books', 'Successful Title Requests', false, true),
                ('title', 'BR2', 'books', 'Successful Section Requests', false, true),
                ('platform', 'PR_P1', 'all', 'Unique_Item_Requests', false, true)
            )
            from m
            union all
            -- a package is all that its platform has of a kind
            select 'platform', report, content, metric, is_advised, is_always
            from m
            where opens = 'title'
        )"""
# Of a licence what it opens, by its name: a database, else a title, else all of a platform. Its
# months begin within half a month of its days.
_LICENCES = f"""
        {REPORTED},
        {_MEASURES},
        term as (
            select
                source || chr(31) || licence_id as term,
                *,
                date_trunc('month', starts_on + 15)::date as first_month,
                date_trunc('month', ends_on + 16)::date as next_month,
                exists (
                    from licence o
                    where lower(o.resource) = lower(l.resource)
                        and (o.source, o.licence_id) <> (l.source, l.licence_id)
                        and o.starts_on <= l.ends_on
                        and o.ends_on >= l.starts_on
                ) as is_shared
            from licence l
        ),
        named as (
            select distinct lower(i.name) as name, i.kind as opens, u.line, u.usage_item_id
            from (select distinct line, source, usage_item_id from line_use) u
                join usage_item i using (source, usage_item_id)
            where i.kind in ('database', 'title')
            union all
            select lower(platform), 'platform', line, null
            from report_line
        ),
        opened as (
            select
                t.term,
                n.* exclude (name),
                case n.opens when 'database' then 1 when 'title' then 2 else 3 end as place
            from term t
                join named n on n.name = lower(t.resource)
                join report_line l using (line)
            where l.narrowed_to is null
            qualify place = min(place) over (partition by t.term)
        )"""
# term: a licence; opened: the reports that name what it opens; counted: their uses by month;
# measured: by which report and metric its use is told.
LICENSED = f"""
        {_LICENCES},
        used_line as (
            select distinct line
            from line_use
        ),
        counted as (
            select
                o.term,
                o.line,
                case l.report
                    when 'TR' then case
                        when i.access_type <> 'Controlled' or i.access_method <> 'Regular'
                        then 'other'
                        when i.access_type is null or i.access_method is null then 'other'
                        when i.data_type = 'Journal' then 'journals'
                        when i.data_type in ('Book', 'Reference_Work') then 'books'
                        else 'other'
                    end
                end as part,
                u.metric,
                u.month,
                sum(u.uses)::bigint as uses
            from opened o
                join report_line l using (line)
                join line_use u
                    on u.line = o.line
                    and (o.usage_item_id is null or u.usage_item_id = o.usage_item_id)
                left join usage_item i
                    on i.source = u.source and i.usage_item_id = u.usage_item_id
            group by all
        ),
        requested as (
            select distinct term
            from counted
            where metric in ('Unique_Item_Requests', 'Total_Item_Requests')
        ),
        measured as (
            select distinct o.term, o.line, o.opens, m.content, m.metric, m.is_advised
            from (select distinct term, line, opens from opened) o
                join report_line l using (line)
                join measure m on m.opens = o.opens and m.report = l.report
                left join requested r using (term)
                left join (select distinct term, line, part, metric from counted) c
                    on c.term = o.term
                    and c.line = o.line
                    and c.metric = m.metric
                    and (l.report <> 'TR' or c.part = m.content)
            where (c.term is not null
                or o.opens = 'platform' and m.is_always and o.line not in (from used_line))
                and (m.opens <> 'database' or (m.content = 'abstracts') = (r.term is null))
        ),
        -- journals and books of one platform, by reports of one kind: what its price is for
        package as (
            select
                m.term,
                lower(l.platform) as platform,
                l.release,
                l.institution,
                l.report = 'TR' as is_master
            from measured m join report_line l using (line)
            where m.opens = 'platform' and m.is_advised
            group by all
            having count(*) = 2 and count(distinct m.content) = 2
        ),
        placed as (
            select
                m.* exclude (is_advised),
                m.is_advised and b.term is not null as is_of_package,
                m.is_advised and b.term is null as is_advised,
                lower(l.platform) as platform,
                l.release,
                l.institution,
                l.report,
                l.platform as platform_as_told
            from measured m
                join report_line l using (line)
                left join package b
                    on b.term = m.term
                    and b.platform = lower(l.platform)
                    and b.release = l.release
                    and b.institution is not distinct from l.institution
                    and b.is_master = (l.report = 'TR')
        ),
        -- what use is measured by: a row for each report, those of a package once more together
        measured_by as (
            select
                * exclude (is_of_package),
                content as part,
                null::boolean as is_master
            from placed
            union all by name
            select
                * exclude (is_of_package) replace (
                    'journals and books' as content,
                    true as is_advised
                ),
                content as part,
                report = 'TR' as is_master
            from placed
            where is_of_package
        ),
        whole as (
            select t.term, m.line, m.month, m.month >= t.first_month as is_within
            from term t join line_month m on m.month < t.next_month
            where m.state in ('told', 'no use')
        ),
        measured_month as (
            select
                p.term,
                if(p.is_master is null, p.line, null) as line,
                p.opens,
                p.content,
                p.metric,
                p.is_advised,
                p.platform,
                p.release,
                p.institution,
                p.is_master,
                min(p.platform_as_told) as platform_as_told,
                string_agg(distinct p.report, ' and ' order by p.report) as report,
                w.month,
                bool_and(coalesce(w.is_within, false)) as is_within,
                coalesce(sum(c.uses), 0)::bigint as uses,
                count(distinct p.part) as parts
            from measured_by p
                left join whole w using (term, line)
                left join counted c
                    on c.term = p.term
                    and c.line = p.line
                    and c.metric = p.metric
                    and c.month = w.month
                    and coalesce(c.part, p.part) = p.part
            group by all
        ),
        -- a month that one of two reports does not tell is not told
        measured_use as (
            select
                term,
                line,
                opens,
                content,
                metric,
                is_advised,
                platform,
                release,
                institution,
                is_master,
                max(platform_as_told) as platform_as_told,
                max(report) as report,
                count(*) filter (where is_within and is_told) as months_told,
                sum(uses) filter (where is_within and is_told)::bigint as uses_told,
                list({{'month': month, 'uses': uses}} order by month) filter (where is_told)
                    as series
            from (
                select
                    *,
                    month is not null and parts = if(is_master is null, 1, 2) as is_told
                from measured_month
            )
            group by all
        )"""
