"""What people and machines at the door count: visits, reference questions, programmes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import duckdb

from libstats.definitions import counted
from libstats.definitions.parameters import Moment, asked, one_of

PARTS = {
    "all": "'all'",
    "kind": counted.PART,
    "branch": "branch",
    "month": "strftime(starts_on, '%Y-%m')",
    "weekday": "strftime(starts_on, '%A')",
    "hour": counted.HOUR,
}
# of what begins in one month and ends in another neither is told; nor of several days which weekday
_ALONE = {
    "month": "date_trunc('month', starts_on) = date_trunc('month', ends_on)",
    "weekday": "starts_on = ends_on",
}
By = Annotated[str, one_of(PARTS, "counts cannot be parted by {}")]
# The lines of measures that lie wholly within the period; of two that tell of the same days of the
# same part, a month and its weeks, both are counted: whoever wrote them said so.
_LINES = """
    line as (
        select
            *,
            lower(regexp_replace(trim(measure), '\\s+', ' ', 'g')) as word,
            starts_on < $since::date or ends_on >= $until::date as is_across
        from manual_count
        where starts_on < $until::date and ends_on >= $since::date
    ),
    overlapping as (
        select distinct
            a.source,
            a.measure,
            a.kind,
            a.branch,
            a.starts_on,
            a.ends_on
        from line a
        join line b
            on b.source = a.source
            and b.measure = a.measure
            -- a whole beside its parts is counted twice too
            and (b.kind = a.kind or 'all' in (a.kind, b.kind))
            and (b.branch = a.branch or 'all' in (a.branch, b.branch))
            and b.starts_on <= a.ends_on
            and b.ends_on >= a.starts_on
            and (b.starts_on, b.ends_on, b.kind, b.branch)
                <> (a.starts_on, a.ends_on, a.kind, a.branch)
    )
"""
_OVERLAPS = """
            (source, measure, kind, branch, starts_on, ends_on)
                in (select (source, measure, kind, branch, starts_on, ends_on) from overlapping)
