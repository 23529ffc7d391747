"""schema.sql as data: the one place that knows what the canonical tables look like."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

NATURES = ("key", "name", "identity", "person", "sticky", "clearable")

_TABLE = re.compile(r"((?:^--[^\n]*\n)+)create table (\w+) \(\n(.*?)\n\);", re.M | re.S)
_COLUMN = re.compile(
    r"^\s+(\w+)\s+(\w+(?:\(\d+, \d+\))?)(?: check \((.*)\))?,?\s+-- (\w+)(?: until (\w+))?: (.+)$"
)


@dataclass(frozen=True)
class Column:
    """A column: its SQL type, nature, check (SQL, or None) and what it says; for a person, the
    column that closes the case."""

    name: str
    type: str
    nature: str
    check: str | None
    until: str | None
    comment: str


@dataclass(frozen=True)
class Table:
    """A canonical table: what one row is, and its columns in order."""

    name: str
    grain: str
    columns: tuple[Column, ...]

    def natured(self, *natures: str) -> tuple[str, ...]:
        """Names of the columns of these natures."""
        return tuple(c.name for c in self.columns if c.nature in natures)

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell rows of one source apart."""
        return self.natured("key", "identity")

    @property
    def is_keyless(self) -> bool:
        """True for logs, whose equal rows are separate events."""
        return bool(self.natured("identity"))

    @property
    def second_name(self) -> str | None:
        """The column that finds the key where the key itself is not exported."""
        names = self.natured("name")
        return names[0] if names else None

    @property
    def exported_key(self) -> tuple[str, ...]:
        """The key as exports hold it: the column behind the key where that is worked out in the
        fold, as `item_id` is behind `item_key`."""
        return (self.columns[1].name,) if self.second_name else self.key

    @property
    def stored(self) -> tuple[Column, ...]:
        """The columns that a row of a load has: all but a key that the fold works out."""
        return tuple(c for c in self.columns if not (self.second_name and c.name in self.key))

    def column(self, name: str) -> Column:
        """The column of that name; KeyError if there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _column(line: str, table: str) -> Column:
    match = _COLUMN.match(line)
    if not match or match.group(4) not in NATURES:
        raise ValueError(f"schema.sql, table {table}: cannot read the line {line.strip()!r}")
    name, kind, check, nature, until, comment = match.groups()
    return Column(name, kind, nature, check, until, comment)


def sql() -> str:
    """The text of schema.sql."""
    return resources.files("libstats").joinpath("schema.sql").read_text(encoding="utf-8")


@cache
def tables() -> dict[str, Table]:
    """The canonical tables by name, in the order of schema.sql."""
    found = {}
    for comment, name, body in _TABLE.findall(sql()):
        grain = " ".join(line.lstrip("- ") for line in comment.splitlines())
        columns = tuple(_column(line, name) for line in body.splitlines())
        found[name] = Table(name, grain.strip(), columns)
    return found


def dictionary() -> str:
    """The data dictionary as Markdown, which docs/data-dictionary.md repeats."""
    lines = [
        "# Data dictionary",
        "",
        "Made from `libstats/schema.sql` by `libstats.schema.dictionary()`.",
        "",
    ]
    lines += ["Every table also has `source`: the configured system that the row came from.", ""]
    for table in tables().values():
        lines += [
            f"## {table.name}",
            "",
            table.grain,
            "",
            "| column | type | nature | meaning |",
            "|---|---|---|---|",
        ]
        lines += [f"| `{c.name}` | {c.type} | {c.nature} | {c.comment} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)
