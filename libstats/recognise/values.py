"""What stands under one heading of an unknown export: which types its values fit, told without
telling a value."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

import duckdb

from libstats.schema import Column

NULL_WORDS = ("NULL", "\\N", "(null)", "N/A", "n/a", "-", "--", "0000-00-00", "0000-00-00 00:00:00")
ENOUGH = 0.95
ADVICE = "Take out or change lines of the entry as you like."
_DAY_MONTH = re.compile(r"\s*(\d{1,2})([/.-])(\d{1,2})\2\d{4}(\D.*)?")
_EMAIL = re.compile(r"\S@\S+\.\S")
# what each type can be made of, in the range that a library's values have
_DAYS = "case when year({0}) between 1900 and 2100 then {0} end"
_TESTS = {
    "year first": _DAYS.format("iso_time(v)"),
    "month first": _DAYS.format("us_time(v)"),
    "day first": _DAYS.format("eu_time(v)"),
    "boolean": "yes_no(v)",
    "integer": "case when whole_number(v) between 1000 and 2100 then 1 end",
    "bigint": "case when abs(whole_number(v)) < 1000000 then 1 end",
    "decimal": "case when abs(typed_amount(v)) < 100000 then 1 end",
}
# a thing's number: no text that people read
_NUMBER = r"(?=\S*\d)\S{1,60}"
_NUMBERS = ("barcode", "item_id", "title_id", "loan_id", "hold_id", "charge_id", "order_line_id")
# of which a library has few, whatever it calls them
_CODES = (
    *("location", "permanent_location", "collection", "item_type", "patron_group", "status"),
    *("call_number_scheme", "language", "material", "payment_type", "currency", "vendor_id"),
)
_MANY = 50
_NO = ("0", "0.0", "no", "n", "false", "f", "nein", "non")


class Values:
    """The values of one column, blank ones and words for blank left out; `con` has the vocabulary
    of functions.sql."""

    def __init__(self, con: duckdb.DuckDBPyConnection, cells: Iterable[str]) -> None:
        self.con = con
        every = Counter(cell.strip() for cell in cells)
        self.rows = every.total()
        self.null_words = [w for w in NULL_WORDS if every.pop(w, 0)]
        every.pop("", 0)
        self.counts = every
        self.n = every.total()

    @cached_property
    def fitting(self) -> dict[str, float]:
        """The share of the values that each type can be made of."""
        shares = ", ".join(
            f"coalesce(sum(n) filter (where {sql} is not null), 0) / greatest(sum(n), 1)"
            for sql in _TESTS.values()
        )
        row = self.con.execute(
            f"select {shares} from (select unnest($1::varchar[]) as v, unnest($2::bigint[]) as n)",
            [list(self.counts), list(self.counts.values())],
        ).fetchall()[0]
        return {kind: float(share or 0) for kind, share in zip(_TESTS, row, strict=True)}

    def fit(self, column: Column, style: str) -> bool:
        """True if nearly all values can be what the column wants; a column without values can be
        anything."""
        if not self.n:
            return True
        if column.name in _NUMBERS:
            return self._share(_NUMBER) >= ENOUGH
        if (column.name in _CODES or column.name.endswith("_branch")) and not self.are_few:
            return False
        if column.type == "varchar":
            return not column.check or self._pass(column) >= ENOUGH
        kind = style if column.type in ("date", "timestamp") else column.type
        return self.fitting.get(re.sub(r"\(.*", "", kind), 0.0) >= ENOUGH

    def _pass(self, column: Column) -> float:
        sql = f"""
            select coalesce(sum(n) filter (where {column.check}), 0) / sum(n)
            from (select unnest($1::varchar[]) as {column.name}, unnest($2::bigint[]) as n)"""
        return float(
            self.con.execute(sql, [list(self.counts), list(self.counts.values())]).fetchall()[0][0]
        )

    @cached_property
    def proof(self) -> set[str]:
        """Of dates that begin with day or month: which of the two the values prove to come first;
        "none" beside what is not proved, nothing where there are no such dates."""
        found: set[str] = set()
        for first, second in {
            (int(m[1]), int(m[3])) for v in self.counts if (m := _DAY_MONTH.fullmatch(v))
        }:
            found |= {"day first" if first > 12 else "month first" if second > 12 else "none"}
        return found

    @property
    def are_personal(self) -> bool:
        """True if there is an e-mail address among the values, or most are 14 digits that begin
        with 2, as patrons' cards do by convention."""
        return any(_EMAIL.search(v) for v in self.counts) or self._share(r"2\d{13}") >= 0.5

    @property
    def are_few(self) -> bool:
        """True if they can be codes: each of many rows has one of few."""
        return len(self.counts) <= max(_MANY, self.n // 10) and not (
            self.n >= 20 and 2 * len(self.counts) > self.n
        )

    @property
    def are_mostly_there(self) -> bool:
        """True if most rows have a value; also where there are no rows."""
        return not self.rows or 2 * self.n >= self.rows

    @property
    def said(self) -> int:
        """How many rows have a value that does not deny what the heading says."""
        return sum(n for value, n in self.counts.items() if value.casefold() not in _NO)

    @property
    def are_mostly_said(self) -> bool:
        """True if that are most rows; also where there are none."""
        return not self.rows or 2 * self.said >= self.rows

    @property
    def are_dates(self) -> bool:
        """True if there are values, and nearly all are dates."""
        return any(self.fitting[f"{first} first"] >= ENOUGH for first in ("year", "month", "day"))

    @property
    def are_barcodes(self) -> bool:
        """True if nearly all are 14 digits that begin with 3, as copies' barcodes mostly do."""
        return self.n > 0 and self._share(r"3\d{13}") >= ENOUGH

    def _share(self, pattern: str) -> float:
        return sum(n for v, n in self.counts.items() if re.fullmatch(pattern, v)) / max(self.n, 1)

    @property
    def description(self) -> str:
        """What they look like, in words and shapes."""
        if not self.n:
            return "blank"
        words = {
            "boolean": "yes or no",
            "bigint": "whole numbers",
            "decimal": "amounts",
        } | dict.fromkeys(("year first", "month first", "day first"), "dates")
        kind = next(
            (
                words[k]
                for k in (
                    "boolean",
                    "bigint",
                    "decimal",
                    "year first",
                    "month first",
                    "day first",
                )
                if self.fitting[k] >= ENOUGH
            ),
            None,
        )
        few = f"{len(self.counts)} codes or words" if 2 * len(self.counts) <= self.n else "text"
        shapes = self.con.execute(
            """
            select shape(v)
            from (select unnest($1::varchar[]) as v, unnest($2::bigint[]) as n)
            group by 1
            order by sum(n) desc, 1
            limit 3""",
            [list(self.counts), list(self.counts.values())],
        )
        return f"{kind or few}, as {', '.join(row[0] for row in shapes.fetchall())}"
