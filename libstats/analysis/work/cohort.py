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
    OPEN,
    PARTS,
    UNDETERMINABLE,
    Grid,
    Spans,
    on_grid_sql,
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

# One row per part and time waited; and where some come under watch only later, the time at which.
_CELLS = """
    span as ({spans}),
    begun as (
        select
            *,
            {part} as part,
            {entry} as entry
        from span
        where started_at >= $since::timestamp and started_at < $until::timestamp
    ),
    cell as (
        select
            part,
            {waited} as waited,
            {entered} as entry,
            count(*) filter (where state = {done}) as reached,
            count(*) filter (where state = {open}) as still_open,
            count(*) filter (where state = {given_up}) as given_up,
            count(*) filter (where state = {undeterminable}) as undeterminable,
            count(*) filter (where ended_at < started_at and waited < 0) as negative,
            count(*) filter (where is_at_most) as at_most,
            count(told_at) as last_told
        from begun
        where not {is_before}
        group by all
    )
"""
# Cases that had ended before ends were recorded would not be known at all, and are no part of the
# cohort, known or not.
_IS_BEFORE = """(
            entry is not null
            and (coalesce(not_after <= $observed_from::timestamp, false) or waited <= entry)
        )"""


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

    def cells_sql(self, grid: Grid) -> str:
        """SQL: `span`, the cases, and `cell`: how many of the cohort there are of each part and
        time waited, and how they stand."""
        unit = self.spans.unit
        return _CELLS.format(
            spans=self.spans.sql(within=self.spans.start),
            part=f"'{ALL}'" if self.by is None else COHORT_PARTS[self.by],
            entry=self.entry,
            is_before=self.is_before,
            waited=on_grid_sql("waited", "ceil", unit, grid),
            # who comes under watch on the day of the end was under watch before it
            entered=on_grid_sql("entry", "floor", unit, grid),
            done=DONE,
            open=OPEN,
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
