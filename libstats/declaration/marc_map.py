"""A map of MARC records: which field goes to which column, one line a field, as a cataloguer writes
it. It becomes sources: of the records, of the copies in them, of the orders in them.

    system koha
    known 999$c 999$d                      # a file that has these is taken for this system's
    title_id  999$c                        # COLUMN FIELD, of table title
    language  008/35-37 or 041$a           # the first that says anything
    copies 952                             # each of these fields is a copy; of table item from here
    barcode   $p
    added_on  $d us_date                   # how its text is read, if the type is not enough
    price     $g typed_amount
    lifetime_checkouts  $l absent 0        # where the subfield is not there
    last_borrowed_on    $s blank NEVER     # a word that means nothing
    status    $k codes words.csv           # code,value: a list beside the map
    status    $l only words.csv            # a text that the list has, and no other
    scheme    050$a is lcc or 082$a is ddc # a word for where it stands
    orders 960                             # each of these is an order of a vendor's file; `own
    quantity  $o                           #   orders 960`: of the library system's own
    list_price $s implied_cents            # how money is written is always said there
    fund_code $u                           # of tables order_line, order_copy and order_fund
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Sequence

from libstats import schema
from libstats.declaration.marc_sources import OF_ORDER, Entry, Map, MapFault
from libstats.declaration.source import fold_heading
from libstats.schema import Column

# one word for each way in which vendors write the money of an order: none fits what another wrote
MONEY = {"decimal_amount": "35.00", "signed_amount": "$35.00", "implied_cents": "3500"}
# ways in which a text is read, of functions.sql
HOW = (
    "iso_date",
    "us_date",
    "eu_date",
    "short_us_date",
    "packed_date",
    "marc_date",
    "iso_time",
    "us_time",
    "eu_time",
    "packed_time",
    "whole_number",
    "amount",
    "plain_amount",
    "typed_amount",
    *MONEY,
    "yes_no",
    "sierra_number",
    "without_prefix_a",
)
_BY_TYPE = {
    "date": "iso_date",
    "timestamp": "iso_time",
    "bigint": "whole_number",
    "integer": "whole_number",
    "boolean": "yes_no",
}
_TAG = re.compile("[0-9A-Za-z]{3}")
_SAID = ("is", "blank", "absent", "codes", "only")
_WORDS = ("or", *_SAID, *HOW)
Lists = Callable[[str], "str | None"]


def read(name: str, text: str, lists: Lists, base: Map | None = None) -> Map:
    """The map in a text, with its faults. `lists` gives the text of a list of codes by its name;
    `base` is a map whose lines hold for columns that this one does not fill."""
    found = _Reader(name, lists)
    for number, line in enumerate(text.split("\n"), start=1):
        found.take(number, line)
    return found.finished(base)


class _Reader:
    def __init__(self, name: str, lists: Lists) -> None:
        self.map, self.lists, self.line, self.table = Map(name), lists, 0, "title"

    def take(self, number: int, text: str) -> None:
        self.line = number
        words = _words(text)
        if not words:
            return
        said = {
            "system": self._system,
            "known": self._known,
            "copies": self._copies,
            "orders": self._orders,
            "own": self._orders,
        }
        said.get(words[0], self._column)(words)

    def _system(self, words: list[str]) -> None:
        if len(words) != 2 or not re.fullmatch(r"[a-z][a-z0-9-]*", words[1]):
            self._fault("does not name a system", "Write for example: system koha")
            return
        self.map.system = words[1]

    def _known(self, words: list[str]) -> None:
        for word in words[1:]:
            self._check(word)
        self.map.known.append(tuple(words[1:]))

    def _copies(self, words: list[str]) -> None:
        self.map.copies, self.table = self._tags(words[1:], "copies 952"), "item"

    def _orders(self, words: list[str]) -> None:
        self.map.is_own = words[0] == "own"
        if self.map.is_own and words[1:2] != ["orders"]:
            self._fault("does not say what is its own", "Write for example: own orders 960")
            return
        told = words[1 + self.map.is_own :]
        if told == ["none"]:
            self.map.has_no_orders = True
            return
        self.map.orders, self.table = self._tags(told, "orders 960"), "order_line"

    def _tags(self, words: list[str], example: str) -> tuple[str, ...]:
        tags = [word for word in words if word != "or"]
        if not tags or not all(_TAG.fullmatch(tag) for tag in tags):
            self._fault("does not name a field", f"Write for example: {example}")
            return ()
        return tuple(tags)

    def _column(self, words: list[str]) -> None:
        tables = OF_ORDER if self.table == "order_line" else (self.table,)
        columns = {c.name: (t, c) for t in tables[::-1] for c in schema.tables()[t].stored}
        table, column = columns.get(words[0], ("", None))
        if column is None or column.nature == "person":
            named = ", ".join(dict.fromkeys(columns))
            self._fault(
                f"there is no column {words[0]} of {' or '.join(tables)}",
                f"Its columns are: {named}",
            )
            return
        if any(e.table == table and e.column == column.name for e in self.map.entries):
            self._fault(f"{column.name} is given twice", "Leave one of the lines out")
            return
        before = len(self.map.faults)
        self._check_money(words, column)
        sql, headings, blanks = self._expression(words[1:], column)
        if len(self.map.faults) == before:
            where = f"{self.map.name}, line {self.line}"
            self.map.entries.append(Entry(table, column.name, sql, headings, blanks, where))

    def _check_money(self, words: list[str], column: Column) -> None:
        """Note money of an order of which it is not said how it is written."""
        is_money = self.table == "order_line" and column.type.startswith("decimal")
        if is_money and not set(MONEY) & set(words):
            ways = ", ".join(f"{way} ({example})" for way, example in MONEY.items())
            self._fault(
                f"{column.name} does not say how its money is written", f"Write one of: {ways}"
            )

    def _expression(
        self, words: list[str], column: Column
    ) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """SQL, headings and blank words of what stands behind a column's name."""
        found, headings, blanks = list[str](), list[str](), list[str]()
        is_said = False
        for choice in _parted(words, "or"):
            if not choice:
                self._fault("no field stands there", "Write for example: barcode $p")
                return "", (), ()
            self._check(choice[0])
            headings.append(choice[0])
            one, said = self._choice(choice, column, blanks)
            is_said |= said
            found.append(one)
        return _first_of(found, column, is_said), tuple(headings), tuple(blanks)

    def _choice(self, words: list[str], column: Column, blanks: list[str]) -> tuple[str, bool]:
        """SQL of one field and what is said of it; and whether that is a word for where it
        stands."""
        said = self._said(words[1:])
        heading, how = f'"{words[0]}"', said.get("how") or _by_type(column)
        if "is" in said:
            return f"when trim({heading}) <> '' then {_text(said['is'])}", True
        if "blank" in said:
            blanks.append(said["blank"])
        sql = self._coded(heading, said["codes"]) if "codes" in said else heading
        if "only" in said:
            sql = self._chosen(heading, said["only"])
        if how:
            sql = f"{how}({sql})"
        if "absent" in said:
            sql = f"case when {heading} is null then {_literal(said['absent'])} else {sql} end"
        return sql, False

    def _said(self, words: list[str]) -> dict[str, str]:
        """What is said of a field, by the word that says it."""
        found: dict[str, str] = {}
        left = iter(words)
        for word in left:
            if word in HOW:
                found["how"] = word
                continue
            value = next(left, "")
            if word not in _SAID or not value:
                self._fault(f"{word} says nothing there", f"There may be: {', '.join(_WORDS)}")
            else:
                found[word] = value
        return found

    def _coded(self, sql: str, name: str) -> str:
        """SQL: the value of a code, which stays where the list does not have it."""
        whens = " ".join(
            f"when {_text(row[0].strip().lower())} then {_text(row[1].strip())}"
            for row in self._list(name)
            if len(row) > 1
        )
        return f"case lower(trim({sql})) {whens} else {sql} end" if whens else sql

    def _chosen(self, sql: str, name: str) -> str:
        """SQL: a text that the list has, and no other."""
        codes = ", ".join(_text(row[0].strip().lower()) for row in self._list(name)) or "''"
        return f"case when lower(trim({sql})) in ({codes}) then {sql} end"

    def _list(self, name: str) -> list[list[str]]:
        """The rows of a list of codes, its headings left out."""
        text = self.lists(name)
        if text is None:
            self._fault(f"there is no list {name} beside the map", "Write its lines as: code,value")
            return []
        return [row for row in csv.reader(text.splitlines()) if row][1:]

    def _check(self, heading: str) -> None:
        """Note a field that cannot be read, or not there."""
        if not is_field(heading):
            remedy = (
                "Write it as 001, 008/35-37, 245$a, 020$a*, and of a copy or order as $p or"
                " 852$h@$8"
            )
            self._fault(f"{heading} is no field", remedy)
        elif self.table == "title" and (heading.startswith("$") or "@" in heading):
            self._fault(f"{heading} is of a copy or order", "Write it behind the line: copies TAG")

    def _fault(self, problem: str, remedy: str) -> None:
        self.map.faults.append(MapFault(self.line, problem, remedy))

    def finished(self, base: Map | None) -> Map:
        """The map, with the lines of the one that it builds on."""
        mine = self.map
        given = {(entry.table, entry.column) for entry in mine.entries}
        mine.entries = [
            *mine.entries,
            *(e for e in (base.entries if base else ()) if (e.table, e.column) not in given),
        ]
        if not mine.system and base is not None:
            self.line = 0
            self._fault("it names no system", "Write for example: system koha")
        given = {(entry.table, entry.column) for entry in mine.entries}
        if base is not None and ("title", "title_id") not in given:
            self._fault("it does not say what tells records apart", "Write: title_id 001")
        if mine.copies and not given & {("item", "item_id"), ("item", "barcode")}:
            self._fault("it does not say what tells copies apart", "Write: barcode $p")
        if mine.orders and ("order_line", "order_line_id") not in given:
            self._fault("it does not say what tells orders apart", "Write: order_line_id $z")
        for tables in (("title",), ("item",), OF_ORDER):
            self._check_alike(tables)
        return mine

    def _check_alike(self, tables: Sequence[str]) -> None:
        """Note fields that would be taken for one, as headings are compared."""
        seen: dict[str, str] = {}
        for heading in (h for e in self.map.entries if e.table in tables for h in e.headings):
            other = seen.setdefault(fold_heading(heading), heading)
            if other != heading:
                self._fault(f"{other} and {heading} are too much alike", "Write both as one")


