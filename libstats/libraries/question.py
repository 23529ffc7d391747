"""What is asked of each library: an analysis that adds up, and its parameters."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

import duckdb

from libstats.analysis.provenance import given
from libstats.definitions.parameters import as_moment, asked, checked
from libstats.definitions.parted import Parted, Sums
from libstats.errors import AnalysisError
from libstats.libraries.parted_analyses import PARTED, function_of
from libstats.wording import records

# Why an analysis has no sums. Nobody is asked for what would have to travel row by row.
NOT_PARTED = {
    "active_borrowers": "each library hashes its patrons with a key of its own, and whoever goes to"
    " two of them would count twice",
    "receipt": "a receipt names the files of one library",
    "shelf_findings": "the order of a shelf is seen at the shelf",
    "shelf_reading": "the order of a shelf is seen at the shelf",
    "shelves_read": "a shelf is one of one library",
    "weeding_candidates": "it lists copies one by one, and they do not leave their library",
    "worklist": "it lists cases one by one, and they do not leave their library",
}
_TIMES = ("since", "until", "as_of", "observed_from")
# `by` what is called the same everywhere; all else is named by each library for itself
SHARED = (None, "all", "class", "copy in", "kind", "kind and month", "month")


@dataclass(frozen=True)
class Question:
    """An analysis with its parameters, as they were given."""

    analysis: str
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, analysis: str, parameters: Mapping[str, Any]) -> Question:
        """AnalysisError for an analysis that does not add up, and for a parameter that lacks or is
        unknown."""
        if analysis not in PARTED:
            why = NOT_PARTED.get(analysis, "nothing says how its figures of several would add up")
            raise AnalysisError(
                f"{analysis} cannot be asked of many libraries at once: {why}",
                f"These can: {', '.join(sorted(PARTED))}. Ask each library for the others.",
            )
        question = cls(analysis, given(analysis, function_of(analysis), parameters))
        if not question._moments:
            raise AnalysisError(
                f"{analysis} of many libraries needs as_of: each has a newest export of its own",
                "Say up to when all of them are asked: as_of='2026-11-01'.",
            )
        return question

    @property
    def parted(self) -> Parted:
        """The analysis in its two parts."""
        return PARTED[self.analysis]

    @property
    def is_by_library(self) -> bool:
        """True if the rows of the answer are each of one library: Main of the one is no branch of
        another."""
        name = "by" if "by" in self._defaults else "branch"
        return self.parameters.get(name, self._defaults[name]) not in SHARED

    @cached_property
    def _defaults(self) -> dict[str, Any]:
        function = inspect.unwrap(function_of(self.analysis))
        return {p.name: p.default for p in inspect.signature(function).parameters.values()}

    @cached_property
    def said(self) -> str:
        """The question as text, the same however it was written: what is usual is left out."""
        told = {
            name: _said(name, value)
            for name, value in self.parameters.items()
            if value is not None and value != self._defaults.get(name)
        }
        return json.dumps({"analysis": self.analysis, **told}, sort_keys=True, ensure_ascii=False)

    def unlike(self, said: str) -> str:
        """How another question, as text, differs from this one."""
        theirs, ours = json.loads(said), json.loads(self.said)
        return ", ".join(
            f"{name} {theirs.get(name, 'not given')} in place of {ours.get(name, 'none')}"
            for name in sorted({*theirs, *ours})
            if theirs.get(name) != ours.get(name)
        )

    @property
    def until(self) -> datetime:
        """The moment up to which libraries are asked to tell."""
        return min(map(as_moment, self._moments))

    @property
    def _moments(self) -> list[Any]:
        return [self.parameters[name] for name in ("as_of", "until") if self.parameters.get(name)]

    def made(self, *, is_apart: bool) -> Sums:
        """What is made of the sums, of all together or of each library `is_apart`."""
        return self.parted.made(**self.parameters, is_apart=is_apart)

    def added_up(self, con: duckdb.DuckDBPyConnection) -> Sums:
        """What this store adds up, its waits in whole days: exact ones would nearly be the cases.

        AnalysisError where its exports cannot tell, as the analysis itself refuses.
        """
        parameters = checked(function_of(self.analysis), con, self.parameters)
        grid = {"grid": "days"} if "grid" in inspect.signature(self.parted.sums).parameters else {}
        added = self.parted.sums(con, **parameters, **grid)
        if self.parted.refuse is not None:
            made = self.parted.made(**parameters)
            rows = con.sql(
                f"with sums as materialized ({added.sql}) from ({made.sql})",
                params=added.params | made.params,
            )
            self.parted.refuse(con, records(rows), **parameters)
        return added


def _said(name: str, value: Any) -> Any:
    if name in _TIMES and isinstance(value, (str, date)):
        with suppress(ValueError):
            return as_moment(value).isoformat()
    return list(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


@asked
def sums(
    con: duckdb.DuckDBPyConnection, analysis: str, /, **parameters: Any
) -> duckdb.DuckDBPyRelation:
    """What does one library add up, so that many can answer an analysis as one?

    Definition: the analysis is made of these sums, one library's or those of many. They count by
    part, month and whole days waited; no case, copy or patron stands in them.

    Parameters: `analysis` is the name of an analysis that adds up, `parameters` those it is called
    with. Returns one flat table; which columns it has, the analysis decides. Raises AnalysisError
    for an analysis that does not add up, and where the analysis itself would refuse.

    >>> libstats.sums(con, "collection_use", since="2025-11-01", until="2026-11-01").columns[:3]
    ['part', 'items', 'items_recorded']
    """
    added = Question.of(analysis, parameters).added_up(con)
    return con.sql(added.sql, params=added.params)
