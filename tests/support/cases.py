"""Cases of a made-up process, told by the plain list that anyone can write."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

import libstats
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

PROCESS = """
[process.mending]
what = "a book to be mended"
starts = "brought"
done = ["mended"]
given_up = ["discarded"]
goal_days = 8
[process.mending.milestones]
brought = "it came to the bench"
glued = "its spine is glued"
mended = "it is whole"
shelved = "it is back on the shelf"
discarded = "it was past help"
"""
HEAD = "process,case,milestone,happened_at,branch\n"


def configured(workspace: Workspace, text: str = PROCESS) -> Workspace:
    """The workspace with more lines in its configuration."""
    with (workspace.folder / CONFIG).open("a", encoding="utf-8", newline="\n") as file:
        file.write(text)
    return find(workspace.folder)


def opened(
    workspace: Workspace, rows: Iterable[str], config: str = PROCESS, exported: str = "2026-03-01"
) -> duckdb.DuckDBPyConnection:
    """A connection on the cases: each row `case,milestone,happened_at,branch` without its process."""
    place = configured(workspace, config)
    text = HEAD + "".join(f"mending,{row}\n" for row in rows)
    receipt = libstats.load(
        place, [write(Path(workspace.folder) / "exports" / f"mending-{exported}.csv", text)]
    )
    assert receipt.is_clean, str(receipt)
    return libstats.open(place)


def counts(found: duckdb.DuckDBPyRelation) -> list[tuple[Any, ...]]:
    """What `throughput` counted: period, part, cases; not the periods of which nothing is told, or
    in which nothing was."""
    return found.filter("cases > 0").select("period, part, cases").fetchall()