_FIELD = re.compile(
    r"leader/\d\d|oclc\.number|screen\.faults|year\.(low|high|origin|one|is_suspect)"
    r"|[0-9A-Za-z]{3}(/\d\d?(-\d\d?)?|\$[0-9a-z]+\*?(@\$[0-9a-z])?)?"
    r"|\$[0-9a-z]+(\*|#[1-9])?"
)


def is_field(text: str) -> bool:
    """True if a text names what can be read of a record.

    >>> [is_field(t) for t in ("008/35-37", "020$a*", "$b#2", "852$hi@$8", "Barcode", "$")]
    [True, True, True, True, False, False]
    """
    return _FIELD.fullmatch(text) is not None


def _words(text: str) -> list[str]:
    """The words of a line, those in quotes whole, to a # that stands apart."""
    return [
        a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', re.sub(r"(?:^|\s)#(?:\s.*|$)", "", text))
    ]


def _parted(words: Sequence[str], at: str) -> Iterator[list[str]]:
    """The words between others."""
    part: list[str] = []
    for word in words:
        if word == at:
            yield part
            part = []
        else:
            part.append(word)
    yield part


def _first_of(found: list[str], column: Column, is_said: bool) -> str:
    if is_said:
        return f"case {' '.join(found)} end"
    if len(found) == 1:
        return found[0]
    if column.type == "varchar":
        found = [f"nullif(trim({sql}), '')" for sql in found]
    return f"coalesce({', '.join(found)})"


def _by_type(column: Column) -> str:
    """How a text is read where the map does not say it."""
    return "amount" if column.type.startswith("decimal") else _BY_TYPE.get(column.type, "")


def _literal(value: str) -> str:
    return value if re.fullmatch(r"-?\d+", value) else _text(value)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
