"""The demonstration: a workspace with the sample library, loaded, and its report."""

from __future__ import annotations

from pathlib import Path

from libstats import report, sample
from libstats.errors import WorkspaceError
from libstats.load import load
from libstats.workspace import CONFIG, init


def run(folder: Path) -> str:
    """Make the demonstration in a folder and say where its report is. WorkspaceError if the folder holds something else."""
    marker = folder / "exports" / "truth.json"
    if folder.exists() and any(folder.iterdir()) and not marker.exists():
        raise WorkspaceError(f"{folder} is there already and is no demonstration", "Name another folder: libstats demo FOLDER")
    place = init(folder, "The sample library")
    config = folder / CONFIG
    if "\n[whole]" not in config.read_text(encoding="utf-8"):
        with config.open("a", encoding="utf-8", newline="\n") as file:
            file.write('\n[whole]\n"koha items" = true\n')
    sample.write(place.exports)
    receipt = load(folder, sorted(place.exports.glob("*.csv")))
    path = report.run("monthly_operations", folder, {}, None)
    held = ", ".join(f"{n:,} {table.replace('_', ' ')}s" for table, n in receipt.totals.items() if n)
    return f"A made-up library of three branches is in {folder}: {held}.\nIts report is at {path}\nOpen it in a web browser. To look around:  jupyter lab {folder / 'notebooks'}"
