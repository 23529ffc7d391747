"""Numbers that a spreadsheet ruined: 2.3E+16 for each of a thousand keys, an error in place of one,
or the first fifteen digits with zeros behind them."""

from __future__ import annotations

from libstats.declaration.raw import quoted
from libstats.schema import Column, Table

REASON = (
    "a number no longer: a spreadsheet took its digits. Export it again, and load the file without"
    " opening it there"
)
# 2.3E+16, 2,3e+16, 2E+16, 2.3E16 (but 4E10 may be a code), #NAME? and its like, a column too narrow
RUINED = (
    r"\s*(?:[-+]?\d+(?:[.,]\d*)?[eE][+]\d+|[-+]?\d+[.,]\d+[eE]\d+"
    r"|#(?:NAME[?]|REF!|VALUE!|N/A|NUM!|DIV/0!|NULL!|#+))\s*"
)
# Of a number of more digits a spreadsheet keeps fifteen. Many true ones end in zeros too: it is
# doubtful only where rows meet under it that are not equal.
ROUNDED = r"\d{15}0+"


def is_ruined(text: str) -> str:
    """SQL: a text (SQL) is no number any more."""
    may_be = f"contains({text}, '+') or contains({text}, '#') or contains(lower({text}), 'e')"
    return f"case when {may_be} then regexp_full_match({text}, {quoted(RUINED)}) else false end"


def is_rounded(column: str) -> str:
    """SQL: a number in a column may have lost its last digits."""
    return f"(length({column}) > 15 and regexp_full_match({column}, {quoted(ROUNDED)}))"


def is_name(table: Table, column: Column) -> bool:
    """True for a column of texts that says which thing is meant: a part of the table's key, its
    second name, or the system's number of any thing."""
    own = (*table.key, *table.exported_key, table.second_name)
    is_free = column.type == "varchar" and column.check is None
    return is_free and (column.name in own or column.name.endswith("_id"))
