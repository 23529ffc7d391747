"""How a live database is asked for what declarations read: by the queries that a system's how-to
page shows, cut to the columns that their reader may see.

A file of queries is what people run by hand, too: behind a comment that begins with its name each
query, its columns parted by commas, from one table or from several with short names. A condition
at its end is for people alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

_QUERY = re.compile(
    r"^-- ([^:.\n]+).*\n(?:--.*\n)*select\s+([^;]*?)\s+from\s+([^;]*);", re.MULTILINE
)
_BETWEEN_TABLES = re.compile(r"\s+(?=left join |where )|(?<!left)\s+(?=join )")
_TABLE = re.compile(r"(?:left join |join )?([\w.]+)(?: (?!on\b)(\w+))?")
_COLUMN = re.compile(r"\b([a-z]\w*)\.(\w+)\b")
_NAME = re.compile(r"\s+as\s+(?:\"([^\"]+)\"|(\w+))$")
# one that stands in no quotes and no brackets
_COMMA = re.compile(r",\s*(?=(?:[^'\"()]|'[^']*'|\"[^\"]*\"|\((?:[^()]|\([^()]*\))*\))*$)")


@dataclass(frozen=True)
class Asked:
    """What is to be known of a query beside its text.

    also    tables of the same columns that are asked in the same way, one after the other
    older   for a heading, how another release of the system tells it
    moved   for a table, the column that changes whenever a row does; of others all rows are asked
            for each time
    day     of a log, the column whose whole days are asked for
    key     with a person, the key of the table
    person  the column that becomes blank without moving the row when a person is deleted
    """

    also: tuple[str, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict, hash=False)
    moved: Mapping[str, str] = field(default_factory=dict, hash=False)
    day: str | None = None
    key: str | None = None
    person: str | None = None


@dataclass(frozen=True)
class Cut:
    """A query as it is asked.

    columns  by heading; none where it cannot be asked
    lacks    what it would ask for and may not see: tables, and columns as table.column
    tables   the tables, as they are joined
    """

    columns: Mapping[str, str]
    lacks: tuple[str, ...]
    tables: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """What it gives."""
        return tuple(self.columns)

    def sql(self, where: str = "") -> str:
        """Its text, under a condition."""
        condition = f"\nwhere {where}" if where else ""
        return f"select {', '.join(self.columns.values())}\n{self.tables}{condition}"

    def of(self, headings: Set[str]) -> Cut:
        """The same with these headings alone."""
        kept = {name: column for name, column in self.columns.items() if name in headings}
        return replace(self, columns=kept)


@dataclass(frozen=True)
class Query:
    """One question to a live database: the name by which people choose it, its columns, its main
    table and those that are joined to it, as the page writes them."""

    name: str
    columns: tuple[str, ...]
    main: str
    joins: tuple[str, ...]
    asked: Asked = Asked()

    @property
    def tables(self) -> dict[str, str]:
        """The table behind each short name, the main one first."""
        found = (_TABLE.match(text) for text in (self.main, *self.joins))
        return {match[2] or "": match[1] for match in found if match}

    @property
    def table(self) -> str:
        """The main table."""
        return self.main.split()[0]

    def heading(self, column: str) -> str:
        """The heading under which it gives a column."""
        return next(heading_of(c) for c in self.columns if _NAME.sub("", c) == column)

    def each(self) -> Iterator[Query]:
        """It, and the same of its other tables, under their names."""
        yield self
        for table in self.asked.also:
            yield replace(self, name=table, main=self.main.replace(self.table, table))

    def cut(self, seen: Mapping[str, Set[str]]) -> Cut:
        """The query with what may be seen: `seen` are the columns of each table."""
        if self.table not in seen:
            return Cut({}, (self.table,))
        joins, taken, lacks = list[str](), dict[str, str](), dict[str, None]()
        for join in self.joins:
            missing = self._unseen(join, seen)
            lacks |= dict.fromkeys(missing)
            joins += [] if missing else [join]
        asked = replace(self, joins=tuple(joins)).tables
        for column in self.columns:
            older = self.asked.older.get(heading_of(column))
            for form in (column, older) if older else (column,):
                names = {short for short, _ in self._named(form)}
                if names <= asked.keys() and not self._unseen(form, seen):
                    taken[heading_of(form)] = form
                    break
            else:
                lacks |= dict.fromkeys(self._unseen(column, seen))
        return Cut(taken, tuple(lacks), "\n".join([f"from {self.main}", *joins]))

    def _unseen(self, text: str, seen: Mapping[str, Set[str]]) -> list[str]:
        """What a column or a join names that may not be seen."""
        found = []
        for short, column in self._named(text):
            table = self.tables[short]
            if table not in seen:
                found.append(table)
            elif column not in seen[table]:
                found.append(f"{table}.{column}")
        return found

    def _named(self, text: str) -> list[tuple[str, str]]:
        """(short name of its table, column) of each column that a column or a join names."""
        if "" in self.tables:
            return [("", _NAME.sub("", text).strip('"'))]
        return [found for found in _COLUMN.findall(text) if found[0] in self.tables]


@dataclass(frozen=True)
class Queries:
    """What a system's database is asked for, and which kind of server holds it."""

    system: str
    server: str
    each: tuple[Query, ...]


def read(text: str, asked: Mapping[str, Asked]) -> tuple[Query, ...]:
    """The queries in a file of which `asked` tells; the others are for people alone."""
    found = []
    for name, columns, tables in _QUERY.findall(text):
        if name in asked:
            main, *joins = _BETWEEN_TABLES.split(" ".join(tables.split()))
            told = [join for join in joins if not join.startswith("where ")]
            found.append(Query(name, tuple(_COMMA.split(columns)), main, tuple(told), asked[name]))
    return tuple(found)


def heading_of(column: str) -> str:
    """The heading that a column gives."""
    named = _NAME.search(column)
    return (named[1] or named[2]) if named else column.rpartition(".")[2].strip('"')
