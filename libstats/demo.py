"""The demonstration: a workspace with the sample library, loaded, and its report."""

from __future__ import annotations

from pathlib import Path

from libstats import sample
from libstats.errors import WorkspaceError
from libstats.load import load
from libstats.receipts import LoadReceipt, counted
from libstats.sample import hours
from libstats.workspace import CONFIG, Workspace, find, init


def prepare(folder: Path) -> tuple[Workspace, LoadReceipt]:
    """Make a workspace with the sample library in it and load its exports."""
    place = empty(folder)
    return place, load(folder, [place.exports])


def empty(folder: Path) -> Workspace:
    """Make a workspace with the sample library's exports in it, nothing loaded."""
    place = init(folder, "The sample library")
    config = folder / CONFIG
    if hours.WHOLE not in config.read_text(encoding="utf-8"):
        with config.open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"\n{hours.WHOLE}\n{hours.calendar()}")
    sample.write(place.exports)
    return find(folder)


def run(folder: Path) -> str:
    """Make the demonstration in a folder and say where its report is. WorkspaceError if the folder holds something else."""
    from libstats import report  # slow to import, and no command but this one and `report` needs it

    if folder.exists() and any(folder.iterdir()) and not (folder / "exports" / "truth.json").exists():
        raise WorkspaceError(f"{folder} is there already and is no demonstration", "Name another folder: libstats demo FOLDER")
    place, receipt = prepare(folder)
    path = report.run("monthly_operations", place.folder, {}, None)
    with_rows = [counted(n, table.replace("_", " ")) for table, n in receipt.totals.items() if n]
    held = f": {', '.join(with_rows)}" if with_rows else " (loaded before)"
    return f"A made-up library of three branches is in {folder}{held}.\nIts report is at {path}\nOpen it in a web browser. What needs a hand today:  libstats -w {folder} today\nTo look around:  jupyter lab {folder / 'notebooks'}"
