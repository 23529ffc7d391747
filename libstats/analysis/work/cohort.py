"""The cases that began in a period, and how many of them waited still after so long: what
turnaround and its curve have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from libstats.analysis.work.spans import (
    DONE,
    GIVEN_UP,
    UNDETERMINABLE,
    Spans,
    part_sql,
    waited_sql,
)
from libstats.definitions.parameters import Moment, Unit
from libstats.errors import AnalysisError

# Kaplan-Meier. Cases that are open or were given up leave the risk set without an end. Rows are
# sorted once, by part and time; a window without an order of its own goes by that of the rows. In
# each part the row without a time comes first: all enter with it.
_RISK = """
    span as ({spans}),
    cohort as materialized (
        select
            {part} as part,
            waited,
            state,
            started_at,
            ended_at
        from span
        where started_at >= $since::timestamp and started_at < $until::timestamp
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
            -count(*) filter (where {is_there})
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
            (leaving - sum(leaving) over (rows unbounded preceding))::bigint as at_risk
        from (
            from turning
            order by part nulls last, waited nulls first{ties}
        )
    )
"""
# cases that began before their end would have been recorded are at risk only from then on
_ENTRIES = """
        union all
        select
            part,
            greatest({entry}, 0),
            0,
            0,
            -count(*)
        from counted_in
        where not {is_there}
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
        return cls(spans, since, until, by, observed_from)

    @property
    def params(self) -> dict[str, str]:
        """The parameters of SQL that asks for the cohort."""
        given = {"since": self.since, "until": self.until, "as_of": self.spans.as_of}
        if self.observed_from is not None:
            given["observed_from"] = self.observed_from
        return {name: str(moment) for name, moment in given.items()}

    def risk_sql(self) -> str:
        """SQL: `span`, the `cohort`, and `risk`: one row per part and time waited with how many
        were at risk, done and given_up then, and one without a time, with which all enter."""
        is_there, entries, ties = "true", "", ""
        if self.observed_from is not None:
            is_there, ties = "started_at >= $observed_from::timestamp", ", leaving desc"
            unit, calendar = self.spans.unit, self.spans.calendar
            entry = waited_sql("started_at", "$observed_from::timestamp", "false", unit, calendar)
            entries = _ENTRIES.format(entry=entry, is_there=is_there)
        return _RISK.format(
            spans=self.spans.sql(within=self.spans.start),
            part=part_sql(self.by),
            is_there=is_there,
            entries=entries,
            ties=ties,
            done=DONE,
            given_up=GIVEN_UP,
            undeterminable=UNDETERMINABLE,
        )


def sentence(text: str) -> str:
    """A text that begins with a capital letter."""
    return text[:1].upper() + text[1:]
