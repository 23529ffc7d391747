"""A door: sets of whole numbers as bits, one for each number that is possible, told apart without
sorting or hashing them.

Fifty million numbers take six megabytes and a fraction of a second; grouping them takes gigabytes.
"""

from __future__ import annotations

import duckdb

IS_OPEN = True
# Bits for each number that is there, and in all, beyond which they are no longer cheap (DuckDB's
# limit is the same billion).
SPARSE, MOST = 64, 10**9


def bounds(con: duckdb.DuckDBPyConnection, number: str, rows: str) -> tuple[int, int] | None:
    """The least and the greatest of a number (SQL) over rows (SQL after `from`), or None where one
    is blank, there is none or they lie too far apart; None too while the door is shut."""
    if not IS_OPEN:
        return None
    least, greatest, numbers, every = con.execute(
        f"select min({number}), max({number}), count({number}), count(*) from {rows}"
    ).fetchall()[0]
    if not every or numbers < every or greatest - least >= min(SPARSE * every, MOST):
        return None
    return least, greatest


def all_distinct(con: duckdb.DuckDBPyConnection, number: str, rows: str) -> bool:
    """True if no two rows have the same number; False also where that cannot be told by bits."""
    found = bounds(con, number, rows)
    if found is None:
        return False
    distinct, every = con.execute(
        f"select bit_count(bitstring_agg({number}, {found[0]}, {found[1]})), count(*) from {rows}"
    ).fetchall()[0]
    return bool(distinct == every)
