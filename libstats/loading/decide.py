"""Entering a decision: a line more in the form of decisions, loaded at once and by itself, so that
undoing its load takes back that line alone."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from libstats.errors import LibstatsError
from libstats.loading.decision_form import form_of, locked, replace, with_line, without_remarks
from libstats.loading.load import load
from libstats.privacy import remarks
from libstats.workspace import forms
from libstats.workspace.workspace import Workspace

__all__ = ["decide", "form_of"]


def decide(place: Workspace, line: Mapping[str, str], now: datetime, *, wait: float = 600) -> int:
    """Enter a decision and load it; gives the number of its load.

    `line` has the columns of the form, but for the time. Several people may do so at once. Raises
    LibstatsError if the form cannot be read, or the line not loaded; the form is then as it was.
    """
    line = {**line, "remark": remarks.passed(line.get("remark", ""))}
    with locked(place, wait=wait) as path:
        before = path.read_bytes() if path.exists() else b""
        entered, after = with_line(path, before, line, now)
        replace(path, after)
        try:
            seq = _load(place, {**line, "entered_at": entered})
        except BaseException:
            replace(path, before)
            raise
        days = place.forget_after_days or remarks.KEPT_DAYS
        replace(path, without_remarks(path, after, (now - timedelta(days=days)).date()))
    return seq


def _load(place: Workspace, line: Mapping[str, str]) -> int:
    """Load the line, without what is for people alone."""
    source = forms.form("decisions")
    with tempfile.TemporaryDirectory(prefix="libstats-", ignore_cleanup_errors=True) as scratch:
        path = Path(scratch) / forms.file_of(source)
        with path.open("w", encoding="utf-8", newline="") as file:
            header = source.vendor_headings
            csv.writer(file).writerows([header, [line.get(name, "") for name in header]])
        receipt = load(place, path)
    found = receipt.files[0]
    if found.outcome != "loaded" or found.seq is None or found.is_rejected:
        raise LibstatsError(
            f"the decision could not be loaded: {found.reason or 'its line was rejected'}",
            "Nothing was changed.",
        )
    return found.seq
