"""Weeding: one fact a test, on tables of a few copies; `as_of` is 1 November 2026 throughout."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.collection import weeding
from libstats.definitions.thresholds import chosen, limits, register
from libstats.errors import AnalysisError, WorkspaceError
from libstats.workspace.workspace import Workspace, find
from tests.support.files import write
from tests.support.tables import Rows, dicts, holding

pytestmark = pytest.mark.slow

AS_OF = "2026-11-01"
# 640 in CREW: 5 years of age, 3 without use. The other copy is there so that records of use begin
# in 2010.
OTHER: Rows = [
    {
        "item_id": "other",
        "title_id": "other",
        "call_number": "none",
        "last_borrowed_on": date(2010, 1, 1),
        "due_on": date(2026, 12, 1),
    }
]
COPY: dict[str, Any] = {
    "item_id": "1",
    "title_id": "1",
    "barcode": "b1",
    "call_number": "640 BRO",
    "added_on": date(2012, 1, 1),
    "last_borrowed_on": date(2015, 6, 1),
}
TITLE: dict[str, Any] = {"title_id": "1", "title": "Bread", "published_year": 2012}
ALL = {"as_of": AS_OF, "keep_last_copies": False}


def shelf(
    *,
    copies: Rows | None = None,
    title: dict[str, Any] | None = None,
    other: Rows = OTHER,
    **tables: Rows,
) -> duckdb.DuckDBPyConnection:
    """The copy above, changed as said, or several of them."""
    items = [{**COPY, **copy} for copy in (copies if copies is not None else [{}])]
    return holding(item=[*other, *items], title=[{**TITLE, **(title or {})}], **tables)


def listed(con: duckdb.DuckDBPyConnection, **parameters: Any) -> list[str]:
    """The numbers of the candidates."""
    return [
        row["item_key"] for row in dicts(libstats.weeding_candidates(con, **{**ALL, **parameters}))
    ]


def fate(con: duckdb.DuckDBPyConnection, **parameters: Any) -> str:
    """Why the copy is not a candidate."""
    parameters = {**ALL, **parameters}
    assert libstats.weeding_candidates(con, **parameters).fetchall() == []
    found = {
        reason: rows for reason, rows in weeding.left_out(con, **parameters).fetchall() if rows
    }
    found["kept: on loan"] -= 1  # the other copy
    return ", ".join(reason for reason, rows in found.items() if rows)


# --- the limits ---


def test_a_candidate_says_what_is_known_of_it() -> None:
    row = dicts(
        libstats.weeding_candidates(
            shelf(
                copies=[{"owning_branch": "EAST", "location": "GEN", "lifetime_checkouts": 7}],
                title={"author": "Brown, A."},
            ),
            **ALL,
        )
    )[0]
    assert row == {
        "branch": "EAST", "location": "GEN", "call_number": "640 BRO", "class": "600 Technology", "barcode": "b1", "title": "Bread", "author": "Brown, A.", "published_year": 2012, "age_years": 14, "arrived_on": date(2012, 1, 1),
        "last_use_on": date(2015, 6, 1), "unused_since": date(2015, 6, 1), "unused_from": "last use", "years_without_use": 11.4, "lifetime_checkouts": 7, "lifetime_uses": 7, "copies_here": 1, "holds_waiting": None, "limits_passed": "age and use",
        "is_still_used": False, "reason": "published 2012, limit 5 years; last used 2015-06-01, limit 3 years", "item_type": None, "collection": None, "source": "koha", "item_key": "1",
    }  # fmt: skip


@pytest.mark.parametrize(("year", "is_listed"), [(2020, True), (2021, False)])
def test_older_than_the_limit_means_more_years_than_it(year: int, is_listed: bool) -> None:
    """2021 is five years old, which the limit of five allows."""
    assert bool(listed(shelf(title={"published_year": year}))) is is_listed


@pytest.mark.parametrize(
    ("used", "is_listed"), [(date(2023, 10, 31), True), (date(2023, 11, 1), False)]
)
def test_unused_longer_than_the_limit_means_before_the_day_three_years_ago(
    used: date, is_listed: bool
) -> None:
    assert bool(listed(shelf(copies=[{"last_borrowed_on": used}]))) is is_listed


def test_and_or() -> None:
    """Old but used; new but unused; both."""
    copies: Rows = [
        {"item_id": "old", "last_borrowed_on": date(2026, 1, 1)},
        {"item_id": "idle", "title_id": "2"},
        {"item_id": "both"},
    ]
    con = holding(
        item=[*OTHER, *({**COPY, **copy} for copy in copies)],
        title=[TITLE, {"title_id": "2", "published_year": 2024}],
    )
    assert listed(con) == ["both"]
    assert sorted(listed(con, combine="or")) == ["both", "idle", "old"]
    assert {
        row["item_key"]: row["limits_passed"]
        for row in dicts(libstats.weeding_candidates(con, combine="or", **ALL))
    } == {"old": "age", "idle": "use", "both": "age and use"}


def test_where_a_class_has_one_limit_that_one_decides() -> None:
    """Fiction X/2: a novel of this year that nobody took for three years. Computers 3/X: a manual
    of 2012 that was lent this year."""
    assert listed(
        shelf(
            copies=[{"call_number": "FIC BRO", "last_borrowed_on": date(2023, 1, 1)}],
            title={"published_year": 2026},
        )
    ) == ["1"]
    assert listed(
        shelf(copies=[{"call_number": "005.1 BRO", "last_borrowed_on": date(2026, 1, 1)}])
    ) == ["1"]


def test_what_is_surely_within_one_limit_needs_no_other() -> None:
    assert (
        fate(shelf(copies=[{"last_borrowed_on": date(2026, 1, 1)}], title={"published_year": None}))
        == "within the limits of its class"
    )


def test_a_year_that_its_record_contradicts_judges_nothing() -> None:
    title = {"published_year": 1990, "is_year_suspect": True}
    con = shelf(copies=[{"last_borrowed_on": date(2016, 1, 1)}], title=title)
    assert fate(con) == "cannot judge: the year of publication is suspect"


def test_the_innermost_line_of_a_profile_counts() -> None:
    """CREW gives 610 five years and 611 ten: a book of 2018 on anatomy, unused, stays."""
    assert (
        fate(shelf(copies=[{"call_number": "611 BRO"}], title={"published_year": 2018}))
        == "within the limits of its class"
    )
    assert listed(shelf(copies=[{"call_number": "612.9 BRO"}], title={"published_year": 2015})) == [
        "1"
    ]
    assert (
        listed(
            shelf(
                copies=[{"call_number": "QM 23 .B7", "call_number_scheme": "lcc"}],
                title={"published_year": 2018},
            )
        )
        == []
    )
    assert listed(
        shelf(
            copies=[{"call_number": "RC 23 .B7", "call_number_scheme": "lcc"}],
            title={"published_year": 2018},
        )
    ) == ["1"]


# --- use ---


@pytest.mark.parametrize(
    "use",
    [
        {
            "loan": [
                {
                    "loan_id": "1",
                    "item_id": "1",
                    "checked_out_at": "2026-01-01 10:00:00",
                    "returned_at": "2026-01-09 10:00:00",
                }
            ]
        },
        {
            "loan": [
                {
                    "loan_id": "1",
                    "barcode": "b1",
                    "checked_out_at": "2026-01-01 10:00:00",
                    "returned_at": "2026-01-09 10:00:00",
                }
            ]
        },
        {
            "circulation_event": [
                {"item_id": "1", "kind": "checkout", "happened_at": "2026-01-01 10:00:00"}
            ]
        },
        {
            "circulation_event": [
                {"item_id": "1", "kind": "in-house use", "happened_at": "2026-01-01 10:00:00"}
            ]
        },
    ],
)
def test_any_record_of_a_use_counts(use: dict[str, Rows]) -> None:
    assert fate(shelf(**use)) == "within the limits of its class"


def test_in_house_use_that_the_item_tells_of_counts() -> None:
    assert (
        fate(shelf(copies=[{"last_in_house_on": date(2026, 1, 1)}]))
        == "within the limits of its class"
    )


@pytest.mark.parametrize("kind", ["checkin", "renewal", "other"])
def test_what_is_no_use_does_not_count(kind: str) -> None:
    assert listed(
        shelf(
            circulation_event=[{"item_id": "1", "kind": kind, "happened_at": "2026-01-01 10:00:00"}]
        )
    ) == ["1"]


def test_a_copy_never_used_is_idle_since_it_was_added_or_records_begin() -> None:
    copies: Rows = [
        {
            "item_id": "early",
            "title_id": "1",
            "added_on": date(2001, 1, 1),
            "last_borrowed_on": None,
        },
        {"item_id": "late", "added_on": date(2012, 1, 1), "last_borrowed_on": None},
    ]
    rows = {
        row["item_key"]: (row["unused_since"], row["reason"])
        for row in dicts(libstats.weeding_candidates(shelf(copies=copies), **ALL))
    }
    assert rows == {
        "early": (
            date(2010, 1, 1),
            "published 2012, limit 5 years; no use since records begin on 2010-01-01, limit 3 years",
        ),
        "late": (
            date(2012, 1, 1),
            "published 2012, limit 5 years; no use since it came on 2012-01-01, limit 3 years",
        ),
    }


def test_records_of_two_years_cannot_tell_of_three() -> None:
    young: Rows = [{**OTHER[0], "last_borrowed_on": date(2024, 11, 1)}]
    con = shelf(copies=[{"last_borrowed_on": None}], other=young)
    assert fate(con) == "cannot judge: records of use do not go back far enough"
    assert listed(con, records_since="2019-01-01") == ["1"]
    assert libstats.use_horizon(con, as_of=AS_OF).fetchall() == [("koha", date(2024, 11, 1), 2.0)]


def test_a_mistyped_day_does_not_push_the_horizon_back() -> None:
    """Of 200 days with use one is in 1970; one in a hundred is the second of them."""
    con = holding(loan=[{"loan_id": "0", "item_id": "x", "checked_out_at": "1970-01-01"}])
    con.execute(
        "insert into loan (source, loan_id, item_id, checked_out_at) select 'koha', i + 1, 'y', timestamp '2020-01-01' + to_days(i::integer) from range(199) t(i)"
    )
    assert libstats.use_horizon(con, as_of=AS_OF).fetchall()[0][1] == date(2020, 1, 1)


def test_a_copy_used_on_no_known_day_is_not_called_unused() -> None:
    assert (
        fate(shelf(copies=[{"last_borrowed_on": None, "lifetime_checkouts": 3}]))
        == "cannot judge: it was used, but not known when"
    )
    assert (
        fate(shelf(copies=[{"last_borrowed_on": None, "lifetime_uses": 3}]))
        == "cannot judge: it was used, but not known when"
    )
    assert (
        fate(shelf(copies=[{"lifetime_in_house": 1}]))
        == "cannot judge: it was used, but not known when"
    )
    assert listed(
        shelf(
            copies=[
                {"last_borrowed_on": None, "lifetime_checkouts": 3, "added_on": date(2001, 1, 1)}
            ]
        )
    ) == ["1"]


def test_without_any_record_of_use_nothing_is_unused() -> None:
    silent: Rows = [{**OTHER[0], "last_borrowed_on": None}]
    assert (
        fate(shelf(copies=[{"last_borrowed_on": None}], other=silent))
        == "cannot judge: no use is recorded"
    )


def without_export_of_use(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    """The same, but that copy 1 is known only from an export without any column of use, as of
    orders."""
    columns = "map {'item': ['item_id', 'call_number']}"
    con.execute(
        f"insert into loaded_file by name select 'koha' as source, 99 as shape, true as is_active, {columns} as columns"
    )
    con.execute("update history.item set shape = 99 where item_id = '1'")
    return con


@pytest.mark.parametrize(
    ("copy", "reason"),
    [
        ({"added_on": date(2012, 1, 1)}, "no use is recorded"),
        ({"added_on": None}, "not known when it came, and no use of it is recorded"),
        (
            {"added_on": None, "call_number": "610 BRO"},
            "not known when it came, and no use of it is recorded",
        ),
    ],
)
def test_a_copy_that_no_export_of_use_covers_is_not_called_unused(
    copy: dict[str, Any], reason: str
) -> None:
    """610 has a limit of age alone. The other copy is from an export that tells of use."""
    assert (
        fate(without_export_of_use(shelf(copies=[{"last_borrowed_on": None, **copy}])))
        == f"cannot judge: {reason}"
    )


def test_loans_of_its_system_cover_a_copy() -> None:
    loans: Rows = [
        {
            "loan_id": "1",
            "item_id": "9",
            "checked_out_at": "2010-01-01",
            "returned_at": "2010-02-01",
        }
    ]
    assert listed(
        without_export_of_use(shelf(copies=[{"last_borrowed_on": None}], loan=loans))
    ) == ["1"]


# --- when a copy came ---


def test_a_copy_received_on_an_order_came_then() -> None:
    silent = {"added_on": None, "last_borrowed_on": None}
    assert (
        fate(
            shelf(
                copies=[silent],
                order_copy=[
                    {"order_copy_id": "1", "item_id": "1", "received_on": date(2026, 8, 19)}
                ],
            )
        )
        == "kept: added too recently"
    )
    con = shelf(
        copies=[silent],
        order_copy=[{"order_copy_id": "1", "item_id": "1", "received_on": date(2020, 8, 19)}],
    )
    assert [
        (row["arrived_on"], row["unused_since"])
        for row in dicts(libstats.weeding_candidates(con, **ALL))
    ] == [(date(2020, 8, 19), date(2020, 8, 19))]


def test_no_rest_is_longer_than_the_copys_age() -> None:
    """Records begin in 2010, the book was published in 2018: nobody can have left it since 2010."""
    con = shelf(
        copies=[{"added_on": None, "last_borrowed_on": None}], title={"published_year": 2018}
    )
    row = dicts(libstats.weeding_candidates(con, **ALL))[0]
    assert (row["unused_since"], row["unused_from"]) == (date(2018, 1, 1), "publication")
    assert (
        row["reason"]
        == "published 2018, limit 5 years; no use since its year of publication, 2018, limit 3 years"
    )


def test_a_book_of_last_year_came_too_recently_whatever_is_known_of_its_arrival() -> None:
    assert (
        fate(
            shelf(
                copies=[{"added_on": None, "last_borrowed_on": None}],
                title={"published_year": 2025},
            )
        )
        == "kept: added too recently"
    )


def test_a_copy_of_no_day_and_no_year_has_no_rest() -> None:
    """Fiction has a limit of use alone."""
    novel = {"call_number": "FIC BRO", "added_on": None, "last_borrowed_on": None}
    assert (
        fate(shelf(copies=[novel], title={"published_year": None}))
        == "cannot judge: not known when it came, and no use of it is recorded"
    )


def test_age_alone_says_that_the_copy_is_still_used() -> None:
    row = dicts(
        libstats.weeding_candidates(
            shelf(copies=[{"call_number": "610 BRO", "last_borrowed_on": date(2026, 8, 1)}]), **ALL
        )
    )[0]
    assert (row["is_still_used"], row["reason"]) == (
        True,
        "too old for its class; still used; published 2012, limit 5 years; last used 2026-08-01",
    )
    assert [
        r["is_still_used"]
        for r in dicts(
            libstats.weeding_candidates(
                shelf(copies=[{"call_number": "610 BRO", "last_borrowed_on": date(2025, 10, 31)}]),
                **ALL,
            )
        )
    ] == [False]


# --- days that a system wrote ---


def stamped(copies: int, beside: int = 0, **copy: Any) -> dict[str, Rows]:
    """So many copies of different titles last lent on one day, so many others ten days later."""
    days = [date(2016, 5, 9)] * copies + [date(2016, 5, 19)] * beside
    return {
        "copies": [
            {"item_id": str(i), "title_id": str(i), "last_borrowed_on": day, **copy}
            for i, day in enumerate(days)
        ]
    }


def log(*days: tuple[date, int], first: int = 1000) -> Rows:
    """Checkouts of the log: on each day of so many copies, numbered from `first`."""
    return [
        {"item_id": str(first + i), "kind": "checkout", "happened_at": f"{day} 10:00:00"}
        for day, copies in days
        for i in range(copies)
    ]


def told(con: duckdb.DuckDBPyConnection, since: str, until: str) -> duckdb.DuckDBPyConnection:
    """The exports cover no more than that."""
    con.execute("update coverage set since = $1, until = $2", [since, until])
    return con


# on a hundred days of 2016 one copy is lent, and never those of `stamped`
COVERING = log(*((date(2016, 3, 1) + timedelta(days=i), 1) for i in range(100)))
# later: a class visit of 9 on one of 100 days
LATER = log((date(2020, 6, 1), 9), *((date(2021, 1, 1) + timedelta(days=i), 1) for i in range(91)))
SYSTEMS = [("koha", "last loan", date(2016, 5, 9), 20)]


@pytest.mark.parametrize(
    ("copies", "beside", "title", "is_system"),
    [
        (20, 0, {}, True),
        (19, 0, {}, False),
        (20, 2, {}, True),
        (20, 3, {}, False),
        (20, 0, {"title_id": "1"}, False),
    ],
)
def test_a_last_loan_that_too_many_copies_share_is_a_systems_day(
    copies: int, beside: int, title: dict[str, Any], is_system: bool
) -> None:
    """20 or more, 10 times the busiest day near it, and not the copies of one title, which a class
    borrows together; the log of that time knows nothing of them."""
    con = shelf(**stamped(copies, beside, **title), circulation_event=COVERING)
    assert libstats.system_days(con).fetchall() == (SYSTEMS if is_system else [])


def test_a_class_visit_is_use_where_the_log_holds_it() -> None:
    """The log covers the day and holds 10 of the 20 loans: half is enough; 9 are not."""
    for held, found in ((10, []), (9, SYSTEMS)):
        visit = log((date(2016, 5, 9), held), first=0)
        con = shelf(**stamped(20), circulation_event=[*COVERING, *visit])
        assert libstats.system_days(con).fetchall() == found


def test_loans_that_hold_the_visit_confirm_it_by_number_or_by_barcode() -> None:
    loans = [
        {
            "loan_id": f"v{i}",
            "item_id": None if i % 2 else str(i),
            "barcode": f"b{i}",
            "checked_out_at": "2016-05-09",
            "returned_at": "2016-06-01",
        }
        for i in range(20)
    ]
    early = {
        "loan_id": "e",
        "item_id": "e",
        "checked_out_at": "2016-01-01",
        "returned_at": "2016-01-02",
    }
    late = {"loan_id": "l", "item_id": "l", "checked_out_at": "2016-12-01"}
    copies = [{**copy, "barcode": f"b{i}"} for i, copy in enumerate(stamped(20)["copies"])]
    con = shelf(copies=copies, loan=[*loans, early, late])
    assert libstats.system_days(con).fetchall() == []
    con = shelf(copies=copies, loan=[early, late])
    assert libstats.system_days(con).fetchall() == SYSTEMS


def test_loans_returned_since_a_day_do_not_cover_what_was_lent_before() -> None:
    """What was lent in May and came back in June is not among loans returned since October, though
    one of these was lent in March: the day is not covered, and its 20 of 21 copies are more than
    the one of two that any day of these loans has."""
    loans: Rows = [
        {
            "loan_id": "1",
            "item_id": "x",
            "checked_out_at": "2016-03-01",
            "returned_at": "2016-10-02",
        },
        {
            "loan_id": "2",
            "item_id": "y",
            "checked_out_at": "2016-11-01",
            "returned_at": "2016-11-09",
        },
    ]
    con = told(shelf(**stamped(20), loan=loans), "2016-10-02", "2016-11-10")
    assert libstats.system_days(con).fetchall() == SYSTEMS
    open_only: Rows = [{**row, "returned_at": None} for row in loans]
    half = [
        {"item_id": f"o{i}", "last_borrowed_on": date(2019, 1, 1) + timedelta(days=i)}
        for i in range(40)
    ]
    con = shelf(copies=[*stamped(20)["copies"], *half], loan=open_only)
    con.execute("update coverage set is_partial = true")
    assert libstats.system_days(con).fetchall() == []


def test_a_day_that_nothing_covers_is_a_systems_if_its_share_is_beyond_any_recorded() -> None:
    """The log has 9 of 100 loans on its busiest day. 20 of 200 copies are more, 20 of 300 less."""
    for others, found in ((179, SYSTEMS), (279, [])):
        quiet = [
            {
                "item_id": f"o{i}",
                "title_id": f"o{i}",
                "last_borrowed_on": date(2018, 1, 1) + timedelta(days=i),
            }
            for i in range(others)
        ]
        con = shelf(copies=[*stamped(20)["copies"], *quiet], circulation_event=LATER)
        told(con, "2020-06-01", "2021-04-03")
        assert libstats.system_days(con).fetchall() == found


def test_without_log_and_loans_every_day_is_of_use() -> None:
    """A system that exports only lists of copies: nothing speaks against 500 last loans on a day."""
    con = shelf(**stamped(500))
    assert libstats.system_days(con).fetchall() == []
    row = dicts(libstats.weeding_candidates(con, **ALL))[0]
    assert (row["last_use_on"], row["unused_from"]) == (date(2016, 5, 9), "last use")


def test_a_systems_day_is_no_use_and_not_where_records_begin() -> None:
    """Of 20 copies stamped in 2016, and one in the log of 2018, records begin in 2018, and the 20
    have no use on record."""
    logged = log((date(2018, 3, 1), 1), (date(2018, 3, 2), 1))
    con = shelf(**stamped(20), circulation_event=logged)
    con.execute("update item set last_borrowed_on = '2018-03-01' where item_id = 'other'")
    assert libstats.use_horizon(con, as_of=AS_OF).fetchall()[0][1] == date(2018, 3, 1)
    con.execute("update item set call_number = 'FIC BRO'")
    row = dicts(libstats.weeding_candidates(con, **ALL))[0]
    assert (row["last_use_on"], row["unused_since"], row["unused_from"]) == (
        None,
        date(2018, 3, 1),
        "records",
    )


# --- what cannot be judged ---


@pytest.mark.parametrize(
    ("copy", "title", "reason"),
    [
        ({"call_number": None}, {}, "no class can be told from the call number"),
        ({"call_number": "Electronic resource"}, {}, "no class can be told from the call number"),
        ({}, {"published_year": None}, "no year of publication"),
        ({}, {"published_year": 1066}, "the year of publication is suspect"),
        ({}, {"published_year": 2031}, "the year of publication is suspect"),
    ],
)
def test_what_cannot_be_judged_is_never_called_old(
    copy: dict[str, Any], title: dict[str, Any], reason: str
) -> None:
    assert fate(shelf(copies=[copy], title=title)) == f"cannot judge: {reason}"


def test_a_class_without_a_line_is_not_judged() -> None:
    assert (
        fate(shelf(copies=[{"call_number": "FIC BRO"}]), profile="archmere")
        == "cannot judge: the profile has no line for the class"
    )


# --- what is kept ---


@pytest.mark.parametrize(
    ("copy", "reason"),
    [
        ({"withdrawn_code": "1"}, "withdrawn already"),
        ({"lost_code": "2"}, "lost, missing or claimed returned (its own list)"),
        ({"lost_code": "4"}, "lost, missing or claimed returned (its own list)"),
        ({"status": "Missing"}, "lost, missing or claimed returned (its own list)"),
        ({"retained_for": "shared print until 2035"}, "there is a commitment to retain it"),
        ({"due_on": date(2026, 12, 1)}, "on loan"),
        ({"status": "Checked out"}, "on loan"),
        ({"not_for_loan_code": "-1"}, "on order, in process or not in its place"),
        ({"not_for_loan_code": "1"}, "reference or not for loan"),
        ({"call_number": "REF 640 BRO"}, "reference or not for loan"),
        ({"collection": "RESERVE"}, "on reserve"),
        ({"location": "main_reserves"}, "on reserve"),
        ({"location": "Course-Res."}, "on reserve"),
        ({"location": "LOCAL"}, "at a location or in a collection that is never weeded"),
        ({"call_number": "MAG BRO"}, "magazine, newspaper or other serial"),
        ({"added_on": date(2025, 1, 1)}, "added too recently"),
        ({"call_number": "LOCAL HISTORY 640"}, "the profile never weeds this class"),
    ],
)
def test_what_is_kept(copy: dict[str, Any], reason: str) -> None:
    assert fate(shelf(copies=[copy]), keep=["LOCAL"]) == f"kept: {reason}"


@pytest.mark.parametrize(
    "location", ["Preserved rare books", "RESERVED", "unreserved", "Course research", "Reserver"]
)
def test_a_word_for_reserves_inside_another_keeps_nothing(location: str) -> None:
    assert listed(shelf(copies=[{"location": location}]), **ALL) == ["1"]


# words that say that a hold or a loan is over, of each system that tells it so alone, and that not
ENDED_HOLDS = {
    "folio": ("Closed - Unfilled", "Closed - Cancelled", "Open - Not yet filled"),
    "polaris": ("Expired", "Denied", "Active"),
    "symphony": ("EXPIRED", "EXP_ONSHELF", "SOMETHING"),
    "alma": ("Rejected by Patron", "HISTORY", "IN_PROCESS"),
    "koha": ("priority 0", "Priority  0", "W"),
}


@pytest.mark.parametrize("system", ENDED_HOLDS)
def test_a_hold_whose_status_says_that_it_is_over_keeps_no_copy(system: str) -> None:
    *over, live = ENDED_HOLDS[system]
    hold = {"source": system, "hold_id": "1", "title_id": "1", "placed_on": date(2026, 5, 1)}
    shelves = {"copies": [{"source": system}], "title": {"source": system}}
    other = [{**OTHER[0], "source": system}]
    for word in over:
        con = shelf(**shelves, other=other, hold=[{**hold, "status_as_exported": word}])
        assert listed(con, **ALL) == ["1"], word
    con = shelf(**shelves, other=other, hold=[{**hold, "status_as_exported": live}])
    assert fate(con) == "kept: requested by a patron"


@pytest.mark.parametrize(("system", "word"), [("folio", "Closed"), ("alma", "COMPLETE")])
def test_a_loan_that_was_closed_without_a_return_keeps_no_copy(system: str, word: str) -> None:
    loan = {"source": system, "loan_id": "1", "item_id": "1", "checked_out_at": "2014-06-01"}
    shelves = {"copies": [{"source": system}], "title": {"source": system}}
    other = [{**OTHER[0], "source": system, "due_on": None}]
    con = shelf(**shelves, other=other, loan=[{**loan, "status_as_exported": word}])
    assert listed(con, **ALL) == ["1"]
    assert listed(shelf(**shelves, other=other, loan=[loan]), **ALL) == []


@pytest.mark.parametrize(
    ("tables", "reason"),
    [
        ({"loan": [{"loan_id": "1", "item_id": "1", "checked_out_at": "2026-06-01"}]}, "on loan"),
        ({"loan": [{"loan_id": "1", "barcode": "b1", "checked_out_at": "2026-06-01"}]}, "on loan"),
        ({"loan": [{"loan_id": "1", "item_id": "1", "checked_out_at": "2015-06-01"}]}, None),
        ({"transit": [{"transit_id": "1", "item_id": "1", "sent_at": "2026-10-30"}]}, "in transit"),
        (
            {"transit": [{"transit_id": "1", "barcode": "b1", "sent_at": "2026-10-30"}]},
            "in transit",
        ),
        (
            {"hold": [{"hold_id": "1", "title_id": "1", "placed_on": date(2026, 10, 30)}]},
            "requested by a patron",
        ),
        (
            {"hold": [{"hold_id": "1", "item_id": "1", "status": "waiting"}]},
            "requested by a patron",
        ),
        (
            {
                "loan": [
                    {
                        "loan_id": "1",
                        "item_id": "1",
                        "checked_out_at": "2015-06-01",
                        "returned_at": "2015-07-01",
                    }
                ]
            },
            None,
        ),
        (
            {
                "transit": [
                    {
                        "transit_id": "1",
                        "item_id": "1",
                        "sent_at": "2026-10-29",
                        "arrived_at": "2026-10-30",
                    }
                ]
            },
            None,
        ),
        (
            {
                "hold": [
                    {"hold_id": "1", "title_id": "1", "status": "filled"},
                    {"hold_id": "2", "title_id": "1", "cancelled_on": date(2026, 1, 1)},
                ]
            },
            None,
        ),
    ],
)
def test_what_other_tables_keep(tables: dict[str, Rows], reason: str | None) -> None:
    con = shelf(**tables)
    assert bool(listed(con)) is (reason is None)
    if reason:
        assert dict(weeding.left_out(con, **ALL).fetchall())[f"kept: {reason}"] == (
            2 if reason == "on loan" else 1
        )


def test_an_old_open_loan_counts_where_items_tell_no_due_day() -> None:
    silent: Rows = [{**OTHER[0], "due_on": None}]
    con = shelf(
        other=silent, loan=[{"loan_id": "1", "item_id": "1", "checked_out_at": "2015-06-01"}]
    )
    assert listed(con) == []
    assert dict(weeding.left_out(con, **ALL).fetchall())["kept: on loan"] == 1


def test_a_serial_is_kept_by_its_record() -> None:
    assert fate(shelf(title={"is_serial": True})) == "kept: magazine, newspaper or other serial"
    assert (
        fate(shelf(title={"published_year": 9999})) == "kept: magazine, newspaper or other serial"
    )


def test_a_migration_day_makes_no_copy_new() -> None:
    """120 copies seem to have been added on one day of last year."""
    copies: Rows = [
        {"item_id": str(i), "added_on": date(2025, 6, 1), "last_borrowed_on": None}
        for i in range(120)
    ]
    assert len(listed(shelf(copies=copies))) == 120


def test_a_used_volume_protects_its_set() -> None:
    """Volume 2 was lent this year. Without it, or if the two are copies of one volume, volume 1 is
    a candidate."""
    first, second = (
        {"item_id": "1", "volume": "v.1"},
        {"item_id": "2", "volume": "v.2", "last_borrowed_on": date(2026, 1, 1)},
    )
    con = shelf(copies=[first, second])
    assert listed(con) == []
    assert (
        dict(weeding.left_out(con, **ALL).fetchall())[
            "kept: a volume of a set, another volume of which was used"
        ]
        == 1
    )
    assert listed(shelf(copies=[first, {**second, "last_borrowed_on": date(2015, 1, 1)}])) == [
        "1",
        "2",
    ]
    assert listed(shelf(copies=[first, {**second, "volume": "v.1"}])) == ["1"]


def test_one_copy_of_a_title_stays_the_best_used() -> None:
    copies: Rows = [
        {"item_id": "1"},
        {"item_id": "2", "last_borrowed_on": date(2016, 1, 1)},
        {"item_id": "3"},
    ]
    con = shelf(copies=copies)
    assert sorted(listed(con)) == ["1", "2", "3"]
    assert sorted(listed(con, keep_last_copies=True)) == ["1", "3"]


def test_the_last_copies_are_a_list_of_their_own() -> None:
    """Of three copies that would all go the best used stays; it and the others are one list."""
    copies: Rows = [{"item_id": "1"}, {"item_id": "2", "last_borrowed_on": date(2016, 1, 1)}]
    con = shelf(copies=copies)
    last = dicts(weeding.last_copies(con, as_of=AS_OF))
    assert [(row["item_key"], row["copies_here"]) for row in last] == [("2", 2)]
    assert list(last[0]) == libstats.weeding_candidates(con, as_of=AS_OF).columns
    assert weeding.last_copies(con, **ALL).fetchall() == []


def test_waiting_holds_are_known_where_an_export_tells_of_holds() -> None:
    """A hold that is over waits for nothing; who waits keeps the copy off the list."""
    over = {"hold_id": "h1", "title_id": "1", "cancelled_on": date(2026, 1, 1)}
    con = shelf(hold=[over])
    con.execute("update loaded_file set columns = map_concat(columns, map {'hold': ['hold_id']})")
    assert [row["holds_waiting"] for row in dicts(libstats.weeding_candidates(con, **ALL))] == [0]
    con.execute("update hold set cancelled_on = null")
    assert listed(con) == []


def test_a_lost_copy_is_no_other_copy() -> None:
    con = shelf(copies=[{"item_id": "1"}, {"item_id": "2", "lost_code": "1"}])
    assert listed(con, keep_last_copies=True) == []
    assert dicts(libstats.weeding_candidates(con, **ALL))[0]["copies_here"] == 1


def test_a_copy_of_no_known_title_is_taken_for_the_last() -> None:
    con = shelf(
        copies=[
            {"title_id": None, "call_number": "FIC BRO"},
            {"item_id": "2", "title_id": None, "call_number": "FIC BRO"},
        ]
    )
    assert sorted(listed(con)) == ["1", "2"]
    assert listed(con, keep_last_copies=True) == []


def test_lost_copies_have_their_own_list() -> None:
    con = shelf(
        copies=[
            {"lost_code": "2", "lost_on": date(2026, 10, 1)},
            {"item_id": "2", "status": "Missing"},
            {"item_id": "3"},
            {"item_id": "4", "lost_code": "2", "withdrawn_code": "1"},
        ]
    )
    assert [
        (row["barcode"], row["days_lost"])
        for row in dicts(libstats.missing_copies(con, as_of=AS_OF))
    ] == [("b1", 31), ("b1", None)]


def test_the_list_goes_along_the_shelves() -> None:
    """What a word stands before is on a shelf of its own, behind the numbers."""
    copies: Rows = [
        {"item_id": "1", "owning_branch": "WEST", "call_number": "640 AAA"},
        {"item_id": "2", "owning_branch": "EAST", "call_number": "640 BBB"},
        {"item_id": "3", "owning_branch": "EAST", "call_number": "FIC AAA"},
        {"item_id": "4", "owning_branch": "EAST", "call_number": "J 630 CCC"},
    ]
    assert listed(shelf(copies=copies)) == ["2", "3", "4", "1"]


def test_a_branch_has_its_own_list_and_the_other_branches_copies_still_count() -> None:
    """Of three copies EAST has two; all could go, and the one at WEST, the best used, is the one
    that stays."""
    copies: Rows = [
        {"item_id": "1", "owning_branch": "EAST"},
        {"item_id": "2", "owning_branch": "EAST"},
        {"item_id": "3", "owning_branch": "WEST", "last_borrowed_on": date(2016, 1, 1)},
    ]
    con = shelf(copies=copies)
    assert listed(con, branch="EAST", keep_last_copies=True) == ["1", "2"]
    assert listed(con, branch="WEST", keep_last_copies=True) == []
    assert (
        sum(rows for _, rows in weeding.left_out(con, as_of=AS_OF, branch="WEST").fetchall()) == 1
    )


def test_every_copy_has_one_fate(demo: Path) -> None:
    with libstats.open(demo) as con:
        items = con.sql("select count(*) from item").fetchall()[0][0]
        for combine in ("and", "or"):
            candidates = len(
                libstats.weeding_candidates(con, as_of=AS_OF, combine=combine).fetchall()
            )  # type: ignore[arg-type]
            assert candidates > 0
            assert (
                candidates
                + sum(
                    rows
                    for _, rows in weeding.left_out(con, as_of=AS_OF, combine=combine).fetchall()
                )
                == items
            )  # type: ignore[arg-type]


# --- the table of limits ---

HEAD = "profile,scheme,class_from,class_to,age_years,no_use_years,note,source\n"


def test_a_librarys_own_limits(tmp_path: Path) -> None:
    own = write(tmp_path / "own.csv", HEAD + "ours,ddc,640,649,20,X,,\n")
    assert fate(shelf(), profile="ours", thresholds=own) == "within the limits of its class"
    assert listed(shelf(title={"published_year": 2000}), profile="ours", thresholds=own) == ["1"]


def test_the_limits_that_libstats_toml_names_hold_where_none_are_given(
    workspace: Workspace, tmp_path: Path
) -> None:
    """A book of 2000 is 26 years old: beyond the 20 years of ours, within the 30 of the table's
    crew."""
    place = workspace.folder
    write(place / "limits.csv", HEAD + "ours,ddc,640,649,20,X,,\ncrew,ddc,640,649,30,X,,\n")
    con = shelf(title={"published_year": 2000})
    assert listed(con, profile="ours", thresholds=place / "limits.csv") == ["1"]
    for told, as_usual, with_table in (
        ({}, "crew", None),
        ({"thresholds": "limits.csv"}, "crew", "limits.csv"),
        ({"profile": "ours", "thresholds": "limits.csv"}, "ours", "limits.csv"),
    ):
        register(con, {"weeding": told}, place)
        assert chosen(con, None, None) == (as_usual, with_table and str(place / with_table))
        # what is given goes before it, whole
        assert chosen(con, "archmere", None) == ("archmere", None)
        assert chosen(con, None, "x.csv") == ("crew", "x.csv")
    assert listed(con) == ["1"]
    register(con, {"weeding": {"thresholds": "limits.csv"}}, place)
    assert listed(con) == []


def test_the_limits_of_libstats_toml_reach_the_connection(
    workspace: Workspace, tmp_path: Path
) -> None:
    libstats.load(
        workspace,
        [write(tmp_path / "items-2026-10-31.csv", "itemnumber,barcode,homebranch\n1,b1,EAST\n")],
    )
    workspace.config["weeding"] = {"profile": "ours", "thresholds": "limits.csv"}
    with libstats.open(workspace) as con:
        assert chosen(con, None, "") == ("ours", str(workspace.folder / "limits.csv"))
        with pytest.raises(
            AnalysisError, match=r"limits\.csv: the table of weeding limits cannot be read"
        ):
            libstats.weeding_candidates(con, as_of=AS_OF)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[weeding]\nlimits = 3\n", "line 2, [weeding] limits: is no key"),
        ("[weeding]\nprofile = 3\n", "line 2, [weeding] profile: is not a text"),
        ("weeding = 3\n", "line 1, [weeding]: is not a section"),
    ],
)
def test_a_fault_in_the_section_is_told_with_its_line(text: str, told: str, tmp_path: Path) -> None:
    write(tmp_path / "libstats.toml", text)
    with pytest.raises(WorkspaceError) as error:
        find(tmp_path)
    assert told in str(error.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("profile,scheme\n", "own.csv, line 1: there is no column class_from"),
        (
            HEAD + "ours,ddc,640,649,20,2,,\nours,udc,1,2,3,4,,\n",
            "own.csv, line 3: scheme is 'udc'",
        ),
        (HEAD + "ours,ddc,649,640,20,2,,\n", "own.csv, line 2: class_from comes after class_to"),
        (HEAD + "ours,ddc,6400,6409,20,2,,\n", "own.csv, line 2: class_from is no class"),
        (HEAD + "ours,lcc,QA 76,QA 77,20,2,,\n", "own.csv, line 2: class_from is no class"),
        (HEAD + "ours,ddc,640,649,ten,2,,\n", "own.csv, line 2: age_years is not a whole number"),
        (HEAD + "theirs,ddc,640,649,20,2,,\n", "own.csv has no profile 'ours'"),
    ],
)
def test_a_faulty_table_is_refused_in_words(tmp_path: Path, text: str, message: str) -> None:
    own = write(tmp_path / "own.csv", text)
    with pytest.raises(AnalysisError, match=message):
        libstats.weeding_candidates(shelf(), as_of=AS_OF, profile="ours", thresholds=own)


def test_a_missing_table_and_an_unknown_word_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AnalysisError, match="cannot be read"):
        libstats.weeding_candidates(shelf(), as_of=AS_OF, thresholds=tmp_path / "none.csv")
    with pytest.raises(AnalysisError, match="It has: archmere, crew, waterloo"):
        libstats.weeding_candidates(shelf(), as_of=AS_OF, profile="mustie")
    with pytest.raises(AnalysisError, match="combined by 'xor'"):
        libstats.weeding_candidates(shelf(), as_of=AS_OF, combine="xor")  # type: ignore[arg-type]


@pytest.mark.parametrize("profile", ["crew", "archmere"])
def test_every_dewey_class_has_a_line(profile: str) -> None:
    found = limits(profile)
    ranges = [
        (low, high)
        for scheme, low, high in zip(
            found["limit_scheme"], found["limit_from"], found["limit_to"], strict=True
        )
        if scheme == "ddc"
    ]
    assert [
        number
        for number in range(1000)
        if not any(low <= f"{number:03}" <= high for low, high in ranges)
    ] == []


def test_the_cells_of_crew_that_are_attested() -> None:
    """Seen in published handouts: computers 3/X, medicine 5/X, home economics 5/3, adult fiction
    X/2."""
    crew = limits("crew")
    lines = dict(
        zip(
            zip(crew["limit_scheme"], crew["limit_from"], strict=True),
            zip(crew["limit_age"], crew["limit_use"], strict=True),
            strict=True,
        )
    )
    assert [
        lines[key] for key in (("ddc", "004"), ("ddc", "610"), ("ddc", "640"), ("label", "FIC"))
    ] == [(3, None), (5, None), (5, 3), (None, 2)]
