"""Months that a library has closed: what was published of them is kept, and later pages of the
same month say what has been revised since."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from libstats.errors import ReportError
from libstats.report.page import publish
from libstats.report.page.html import notice
from libstats.report.page.notebook import NotebookNode

__all__ = ["FOLDER", "Kept", "keep", "refuse_again", "revised"]

FOLDER = "closed"  # in the workspace's folder of reports, a folder a month in it
FIGURES = "figures.json"


@dataclass(frozen=True)
class Kept:
    """A report of a month as it was published: its name, the page, and its figures by name, each
    with `what` it is, as it was `shown`, and its `value`."""

    name: str
    page: Path
    figures: Mapping[str, Any]


def keep(reports: Path, month: str, kept: Sequence[Kept], now: datetime) -> Path:
    """Keep what was published of a month, all of it or nothing; gives the folder.

    Parameters
    ----------
    reports : the workspace's folder of reports
    month : as in 2026-10
    kept : what was published
    now : when it was closed

    ReportError if the month is closed already.
    """
    target = reports / FOLDER / month
    refuse_again(reports, month)
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{month}.", dir=target.parent))
    try:
        for each in kept:
            shutil.copyfile(each.page, made / each.page.name)
        told = {
            "month": month,
            "closed_at": now.isoformat(timespec="seconds"),
            "reports": {each.name: dict(each.figures) for each in kept},
        }
        text = f"{json.dumps(told, indent=1, ensure_ascii=False)}\n"
        (made / FIGURES).write_text(text, encoding="utf-8", newline="\n")
        made.rename(target)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise
    return target


def refuse_again(reports: Path, month: str) -> None:
    """ReportError if the month is closed already."""
    if (reports / FOLDER / month).exists():
        raise ReportError(
            f"{month} is closed already",
            f"What was published of it is in {reports / FOLDER / month}; nothing was changed.",
        )


def revised(notebook: NotebookNode, name: str, about: Mapping[str, Any], reports: Path) -> None:
    """Put into an executed notebook, below its answer, what of a closed month has been revised
    since it was published; nothing where it is not closed or tells of one branch."""
    path = reports / FOLDER / str(about.get("period", "")) / FIGURES
    if about.get("branch") or not about.get("period") or not path.is_file():
        return
    told = json.loads(path.read_text(encoding="utf-8"))
    published = told["reports"].get(name)
    if published is None:
        return
    now, day = about.get("figures", {}), told["closed_at"][:10]
    changed = [
        f"{figure['what']}: as published {figure['shown']}, revised {now[key]['shown']}."
        for key, figure in published.items()
        if key in now and now[key]["shown"] != figure["shown"]
    ]
    lead = (
        f"This month was closed on {day}. Revised since then, by exports that came later:"
        if changed
        else f"This month was closed on {day}. The figures are as published."
    )
    publish.below_answer(notebook, "as-published", notice(lead, changed))
