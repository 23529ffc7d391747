"""An analysis in two parts: what one store adds up, and what is made of the sums of one or many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb

# SQL: of rows of `ranked` the middle value, or that between the two
MEDIAN = """(
                    min(value) filter (where 2 * up_to >= n)
                    + min(value) filter (where 2 * up_to > n)
                ) / 2"""


def ranked(value: str, count: str, which: str) -> str:
    """SQL: each `value` of a part of `sums`, of how many of its `n` cases it is not exceeded
    (`up_to`): all that a percentile needs."""
    return f"""
            select
                part,
                {value} as value,
                sum(sum({count})) over (
                    partition by part
                    order by {value}
                )::bigint as up_to,
                sum(sum({count})) over (partition by part)::bigint as n
            from sums
            where {which} and {value} is not null
            group by part, {value}"""


class Sums(NamedTuple):
    """SQL, and its named parameters: all of them are in it."""

    sql: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Parted:
    """An analysis that adds up.

    sums  (con, **parameters of the analysis): what one store adds up, one flat table; rows of
          several kinds are told apart by a column `row`, and what the store alone knows
          (coverage, the newest export, the fiscal year) stands in columns. Raises AnalysisError
          where the exports of this store cannot tell. Counts are whole numbers, so that adding
          them in any order gives the same
    made  (the same parameters): what is made of a table `sums`, one store's or those of many.
          Ordered by the columns that stand first. With `is_apart` of several tables, each alone, in
          one statement: that keeps no order of rows, so that windows need one of their own
    refuse  (con, rows of what is made of the sums of this store alone, the same parameters): raises
          AnalysisError where these show that its exports cannot tell
    finish  (con, rows of what is made of the sums of many, the same parameters): the answer, where
          it is more than SQL can say
    """

    sums: Callable[..., Sums]
    made: Callable[..., Sums]
    refuse: Callable[..., None] | None = None
    finish: Callable[..., duckdb.DuckDBPyRelation] | None = None

    def ask(self, con: duckdb.DuckDBPyConnection, **parameters: Any) -> duckdb.DuckDBPyRelation:
        """The answer of one store."""
        added, made = self.sums(con, **parameters), self.made(**parameters)
        # the order of `made` stays: nothing stands above it but its columns
        return con.sql(
            f"""
            with sums as materialized ({added.sql})
            from ({made.sql})
            """,
            params=added.params | made.params,
        )
