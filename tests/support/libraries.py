"""Libraries that answer as one: workspaces with the cases of a made-up process."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import libstats
from tests.support.cases import opened
from tests.support.files import write

ASKED = {"process": "mending", "since": "2026-01-01", "until": "2026-03-01"}
MORE = "process,case,milestone,happened_at,branch\n"


def library(folder: Path, name: str, rows: Iterable[str], exported: str = "2026-03-01") -> Path:
    """A workspace of that name with cases: `case,milestone,happened_at,branch`."""
    place = libstats.init(folder / name.replace(" ", "-").lower(), name=name)
    opened(place, rows, exported=exported).close()
    return place.folder


def three(folder: Path) -> list[Path]:
    """Three libraries, each with a branch Main, and a case mended on the same day."""
    return [
        library(
            folder,
            name,
            [
                f"{name}1,brought,2026-01-02,Main",
                f"{name}1,mended,2026-01-09,Main",
                f"{name}2,brought,2026-01-0{n},Main",
                f"{name}2,mended,2026-02-1{n},Main",
            ],
        )
        for n, name in enumerate(("Ash", "Birch", "Cedar"), start=1)
    ]


def another(folder: Path, row: str) -> None:
    """One more row comes to a library."""
    file = write(folder / "exports" / "mending-2026-03-02.csv", f"{MORE}mending,{row}\n")
    assert libstats.load(folder, [file]).is_clean
