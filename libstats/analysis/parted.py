"""An analysis in two parts: what one store adds up, and what is made of the sums, of one or many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import duckdb


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
    made  (the same parameters): what is made of a table `sums`, one store's or those of many in one
    """

    sums: Callable[..., Sums]
    made: Callable[..., Sums]

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
