"""The demonstration: a workspace with the sample library, loaded, and its report."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from libstats.errors import WorkspaceError
from libstats.loading.load import load
from libstats.loading.receipt import LoadReceipt, counted
from libstats.workspace import shipped
from libstats.workspace.workspace import CONFIG, Workspace, find, init

_EXAMPLE = f"{CONFIG}.example"


def prepare(folder: Path) -> tuple[Workspace, LoadReceipt]:
    """Make a workspace with the sample library in it and load its exports."""
    place = empty(folder)
    return place, load(folder, [place.exports])


def empty(folder: Path) -> Workspace:
    """Make a workspace with the sample library's exports in it, nothing loaded."""
    place = init(folder, "The sample library")
    shutil.copytree(shipped.sample(), place.exports, dirs_exist_ok=True)
    config = folder / CONFIG
    example = re.split(
        r"^name = .*\n", (place.exports / _EXAMPLE).read_text(encoding="utf-8"), flags=re.M
    )[1]
    if example not in config.read_text(encoding="utf-8"):
        with config.open("a", encoding="utf-8", newline="\n") as file:
            file.write(example)
    return find(folder)


def run(folder: Path) -> str:
    """Make the demonstration in a folder and say where its report is. WorkspaceError if the folder
    holds something else."""
    from libstats import report  # slow to import, and no command but this one and `report` needs it

    if (
        folder.exists()
        and any(folder.iterdir())
        and not (folder / "exports" / "truth.json").exists()
    ):
        raise WorkspaceError(
            f"{folder} is there already and is no demonstration",
            "Name another folder: libstats demo FOLDER",
        )
    place, receipt = prepare(folder)
    path = report.run("circulation", place.folder, {}, None)
    with_rows = [counted(n, table.replace("_", " ")) for table, n in receipt.totals.items() if n]
    held = f": {', '.join(with_rows)}" if with_rows else " (loaded before)"
    return (
        f"A made-up library of three branches and its neighbour are in {folder}{held}.\n"
        f"Its report is at {path}\n"
        f"Open it in a web browser. What needs a hand today:  libstats -w {folder} today\n"
        "Then begin with your own exports:  libstats init mylibrary"
    )
