"""The sources that a map of MARC records becomes: of the records, of the copies in them, of the
orders in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from libstats.declaration.source import Source

__all__ = ["OF_ORDER", "Entry", "Map", "MapFault"]

LISTS = RECORDS, COPIES, ORDERS = "MARC records", "MARC copies", "MARC orders"
# the place of a field among the orders of its record, as the reader calls it
PLACE = "field.number"
_DELETED = {"deleted records": "\"leader/05\" = 'd'"}
_OTHER_KINDS = {
    "authority, classification and community records": "\"leader/06\" in ('z', 'w', 'q')"
}
_HOLDINGS = {"holdings records": "\"leader/06\" in ('u', 'v', 'x', 'y')"}
# what of a record may be wrong without making it another's: it is blank then
_LOOSE = ("entered_on", "updated_at", "published_year", "year_low", "year_high", "is_serial")


class MapFault(NamedTuple):
    """What is wrong with a map, in which line (0: with the whole), and the remedy."""

    line: int
    problem: str
    remedy: str


# tables that an order fills: a column is of the first that has it
OF_ORDER = ("order_line", "order_copy", "order_fund")


@dataclass(frozen=True)
class Entry:
    """A line of a map: the table and the column that it fills, SQL over headings, the headings, the
    words that mean blank, and where it stands."""

    table: str
    column: str
    sql: str
    headings: tuple[str, ...]
    blanks: tuple[str, ...]
    where: str


@dataclass
class Map:
    """A map as it was read.

    known   sets of fields and subfields; a file that has one of them whole is this system's
    copies  tags of the fields of which each is a copy
    orders  tags of those of which each is an order
    is_own  True where these are orders of the library system, not a vendor's word for them
    has_no_orders  True where the map says so
    """

    name: str
    system: str = ""
    known: list[tuple[str, ...]] = field(default_factory=list)
    copies: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    is_own: bool = False
    has_no_orders: bool = False
    entries: list[Entry] = field(default_factory=list)
    faults: list[MapFault] = field(default_factory=list)

    def source(self, table: str) -> Source:
        """The declaration for one of the two tables."""
        of_table = [entry for entry in self.entries if entry.table == table]
        lines = ",\n".join(f"    {entry.sql} as {entry.column}" for entry in of_table)
        is_title = table == "title"
        tags = "records" if is_title else ", ".join(self.copies)
        return Source(
            system=self.system,
            name=RECORDS if is_title else COPIES,
            recognise=(RECORDS if is_title else COPIES,),
            # other fields are other copies, whatever is read of them
            fills={table: f"\n    select\n    -- of {tags}\n{lines}\n    from raw"},
            set_aside=_DELETED | _OTHER_KINDS | (_HOLDINGS if is_title else {}),
            absence="gone",
            loose=tuple(e.column for e in of_table if e.column in _LOOSE) if is_title else (),
            blanks={h: e.blanks for e in of_table if e.blanks for h in e.headings},
            where={h: e.where for e in of_table for h in e.headings},
            dates="as its map says",
            is_list=False,
        )

    def of_orders(self) -> Source:
        """The declaration for the orders: lines, copies with a barcode or branch, funds."""
        of = {table: [e for e in self.entries if e.table == table] for table in OF_ORDER}
        first = _first_columns(of, self.is_own)
        every = [entry for entries in of.values() for entry in entries]
        fills = {
            table: _select(
                ", ".join(self.orders),
                first[table] | {e.column: e.sql for e in entries if e.column != "order_line_id"},
            )
            for table, entries in of.items()
            if entries
        }
        return Source(
            system=self.system,
            name=ORDERS,
            recognise=(ORDERS,),
            fills=fills,
            set_aside=_DELETED | _OTHER_KINDS | _HOLDINGS,
            blanks={h: e.blanks for e in every if e.blanks for h in e.headings},
            where={h: e.where for e in every for h in e.headings},
            dates="as its map says",
            is_list=False,
        )

    @property
    def lists(self) -> dict[str, Source]:
        """Its declarations: of records, and of copies and orders where it tells of any."""
        found = {"records": self.source("title")}
        if self.copies:
            found["copies"] = self.source("item")
        if self.orders:
            found["orders"] = self.of_orders()
        return found

    @property
    def sources(self) -> tuple[Source, ...]:
        """The same without their names."""
        return tuple(self.lists.values())


def _first_columns(of: Mapping[str, Sequence[Entry]], is_own: bool) -> dict[str, dict[str, str]]:
    """SQL of the columns that no line of a map gives, by table: the numbers, and whose word it is.
    A copy is told where a field orders one alone: of several it says neither barcode nor branch."""
    number, parent = _numbered(next(e for e in of["order_line"] if e.column == "order_line_id"))
    several = next((e.sql for e in of["order_line"] if e.column == "quantity"), "1")
    fund = next((e.sql for e in of["order_fund"] if e.column == "fund_code"), "null")
    whose = {} if is_own else {"is_exchanged": "true"}
    return {
        "order_line": {"order_line_id": number}
        | ({"parent_line_id": parent} if parent else {})
        | whose,
        "order_copy": {
            "order_copy_id": f"case when coalesce({several}, 1) = 1 then {number} || ' copy' end",
            "order_line_id": number,
        }
        | whose,
        "order_fund": {
            "order_line_id": number,
            "fund_share": f"case when {fund} <> '' then '1' end",
        },
    }


def _select(tags: str, columns: Mapping[str, str]) -> str:
    text = ",\n".join(f"    {sql} as {column}" for column, sql in columns.items())
    return f"\n    select\n    -- of {tags}\n{text}\n    from raw"


def _numbered(entry: Entry) -> tuple[str, str]:
    """SQL of an order's number, and of the one that it is a part of: of several fields that have
    one number, which the record tells, each but the first is a part of the first."""
    told = f"nullif(trim({entry.sql}), '')"
    if all(heading.startswith("$") for heading in entry.headings):
        return told, ""
    is_later = f"\"{PLACE}\" <> '1'"
    return (
        f"{told} || case when {is_later} then '/' || \"{PLACE}\" else '' end",
        f"case when {is_later} then {told} end",
    )
