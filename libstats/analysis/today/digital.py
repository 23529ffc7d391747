"""What today's list says of electronic resources and machines: reports of use that did not come,
and days on which more was refused than usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

import duckdb

from libstats.analysis.chart.chart import limits
from libstats.analysis.eresources import REPORTED
from libstats.analysis.proxy_logins import proxy_logins
from libstats.wording import Row, day_name, listed, month_name, number, records

__all__ = ["FETCH", "PROXY", "Digital", "beyond_usual", "digital", "reports_missing", "said"]

DUE_DAYS = 28  # after its end a month is to be there (COUNTER's code of practice: four weeks)
LATELY = 12  # months: what was last told longer ago has ended
FEWEST, BASELINE = 12, 60  # days by which a day is judged, at least and at most
MOST_USUAL = 4  # refusals of a day that are never beyond the usual
WEEK = timedelta(days=7)
PROXY = "the proxy"
# true whether or not libstats.toml names the platform's service
FETCH = "export it from the platform, or libstats harvest where that is set up"
REACH = 180  # days before a period in which those that judge it are looked for


@dataclass(frozen=True)
class Digital:
    """Reports of use that did not come, and days of the last week on which more was refused than
    usual."""

    missing: Sequence[Row] = ()
    refused: Sequence[Row] = ()


def digital(con: duckdb.DuckDBPyConnection, now: datetime, shown_at: datetime) -> Digital:
    """Both, as of now; the days are those before the newest export."""
    since = (shown_at - WEEK).date()
    refused = beyond_usual(con, since, shown_at.date() + timedelta(days=1))
    return Digital(reports_missing(con, now.date()), refused)


def reports_missing(con: duckdb.DuckDBPyConnection, as_of: date) -> list[Row]:
    """Which reports of use lack months that are due?

    A month is due four weeks after its end. It is missing if the report has told an earlier one of
    the last twelve months, and others have come for it, or its provider gave no counts. Of a report
    that never told a month those are missing for which its provider gave no counts. Releases are
    one: a platform that changes its release lacks nothing.

    Returns one row per `platform`, `report` and `institution`, ordered: `newest` (the last month
    that is told; NULL: none ever was), `months` (those that are missing), `answers` (what their
    provider said, if anything), `source`.
    """
    return records(
        con.sql(
            f"""
            with
            {REPORTED},
            stood as (
                select
                    l.source,
                    l.platform,
                    l.report,
                    l.institution,
                    coalesce(l.narrowed_to, '') as narrowed_to,
                    m.month,
                    bool_or(coalesce(m.state in ('told', 'no use'), false)) as is_told,
                    max(m.answer) as answer
                from report_line l join line_month m using (line)
                group by all
            ),
            due as (
                select distinct month
                from stood
                where month + interval 1 month + to_days($due) <= $as_of::date
                    and month >= date_trunc('month', $as_of::date) - to_months($lately)
            ),
            report_of as (
                select
                    * exclude (month, is_told, answer),
                    min(month) filter (where is_told) as first_told,
                    max(month) filter (where is_told) as newest
                from stood
                group by all
            )
            select
                r.platform,
                r.report,
                r.institution,
                r.newest,
                list(d.month order by d.month) as months,
                string_agg(distinct s.answer, ', ' order by s.answer) as answers,
                r.source
            from report_of r
                join due d on d.month > r.first_told or r.first_told is null
                left join stood s
                    on s.source = r.source
                    and s.platform is not distinct from r.platform
                    and s.report = r.report
                    and s.institution is not distinct from r.institution
                    and s.narrowed_to = r.narrowed_to
                    and s.month = d.month
            where not coalesce(s.is_told, false)
                and (r.newest >= date_trunc('month', $as_of::date) - to_months($lately)
                    or r.newest is null and s.month is not null)
            group by r.platform, r.report, r.institution, r.narrowed_to, r.newest, r.source
            order by lower(r.platform) nulls last, r.report, r.institution, r.source
            """,
            params={"as_of": str(as_of), "due": DUE_DAYS, "lately": LATELY},
        )
    )


def beyond_usual(con: duckdb.DuckDBPyConnection, since: date, until: date) -> list[Row]:
    """On which days of a period was more refused than usual?

    Of the proxy it is troubles with logins that did not end well, of other machines refused logins
    and refused checkouts, by account. A day is judged by the 60 days before it of which the log
    tells, at least 12. It stands out where it lies above the upper limit of their control chart,
    and has at least 5 refusals.

    Returns rows `place` (the proxy, or an account), `what` (logins, checkouts), `day`, `refused`
    and `usual_most` (the upper limit), the newest day first.
    """
    first = since - timedelta(days=REACH)
    series = [("", PROXY, "logins", *each) for each in _at_the_proxy(con, first, until)]
    series += _at_machines(con, first, until)
    found = []
    for (_, place, what), days in groupby(sorted(series), key=lambda row: row[:3]):
        told = [(day, count) for *_, day, count in days]
        for index, (day, count) in enumerate(told):
            before = [earlier for _, earlier in told[max(index - BASELINE, 0) : index]]
            if not since <= day < until or len(before) < FEWEST or count <= MOST_USUAL:
                continue
            most = limits(before).high
            if count > most:
                told_of = {"place": place, "what": what, "day": day, "refused": count}
                found.append({**told_of, "usual_most": most})
    return sorted(found, key=lambda row: (-row["day"].toordinal(), row["place"], row["what"]))


def _at_the_proxy(
    con: duckdb.DuckDBPyConnection, since: date, until: date
) -> list[tuple[date, int]]:
    """By day how many troubles did not end well; no day whose names have expired is told."""
    days = con.execute(
        """
        select happened_at::date as day
        from access_event
        where kind in ('login', 'failed login', 'denied login', 'lock-out')
            and happened_at >= $since::timestamp
            and happened_at < $until::timestamp
        group by day
        having count(*) filter (
            where kind in ('failed login', 'denied login') and user_key is null
        ) = 0
        order by day
        """,
        {"since": str(since), "until": str(until)},
    ).fetchall()
    if not days:
        return []
    troubles = {
        row["part"]: int(row["troubles"] - row["let_in"])
        for row in records(proxy_logins(con, by="day", since=since, until=until))
        if row["troubles"] is not None
    }
    return [(day, troubles.get(str(day), 0)) for (day,) in days]


def _at_machines(
    con: duckdb.DuckDBPyConnection, since: date, until: date
) -> list[tuple[str, str, str, date, int]]:
    """By source, account, kind and day how many logins or checkouts were refused, of the days on
    which the machine did anything."""
    return con.execute(
        """
        with machine_day as (
            select
                source,
                coalesce(account, branch, 'a machine') as place,
                happened_at::date as day,
                count(*) filter (where kind = 'checkout' and outcome = 'refused') as checkouts,
                count(*) filter (where kind = 'patron check' and outcome = 'refused') as logins
            from machine_event
            where happened_at >= $since::timestamp
                and happened_at < $until::timestamp
            group by all
        )
        select source, place, 'checkouts' as what, day, checkouts
        from machine_day
        union all
        select source, place, 'logins', day, logins
        from machine_day
        order by all
        """,
        {"since": str(since), "until": str(until)},
    ).fetchall()


def said(rows: Digital) -> list[str]:
    """Each as a sentence: the reports that did not come, the days that stand out."""
    return [*map(_missing, rows.missing), *map(_refused, rows.refused)]


def _missing(row: Row) -> str:
    months = listed([month_name(month) for month in row["months"]])
    answer = f" Its provider says: {row['answers']}." if row["answers"] else ""
    of = row["platform"] or "a platform without a name"
    return f"{row['report']} of {of} did not come for {months}: {FETCH}.{answer}"


def _refused(row: Row) -> str:
    day = day_name(row["day"])
    if row["place"] == PROXY:
        what = f"{number(row['refused'])} times somebody did not get in at the proxy on {day}"
    else:
        what = f"{number(row['refused'])} {row['what']} at {row['place']} were refused on {day}"
    most = int(row["usual_most"])
    usual = f"it is at most {number(most)}" if most else "there are none"
    return f"{what}; on a usual day {usual}."
