"""Patterns of declarations, a library's own among them, matched by DuckDB's RE2: in time that grows
with the text alone. Python's own would try (a+)+$ on forty letters for years."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import duckdb

_HELD = threading.local()


def _con() -> duckdb.DuckDBPyConnection:
    """A database in memory, one for each thread."""
    if not hasattr(_HELD, "con"):
        _HELD.con = duckdb.connect()
    con: duckdb.DuckDBPyConnection = _HELD.con
    return con


def fault(pattern: str) -> str | None:
    """What is wrong with a pattern, in words; None if nothing is."""
    try:
        _con().execute("select regexp_matches('', $1)", [pattern])
    except duckdb.Error:
        return f"the pattern {pattern} is not a regular expression"
    return None


def fits(pattern: str, text: str) -> bool:
    """True if all of the text is as the pattern says."""
    return _is(f"^(?:{pattern})$", text)


def begins(pattern: str, text: str) -> bool:
    """True if the text begins as the pattern says."""
    return _is(f"^(?:{pattern})", text)


def _is(pattern: str, text: str) -> bool:
    return bool(_con().execute("select regexp_matches($1, $2)", [text, pattern]).fetchall()[0][0])


def found(pattern: str, texts: Sequence[str]) -> list[str]:
    """What the pattern finds first in each text; "" where it finds nothing."""
    rows = _con().execute(
        "select list_transform($1::varchar[], lambda t: regexp_extract(t, $2))", [texts, pattern]
    )
    told: list[str] = rows.fetchall()[0][0]
    return told
