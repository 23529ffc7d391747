"""The cases that began in a period, and how many of them waited still after so long: what
turnaround and its curve have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import duckdb

from libstats.analysis.work.copy_in import COPY_IN
from libstats.analysis.work.spans import (
    ALL,
    DONE,
    GIVEN_UP,
    PARTS,
    UNDETERMINABLE,
    Spans,
    within_sql,
)
from libstats.definitions.parameters import Moment, Unit, one_of
from libstats.errors import AnalysisError

# who supplies a request, or is asked to: renamed, so that source and case_id are those of the case
LENDER = """(
                select any_value(lender)
                from (select source as of_source, request_id, lender from ill_request)
                where of_source = source and request_id = case_id
            )"""
_LENDERS = {"lender": LENDER, "kind and lender": f"kind || ', ' || {LENDER}"}
# from where to where a copy travels
ROUTE = """(
                select any_value(coalesce(from_branch, '?') || ' → ' || coalesce(to_branch, '?'))
                from (select source as of_source, transit_id, from_branch, to_branch from transit)
                where of_source = source and transit_id = case_id
            )"""
# by which route a copy on order comes
ORDER_ROUTE = """(
                select any_value(route)
                from (select source as of_source, case_id as of_case, route from order_route)
                where of_source = source and of_case = case_id
            )"""
COHORT_PARTS = {
    **PARTS,
    **{f"{of} and month": f"{of} || ', ' || {PARTS['month']}" for of in ("kind", "source")},
    **_LENDERS,
    "route": ROUTE,
    "order route": ORDER_ROUTE,
    "copy in": COPY_IN,
}
CohortPart = Annotated[str, one_of(COHORT_PARTS, "cases cannot be parted by {}")]
# what cases of one kind of work alone have
ONLY = {"route": "transit", "copy in": "hold", "order route": "order_copy"}
HAVE_LENDERS = ("ill_borrowing", "document_delivery")

# Kaplan-Meier. Cases that are open or were given up leave the risk set without an end. Rows are
# sorted once, by part and time; a window without an order of its own goes by that of the rows. In
# each part the row without a time comes first: all enter with it.
_RISK = """
    span as ({spans}),
    begun as (
        select
            *,
            {part} as part,
            {entry} as entry
        from span
        where started_at >= $since::timestamp and started_at < $until::timestamp
    ),
    cohort as materialized (
        select
            part,
            waited,
            state,
            started_at,
            ended_at,
            is_at_most,
            told_at,
            entry
        from begun
        where not {is_before}
    ),
    counted_in as (
        select *
        from cohort
        where state <> {undeterminable} and waited is not null
    ),
    turning as (
        select
            part,
            waited,
            count(*) filter (where state = {done}) as done,
            count(*) filter (where state = {given_up}) as given_up,
            count(*) as leaving
        from counted_in
        group by part, waited
        union all
        select
            part,
            null,
            0,
            0,
            -count(*) filter (where entry is null)
        from counted_in
        group by part
        {entries}
    ),
    risk as (
        select
            part,
            waited,
            done,
            given_up,
            leaving,
            (leaving - sum(leaving) over (rows unbounded preceding))::bigint as at_risk
        from (
            from turning
            order by part nulls last, waited nulls first{ties}
        )
    )
"""
# Of all cases what share had reached the end, or was given up, by then, from `risk`: cumulative
# incidences (Aalen and Johansen 1978). Who enters at the time at which another ends comes after it.
SHARES = """
    leaving as (
        select
            *,
            product(1 - (done + given_up) / nullif(at_risk, 0)) over so_far as in_work
        from risk
        where at_risk > 0
        window so_far as (partition by part order by waited, leaving desc rows unbounded preceding)
    ),
    before as (
        select
            *,
            coalesce(lag(in_work) over (partition by part order by waited, leaving desc), 1)
                / at_risk as each,
            product(1 - done / at_risk) over so_far as still_waiting
        from leaving
        window so_far as (partition by part order by waited, leaving desc rows unbounded preceding)
    ),
    shares as (
        select
            *,
            -- a sum of parts may pass 1 by its last bit
            least(sum(each * done) over so_far, 1) as share_reached,
            least(sum(each * given_up) over so_far, 1) as share_given_up
        from before
        window so_far as (partition by part order by waited, leaving desc rows unbounded preceding)
    )
