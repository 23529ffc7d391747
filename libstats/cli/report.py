"""`libstats report`: a report is made, or one for each branch, and mailed where that is asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import Any

from tqdm import tqdm

from libstats.errors import LibstatsError, ReportUnknown
from libstats.report.page import run
from libstats.report.page.each_branch import Outcome, branches, each_branch
from libstats.workspace.workspace import Workspace

__all__ = ["report"]


def report(
    place: Workspace,
    args: argparse.Namespace,
    given: Mapping[str, Any],
    say: Callable[[object], None],
) -> int:
    """Make what the command line asks for; gives the exit status."""
    name = run.now_called(args.name)
    asked: list[run.Form] = [form for form in ("html", "xlsx") if getattr(args, form)]
    if args.each_branch:
        _refuse_beside(args)
        found = _each(place, name, given, asked or ["html", "xlsx"])
        for outcome in found:
            say(_in_words(outcome))
        return 0 if _is_done(found) else 1
    path = run.run(name, place.folder, given, args.out, asked or ["html"])
    say(f"The report is at {path}")
    return 0


def _refuse_beside(args: argparse.Namespace) -> None:
    """What --each-branch cannot stand beside: each branch has a file of its own."""
    beside = [f"--{name}" for name in ("branch", "out") if getattr(args, name)]
    if beside:
        raise ReportUnknown(
            f"--each-branch makes a file for every branch, so it takes no {beside[0]}",
            f"Leave out one of the two, as in: libstats report {args.name} --each-branch",
        )


def _each(
    place: Workspace, name: str, given: Mapping[str, Any], formats: list[run.Form]
) -> list[Outcome]:
    listed = branches(name, place)
    outcomes = each_branch(name, place, given, formats, listed)
    return list(
        tqdm(
            outcomes,
            total=len(listed),
            unit="branch",
            delay=2,
            disable=not sys.stderr.isatty(),
            leave=False,
        )
    )


def _is_done(found: list[Outcome]) -> bool:
    """At least one was made, and none failed."""
    return any(each.made for each in found) and not any(each.failed for each in found)


def _in_words(outcome: Outcome) -> str:
    if outcome.made:
        name = outcome.made.about.get("branch") or outcome.branch
        return f"{name}: {' and '.join(map(str, outcome.made.files.values()))}"
    if outcome.failed:
        return f"{outcome.branch}: not made. {_sentence(outcome.failed)}"
    return f"{outcome.branch}: left out, {outcome.without}"


def _sentence(error: LibstatsError) -> str:
    return f"{error.problem}\n  {error.remedy}" if error.remedy else error.problem
