"""The neighbour on Polaris: what libstats finds is what was lived, or is left open for the reason
that the truth names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.collection.copies import undeclared_codes
from libstats.workspace.workspace import init
from sample import hours
from sample.polaris.oddities import ODDITIES
from tests.support.files import SAMPLE

Truth = dict[str, Any]
MEASURES = {
    "checkouts": "checkouts",
    "renewals_by_patron": "by_patron",
    "renewals_automatic": "automatic",
    "renewals_unknown": "unknown",
    "in_house_uses": "in_house_uses",
}
PLACE = SAMPLE / "polaris"
FIRST, LAST = "2026-04-30", "2026-10-31"


@pytest.fixture(scope="module")
def truth() -> Truth:
    found: Truth = json.loads((PLACE / "truth.json").read_text(encoding="utf-8"))
    return found


def loaded(folder: Path, *patterns: str) -> Path:
    """A workspace set up as the sample says, with some of the neighbour's files in it."""
    place = init(folder)
    config = place.folder / "libstats.toml"
    own = hours.configuration().partition("\n[whole]")[2]
    config.write_text(f"{config.read_text(encoding='utf-8')}\n[whole]{own}", encoding="utf-8")
    files = [path for pattern in patterns for path in sorted(PLACE.glob(pattern))]
    assert libstats.load(place.folder, files).is_clean
    return place.folder


