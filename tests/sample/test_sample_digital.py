"""The sample's electronic resources, its proxy and its self-checks: what was planted is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from sample import eresources, machines, proxy
from tests.support.files import SAMPLE

Truth = dict[str, Any]
OCTOBER = {"since": "2026-10-01", "until": "2026-11-01"}


@pytest.fixture(scope="module")
def truth() -> Truth:
    found: Truth = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def con(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with libstats.open(demo) as con:
        yield con


def test_the_readme_names_these_oddities() -> None:
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for oddity in (*eresources.ODDITIES, *proxy.ODDITIES, *machines.ODDITIES):
        assert f"| {oddity.name} | {oddity.where} | {oddity.correct} |" in readme


def test_uses_costs_and_licences_without_use(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = truth["eresources"]
    found = libstats.cost_per_use(con, as_of="2026-11-01")
    advised = found.filter("is_advised and cost_per_use is not null")
    rows = advised.select("licence_id, cost_per_use::varchar").fetchall()
    assert dict(rows) == told["cost_per_use"]
    unused = found.filter("why_none = 'no use'").select("licence_id").fetchall()
    assert [licence for (licence,) in unused] == told["no_use"]


def test_who_was_turned_away(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    rows = (
        libstats.eresource_use(con, since="2026-01-01", until="2026-10-01")
        .filter("metric in ('Limit_Exceeded', 'No_License')")
        .select("metric, uses_told")
        .fetchall()
    )
    assert dict(rows) == truth["eresources"]["turned_away"]


def test_what_the_link_resolver_had_nothing_for(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    found = libstats.resolver_requests(con, **OCTOBER, by="all")
    told = found.select("requests, without_services").fetchall()
    assert told == [tuple(truth["eresources"]["resolver"].values())]


def test_what_the_proxy_opened_and_who_did_not_get_in(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    told = truth["proxy"]
    visits = libstats.proxy_visits(con, **OCTOBER)
    found = visits.select("part, visits, asked_not_opened").fetchall()
    assert {part: count for part, count, _ in found if count} == told["visits"]
    assert {part: asked for part, _, asked in found if asked} == told["asked_not_opened"]
    troubles = libstats.proxy_logins(con, **OCTOBER, by="all")
    assert troubles.select("let_in, locked_out, not_let_in").fetchall() == [
        tuple(told["troubles"].values())
    ]


def test_what_machines_did_is_what_the_system_says(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    told, names = truth["machines"], truth["branches"]

    def use(kind: str, column: str = "done") -> dict[str, int]:
        rows = libstats.machine_use(con, **OCTOBER, kind=kind).select(f"part, {column}")
        return {part: count for part, count in rows.fetchall() if count}

    for kind, of in (("checkout", "checkouts"), ("renewal", "renewals"), ("checkin", "returns")):
        assert use(kind) == {names[branch]: count for branch, count in told[of].items()}, kind
    assert use("checkout", "refused") == {names[b]: n for b, n in told["refused"].items()}
    assert sum(use("checkin", "not_on_loan").values()) == told["not_on_loan"]
    assert sum(use("patron check", "refused").values()) == told["vendor"]["refused"]
    (offline,) = con.sql("select count(*) from machine_event where is_offline").fetchall()[0]
    assert offline == told["offline"]
    share = libstats.self_service(con, **OCTOBER).filter("told_by = 'own log' and share > 0")
    assert share.aggregate("bool_and(self_checkouts = at_machines)").fetchall() == [(True,)]
