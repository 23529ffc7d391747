"""Whatever an analysis is asked by: what it shows of patrons stands in a column by which published
tables know that small counts must be withheld."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_type_hints

import duckdb
import pytest

import libstats
from libstats import schema
from libstats.errors import AnalysisError
from libstats.privacy.counted import crosses_patrons
from tests.analysis.test_sql import questions
from tests.support.tables import holding

# these ask for months of loads, which single rows have not, and are parted by branches alone
OF_BRANCHES = ("signals", "year_on_year")
ATTRIBUTES = ("patron_group", "patron_branch")
# a row of each table that has one, within the period that is asked about
WITHIN: dict[str, dict[str, Any]] = {
    "access_session": {"visited_on": "2026-10-01", "outcome": "success", "host": "db.example"},
    "circulation_event": {
        "happened_at": "2026-10-02 09:00",
        "branch": "EAST",
        "kind": "checkout",
        "item_type": "BOOK",
    },
    "ill_request": {"request_id": "1", "created_at": "2026-10-01", "direction": "borrowing"},
    "loan": {
        "loan_id": "1",
        "checked_out_at": "2026-10-01 09:00",
        "checkout_branch": "EAST",
        "item_type": "BOOK",
    },
}


def words(function: Any, name: str) -> list[str]:
    """The words that a parameter takes, where these are a closed list."""
    hint = get_type_hints(function, include_extras=True)[name]
    checks = [
        inspect.getclosurevars(check).nonlocals.get("known")
        for check in getattr(hint, "__metadata__", ())
        if callable(check)
    ]
    return next((known for known in checks if known), [])


def asked() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every analysis by every word of every parameter that takes one of a list."""
    done: set[tuple[str, Any]] = set()
    for name, given in questions(["hold", "ill_borrowing"]):
        which = name, given.get("process")
        if which in done or "analysis" in given or name in OF_BRANCHES:
            continue
        done.add(which)
        function = getattr(libstats, name)
        for parameter in inspect.signature(function).parameters:
            if parameter != "con":
                for word in words(function, parameter):
                    yield name, {**given, parameter: word}


ASKED = list(asked())


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """A connection on rows whose attributes of patrons are known by their texts."""
    tables = {
        name: [WITHIN[name] | {a: f"CANARY {a}" for a in ATTRIBUTES if a in columns}]
        for name, table in schema.tables().items()
        if (columns := {c.name for c in table.columns}) & set(ATTRIBUTES)
    }
    return holding(**tables)


def test_there_is_a_word_for_each_attribute() -> None:
    assert len({name for name, _ in ASKED}) > 10
    told = {value for _, given in ASKED for value in given.values()}
    assert told >= {"group", *ATTRIBUTES}


@pytest.mark.parametrize(
    ("name", "given"), ASKED, ids=[" ".join([n, *map(str, g.values())]) for n, g in ASKED]
)
def test_what_is_parted_by_patrons_says_so(
    con: duckdb.DuckDBPyConnection, name: str, given: dict[str, Any]
) -> None:
    first = [given[key] for key in ("process",) if key in given]
    rest = {key: value for key, value in given.items() if key != "process"}
    try:
        found = getattr(libstats, name)(con, *first, **rest)
        rows = found.fetchall()
    except (AnalysisError, duckdb.CatalogException):
        return  # nothing that tells of it is there
    for column, values in zip(found.columns, zip(*rows, strict=True) if rows else (), strict=False):
        if any("CANARY" in str(value) for value in values):
            assert crosses_patrons([column]), f"{name} tells of patrons as {column}"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("proxy_visits", {"by": "group"}),
        ("circulation_by", {"by": "patron_group"}),
        ("circulation", {"branch": "patron_branch"}),
    ],
)
def test_the_canary_is_seen_where_it_should_be(
    con: duckdb.DuckDBPyConnection, name: str, given: dict[str, Any]
) -> None:
    rows = getattr(libstats, name)(con, since="2026-01-01", until="2026-11-01", **given)
    assert "CANARY" in str(rows.fetchall())