"""


def of_measures(
    con: duckdb.DuckDBPyConnection,
    measures: Sequence[str],
    name: str,
    *,
    by: str,
    since: Moment,
    until: Moment,
) -> duckdb.DuckDBPyRelation:
    """The counts of some measures, each with its `measure`, by a part, under the `name` that their
    column is to have."""
    alone = _ALONE.get(by, "true")
    words = [(word, measure) for measure in measures for word in counted.words()[measure]]
    return con.sql(
        f"""
        with {_LINES},
        parted as (
            select
                * exclude (measure),
                list_extract($measures, list_position($words, word)) as measure,
                case when {alone} then {PARTS[by]} end as part,
                {_OVERLAPS} as is_overlapping
            from line
            where list_contains($words, word)
        ),
        day_counted as (
            select measure, part, count(distinct day) as days_counted
            from (
                select
                    measure,
                    part,
                    unnest(generate_series(starts_on, ends_on, interval 1 day))::date as day
                from parted
                where not is_across
            )
            group by measure, part
        )
        select
            p.measure,
            p.part,
            sum(p.value) filter (where not p.is_across) as {name},
            coalesce(sum(p.value) filter (where not p.is_across and p.is_estimate), 0)
                as estimated,
            d.days_counted,
            {name} / d.days_counted as per_day_counted,
            count(*) filter (where p.is_across) as lines_across,
            count(*) filter (where p.is_overlapping) as lines_overlapping
        from parted p
        left join day_counted d
            on d.measure = p.measure and d.part is not distinct from p.part
        group by p.measure, p.part, d.days_counted
        order by list_position($words, p.measure), p.part nulls last
        """,
        params={
            "since": str(since)[:10],
            "until": str(until)[:10],
            "words": [word for word, _ in words],
            "measures": [measure for _, measure in words],
        },
    )


def _of_one(
    con: duckdb.DuckDBPyConnection, measure: str, name: str, **asked_of: Any
) -> duckdb.DuckDBPyRelation:
    """The same of one measure, which needs no name."""
    return of_measures(con, [measure], name, **asked_of).project("* exclude (measure)")


@asked
def visits(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "branch"
) -> duckdb.DuckDBPyRelation:
    """How many people came in?

    Definition: the counts of the measure visits (gate or door counts), whoever made them. A counter
    that sees people come and go counts each twice: its export must halve it. Counts are taken as
    they are written; what reaches over an end of the period is left out and told.

    Parameters
    ----------
    con : an open connection
    since, until : since <= day < until
    by : all, kind, branch, month, weekday or hour (of kinds that end with one, as `all, 14:00`)

    Returns one row per part, ordered: `part` (NULL: not told, or of several months or weekdays),
    `visits` (people; NULL where every line reaches over an end), `estimated` (of them worked out
    from samples), `days_counted` (days that the lines tell of), `per_day_counted` (visits a day),
    `lines_across` (lines left out, since they reach over an end), `lines_overlapping` (lines of
    whose days another line tells too, such as a month and its weeks, a whole and its parts: both
    count).

    >>> libstats.visits(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['part', 'visits', 'estimated']
    """
    return _of_one(con, "visits", "visits", by=by, since=since, until=until)


@asked
def reference_questions(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "kind"
) -> duckdb.DuckDBPyRelation:
    """How many questions were asked, of which kind, and at which hour?

    Definition: the counts of the measure reference questions. Kinds are the library's own (phone,
    in person, chat); one may end with an hour, as `phone, 14:00`. Counts are taken as they are
    written; what reaches over an end of the period is left out and told.

    Parameters
    ----------
    con : an open connection
    since, until : since <= day < until
    by : all, kind, branch, month, weekday or hour

    Returns one row per part, ordered: `part` (NULL: not told), `questions` (questions; NULL where
    every line reaches over an end), `estimated` (of them worked out from samples), `days_counted`
    (days that the lines tell of), `per_day_counted` (questions a day), `lines_across` and
    `lines_overlapping` as `visits` has them.

    >>> libstats.reference_questions(con, since="2026-10-01", until="2026-11-01").columns[:2]
    ['part', 'questions']
    """
    return _of_one(con, "reference questions", "questions", by=by, since=since, until=until)


@asked
def programmes(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment
) -> duckdb.DuckDBPyRelation:
    """How many programmes were held, for which ages and in which format, and who came?

    Definition: the counts of the measures programmes (sessions held) and programme attendance. A
    kind is an age and a format with a comma between them, as `children 0-5, in person`. What
    reaches over an end of the period is left out and told.

    Parameters
    ----------
    con : an open connection
    since, until : since <= day < until

    Returns one row per age and format, ordered: `age`, `format` (NULL: not told), `programmes`
    (sessions; NULL: none counted), `attendance` (people; NULL: none counted), `per_programme`
    (people a session), `estimated` (of the attendance worked out from samples), `lines_across` and
    `lines_overlapping` as `visits` has them.

    >>> libstats.programmes(con, since="2026-10-01", until="2026-11-01").columns[:3]
    ['age', 'format', 'programmes']
    """
    told = counted.words()
    return con.sql(
        f"""
        with {_LINES},
        parted as (
            select
                *,
                case
                    when kind = 'all' then 'all'
                    else coalesce(nullif(trim(regexp_replace(kind, ',[^,]*$', '')), ''), 'all')
                end as age,
                {counted.FORMAT} as format,
                list_contains($sessions, word) as is_session,
                {_OVERLAPS} as is_overlapping
            from line
            where list_contains($sessions, word) or list_contains($people, word)
        )
        select
            age,
            format,
            sum(value) filter (where is_session and not is_across) as programmes,
            sum(value) filter (where not is_session and not is_across) as attendance,
            attendance / nullif(programmes, 0) as per_programme,
            coalesce(
                sum(value) filter (where not is_session and not is_across and is_estimate), 0
            ) as estimated,
            count(*) filter (where is_across) as lines_across,
            count(*) filter (where is_overlapping) as lines_overlapping
        from parted
        group by age, format
        order by age, format nulls last
        """,
        params={
            "since": str(since)[:10],
            "until": str(until)[:10],
            "sessions": list(told["programmes"]),
            "people": list(told["programme attendance"]),
        },
    )


def not_of_measures(
    con: duckdb.DuckDBPyConnection, measures: Sequence[str], since: Moment, until: Moment
) -> duckdb.DuckDBPyRelation:
    """How many lines of counts are of no such measure, or of other days, by reason."""
    told = counted.words()
    return con.sql(
        """
        with line as (
            select
                list_contains(
                    $words, lower(regexp_replace(trim(measure), '\\s+', ' ', 'g'))
                ) as is_meant,
                starts_on < $until::date and ends_on >= $since::date as is_within,
                starts_on < $since::date or ends_on >= $until::date as is_across
            from manual_count
        )
        select reason, rows
        from (
            select
                1 as place,
                'of another measure' as reason,
                count(*) filter (where not is_meant) as rows
            from line
            union all
            select
                2,
                'of days outside of the period',
                count(*) filter (where is_meant and not is_within)
            from line
            union all
            select
                3,
                'reaches over an end of the period',
                count(*) filter (where is_meant and is_within and is_across)
            from line
        )
        order by place
        """,
        params={
            "since": str(since)[:10],
            "until": str(until)[:10],
            "words": [word for measure in measures for word in told[measure]],
        },
    )


@asked
def visits_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "branch"
) -> duckdb.DuckDBPyRelation:
    """Which lines of counts did `visits` not count, and why?

    Parameters as for `visits`. Returns `reason` and `rows` (lines of counts), zero included.
    """
    return not_of_measures(con, ["visits"], since, until)


@asked
def questions_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment, by: By = "kind"
) -> duckdb.DuckDBPyRelation:
    """Which lines of counts did `reference_questions` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (lines of counts), zero included.
    """
    return not_of_measures(con, ["reference questions"], since, until)


@asked
def programmes_left_out(
    con: duckdb.DuckDBPyConnection, *, since: Moment, until: Moment
) -> duckdb.DuckDBPyRelation:
    """Which lines of counts did `programmes` not count, and why?

    Parameters as for it. Returns `reason` and `rows` (lines of counts), zero included.
    """
    return not_of_measures(con, ["programmes", "programme attendance"], since, until)
