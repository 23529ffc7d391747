"""A report for each branch, made in one run: one kernel, in which what is loaded is opened once."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from libstats.errors import NothingTold, ReportError, ReportUnknown
from libstats.report.page.pdf import Paper
from libstats.report.page.run import CELL_TIMEOUT, Form, Job, Made, index, parameters_of
from libstats.workspace.open import opened
from libstats.workspace.workspace import Workspace

__all__ = ["Outcome", "branches", "each_branch"]


@dataclass(frozen=True)
class Outcome:
    """What became of a branch's report: it was made, nothing is told of it (`without`), or it
    failed."""

    branch: str
    made: Made | None = None
    without: str = ""
    failed: ReportError | None = None


def branches(name: str, place: Workspace) -> list[str]:
    """The branches that own a copy, lend one, or of which a log tells, by name where there is one.

    Raises ReportUnknown for a report that is never of one branch, ReportError where there are none.
    """
    if "branch" not in parameters_of(name, place.folder):
        raise ReportUnknown(
            f"the report {name} is of the whole library, never of one branch",
            "Leave out --each-branch.",
        )
    with contextlib.closing(opened(place)) as con:
        rows = con.sql(
            """
            select owning_branch as branch from item
            union
            select checkout_branch from loan
            union
            select branch from circulation_event
            order by branch
            """
        ).fetchall()
    found = [branch for (branch,) in rows if branch]
    if not found:
        raise ReportError("no export that is loaded tells of a branch", "Leave out --each-branch.")
    return found


def each_branch(
    name: str,
    place: Workspace,
    parameters: Mapping[str, Any],
    formats: Sequence[Form],
    listed: Sequence[str],
    *,
    timeout: float = CELL_TIMEOUT,
    paper: Paper = "letter",
) -> Iterator[Outcome]:
    """The report of each of the branches that are listed, one after the other; none that fails
    keeps the next from being made."""
    made: list[Made] = []
    jobs = {
        each: replace(Job.of(name, place, {**parameters, "branch": each}, formats), paper=paper)
        for each in listed
    }
    with next(iter(jobs.values())).kernel(timeout, is_shared=True) as kernel:
        for branch, job in jobs.items():
            try:
                made.append(job.made(kernel))
                yield Outcome(branch, made[-1])
            except NothingTold as error:
                yield Outcome(branch, without=error.problem)
            except ReportError as error:
                yield Outcome(branch, failed=error)
    index(place, made)
