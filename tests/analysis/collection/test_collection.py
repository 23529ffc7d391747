"""The age and the use of the collection: small tables worked by hand, the vocabulary of call
numbers, real files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.collection import age, use, weeding
from libstats.analysis.collection.aged import GROUPS, By
from libstats.analysis.collection.callnumber import classed
from libstats.definitions import thresholds
from libstats.definitions.call_numbers import shipped
from libstats.errors import AnalysisError
from libstats.workspace.workspace import Workspace
from tests.support.tables import Rows, dicts, holding

pytestmark = pytest.mark.slow

AS_OF = "2026-11-01"
YEAR = {"since": "2025-11-01", "until": "2026-11-01"}


# --- the class that a call number names ---


@pytest.mark.parametrize(
    ("call_number", "scheme", "key"),
    [
        ("641.5 BRO", "ddc", "641"),
        ("J 641.5 BRO", None, "641"),
        ("REF 031 WOR", "Dewey Decimal classification", "031"),
        ("R 031 WOR", "ddc", "031"),
        ("J 641.5 .R38", "ddc", "641"),
        ("9 WAL", "ddc", "009"),
        ("1.23 .I39", "ddc", "001"),
        ("11.34567 .I39", None, "011"),
        ("641BRO", "ddc", "641"),
        ("12/05/2020", "ddc", None),
        ("FIC BRO", None, "FIC"),
        ("J FIC BRO", None, "J"),
        ("J BRO", None, "J"),
        ("YA BRO", None, "YA"),
        ("E SEU", None, "E"),
        ("B LIN", None, "B"),
        ("92 LIN", "ddc", "B"),
        ("921 LIN", None, "B"),
        ("DVD 641.5 BRO", None, "AV"),
        ("GN 741.5 SPI", None, "GN"),
        ("Magazine", None, "PER"),
        ("LOCAL HISTORY 977.1", None, "LOCAL"),
        ("A 13.2:F 31", "sudoc", "GOV"),
        ("Y 4.C 73/7:S.hrg.", "sudoc", "GOV"),
        ("A 13.2:F 31", None, "GOV"),
        ("G3824.S8:2P4", "lcc", "G  3824"),
        ("QA76.73 .P98", "lcc", "QA 0076"),
        ("QA76.73 .P98", "ddc", "QA 0076"),
        ("REF QA76 .B2", "LCPER", "QA 0076"),
        ("E 184 .A1", "lcc", "E  0184"),
        ("R 184.7 .N49", "Library of Congress classification", "R  0184"),
        ("CD 123 .A1", "lcc", "CD 0123"),
        ("CD BRO", None, "AV"),
        ("WB 100 B3", "nlm", "WB 0100"),
        ("KFN5150 .A2", "lcc", "KFN5150"),
        ("12345", None, None),
        ("Electronic resource", None, None),
        ("641.5", "udc", None),
        # letters alone are a class where the export names the scheme of Library of Congress
        ("E", "lcc", "E  0000"),
        ("F", "LC", "F  0000"),
        ("GN", "Library of Congress classification", "GN 0000"),
        ("B", "Library of Congress (LC)", "B  0000"),
        ("E", "ddc", "E"),
        ("F", "ddc", "FIC"),
        ("MAG", "lcc", "PER"),
        # a code of a place before the class
        ("REF BR1 ML 2533", "lcc", "ML 2533"),
        ("REF BR1 ML 2533", None, "ML 2533"),
        ("BR2 PN 1995.9", "lcc", "PN 1995"),
        ("QA76 PT 2", "lcc", "QA 0076"),
        # numbers of accession that look like a class
        ("CD 123", "lcc", "AV"),
        ("MC1 259", "lcc", None),
        ("T1 105", "lcc", None),
        ("AB 12345", "lcc", None),
        ("DVD1234", None, "AV"),
        ("KF4744 1997", "lcc", "KF 4744"),
        ("J599.5", "ddc", "599"),
        ("[Fic]", None, "FIC"),
        ("FIC B76", "ddc", "FIC"),
        ("qQA76 .B3", "lcc", "QA 0076"),
        ("WG 120 H1 2005", None, "WG 0120"),
        ("821.111-31", None, None),
        ("53:54", None, None),
        ("  ", None, None),
        (None, "ddc", None),
    ],
)
def test_the_class_of_a_call_number(
    call_number: str | None, scheme: str | None, key: str | None
) -> None:
    con = holding(item=[{"item_id": "1", "call_number": call_number, "call_number_scheme": scheme}])
    sql, params = classed()
    found = con.sql(
        f"with copy as (from item), {sql} select class_key from classed", params=params
    ).fetchall()
    assert (found[0][0] if found else None) == key


def test_the_scheme_of_most_call_numbers_counts_where_none_is_named() -> None:
    """E 184 is history in a library that files by LC, a picture book in one that files by Dewey."""
    keys = {}
    for house in ("QA76 .B2", "641.5 BRO"):
        con = holding(
            item=[
                {"item_id": str(i), "call_number": text} for i, text in enumerate([house, "E 184"])
            ]
        )
        sql, params = classed()
        keys[house] = con.sql(
            f"with copy as (from item), {sql} select class_key from classed where item_key = '1'",
            params=params,
        ).fetchall()[0][0]
    assert keys == {"QA76 .B2": "E  0184", "641.5 BRO": "E"}


def test_every_class_of_the_limits_has_a_name() -> None:
    names = {(row["scheme"], row["key"]) for row in shipped("classes.csv")}
    lacking = [
        row
        for profile in ("archmere", "crew", "waterloo")
        for row in thresholds.lines(profile)
        if (row["scheme"], row["class_from"] if row["scheme"] == "label" else row["class_from"][0])
        not in names
    ]
    assert lacking == []


# --- age ---


def aged(years: list[int | None], **item: Any) -> duckdb.DuckDBPyConnection:
    """One Dewey copy for each year."""
    titles: Rows = [{"title_id": str(i), "published_year": year} for i, year in enumerate(years)]
    items: Rows = [
        {
            "item_id": str(i),
            "title_id": str(i),
            "call_number": "641.5 BRO",
            "owning_branch": "EAST",
            **item,
        }
        for i in range(len(years))
    ]
    return holding(title=titles, item=items)


def test_the_median_and_the_shares_by_hand() -> None:
    """2026, 2021, 2020, 2014 are 0, 5, 6 and 12 years old: the middle is 2020.5; 2 of 4 are older
    than 5 years, 1 than 10, none than 15."""
    row = dicts(libstats.collection_age(aged([2026, 2021, 2020, 2014]), as_of=AS_OF))[0]
    assert (row["class"], row["items"], row["median_year"]) == ("600 Technology", 4, 2020.5)
    assert (
        row["share_older_5_years"],
        row["share_older_10_years"],
        row["share_older_15_years"],
    ) == (0.5, 0.25, 0.0)


def test_years_that_cannot_be_are_counted_apart_and_in_no_median() -> None:
    """A year ahead is an early imprint, two years ahead an error."""
    row = dicts(
        libstats.collection_age(aged([2000, 2027, 2028, 9999, 1449, 199, None]), as_of=AS_OF)
    )[0]
    assert (
        row["items"],
        row["items_dated"],
        row["items_year_suspect"],
        row["items_serial"],
        row["items_without_year"],
        row["median_year"],
    ) == (7, 2, 3, 1, 1, 2013.5)


def test_a_year_that_its_record_contradicts_is_no_sound_age() -> None:
    """1990 by its code and 2015 in print: suspect, and in no median; 2020 alone is left."""
    con = aged([1990, 2020])
    con.execute("update title set is_year_suspect = title_id = '0'")
    row = dicts(libstats.collection_age(con, as_of=AS_OF))[0]
    assert (row["items_dated"], row["items_year_suspect"], row["median_year"]) == (1, 1, 2020.0)
    decades = libstats.publication_decades(con, as_of=AS_OF, by="all").select("decade, items")
    assert decades.fetchall() == [(2020, 1), (None, 1)]


@pytest.mark.parametrize(
    "how", [{"is_serial": True}, {"published_year": 9999}, {"call_number": "MAG BRO"}]
)
def test_a_serial_has_no_single_year(how: dict[str, Any]) -> None:
    con = aged([1990, 2020])
    for column, value in how.items():
        con.execute(
            f"update {'item' if column == 'call_number' else 'title'} set {column} = ? where title_id = '0'",
            [value],
        )
    row = dicts(libstats.collection_age(con, as_of=AS_OF, by="all"))[0]
    assert (
        row["items"],
        row["items_serial"],
        row["items_dated"],
        row["items_without_year"],
        row["items_year_suspect"],
        row["median_year"],
    ) == (2, 1, 1, 0, 0, 2020.0)


def test_a_group_without_any_year_has_no_median_and_no_share() -> None:
    row = dicts(libstats.collection_age(aged([None]), as_of=AS_OF))[0]
    assert (row["median_year"], row["share_older_5_years"], row["items_dated"]) == (None, None, 0)


def test_a_copy_without_a_call_number_has_the_class_of_its_record() -> None:
    """Two of four have none; the record of one tells a class. One has a number that says no class:
    it keeps none, whatever its record says."""
    numbers = ("641.5 BRO", None, " ", "Electronic resource")
    con = holding(
        item=[
            {"item_id": str(n), "title_id": str(n), "call_number": number}
            for n, number in enumerate(numbers)
        ],
        title=[
            {"title_id": "1", "class": "QA76.9", "class_scheme": "lcc"},
            {"title_id": "3", "class": "QA76.9", "class_scheme": "lcc"},
        ],
    )
    found = libstats.collection_age(con, as_of=AS_OF).select("class, items").fetchall()
    assert found == [("600 Technology", 1), ("Q Science", 1), (None, 2)]
    reasons = dict(age.left_out(con, as_of=AS_OF).fetchall())
    assert reasons["counted, but of the class of its record: it has no call number"] == 1


def test_withdrawn_and_lost_copies_are_not_held() -> None:
    items: Rows = [
        {"item_id": "1", "withdrawn_code": "1"},
        {"item_id": "2", "lost_code": "4"},
        {"item_id": "3", "status": "Missing"},
        {"item_id": "4", "added_on": date(2026, 11, 2)},
        {"item_id": "5", "lost_code": "0", "withdrawn_code": ""},
        {"item_id": "6", "not_for_loan_code": "-1"},
        {"item_id": "7", "not_for_loan_code": "77"},
    ]
    con = holding(item=items)
    assert [row["items"] for row in dicts(libstats.collection_age(con, as_of=AS_OF, by="all"))] == [
        1
    ]
    assert dict(age.left_out(con, as_of=AS_OF, by="all").fetchall()) == {
        "withdrawn": 1,
        "lost, missing or claimed returned": 2,
        "on order, never received, or of another library": 1,
        "of a code whose role is not known: they may be held": 1,
        "added after the day looked at": 1,
        "counted, but without a year, so of no known age": 1,
        "counted, but the year is suspect (before 1450, in the future, or doubted)": 0,
        "counted, but a serial, of no single year": 0,
        "counted, but under no all": 0,
        "counted, but of the class of its record: it has no call number": 0,
    }


def test_a_migration_day_is_reported_and_not_taken_for_the_day_of_addition() -> None:
    """120 copies on one day and one on each of ten others: 120 is more than 20 times 1. Days since
    added are those of the ten: 1 to 10, the middle 5.5."""
    days = (
        [date(2015, 1, 1)] * 120
        + [date(2026, 11, 1) - timedelta(days=i) for i in range(1, 11)]
        + [None]
    )
    con = holding(item=[{"item_id": str(i), "added_on": day} for i, day in enumerate(days)])
    row = dicts(libstats.collection_age(con, as_of=AS_OF, by="all"))[0]
    assert (
        row["median_days_since_added"],
        row["items_added_known"],
        row["items_added_in_migration"],
        row["items_without_added_day"],
    ) == (5.5, 10, 120, 1)
    assert libstats.migration_days(con).fetchall() == [("koha", date(2015, 1, 1), 120)]


def test_ninety_nine_copies_on_a_day_may_be_work() -> None:
    con = holding(item=[{"item_id": str(i), "added_on": date(2015, 1, 1)} for i in range(99)])
    assert libstats.migration_days(con).fetchall() == []


def test_decades() -> None:
    con = aged([2026, 2020, 2019, None, 9999])
    assert libstats.publication_decades(con, as_of=AS_OF, by="branch").fetchall() == [
        ("EAST", 2010, 1),
        ("EAST", 2020, 2),
        ("EAST", None, 2),
    ]


def test_one_branch_alone() -> None:
    con = holding(
        item=[
            {"item_id": "1", "owning_branch": "EAST"},
            {"item_id": "2", "owning_branch": "WEST"},
            {"item_id": "3", "owning_branch": "WEST", "withdrawn_code": "1"},
        ]
    )
    assert [
        row["items"]
        for row in dicts(libstats.collection_age(con, as_of=AS_OF, by="all", branch="WEST"))
    ] == [1]
    assert age.left_out(con, as_of=AS_OF, by="all", branch="EAST").fetchall()[0] == ("withdrawn", 0)
    assert [
        row["items"] for row in dicts(libstats.collection_use(con, by="all", branch="EAST", **YEAR))
    ] == [1]


@pytest.mark.parametrize("by", list(GROUPS))
def test_every_grouping_has_its_column(by: By) -> None:
    con = aged([2020])
    for result in (
        libstats.collection_age(con, as_of=AS_OF, by=by),
        libstats.publication_decades(con, as_of=AS_OF, by=by),
        libstats.collection_use(con, by=by, **YEAR),
    ):
        assert result.columns[0] == by
        assert len(result.fetchall()) == 1


def test_an_unknown_grouping_is_refused() -> None:
    with pytest.raises(AnalysisError, match="cannot be grouped by 'colour'"):
        libstats.collection_age(holding(), as_of=AS_OF, by="colour")  # type: ignore[arg-type]


# --- use ---


def test_turnover_and_relative_use_by_hand() -> None:
    """EAST: 1 copy, 3 of 4 uses; WEST: 3 copies, 1 use. Turnover 3 and 1/3; relative use
    (3/4)/(1/4) = 3 and (1/4)/(3/4) = 1/3."""
    items: Rows = [
        {"item_id": str(i), "owning_branch": "EAST" if i == 1 else "WEST"} for i in range(1, 5)
    ]
    events: Rows = [{"item_id": item, "kind": kind, "branch": "EAST", "happened_at": "2026-03-01 10:00:00"} for item, kind in (
        ("1", "checkout"), ("1", "checkout"), ("1", "in-house use"), ("2", "checkout"), ("1", "checkin"), ("1", "renewal"),
    )]  # fmt: skip
    rows = dicts(
        libstats.collection_use(holding(item=items, circulation_event=events), by="branch", **YEAR)
    )
    assert [
        (r["branch"], r["items"], r["checkouts"], r["in_house_uses"], r["turnover"]) for r in rows
    ] == [("EAST", 1, 2, 1, 3.0), ("WEST", 3, 1, 0, pytest.approx(1 / 3))]
    assert [r["relative_use"] for r in rows] == [pytest.approx(3), pytest.approx(1 / 3)]


def test_a_use_is_counted_from_the_log_or_the_loans_never_both() -> None:
    items: Rows = [{"item_id": "1", "barcode": "b1"}]
    events: Rows = [
        {"item_id": "1", "kind": "checkout", "branch": "EAST", "happened_at": "2026-03-01 10:00:00"}
    ]
    loans: Rows = [
        {
            "loan_id": "1",
            "item_id": "1",
            "checkout_branch": "EAST",
            "checked_out_at": "2026-03-01 10:00:00",
        },
        {
            "loan_id": "2",
            "item_id": "1",
            "checkout_branch": "EAST",
            "checked_out_at": "2026-03-02 10:00:00",
        },
        {
            "loan_id": "3",
            "barcode": "b1",
            "checkout_branch": "WEST",
            "checked_out_at": "2026-03-01 10:00:00",
        },
        {
            "loan_id": "4",
            "item_id": "9",
            "checkout_branch": "WEST",
            "checked_out_at": "2026-03-01 10:00:00",
        },
    ]
    con = holding(item=items, circulation_event=events, loan=loans)
    assert [row["checkouts"] for row in dicts(libstats.collection_use(con, by="all", **YEAR))] == [
        3
    ]
    assert use.use_left_out(con, by="all", **YEAR).fetchall()[0][1] == 1


def test_dusty_is_a_share_of_the_copies_held_long_enough() -> None:
    """Records begin in 2018. Held for three years and more: 1 used, 2 unused, 1 used in 2020; the
    fifth came last year."""
    old, new = date(2019, 1, 1), date(2026, 1, 1)
    items: Rows = [
        {"item_id": "1", "added_on": old, "last_borrowed_on": date(2026, 5, 1)},
        {"item_id": "2", "added_on": old},
        {"item_id": "3", "added_on": old, "last_borrowed_on": date(2020, 5, 1)},
        {"item_id": "4", "added_on": old},
        {"item_id": "5", "added_on": new},
        {"item_id": "6", "added_on": new, "last_borrowed_on": date(2018, 1, 1)},
    ]
    row = dicts(libstats.collection_use(holding(item=items), by="all", **YEAR))[0]
    assert (
        row["items_held_long"],
        row["items_dusty"],
        row["share_dusty"],
        row["items_dusty_unknown"],
    ) == (4, 3, 0.75, 0)


def test_where_records_are_too_young_nobody_knows_what_is_dusty() -> None:
    items: Rows = [
        {"item_id": "1", "added_on": date(2019, 1, 1)},
        {"item_id": "2", "added_on": date(2019, 1, 1), "last_borrowed_on": date(2025, 1, 1)},
    ]
    row = dicts(libstats.collection_use(holding(item=items), by="all", **YEAR))[0]
    assert (row["items_held_long"], row["items_dusty"], row["items_dusty_unknown"]) == (1, 0, 1)


def test_copies_of_a_system_without_loans_are_no_part_of_relative_use() -> None:
    """EAST: 1 of 2 copies of koha, 3 of 4 uses: (3/4)/(1/2) = 1.5, however many copies of alma
    stand there. WEST has none of koha."""
    items: Rows = [
        {"item_id": "1", "owning_branch": "EAST"},
        {"item_id": "2", "owning_branch": "MAIN"},
    ]
    items += [
        {"item_id": f"a{i}", "source": "alma", "owning_branch": branch}
        for i, branch in enumerate(["EAST", "EAST", "WEST"])
    ]
    events: Rows = [
        {
            "item_id": item,
            "kind": "checkout",
            "branch": "EAST",
            "happened_at": f"2026-03-0{day} 10:00:00",
        }
        for item, day in (("1", 1), ("1", 2), ("1", 3), ("2", 1))
    ]
    con = holding(item=items, circulation_event=events)
    rows = dicts(libstats.collection_use(con, by="branch", **YEAR))
    assert [
        (r["branch"], r["items"], r["items_unrecorded"], r["turnover"], r["relative_use"])
        for r in rows
    ] == [
        ("EAST", 3, 2, 3.0, 1.5),
        ("MAIN", 1, 0, 1.0, 0.5),
        ("WEST", 1, 1, None, None),
    ]
    assert use.use_left_out(con, by="branch", **YEAR).fetchall()[3][1] == 3


def test_a_copy_received_on_an_order_is_held_since_then() -> None:
    con = holding(
        item=[
            {"item_id": "1", "last_borrowed_on": date(2020, 1, 1)},
            {"item_id": "2", "last_borrowed_on": date(2018, 1, 1)},
        ],
        order_copy=[{"order_copy_id": "1", "item_id": "1", "received_on": date(2019, 1, 1)}],
    )
    assert [
        (r["items_held_long"], r["items_dusty"])
        for r in dicts(libstats.collection_use(con, by="all", **YEAR))
    ] == [(1, 1)]


# --- shelf-time ---


def test_the_shelf_time_period_of_the_published_example() -> None:
    """Loans of 2005 by the year of the loan before (Slote's method at a health library): 432 with
    one, 36 without; 96 % are reached with the year 2000."""
    before = {
        2005: 146,
        2004: 149,
        2003: 54,
        2002: 40,
        2001: 18,
        2000: 13,
        1999: 9,
        1998: 1,
        1996: 2,
        None: 36,
    }
    con = holding()
    number = 0
    for year, loans in before.items():
        for day, of in ((f"{year}-01-05", loans if year else 0), ("2005-12-05", loans)):
            con.execute(
                f"insert into loan (source, loan_id, item_id, checked_out_at) select 'koha', '{day}' || i, i, timestamp '{day}' from range({number}, {number + of}) t(i)"
            )
        number += loans
    rows = dicts(libstats.shelf_time(con, since="2005-12-01", until="2006-01-01"))
    assert {row["previous_use_year"]: row["loans"] for row in rows} == before
    assert [round(100 * row["cumulative_share"], 1) for row in rows[:-1]] == [
        33.8,
        68.3,
        80.8,
        90.0,
        94.2,
        97.2,
        99.3,
        99.5,
        100.0,
    ]
    cut = [row for row in rows if row["is_core"]][-1]
    assert (cut["previous_use_year"], cut["years_since"]) == (2000, 5)
    assert (rows[-1]["previous_use_year"], rows[-1]["cumulative_share"]) == (None, None)


def test_a_copy_lent_twice_on_a_day_or_told_of_twice_counts_once() -> None:
    loans: Rows = [
        {"loan_id": str(i), "item_id": "1", "checked_out_at": day}
        for i, day in enumerate(
            ("2024-05-01 09:00:00", "2026-10-05 09:00:00", "2026-10-05 15:00:00")
        )
    ]
    events: Rows = [{"item_id": "1", "kind": "checkout", "happened_at": "2026-10-05 09:00:00"}]
    con = holding(loan=loans, circulation_event=events)
    assert [
        (r["previous_use_year"], r["loans"])
        for r in dicts(libstats.shelf_time(con, since="2026-10-01", until="2026-11-01"))
    ] == [(2024, 1)]


@pytest.mark.parametrize("share", [0, 1.1])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(AnalysisError, match="share of use"):
        libstats.shelf_time(holding(), since="2026-10-01", until="2026-11-01", share=share)


# --- real files, the sample library ---


def test_the_real_koha_library_is_told_as_it_is(real: Path, workspace: Workspace) -> None:
    """The median year of copyright is 2000; 960 of 961 copies have no call number; 830 came on one
    day."""
    libstats.load(workspace, [real / "koha"])
    with libstats.open(workspace) as con:
        assert con.sql("select count(*) from item").fetchall() == [(961,)]
        rows = dicts(libstats.collection_age(con, as_of="2026-01-01", by="all"))
        assert [(row["items"], row["median_year"]) for row in rows] == [(961, 2000.0)]
        assert max(items for _, _, items in libstats.migration_days(con).fetchall()) == 830
        assert [
            row["items"]
            for row in dicts(libstats.collection_age(con, as_of="2026-01-01"))
            if row["class"] is None
        ] == [960]
        assert (
            libstats.weeding_candidates(con, as_of="2026-01-01", keep_last_copies=False).fetchall()
            == []
        )
        reasons = dict(weeding.left_out(con, as_of="2026-01-01").fetchall())
        assert {reason: rows for reason, rows in reasons.items() if rows} == {
            "kept: magazine, newspaper or other serial": 1,
            "cannot judge: no class can be told from the call number": 959,
            "cannot judge: no use is recorded": 1,
        }


def test_the_sample_library_adds_up(demo: Path) -> None:
    with libstats.open(demo) as con:
        items = con.sql("select count(*) from item").fetchall()[0][0]
        counted = sum(row["items"] for row in dicts(libstats.collection_age(con, as_of=AS_OF)))
        gone = sum(
            rows
            for reason, rows in age.left_out(con, as_of=AS_OF).fetchall()
            if not reason.startswith("counted")
        )
        assert counted + gone == items
        uses = libstats.circulation(con, **YEAR).aggregate("sum(checkouts + in_house_uses)")
        found = (
            libstats.collection_use(con, **YEAR)
            .aggregate("sum(checkouts + in_house_uses)")
            .fetchall()[0][0]
        )
        assert found + use.use_left_out(con, **YEAR).fetchall()[0][1] == uses.fetchall()[0][0]
