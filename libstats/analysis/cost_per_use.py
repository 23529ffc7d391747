"""What a use of an electronic resource costs, over the months of its licence."""

from __future__ import annotations

import duckdb

from libstats.analysis.chart.verdict import judge
from libstats.analysis.licensed_use import LICENSED
from libstats.analysis.work.relation import relation
from libstats.definitions.parameters import Day, asked
from libstats.wording import Row

__all__ = ["cost_per_use", "left_out"]


@asked
def cost_per_use(con: duckdb.DuckDBPyConnection, *, as_of: Day) -> duckdb.DuckDBPyRelation:
    """What did a use of each licensed resource cost, over the months of its own licence?

    Definition: the price of a licence (form `licences`) by the uses in its months. The metric is
    the one that COUNTER advises: Unique_Item_Requests. Of a database of abstracts, which has no
    requests, it is Unique_Item_Investigations. Others stand beside it: of books
    Unique_Title_Requests, which alone can be compared between releases, Total_Item_Requests, what
    release 4 counted, all of a platform. Open access is no part of it, but for that of databases
    and of all of a platform. A licence opens what it is named after: a database, else a title, else
    a platform. The price of a package is told once: by all requests of its journals and books
    together, where both are told. What one of them alone would cost stands beside it. Each platform
    of a title stands for itself. A month belongs to the term in which most of it lies. Releases and
    metrics are never added up.

    Parameters: `as_of`, the day that it is asked for: a term that is not over has no cost yet.

    Returns one row per licence, report and metric that tells of its use, else one, ordered by
    `resource`: `resource`, `licence_id`, `opens` (database, title, platform; NULL: no report names
    it), `platform`, `report`, `release`, `institution`, `content` (journals, books, journals and
    books, abstracts, all), `metric`, `is_advised` (by COUNTER for this), `price`, `currency`,
    `first_month`, `months`, `months_told`, `uses` (NULL unless all months are told), `uses_told`
    (in those that are), `cost_per_use` (money a use; NULL: `why_none` says why), `limit_exceeded`,
    `no_license` (turned away, by the report of denials; NULL: not told of all months), `why_none`,
    `trend` (of its use by month, up to the newest of the term that is told, by the control chart of
    `signals`: better, worse, or no more than the usual ups and downs; NULL: `why_no_trend` says
    why), `why_no_trend`, `source` (of the licence).

    >>> libstats.cost_per_use(con, as_of="2026-10-31").columns[:2]
    ['resource', 'licence_id']
    """
    rows = con.sql(_ROWS, params={"as_of": str(as_of)[:10]})
    found = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]
    types = dict(zip(rows.columns, map(str, rows.types), strict=True))
    types |= {"trend": "varchar", "why_no_trend": "varchar"}
    # what tells where it comes from stands last
    types = {name: types[name] for name in types if name not in ("series", "source")} | {
        "source": "varchar"
    }
    return relation(con, [{**row, **_trend(row["series"])} for row in found], types)


def _trend(series: list[Row] | None) -> Row:
    """What is said of the newest month of use, by the rules of signals: more is better, since the
    price is what it is."""
    values = {
        each["month"].year * 12 + each["month"].month: float(each["uses"]) for each in series or ()
    }
    if not values:
        return {"trend": None, "why_no_trend": "no month of its use is told"}
    found = judge(values)
    return {"trend": found.word("more"), "why_no_trend": found.reason}


_ROWS = f"""
        with
        {LICENSED},
        denial as (
            select
                w.term,
                case l.report
                    when 'DR_D2' then 'database'
                    when 'TR_J2' then 'journals'
                    else 'books'
                end as content,
                l.release,
                l.institution,
                lower(l.platform) as platform,
                count(distinct w.month) as months_told,
                coalesce(sum(c.uses) filter (where c.metric = 'Limit_Exceeded'), 0)::bigint
                    as limit_exceeded,
                coalesce(sum(c.uses) filter (where c.metric = 'No_License'), 0)::bigint
                    as no_license
            from whole w
                join report_line l using (line)
                semi join opened o using (term, line)
                left join counted c using (term, line, month)
            where w.is_within and l.report in ('DR_D2', 'TR_J2', 'TR_B2')
            group by all
        ),
        denied as (
            from denial
            union all
            select
                term,
                'journals and books',
                release,
                institution,
                platform,
                min(months_told),
                sum(limit_exceeded)::bigint,
                sum(no_license)::bigint
            from denial
            where content <> 'database'
            group by all
            having count(*) = 2
        ),
        figured as (
            select
                t.*,
                n.institutions,
                date_diff('month', t.first_month, t.next_month) as months,
                m.* exclude (term, months_told, uses_told),
                coalesce(m.months_told, 0) as months_told,
                case when m.months_told > 0 then m.uses_told end as uses_told
            from term t
                left join measured_use m using (term)
                left join (
                    select term, count(distinct coalesce(institution, '')) as institutions
                    from opened join report_line using (line)
                    group by all
                ) n using (term)
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
            j.platform_as_told as platform,
            j.report,
            j.release,
            j.institution,
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
            j.series,
            j.source
        from judged j
            left join denied d
                on d.term = j.term
                and d.platform = j.platform
                and d.release = j.release
                and d.institution is not distinct from j.institution
                and d.content = if(j.opens = 'database', 'database', j.content)
        order by lower(j.resource), j.first_month, j.licence_id, j.platform_as_told, j.report,
            j.release, j.institution, j.content, j.is_advised desc, j.metric, j.source
"""


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