"""
# Cases that began before their end would have been recorded are at risk only from then on; those
# that had ended by then would not be known at all, and are no part of the cohort, known or not.
_IS_BEFORE = """(
            entry is not null
            and (coalesce(not_after <= $observed_from::timestamp, false) or waited <= entry)
        )"""
_ENTRIES = """
        union all
        select
            part,
            entry,
            0,
            0,
            -count(*)
        from counted_in
        where entry is not null
        group by all
"""


@dataclass(frozen=True)
class Cohort:
    """The cases whose start lies in a period, since <= moment < until.

    observed_from  where an export holds only ends after a moment: that moment
    """

    spans: Spans
    since: Moment
    until: Moment
    by: str | None
    observed_from: Moment | None

    @classmethod
    def of(
        cls,
        con: duckdb.DuckDBPyConnection,
        process: str,
        *,
        since: Moment,
        until: Moment,
        start: str | None = None,
        end: str | Sequence[str] | None = None,
        as_of: Moment | None = None,
        observed_from: Moment | None = None,
        by: str | None = None,
        unit: Unit = "days",
        calendar: str | None = None,
    ) -> Cohort:
        """The cohort that the parameters of `turnaround` ask for. Raises AnalysisError as `Spans`
        does, and for an end of which no turnaround can be told."""
        spans = Spans.of(
            con, process, start=start, end=end, as_of=as_of, unit=unit, calendar=calendar
        )
        for name in spans.ends:
            if misleading := spans.process.misleading.get(name):
                raise AnalysisError(
                    f"{spans.process.name}: no turnaround can be told from {name!r}",
                    f"{sentence(misleading)}.",
                )
        if (only := ONLY.get(by or "", process)) != process:
            raise AnalysisError(f"{process}: its cases have no {by}", f"Only those of {only}.")
        if by in _LENDERS:
            spans = at_the_lender(spans)
        return cls(spans, since, until, by, observed_from)

    @property
    def params(self) -> dict[str, str]:
        """The parameters of SQL that asks for the cohort."""
        given = {"since": self.since, "until": self.until, "as_of": self.spans.as_of}
        if self.observed_from is not None:
            given["observed_from"] = self.observed_from
        return {name: str(moment) for name, moment in given.items()}

    @property
    def entry(self) -> str:
        """SQL: for how long a case had waited when its end would first have been recorded; NULL for
        one that began later."""
        if self.observed_from is None:
            return "null::double"
        unit, calendar = self.spans.unit, self.spans.calendar
        waited = within_sql("started_at", "$observed_from::timestamp", "is_day", unit, calendar)
        return f"case when started_at < $observed_from::timestamp then greatest({waited}, 0) end"

    @property
    def is_before(self) -> str:
        """SQL, with `entry`: a case had ended before its end would have been recorded."""
        return "false" if self.observed_from is None else _IS_BEFORE

    def risk_sql(self) -> str:
        """SQL: `span`, the `cohort`, and `risk`: one row per part and time waited with how many
        were at risk, done and given_up then, and one without a time, with which all enter."""
        is_late = self.observed_from is not None
        return _RISK.format(
            spans=self.spans.sql(within=self.spans.start),
            part=f"'{ALL}'" if self.by is None else COHORT_PARTS[self.by],
            entry=self.entry,
            is_before=self.is_before,
            entries=_ENTRIES if is_late else "",
            ties=", leaving desc" if is_late else "",
            done=DONE,
            given_up=GIVEN_UP,
            undeterminable=UNDETERMINABLE,
        )


def at_the_lender(spans: Spans) -> Spans:
    """The spans with the last sending of each request, for that went to the lender it names: the
    days of those who said no before are not its own. AnalysisError where no case has a lender."""
    work = spans.process
    if work.name not in HAVE_LENDERS:
        raise AnalysisError(
            f"{work.name}: its cases have no lender", f"Only those of {' and '.join(HAVE_LENDERS)}."
        )
    again = ["sent"] if "sent" in work.milestones else []
    return replace(spans, process=replace(work, last=(*work.last, *again)))


def sentence(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[:1].upper() + text[1:]
