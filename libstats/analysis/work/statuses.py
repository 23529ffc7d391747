"""What the status of a case says: how it ended, which milestone it marks, and between which loads
the end lies where no export has its moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from libstats import schema
from libstats.analysis.work.exported import runs_sql
from libstats.declaration.raw import quoted
from libstats.definitions.processes import OVER, MilestoneColumns, Process
from libstats.definitions.roles import folded_sql

# what a status that nobody declared says
UNKNOWN = "undeterminable"
NEVER = "null::timestamp"
TOLD = ("given", "because", "not_before", "not_after", "marks", "marked_by")
_WORDS = """
    left join (
        select
            source,
            code,
            min(outcome) as outcome,
            list(milestone) filter (where milestone is not null) as milestones
        from (
            from role
            where about = '{about}'
                and coalesce(field, '{field}') = '{field}'
                and coalesce(role, {direction}) is not distinct from {direction}
            qualify rank() over (partition by source, code order by is_own desc) = 1
        )
        group by source, code
    ) {name} on {name}.source = {row}.source and {name}.code = {folded}"""
_SHOWN = """
    left join (
        select
            source,
            case_key,
            last_open_at,
            list_min(
                list_transform(
                    list_filter(
                        overs,
                        lambda o: o.last_at > coalesce(last_open_at, '-infinity'::timestamp)
                    ),
                    lambda o: greatest(o.first_at, coalesce(last_open_at, '-infinity'::timestamp))
                )
            ) as first_over_at
        from (
            select
                source,
                case_key,
                max(last_at) filter (where not {is_over} and not {is_unknown}) as last_open_at,
                list({{'first_at': first_at, 'last_at': last_at}}) filter (
                    where {is_over}
                ) as overs
            from (
                select
                    {row}.source,
                    {key} as case_key,
                    r.first_at,
                    r.last_at,
                    {outcome} as outcome
                from history.{table} {row}{unended}
                join ({runs}
                ) r
                    on r.shape = {row}.shape
                    and r.from_seq = {row}.from_seq
                    and r.until_seq is not distinct from {row}.until_seq{words}
            )
            group by source, case_key
        )
    ) shown on shown.source = {row}.source and shown.case_key = {row}.{key_name}"""
# of what a whole list lacks: the list that lacked it first
_LACKED = """
    left join (
        select
            g.source,
            g.gone_after,
            min(f.exported_at) as lacked_at
        from (select distinct source, gone_after from {rows} where gone_after is not null) g
        join loaded_file f on f.source = g.source and f.exported_at > g.gone_after
        where f.is_active and f.is_whole and f.primary_table = '{table}'
        group by g.source, g.gone_after
    ) lacked on lacked.source = t.source and lacked.gone_after = t.gone_after"""


@dataclass(frozen=True)
class Statuses:
    """The statuses of the cases of a process that are rows of a table."""

    process: Process
    columns: MilestoneColumns

    @property
    def joins(self) -> str:
        """SQL: what the meaning of the words needs."""
        found = self._words("w", self.columns.code) if self.columns.code else ""
        return found + (self._words("y", self.columns.reason) if self.columns.reason else "")

    @property
    def bounds(self) -> str:
        """SQL: what the loads between which a case ended need."""
        found = self._shown() if self.columns.code else ""
        lacked = _LACKED.format(rows=self.columns.rows, table=self.columns.table)
        return found + (lacked if self.columns.ever else "")

    def reached(self, milestone: str) -> str:
        """SQL: when a case reached the milestone that its status marks; NULL if it marks another,
        or nobody knows since when."""
        is_marked = f"list_contains(w.milestones, {quoted(milestone)})"
        since = NEVER if self.columns.since == "null" else self.columns.since
        return f"case when {is_marked} then {since} end"

    @property
    def told(self) -> list[str]:
        """SQL: the columns TOLD. How a case stands by its status, and what the reason says of it;
        NULL where nothing is said."""
        given = self._outcome() if self.columns.code else self.columns.said
        because = f"coalesce(y.outcome, {self.columns.refined})" if self.columns.reason else ""
        told = (
            given,
            because or self.columns.refined,
            self._not_before,
            self._not_after,
            "w.milestones" if self.columns.by and self.columns.code else "null::varchar[]",
            self.columns.by or NEVER,
        )
        found = [f"{sql} as {name}" for sql, name in zip(told, TOLD, strict=True)]
        return [*found, "t.gone_after"] if self.columns.ever else found

    @property
    def judged(self) -> list[str]:
        """SQL over what is `told`: the columns TOLD, of what a whole list lacks as well."""
        if not self.columns.ever:
            return list(TOLD)
        over = ", ".join(map(quoted, OVER))
        is_there = f"gone_after is null or given in ({over})"
        # a row that leaves the list after it was over was open no later than it was
        return [
            f"if({is_there}, given, '{self.columns.gone}') as given",
            "because",
            f"if({is_there}, not_before, greatest(not_before, gone_after)) as not_before",
            "not_after",
            "marks",
            "marked_by",
        ]

    @property
    def _not_before(self) -> str:
        """SQL: when it was last shown to be open."""
        return _latest(["shown.last_open_at"] if self.columns.code else [])

    @property
    def _not_after(self) -> str:
        """SQL: since when at the latest it is over."""
        moments = ["shown.first_over_at"] if self.columns.code else []
        moments += ["lacked.lacked_at"] if self.columns.ever else []
        return f"least({', '.join([*moments, self.columns.since, NEVER])})"

    @property
    def _row(self) -> tuple[str, str]:
        """The row that has the status, and the table that it is of."""
        return self.columns.told_by or ("t", self.columns.table)

    def _words(self, name: str, field: str) -> str:
        row, table = self._row
        direction = quoted(self.columns.direction) if self.columns.direction else "null"
        return _WORDS.format(
            about=table,
            field=field,
            folded=folded_sql(f"{row}.{field}"),
            direction=direction,
            name=name,
            row=row,
        )

    def _outcome(self) -> str:
        row, _ = self._row
        well = ", ".join(map(quoted, (*self.process.done, *self.process.behind)))
        otherwise = ", ".join(map(quoted, self.process.given_up))
        return f"""case
            when w.code is not null
                then coalesce(
                    w.outcome,
                    case
                        when list_has_any(w.milestones, [{well}]) then 'done'
                        when list_has_any(w.milestones, [{otherwise}]::varchar[]) then 'given up'
                    end,
                    {self.columns.said},
                    'open'
                )
            else coalesce(
                {self.columns.said},
                case when trim({row}.{self.columns.code}) <> '' then '{UNKNOWN}' end
            )
        end"""

    def _shown(self) -> str:
        row, name = self._row
        table = schema.tables()[name]
        key = f"{row}.{table.key[0]}"
        if second := table.second_name:
            key = f"coalesce({row}.{table.exported_key[0]}, '{second}:' || {row}.{second})"
        told = [c for c in (self.columns.code, "status") if c in {c.name for c in table.columns}]
        unended = ""
        if self.columns.unended:
            unended = f"""
                semi join (from {self.columns.rows} where {self.columns.unended}) u
                    using (source, {table.key[0]})"""
        return _SHOWN.format(
            unended=unended,
            table=name,
            row=row,
            key=key,
            key_name=table.key[0],
            outcome=self._outcome(),
            is_over=_one_of("outcome", OVER),
            is_unknown=_one_of("outcome", [UNKNOWN]),
            words=self._words("w", self.columns.code),
            # a load without the column of the status tells nothing of an end
            runs=runs_sql(
                name,
                "min(f.exported_at) as first_at, max(f.exported_at) as last_at",
                f"list_has_any(f.columns['{name}'], {told})",
            ),
        )


def _one_of(given: str, outcomes: Iterable[str]) -> str:
    return f"coalesce(({given}) in ({', '.join(map(quoted, outcomes))}), false)"


def _latest(moments: Iterable[str]) -> str:
    return f"greatest({', '.join([*moments, NEVER])})"
