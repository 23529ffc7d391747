"""Closing a month: its reports are made once more and kept as they were published."""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path

from libstats.errors import ReportError
from libstats.report.page import closed, period, run
from libstats.workspace import shipped
from libstats.workspace.workspace import Workspace

__all__ = ["close"]


def close(place: Workspace, month: str, now: datetime) -> str:
    """Keep every report of a month; gives what is to be said.

    Reports that nothing loaded tells of are named and left out. Raises ReportError for what is no
    month, one that is closed, one of which some report tells in part only, and where no report can
    be made.
    """
    period.given(month)
    closed.refuse_again(place.reports, month)
    kept, without = [], []
    with tempfile.TemporaryDirectory(prefix="libstats-", ignore_cleanup_errors=True) as scratch:
        for name in _of_months(place):
            page = Path(scratch) / f"{name}-{month}.html"
            try:
                about = run.closing(name, place.folder, {"month": month}, page)
            except ReportError as error:
                without.append(f"{name}: {error.problem}")
                continue
            if about.get("told") == "partly":
                raise ReportError(
                    f"{month} is told of in part only ({name}), so it was not closed",
                    "Load the exports that are missing; `libstats coverage` names them.",
                )
            kept.append(closed.Kept(name, page, about.get("figures", {})))
        if not kept:
            raise ReportError(f"no report of {month} can be made", "; ".join(without))
        folder = closed.keep(place.reports, month, kept, now)
    names = ", ".join(each.name for each in kept)
    return "\n".join(
        [
            f"{month} is closed: {names} are kept in {folder}",
            *(f"  not kept: {text}" for text in without),
        ]
    )


def _of_months(place: Workspace) -> list[str]:
    """The reports that tell of a month."""
    return sorted(
        path.stem
        for path in shipped.notebooks().glob("*.ipynb")
        if "month" in run.parameters_of(path.stem, place.folder)
    )
