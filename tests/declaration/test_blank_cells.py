"""A cell that is blank rejects no row: what stands in another, that only judges it, does not."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from libstats import schema
from libstats.declaration.select import Plan
from libstats.declaration.source import Line, Source
from libstats.declaration.vocabulary import functions
from libstats.sources import sources

TEXTS = (
    "5",
    "2026-10-31",
    "10-31-2026",
    "2026-10-31T10:00:00Z",
    "2026-10-31 10:00:00-04",
    "10:00",
    "yes",
    "credit",
    "Refunded",
    "x",
)
# a time of day without its day tells that the day was lost
HALVES = {"Loan Time", "Return Time"}
LINES = [
    pytest.param(source, table, line, id=f"{source.system} {source.name}: {table}.{line.column}")
    for source in sources()
    for table, lines in source.lines.items()
    for line in lines
    if len(line.headings) > 1
]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    """The functions of the declarations, and no store."""
    with duckdb.connect() as con:
        con.execute("set variable library_zone = 'America/New_York'")
        con.execute(functions())
        con.execute("create macro is_place(t) as false; create macro is_place_group(t) as false")
        yield con


@pytest.mark.parametrize(("source", "table", "line"), LINES)
def test_no_other_cell_makes_a_blank_one_bad(
    source: Source, table: str, line: Line, con: duckdb.DuckDBPyConnection
) -> None:
    """A cell that alone gives no value, whatever stands in it, only judges."""
    headings = line.headings
    positions = {heading: n for n, heading in enumerate(headings)}
    plan = Plan(source, schema.tables()[table], (line,), positions, headings)
    bad = plan.bad(line)
    if bad is None or line.column in plan.telling:
        return
    rows = [
        [text if n == own else "" for n in range(len(headings))]
        for own in range(len(headings))
        for text in TEXTS
    ]
    names = ", ".join(f"c{n}" for n in range(len(headings)))
    marks = ", ".join(f"({', '.join('?' * len(headings))})" for _ in rows)
    found = con.execute(
        f"""
        select {names}, {line.column} is not null, {bad}
        from (select *, {plan.value(line)} as {line.column} from (values {marks}) as t({names}))
        """,
        [text for row in rows for text in row],
    ).fetchall()
    giving = {
        h for *texts, has, _ in found if has for h, t in zip(headings, texts, strict=True) if t
    }
    wrong = [
        (h, text)
        for *texts, _, is_bad in found
        if is_bad
        for h, text in zip(headings, texts, strict=True)
        if text and h not in giving | HALVES
    ]
    assert not wrong
