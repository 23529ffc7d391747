"""What the report on the digital desk tells of, read once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from libstats.analysis.cost_per_use import cost_per_use
from libstats.analysis.eresources import eresource_use
from libstats.analysis.licences import licences_to_decide
from libstats.analysis.machine_refusals import machine_refusals
from libstats.analysis.machines import machine_use
from libstats.analysis.provenance import freshness
from libstats.analysis.proxy import proxy_starts, proxy_visits
from libstats.analysis.proxy_logins import proxy_logins
from libstats.analysis.resolver import resolver_requests
from libstats.analysis.self_service import self_service
from libstats.analysis.technology_uses import technology_uses
from libstats.analysis.today.digital import beyond_usual, reports_missing
from libstats.analysis.turned_away import turned_away
from libstats.errors import NothingTold, ReportError
from libstats.report.circulation.rows import branch_names
from libstats.report.digital import lending_rows
from libstats.report.digital.lending_rows import Lending
from libstats.report.page.period import Period, asked
from libstats.wording import Row, month_before, records

__all__ = ["LENDING", "LOGS", "TABLES", "Digital", "read"]

# what tells of the desk day by day, and the column of its days
DAYS = {
    "access_session": "visited_on",
    "access_event": "happened_at",
    "machine_event": "happened_at",
    "link_resolver_usage": "requested_on",
}
LOGS: Mapping[str, Callable[..., duckdb.DuckDBPyRelation]] = {
    "access_session": proxy_visits,
    "access_event": proxy_logins,
    "machine_event": machine_use,
}
LENDING = ("digital_title", "digital_use", "digital_loan")
TABLES = (*DAYS, "usage_report", "licence", "access_problem", *LENDING)
Rows = Sequence[Row]


@dataclass(frozen=True)
class Digital:
    """What the report tells of: the period, and the rows of each analysis.

    told      which tables hold anything at all
    year      the twelve months of COUNTER's reports that end with the newest told; None: none is
    logins    failed logins at the proxy by cause, `hours` by hour
    turned_away  who publishers turned away in that year, by title, by platform, by month
    beyond    the days of the period on which more was refused than usual
    machines  what machines did, by kind of work and by part
    refusals  of checkouts, by machine and reason
    before    self-service in the period before, `by_hour` by hour of the day
    standing  how much of the period each log tells (coverage, reason)
    """

    period: Period
    told: Mapping[str, bool]
    year: Period | None = None
    logins: Rows = ()
    hours: Rows = ()
    hosts: Rows = ()
    starts: Rows = ()
    beyond: Rows = ()
    costs: Rows = ()
    uses: Rows = ()
    turned_away: Mapping[str, Rows] = field(default_factory=dict)
    licences: Rows = ()
    lending: Lending = field(default_factory=Lending)
    missing: Rows = ()
    problems: Rows = ()
    machines: Mapping[tuple[str, str], Rows] = field(default_factory=dict)
    refusals: Rows = ()
    shares: Rows = ()
    by_hour: Rows = ()
    before: Rows = ()
    names: Mapping[str, str] = field(default_factory=dict)
    resolver: Rows = ()
    house: Rows = ()
    sources: Rows = ()
    standing: Mapping[str, Row] = field(default_factory=dict)

    @property
    def as_of(self) -> date:
        """The day as of which costs and licences are told: the first one after the period."""
        return self.period.until

    def at_machines(self, kind: str, by: str) -> Rows:
        """What machines did of a kind of work, by a part."""
        return self.machines.get((kind, by), ())


MACHINES = (
    ("checkout", "machine"),
    ("checkin", "branch"),
    ("checkin", "machine"),
    ("checkin", "bin"),
    ("patron check", "machine"),
    ("patron check", "hour"),
)


def read(con: duckdb.DuckDBPyConnection, **said: str) -> Digital:
    """Read what the report on the digital desk needs.

    Parameters
    ----------
    con : an open connection
    said : month, quarter, year, or since and until, as `libstats.report.page.period.given` takes
        them; without any the last month that the logs reach the end of

    Raises ReportError for a period that is none, or of which nothing is told.
    """
    told = _told(con)
    period = asked(con, **said) or _newest(con, told)
    year = _year(con, period)
    within: dict[str, Any] = {"since": period.since, "until": period.until}
    before: dict[str, Any] = {"since": period.before.since, "until": period.before.until}
    found = Digital(
        period,
        told,
        year,
        logins=_counted(proxy_logins(con, **within), "troubles"),
        hours=_counted(proxy_logins(con, **within, by="hour"), "troubles"),
        hosts=_counted(proxy_visits(con, **within), "visits"),
        starts=_counted(proxy_starts(con, **within), "starts"),
        beyond=beyond_usual(con, period.since, period.until),
        costs=records(cost_per_use(con, as_of=period.until)),
        uses=records(eresource_use(con, since=year.since, until=year.until)) if year else [],
        turned_away={
            by: records(turned_away(con, since=year.since, until=year.until, by=by))
            for by in ("title", "platform", "month")
        }
        if year
        else {},
        licences=records(licences_to_decide(con, as_of=period.until)),
        lending=lending_rows.read(con, period, told["digital_title"]),
        missing=reports_missing(con, period.until),
        problems=_problems(con, period),
        machines={
            (kind, by): _counted(machine_use(con, **within, kind=kind, by=by), "done")
            for kind, by in MACHINES
        },
        refusals=_counted(machine_refusals(con, **within), "refused"),
        shares=_counted(self_service(con, **within), "checkouts"),
        by_hour=_counted(self_service(con, **within, by="hour"), "checkouts"),
        before=_counted(self_service(con, **before), "checkouts"),
        names=_names(con),
        resolver=_counted(resolver_requests(con, **within), "requests"),
        house=records(technology_uses(con, **within)),
        sources=_sources(con),
        standing=_standing(con, within, told),
    )
    _refuse(found)
    return found


def _counted(found: duckdb.DuckDBPyRelation, count: str) -> list[Row]:
    """The rows of what is counted at all; one that only says why nothing is told is none."""
    return [row for row in records(found) if row[count] is not None]


def _standing(
    con: duckdb.DuckDBPyConnection, within: Mapping[str, Any], told: Mapping[str, bool]
) -> dict[str, Row]:
    """How much of the period each log tells that is loaded."""
    return {
        name: row
        for name, analysis in LOGS.items()
        if told[name]
        for row in records(analysis(con, **within, by="all"))
    }


def _told(con: duckdb.DuckDBPyConnection) -> dict[str, bool]:
    """Which tables hold anything."""
    rows = [con.execute(f"select count(*) > 0 from {name}").fetchall()[0][0] for name in TABLES]
    return dict(zip(TABLES, rows, strict=True))


def _newest(con: duckdb.DuckDBPyConnection, told: Mapping[str, bool]) -> Period:
    """The last month that the newest of the logs reaches the end of; without logs the last of which
    a publisher's report or digital lending tells, else that of the newest licence, list of digital
    titles or report of a problem."""
    days = " union all ".join(f"select max({day}::date) from {name}" for name, day in DAYS.items())
    (newest,) = con.execute(f"select max(day) from ({days}) as t(day)").fetchall()[0]
    if newest:
        month = month_before((newest + timedelta(days=1)).replace(day=1))
        return Period(month, month_before(month, -1))
    told_of = con.execute(
        """
        select max(month)
        from (
            select month
            from usage_report
            where state is not null
            union all
            select date_trunc('month', ends_on)::date
            from digital_use
            union all
            select (date_trunc('month', lent_at::date + 1) - interval 1 month)::date
            from digital_loan
        ) as t(month)
        """
    )
    last: date | None = told_of.fetchall()[0][0] or _of_forms(con)
    if last is None:
        raise ReportError(
            "nothing that is loaded tells of electronic resources, of a proxy, of self-checks, of"
            " licences or of digital lending",
            "Load reports of COUNTER, logs of EZproxy or of SIP2: libstats load exports",
        )
    return Period(last, month_before(last, -1))


def _of_forms(con: duckdb.DuckDBPyConnection) -> date | None:
    """The last month that is over of the newest form of licences or of problems, or list of
    digital titles."""
    told_at: datetime | None = con.execute(
        """
        select max(exported_at)
        from loaded_file
        where is_active and primary_table in ('licence', 'access_problem', 'digital_title')
        """
    ).fetchall()[0][0]
    return told_at and month_before((told_at + timedelta(days=1)).date().replace(day=1))


def _year(con: duckdb.DuckDBPyConnection, period: Period) -> Period | None:
    """The twelve months up to the newest that a publisher's report tells of, before the end of the
    period."""
    (newest,) = con.execute(
        """
        select max(month)
        from usage_report
        where state in ('told', 'no use')
            and month < $until::date
        """,
        {"until": str(period.until)},
    ).fetchall()[0]
    return Period(month_before(newest, 11), month_before(newest, -1)) if newest else None


def _problems(con: duckdb.DuckDBPyConnection, period: Period) -> list[Row]:
    """What was reported not to open: in the period, or still open at its end."""
    return records(
        con.sql(
            """
            select
                problem_id,
                resource,
                cause,
                reported_at,
                passed_on_at,
                resolved_at,
                (epoch(resolved_at) - epoch(reported_at)) / 86400 as days,
                coalesce(resolved_at, withdrawn_at) is null
                    or coalesce(resolved_at, withdrawn_at) >= $until::timestamp as is_open
            from access_problem
            where reported_at < $until::timestamp
                and (
                    reported_at >= $since::timestamp
                    or coalesce(resolved_at, withdrawn_at) is null
                    or coalesce(resolved_at, withdrawn_at) >= $until::timestamp
                )
            order by is_open desc, reported_at, problem_id, source
            """,
            params={"since": str(period.since), "until": str(period.until)},
        )
    )


def _names(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Branches as they are called, by what `self_service` has of them: capitals."""
    rows = con.execute("select distinct branch from coverage where branch is not null").fetchall()
    codes: set[str | None] = {code for (code,) in rows}
    names = branch_names(con, codes)
    return {str(code).strip().upper(): names.get(str(code), str(code)) for code in codes}


_ASKED = (
    "proxy_visits",
    "proxy_logins",
    "machine_refusals",
    "machine_use",
    "self_service",
    "eresource_use",
    "turned_away",
    "cost_per_use",
    "resolver_requests",
)


def _sources(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """The exports that tell of all this."""
    rows = [row for name in _ASKED for row in records(freshness(con, analysis=name))]
    found = {(row["source"], row["export"]): row for row in rows}
    return [found[key] for key in sorted(found)]


def _refuse(found: Digital) -> None:
    """NothingTold where nothing tells of the period."""
    shown: Sequence[Callable[[], bool]] = (
        lambda: bool(found.logins or found.hosts or found.starts),
        lambda: any(found.machines.values()),
        lambda: bool(found.year and found.uses),
        lambda: bool(found.lending.lent or found.lending.is_listed),
        lambda: bool(found.resolver or found.problems or found.licences or found.costs),
    )
    if not any(each() for each in shown):
        raise NothingTold(
            f"nothing that is loaded tells of the digital desk in {found.period.words}",
            "`libstats coverage` says which months are told of. No file was changed.",
        )
