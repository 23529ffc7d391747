"""What a pull brought, and how its files are handed over: whole, and taken back where none of them
can be loaded."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from libstats.loading.load import load
from libstats.loading.receipt import LoadReceipt, counted
from libstats.workspace.workspace import Workspace


@dataclass
class Pulled:
    """What a pull brought.

    rows      by table how many rows were read; None where it was a trial
    lacks     by table, what the user may not see, or what is not there
    unread    tables that were left out, since the user may not read them
    receipt   what became of the rows
    """

    rows: dict[str, int | None] = field(default_factory=dict)
    lacks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    receipt: LoadReceipt | None = None

    @property
    def is_clean(self) -> bool:
        """True if nothing was refused or rejected."""
        return self.receipt is None or self.receipt.is_clean

    def __str__(self) -> str:
        lines = []
        for table, rows in self.rows.items():
            lines.append(f"{table}: {'would be read' if rows is None else counted(rows, 'row')}")
            if lacks := self.lacks.get(table):
                lines += _indented(f"hidden from the user: {_list(lacks)}")
        if self.unread:
            lines += ["left out, hidden from the user or not there:"]
            lines += _indented(_list(self.unread))
        return "\n".join([*lines, *(["", str(self.receipt)] if self.receipt else [])])


def _list(names: Sequence[str]) -> str:
    return ", ".join(names)


def _indented(text: str) -> list[str]:
    return textwrap.wrap(text, 96, initial_indent="    ", subsequent_indent="    ")


def loaded(place: Workspace, parts: Sequence[Path], source: str | None) -> LoadReceipt:
    """Load them as exports; they are taken back where the load fails as a whole."""
    files = [_handed_over(part, place.exports) for part in parts]
    try:
        return load(place, files, source=source)
    except BaseException:
        for file in files:
            file.unlink(missing_ok=True)
        raise


def _handed_over(part: Path, exports: Path) -> Path:
    """The file among the exports, whole at once."""
    target = exports / part.name.removesuffix(".part")
    part.replace(target)
    return target


def progress() -> Any:
    """How many rows there are, for who waits."""
    return tqdm(unit=" rows", delay=2, disable=not sys.stderr.isatty(), leave=False)
