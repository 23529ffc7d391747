"""Queries of the pages, cut to what may be seen."""

from __future__ import annotations

import pytest

from libstats.declaration.query import Asked, Query, read
from libstats.declaration.select import plans
from libstats.declaration.source import Source
from libstats.readers.file_names import recorded
from libstats.recognise.known import known
from libstats.sources import queries

TEXT = """
-- loans: this and the same again from old_loans; of each
-- whatever there is
select id, who, renewals_count from loans
where day > now();

-- orders. One row a copy
select o.id, concat(b.name, ', ', b.town) as vendor, i.copy as "Item, ID"
from orders o
left join vendors b on b.id = o.vendor
left join copies i on i.orderno = o.id;

-- for people
select 1 from nothing;
"""
LOANS, ORDERS = read(
    TEXT,
    {"loans": Asked(also=("old_loans",), older={"renewals_count": "renewals"}), "orders": Asked()},
)
ALL = {
    "orders": {"id", "vendor"},
    "vendors": {"id", "name", "town"},
    "copies": {"copy", "orderno"},
}


def test_a_query_is_read_in_its_parts() -> None:
    assert LOANS.columns == ("id", "who", "renewals_count")
    assert [each.table for each in LOANS.each()] == ["loans", "old_loans"]
    assert ORDERS.tables == {"o": "orders", "b": "vendors", "i": "copies"}


def test_where_all_may_be_seen_all_is_asked() -> None:
    cut = ORDERS.cut(ALL)
    assert cut.headings == ("id", "vendor", "Item, ID")
    assert cut.lacks == ()
    assert cut.sql("o.id > 1").splitlines() == [
        "select o.id, concat(b.name, ', ', b.town) as vendor, i.copy as \"Item, ID\"",
        "from orders o",
        "left join vendors b on b.id = o.vendor",
        "left join copies i on i.orderno = o.id",
        "where o.id > 1",
    ]


@pytest.mark.parametrize(
    ("hidden", "headings", "lacks"),
    [
        ({"vendors"}, ("id", "Item, ID"), ("vendors",)),
        ({"vendors.town"}, ("id", "Item, ID"), ("vendors.town",)),
        ({"vendors.id"}, ("id", "Item, ID"), ("vendors.id",)),
        ({"copies.copy"}, ("id", "vendor"), ("copies.copy",)),
        ({"orders.vendor"}, ("id", "Item, ID"), ("orders.vendor",)),
        ({"orders"}, (), ("orders",)),
    ],
)
def test_what_may_not_be_seen_is_not_asked(
    hidden: set[str], headings: tuple[str, ...], lacks: tuple[str, ...]
) -> None:
    seen = {
        table: {c for c in columns if f"{table}.{c}" not in hidden}
        for table, columns in ALL.items()
        if table not in hidden
    }
    cut = ORDERS.cut(seen)
    assert (cut.headings, cut.lacks) == (headings, lacks)
    text = cut.sql()
    assert not [name for name in hidden if "." not in name and name in text and headings]


def test_an_older_name_stands_in_for_the_newer() -> None:
    assert LOANS.cut({"loans": {"id", "renewals"}}).headings == ("id", "renewals")
    assert LOANS.cut({"loans": {"id", "renewals", "renewals_count"}}).headings == (
        "id",
        "renewals_count",
    )


@pytest.mark.parametrize(
    ("system", "query"),
    [(system, q) for system in queries.SYSTEMS for q in queries.of_system(system).each],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_every_query_is_read_by_a_declaration(system: str, query: Query) -> None:
    """With its key; with the columns by which it is asked for anew, if it is."""
    seen = {table: _All() for table in query.tables.values()}
    cut = query.cut(seen)
    assert len(cut.columns) == len(query.columns)
    declared = next(d for d in known().recognising(cut.headings) if isinstance(d, Source))
    assert declared.system == system
    assert plans(declared, cut.headings)[0].has_key
    if query.asked.person:
        assert query.asked.key
        told = {h for line in declared.lines[declared.primary] for h in line.headings}
        assert {query.heading(query.asked.key), query.heading(query.asked.person)} <= told


class _All(frozenset[str]):
    """The columns of a table that has every one."""

    def __contains__(self, column: object) -> bool:
        return True


@pytest.mark.parametrize("system", queries.SYSTEMS)
def test_a_file_that_is_pulled_is_recorded_by_its_name(system: str) -> None:
    for query in queries.of_system(system).each:
        for each in query.each():
            name = f"{each.name.replace(' ', '-')}-20261130170000.csv"
            assert recorded(name, lambda: "9a1c3f") == name
