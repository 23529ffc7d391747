"""What a use of an electronic resource costs, over the months of its licence."""

from __future__ import annotations

import duckdb

from libstats.analysis.eresources import REPORTED
from libstats.definitions.parameters import Day, asked

__all__ = ["cost_per_use", "left_out"]

# What use is measured by: of what a licence opens (a database, a title, all of a platform), the
# report, what of it, the metric, and whether COUNTER advises it for cost per use. The views of
# journals and books can be had from the master report TR. A database of which no request is told
# is one of abstracts. `is_always`: reports of both releases have the metric.
MEASURES = """
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
        {MEASURES},
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


@asked
def cost_per_use(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """What did a use of each licensed resource cost, over the months of its own licence?

    Definition: the price of a licence (form `licences`) by the uses in its months. The metric is
    the one that COUNTER advises: Unique_Item_Requests. Of a database of abstracts, which has no
    requests, it is Unique_Item_Investigations. Others stand beside it: of books
    Unique_Title_Requests, which alone can be compared between releases, Total_Item_Requests, what
    release 4 counted, all of a platform. Open access is no part of it, but for that of databases
    and of all of a platform. A licence opens what it is named after: a database, else a title, else
    a platform. The price of a package is not parted among its titles: it is by all use of the
    platform. Each platform of a title stands for itself. A month belongs to the term in which most
    of it lies. Releases and metrics are never added up.

    Parameters: `as_of`, the day that it is asked for: a term that is not over has no cost yet.

    Returns one row per licence, report and metric that tells of its use, else one, ordered by
    `resource`: `resource`, `licence_id`, `opens` (database, title, platform; NULL: no report names
    it), `platform`, `report`, `release`, `institution`, `content` (journals, books, abstracts,
    all), `metric`, `is_advised` (by COUNTER for this), `price`, `currency`, `first_month`,
    `months`, `months_told`, `uses` (NULL unless all months are told), `uses_told` (in those that
    are), `cost_per_use` (money a use; NULL: `why_none` says why), `limit_exceeded`, `no_license`
    (turned away, by the report of denials; NULL: not told of all months), `why_none`, `source` (of
    the licence).

    >>> libstats.cost_per_use(con, as_of="2026-10-31").columns[:2]
    ['resource', 'licence_id']
    """
    return con.sql(
        f"""
        with
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
        whole as (
            select t.term, m.line, m.month
            from term t join line_month m on m.month >= t.first_month and m.month < t.next_month
            where m.state in ('told', 'no use')
        ),
        told as (
            select term, line, count(*) as months_told
            from whole
            group by all
        ),
        used as (
            select term, line, part, metric, sum(uses)::bigint as uses
            from counted semi join whole using (term, line, month)
            group by all
        ),
        denied as (
            select
                t.term,
                l.report,
                l.release,
                l.institution,
                lower(l.platform) as platform,
                t.months_told,
                coalesce(sum(u.uses) filter (where u.metric = 'Limit_Exceeded'), 0)::bigint
                    as limit_exceeded,
                coalesce(sum(u.uses) filter (where u.metric = 'No_License'), 0)::bigint
                    as no_license
            from told t
                join report_line l using (line)
                semi join opened o using (term, line)
                left join used u using (term, line)
            where l.report in ('DR_D2', 'TR_J2', 'TR_B2')
            group by all
        ),
        figured as (
            select
                t.*,
                n.institutions,
                date_diff('month', t.first_month, t.next_month) as months,
                m.* exclude (term),
                coalesce(k.months_told, 0) as months_told,
                case when k.months_told > 0 then coalesce(u.uses, 0) end as uses_told
            from term t
                left join measured m on m.term = t.term
                left join told k on k.term = m.term and k.line = m.line
                left join (
                    select term, count(distinct coalesce(institution, '')) as institutions
                    from opened join report_line using (line)
                    group by all
                ) n on n.term = t.term
                left join used u
                    on u.term = m.term
                    and u.line = m.line
                    and u.metric = m.metric
                    and coalesce(u.part, m.content) = m.content
        ),
        judged as (
            select
                *,
                case when months_told = months then uses_told end as uses,
                case
                    when price is null then 'no price is told'
                    when months is null then 'its first or last day is missing'
                    when is_shared then 'another licence of this name has the same months'
                    when opens is null then 'no report of its use names it'
                    when institutions > 1 then 'several institutions use it'
                    when ends_on >= $as_of::date then 'its term is not over'
                    when months_told < months
                        then (months - months_told) || ' of its months are not told'
                    when uses_told = 0 then 'no use'
                end as why_none
            from figured
        )
        select
            j.resource,
            j.licence_id,
            j.opens,
            l.platform,
            l.report,
            l.release,
            l.institution,
            j.content,
            j.metric,
            j.is_advised,
            j.price,
            j.currency,
            j.first_month,
            j.months,
            j.months_told,
            j.uses,
            j.uses_told,
            case when j.why_none is null then (j.price / j.uses)::decimal(14, 2) end
                as cost_per_use,
            case when d.months_told = j.months then d.limit_exceeded end as limit_exceeded,
            case when d.months_told = j.months then d.no_license end as no_license,
            j.why_none,
            j.source
        from judged j
            left join report_line l using (line)
            left join denied d
                on d.term = j.term
                and d.platform = lower(l.platform)
                and d.release = l.release
                and d.institution is not distinct from l.institution
                and d.report = case
                    when j.opens = 'database' then 'DR_D2'
                    when j.content = 'journals' then 'TR_J2'
                    when j.content = 'books' then 'TR_B2'
                end
        order by lower(j.resource), j.first_month, j.licence_id, l.platform, l.report, l.release,
            l.institution, j.content, j.is_advised desc, j.metric, j.source
        """,
        params={"as_of": str(as_of)[:10]},
    )


@asked
def left_out(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """Which licences have no cost per use, and why?

    Parameters as for `cost_per_use`. Returns `reason` and `rows` (licences), ordered by reason.
    """
    return (
        cost_per_use(con, as_of=as_of)
        .aggregate("source, licence_id, min(why_none) as reason, count(cost_per_use) as figures")
        .filter("figures = 0")
        .aggregate("reason, count(*) as rows")
        .order("reason")
    )