@pytest.fixture(scope="module")
def con(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = loaded(tmp_path_factory.mktemp("polaris") / "fennick", "*.csv")
    with libstats.open(folder) as con:
        yield con


def records(relation: duckdb.DuckDBPyRelation) -> list[dict[str, Any]]:
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def test_circulation_by_month_and_branch(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """What is told of wholly equals what was lived; of the rest there is a reason, and no more than
    what was lived. Cards of places and types without a role count as nothing."""
    found = {
        (f"{row['period']:%Y-%m}", row["branch"]): row
        for row in records(libstats.circulation(con, since="2025-08-01", until="2026-11-01"))
    }
    told = {(cell["month"], cell["branch"]): cell for cell in truth["months"]}
    assert set(found) == set(told)
    for key, cell in told.items():
        row = found[key]
        counts = {name: row[column] for column, name in MEASURES.items()}
        if cell["told"] == "whole":
            assert row["coverage"] == "whole", key
            assert counts == {name: cell[name] for name in counts}, key
            continue
        # of a month that is outside, days on which the doors were shut may count as told of
        assert row["coverage"] != "whole", key
        assert row["reason"], key
        assert all(
            n is None or n <= cell["shown"][name] <= cell[name] for name, n in counts.items()
        )
    assert Counter(cell["told"] for cell in truth["months"]) == {
        "whole": 38,
        "outside": 4,
        "partly": 3,
    }


def test_a_month_that_nobody_exported_is_unknown(con: duckdb.DuckDBPyConnection) -> None:
    rows = records(libstats.circulation(con, since="2026-02-01", until="2026-03-01"))
    assert [(row["branch"], row["coverage"]) for row in rows] == [
        (branch, "outside") for branch in ("3", "4", "5")
    ]
    assert all(row[column] is None for row in rows for column in MEASURES)


def test_cards_of_places_are_neither_loans_nor_patrons(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    others, keys = con.sql(
        "select count(*), count(patron_key) from circulation_event"
        " where kind = 'other' and kind_as_exported = '6001'"
    ).fetchall()[0]
    # two went to a card in the month without a file, or where a branch or the end of a month lacks
    assert 0 < others <= truth["at_cards_of_places"]
    assert keys == 0


@pytest.mark.parametrize(
    ("day", "files"),
    [(FIRST, f"items-{FIRST}.csv"), (LAST, "items-*.csv")],
    ids=["words", "numbers"],
)
def test_copies_and_codes_that_nobody_declared(
    day: str, files: str, truth: Truth, tmp_path: Path
) -> None:
    """By the words of SimplyReports, and by the numbers of SQL: how many copies are held, are not,
    and of how many nobody can tell."""
    with libstats.open(loaded(tmp_path / "copies", files)) as con:
        found = con.sql(
            """
            select
                count(*) as listed,
                count(*) filter (is_held and unknown_code is null) as held,
                count(*) filter (not is_held) as not_held,
                count(*) filter (unknown_code is not null) as cannot_tell
            from copy_state
            semi join item using (source, item_key)
            """
        )
        assert records(found) == [truth["copies"][day]]
        codes = {row["code"]: row["rows"] for row in records(undeclared_codes(con))}
        assert codes == {
            code.lower() if code.lower() in codes else code: n
            for code, n in truth["unknown_codes"][day].items()
        }


def test_every_code_that_nobody_declared_is_told(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    told = [row["place"] for row in records(libstats.check(con))]
    unknown = truth["unknown_codes"]
    for code in (*unknown[LAST], *unknown["hold"], *unknown["circulation_event"]):
        assert any(f'"{code}" = "..."' in place for place in told), (code, told)


def test_weeding(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """All planted candidates, and none that is away, on order, last, wanted or cannot be judged."""
    items = truth["weeding"]["items"]
    planted = {item["item_id"] for item in items if item["verdict"] == "candidate"}
    found = libstats.weeding_candidates(con, as_of="2026-11-01").select("item_key").fetchall()
    assert {key for (key,) in found} == planted
    assert len(planted) == 17
    unknown = con.sql("select count(*) from copy_state where unknown_code is not null").fetchall()
    assert unknown == [(sum("number" in item["why"] for item in items),)]


def test_every_hold_has_its_outcome(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """As it was lived, or as far as the lists can tell, for the reason that stands there."""
    rows = records(con.sql("from \"case\" where process = 'hold'"))
    found = {row["case_id"]: row for row in rows}
    told = {hold["hold_id"]: hold for hold in truth["holds"] if hold["told"]}
    assert set(found) == set(told)
    assert all(hold["reason"] for hold in truth["holds"] if not hold["told"])
    for key, hold in told.items():
        row = found[key]
        assert row["outcome"] == hold["told"], hold
        assert hold["told"] == hold["outcome"] or hold["reason"], hold
        ready = row["reached"].get("ready")
        assert (ready and f"{ready:%Y-%m-%d}") == hold["told_ready_on"], hold


def test_what_ended_between_two_lists_did_so_between_them(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    rows = records(con.sql("from \"case\" where process = 'hold'"))
    found = {row["case_id"]: row for row in rows}
    bounded = [hold for hold in truth["holds"] if hold.get("over_by") or hold.get("ready_by")]
    assert {hold["told"] for hold in bounded} == {"over", "not fetched"}
    for hold in bounded:
        row = found[hold["hold_id"]]
        before, after = (f"{row[f'ended_not_{side}']:%Y-%m-%d}" for side in ("before", "after"))
        assert before <= hold["ready_on"] <= after <= hold.get("over_by", hold.get("ready_by")), (
            hold
        )


def test_paused_holds_do_not_wait(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """Suspended ones are no case for a hand, nor are those wanted from a day to come."""
    idle = {
        hold["hold_id"]
        for hold in truth["holds"]
        if hold["why"] in ("suspended", "wanted from a day to come")
    }
    assert len(idle) == 8
    listed = {row["case_id"]: row for row in records(libstats.worklist(con, "hold", goal_days=14))}
    assert {row["standing"] for key, row in listed.items() if key in idle} == {"paused"}
    odd = {hold["hold_id"] for hold in truth["holds"] if hold["told"] == "undeterminable"}
    assert {listed[key]["standing"] for key in odd} == {"not known"}
    lost = {hold["hold_id"] for hold in truth["holds"] if hold["why"] == "its only copy is lost"}
    assert {listed[key]["standing"] for key in lost} == {"late"}


def test_what_waits_at_month_ends(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    """What waited lies between what is known to wait and that with what nobody can tell."""
    found = {
        f"{row['period']:%Y-%m}": row
        for row in records(
            libstats.backlog(con, "hold", since="2026-06-01", until="2026-11-01", every="month")
        )
    }
    for day, told in truth["waiting"].items():
        row = found[day[:7]]
        assert row["waiting"] <= told["waiting"] <= row["waiting"] + row["undeterminable"], day
    assert found["2026-10"]["waiting"] + 2 == truth["waiting"]["2026-10-31"]["waiting"]


def test_fill_rate_by_outcome(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    told = Counter(hold["told"] for hold in truth["holds"] if hold["told"])
    (row,) = records(libstats.fill_rate(con, "hold", since="2026-01-01", until="2026-11-01"))
    # those wanted from a day to come begin after the period
    later = sum(hold["why"] == "wanted from a day to come" for hold in truth["holds"])
    assert (row["filled"], row["not_fetched"], row["lapsed"]) == (
        told["done"] + told["not fetched"],
        told["not fetched"],
        told["lapsed"],
    )
    assert row["unfilled"] == told["lapsed"] + told["given up"]
    assert (row["still_open"], row["undeterminable"]) == (
        told["open"] - later,
        told["over"] + told["undeterminable"],
    )


def test_turnaround_says_of_how_many_it_cannot_tell(
    con: duckdb.DuckDBPyConnection, truth: Truth
) -> None:
    days = sorted(hold["told_ready_on"] for hold in truth["holds"] if hold.get("told_ready_on"))
    months = Counter(day[:7] for day in days)
    found = libstats.throughput(
        con, "hold", milestone="ready", since="2026-06-01", until="2026-11-01"
    )
    assert {
        f"{row['period']:%Y-%m}": row["cases"] for row in records(found) if row["cases"]
    } == months
    lived = Counter(hold["ready_on"][:7] for hold in truth["holds"] if hold["ready_on"])
    assert all(n <= lived[month] for month, n in months.items())


def test_the_branches_have_their_names(con: duckdb.DuckDBPyConnection, truth: Truth) -> None:
    named = "select code, name from code where list = 'branch'"
    assert truth["branches"].items() <= dict(con.sql(named).fetchall()).items()


def test_rows_of_each_file(truth: Truth) -> None:
    found = {
        f"polaris/{path.name}": len(path.read_text(encoding="utf-8").splitlines()) - 1
        for path in PLACE.glob("*.csv")
    }
    assert found == truth["files"]
    assert sum(path.stat().st_size for path in PLACE.glob("*")) < 410_000


def test_the_readme_names_what_is_planted() -> None:
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for oddity in ODDITIES:
        assert f"| {oddity.name} | {oddity.where} | {oddity.correct} |" in readme
