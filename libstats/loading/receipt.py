"""The receipt of a load: what each file was, and what became of each of its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

DISPOSITIONS = ("new", "changed", "unchanged", "stale", "repeated", "set aside", "rejected")
ACCEPTED = DISPOSITIONS[:-2]
HOW = {
    "stated": "stated in the file",
    "name": "from its name",
    "newest": "the newest time in it",
    "modified": "when the file was written",
    "given": "as given",
}


def counted(number: int, noun: str) -> str:
    """A number of things in words: 1 row, 12,000 copies."""
    if number == 1:
        return f"1 {noun}"
    if noun.endswith("y"):
        return f"{number:,} {noun[:-1]}ies"
    return f"{number:,} {noun}{'es' if noun.endswith('ch') else 's'}"


def _not_newer(rows: int, label: str, first: tuple[str, ...]) -> str:
    """That rows say something else than what is held and are not believed, and what to do."""
    differ, are = ("differs", "is") if rows == 1 else ("differ", "are")
    told = f"{counted(rows, 'row')}{_named(rows, first)} {differ} from what is held and {are} not"
    told += f" newer: nothing of {'it' if rows == 1 else 'them'} was taken"
    if label.split(" ")[0] != "own":
        return f"{told}. If this file is a correction, load it with --exported-at and its time"
    return f"{told}. To correct a line, write the new day into its entered_at, and load again"


class Conflicts(NamedTuple):
    """How many keys stand in a file with different rows, and the first of them that are numbers."""

    number: int = 0
    first: tuple[str, ...] = ()


@dataclass
class FileReceipt:
    """One file. `outcome` is loaded, repeated (nothing to do: number and dispositions are those of
    the load that it repeats), left alone or refused.

    file        its name as it is, for who has just named it
    recorded    what the ledger calls it, where it was loaded
    stale       the first numbers of the rows that differ and are not newer
    conflicting the first numbers of the things that stand in it with different rows
    remarks     what is said of it beside the notes, and is no news
    has_traces  True if it was read before it was believed, and maybe otherwise: what that reading
                wrote is gone, but legible in freed blocks until the store is written anew
    """

    file: str
    outcome: str
    label: str = ""
    reason: str = ""
    seq: int | None = None
    exported_at: datetime | None = None
    exported_from: str = ""
    rows_read: int = 0
    dispositions: dict[str, int] = field(default_factory=dict)
    derived: dict[str, int] = field(default_factory=dict)
    stale: tuple[str, ...] = ()
    conflicts: int = 0
    conflicting: tuple[str, ...] = ()
    stripped: int = 0
    has_traces: bool = False
    notes: list[str] = field(default_factory=list)
    recorded: str = ""
    remarks: list[str] = field(default_factory=list)

    @property
    def is_rejected(self) -> bool:
        """True if rows of it were rejected, and none was accepted for any table."""
        accepted = (self.dispositions.get(d, 0) for d in ACCEPTED)
        return bool(self.dispositions.get("rejected")) and not (
            any(accepted) or any(self.derived.values())
        )

    @property
    def is_news(self) -> bool:
        """True if it changed what is held, or something is wrong with it."""
        told = ("new", "changed", "rejected")
        return self.outcome == "refused" or (
            self.outcome == "loaded"
            and bool(self.notes or any(self.dispositions.get(name) for name in told))
        )

    def lines(self) -> list[str]:
        """The receipt as text."""
        if self.outcome != "loaded":
            what = f" ({self.label})" if self.label else ""
            return [
                f"{self.file}{what}: {self.outcome}",
                *(f"    {line}" for line in self.reason.splitlines()),
            ]
        told = ", ".join(
            f"{self.dispositions[d]:,} {d}" for d in DISPOSITIONS if self.dispositions.get(d)
        ) or ("nothing" if self.remarks else "the file has headings and nothing below them")
        when = f"{self.exported_at:%Y-%m-%d %H:%M}" if self.exported_at else ""
        exported = f"exported {when} ({HOW[self.exported_from]})"
        text = [
            f"{self.file}: {self.label}, load {self.seq}, {exported}",
            f"    {counted(self.rows_read, 'row')} read: {told}",
        ]
        text += [
            f"    also told of {counted(n, 'row')} of {table}"
            for table, n in self.derived.items()
            if n
        ]
        if stale := self.dispositions.get("stale"):
            text.append(f"    {_not_newer(stale, self.label, self.stale)}")
        if self.conflicts:
            text.append(f"    {_conflict(self.conflicts, self.conflicting)}")
        if self.recorded not in ("", self.file):
            text.append(f"    recorded as {self.recorded}")
        return text + [f"    {note}" for note in (*self.notes, *self.remarks)]


def _named(number: int, first: tuple[str, ...]) -> str:
    """The first numbers of so many things in brackets, where they are known."""
    more = ", ..." if number > len(first) else ""
    return f" ({', '.join(first)}{more})" if first else ""


def _conflict(number: int, first: tuple[str, ...]) -> str:
    """What is said of keys that stand in a file with different rows, and what to do."""
    named = _named(number, first)
    stand = "number stands" if number == 1 else "numbers stand"
    return (
        f"{number:,} {stand} in it with different rows{named}: of each column the greater value"
        " was taken, so what is held may be of both. Look these up in your system, mend the wrong"
        " one, and export again"
    )


def _of_names(files: Sequence[FileReceipt]) -> list[str]:
    """Why files are recorded under other names than they have, once for all of them."""
    if not any(f.outcome == "loaded" and f.recorded not in ("", f.file) for f in files):
        return []
    return [
        "Recorded names leave out words that may name a patron. Words that name nobody are kept"
        ' where libstats.toml has them: [files] words = ["..."]'
    ]


@dataclass
class LoadReceipt:
    """All files of one command."""

    files: list[FileReceipt] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)
    forgotten: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """False if a file was refused, or all that could be taken of it was rejected."""
        return not any(f.outcome == "refused" or f.is_rejected for f in self.files)

    def news(self) -> str:
        """What is new or wrong, as text; nothing where nothing is."""
        told = [file for file in self.files if file.is_news]
        return "\n".join([*(line for file in told for line in file.lines()), *_of_names(told)])

    def __str__(self) -> str:
        lines = [line for file in self.files for line in file.lines()]
        lines += _of_names(self.files)
        if self.forgotten:
            lines.append(
                f"{counted(self.forgotten, 'row')} of closed cases lost their patron's key,"
                " as the library's rule says"
            )
        lines += self.notes
        if self.totals:
            lines.append(
                "Now held: "
                + ", ".join(
                    counted(n, table.replace("_", " ")) for table, n in self.totals.items() if n
                )
            )
        return "\n".join(lines)
