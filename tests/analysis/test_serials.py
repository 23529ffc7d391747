"""Serials: what was expected and came, what is to be claimed, what lacks."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.serial_gaps import NO_NUMBER, gaps_left_out, issues_unread
from libstats.analysis.serial_issues import read_sql
from libstats.analysis.serials import claims_left_out, expected_left_out
from libstats.analysis.today.serials import due_since
from libstats.definitions.claim_days import CLAIM_DAYS
from libstats.sources import roles
from tests.support.tables import dicts, holding

AS_OF = "2026-10-31"
YEAR = {"since": "2026-01-01", "until": "2026-11-01", "as_of": AS_OF}


def issue(number: str, status: str = "1", **more: Any) -> dict[str, Any]:
    """An issue of subscription 7; the word is Koha's, the canonical one beside it."""
    words = {"1": "expected", "2": "received", "41": "missing", "5": "not published"}
    words |= {"7": "claimed", "99": "other"}
    return {
        "serial_issue_id": number,
        "subscription_id": "7",
        "enumeration": f"no.{number}",
        "status": words[status],
        "status_as_exported": status,
        "expected_on": "2026-09-01",
        **more,
    }


def standing(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[Any, ...]]:
    found = libstats.serial_claims(con, as_of=AS_OF)
    rows = found.select("serial_issue_id, standing, next_claim, claim_due_on").fetchall()
    return {number: (stands, claim, due) for number, stands, claim, due in rows}


def test_each_issue_is_expected_once_and_stands_somewhere() -> None:
    """Of seven of September one came, two are late (one claimed twice), one never came, one was not
    published, one has a word of nobody, one is to come in a month that is not over."""
    rows = [
        issue("1", "2", received_on="2026-09-03"),
        issue("2", claims=0),
        issue("3", "7", claims=2, last_claimed_on="2026-10-20"),
        issue("4", "41"),
        issue("5", "5"),
        issue("6", "99"),
        issue("7", expected_on="2026-10-31"),
        issue("8", expected_on=None),
        issue("9", expected_on="2025-09-01"),
    ]
    con = holding(serial_issue=rows, vendor=[{"vendor_id": "3", "name": "Seaview Agency"}])
    con.execute("update serial_issue set vendor_id = '3'")
    september, october = dicts(libstats.serials_expected(con, **YEAR))
    assert list(september.values()) == [
        *(date(2026, 9, 1), "Seaview Agency", "koha", 6),
        *(1, 2, 0, 1, 1, 1),
        *(1, 1, "whole"),
    ]
    assert (october["expected"], october["to_come"], october["coverage"]) == (1, 1, "partly")
    assert expected_left_out(con, **YEAR).fetchall() == [
        ("no expected day, so in no month", 1),
        ("expected outside the period", 1),
    ]


def test_what_a_source_never_tells_of_is_no_nought() -> None:
    con = holding(serial_issue=[issue("1")])
    ((claimed,),) = libstats.serials_expected(con, **YEAR).select("claimed").fetchall()
    assert claimed is None


def test_a_claim_is_due_by_how_often_the_serial_comes() -> None:
    """Monthly: 30 days. Expected on October 1, due on the 31st; on the 2nd, due in November; claimed
    on September 30, again due on October 30."""
    rows = [
        issue("a", expected_on="2026-10-01"),
        issue("b", expected_on="2026-10-02"),
        issue("c", "7", claims=1, last_claimed_on="2026-09-30"),
        issue("d", "7", claims=2),
        issue("e", subscription_id="8"),
        issue("f", subscription_id="9"),
    ]
    subscriptions: list[dict[str, Any]] = [
        {"subscription_id": "7", "frequency_as_exported": "1 per 1  month"},
        {"subscription_id": "8", "frequency_as_exported": "17 per 3 week"},
        {"subscription_id": "9", "frequency_as_exported": "17 per 3 week", "claim_after_days": 60},
    ]
    con = holding(serial_issue=rows, subscription=subscriptions)
    assert standing(con) == {
        "c": ("claim due", 2, date(2026, 10, 30)),
        "f": ("claim due", 1, date(2026, 10, 31)),
        "a": ("claim due", 1, date(2026, 10, 31)),
        "e": ("frequency not told", 1, None),
        "d": ("last claim not told", 3, None),
        "b": ("not yet", 1, date(2026, 11, 1)),
    }
    assert list(standing(con)) == ["c", "f", "a", "e", "d", "b"]


def test_after_the_newest_export_a_claim_is_due_if_the_issue_has_not_come() -> None:
    """Told until October 31, monthly. Of October 1: due on the 31st. Of October 8: due on November
    7, so by the 30th if it has not come; of November 2, after the export: due on December 2."""
    days = {"a": "2026-10-01", "b": "2026-10-08", "c": "2026-11-02", "d": "2026-11-30"}
    con = holding(
        serial_issue=[issue(number, expected_on=day) for number, day in days.items()],
        subscription=[{"subscription_id": "7", "frequency_as_exported": "1 per 1 month"}],
    )
    con.execute("update loaded_file set told_until = timestamp '2026-10-31 08:00:00'")
    found = libstats.serial_claims(con, as_of="2026-11-30")
    rows = found.select("serial_issue_id, standing, claim_due_on, days_late, told_until").fetchall()
    told = date(2026, 10, 31)
    assert rows == [
        ("a", "claim due", date(2026, 10, 31), 60, told),
        ("b", "due if it has not come", date(2026, 11, 7), 53, told),
        ("c", "not yet", date(2026, 12, 2), 28, told),
    ]
    assert due_since(con, date(2026, 11, 30)) == [
        "whether issues of serials came since October 31, 2026. By now 1 claim is due besides, if "
        "it has not come. Subscription 7, no.b (since November 7, 2026)"
    ]
    assert not due_since(con, date(2026, 10, 31))


@pytest.mark.parametrize(
    ("system", "word", "stands"),
    [
        ("koha", "4", "late"),
        ("koha", "43", "late"),
        ("koha", "44", "late"),
        ("koha", "41", "never came"),
        ("koha", "42", "never came"),
        ("own", "missing", "late"),
        ("own", "never came", "never came"),
        ("own", "given up", "never came"),
    ],
)
def test_what_is_missing_is_claimed_until_it_is_given_up(
    system: str, word: str, stands: str
) -> None:
    status = "other" if word in ("never came", "given up") else "missing"
    row = {**issue("1"), "source": system, "status": status, "status_as_exported": word}
    con = holding(serial_issue=[row])
    if system == "own":
        con.execute("update loaded_file set source = 'own'")
        con.execute(
            "insert into role (source, about, field, code, outcome)"
            " select 'own', 'serial_issue', 'status_as_exported', $1, $2",
            [word, roles_of("own")[word]],
        )
    claims = libstats.serial_claims(con, as_of=AS_OF).fetchall()
    assert len(claims) == (stands == "late")
    left = dict(claims_left_out(con, as_of=AS_OF).fetchall())
    assert left["never came"] == (stands == "never came")


def roles_of(system: str) -> dict[str, str]:
    """What each word for an issue comes to, by the list of a system."""
    lines = [row for row in roles.of_system(system) if row[0] == "serial_issue"]
    return {row[2]: row[5] for row in lines}


def test_a_library_says_after_how_many_days_it_claims_and_what_its_words_mean() -> None:
    weekly = {"subscription_id": "7", "frequency_as_exported": "48 per 1 year"}
    words = {"koha": {"subscription": {"frequency_as_exported": {"48 per 1 year": "weekly"}}}}
    config = {"claims": {"weekly": 3}, "roles": words}
    con = holding(config, serial_issue=[issue("1")], subscription=[weekly])
    assert standing(con)["1"] == ("claim due", 1, date(2026, 9, 4))


@pytest.mark.parametrize(
    ("subscription", "order", "payment", "stands"),
    [
        ({"paid_until": "2026-08-31"}, {}, "unpaid", "unpaid"),
        ({"paid_until": "2026-09-01"}, {}, "paid", "claim due"),
        ({"ends_on": "2026-08-31"}, {}, "ended", "ended"),
        ({"ends_on": "2026-08-31", "paid_until": "2026-12-31"}, {}, "paid", "claim due"),
        ({"is_cancelled": True}, {}, "ended", "ended"),
        ({"is_cancelled": True, "paid_until": "2026-09-01"}, {}, "paid", "claim due"),
        ({"is_cancelled": True, "paid_until": "2026-08-31"}, {}, "ended", "ended"),
        ({"ends_on": "2026-12-31"}, {}, "unknown", "claim due"),
        ({}, {"status": "ordered"}, "unpaid", "unpaid"),
        ({}, {"invoiced_on": "2026-01-07"}, "billed", "claim due"),
        ({}, {"status": "cancelled"}, "unknown", "claim due"),
    ],
)
def test_payment_is_looked_at_first(
    subscription: dict[str, Any], order: dict[str, Any], payment: str, stands: str
) -> None:
    con = holding(
        serial_issue=[issue("1")],
        subscription=[
            {"subscription_id": "7", "frequency_as_exported": "1 per 1 month", **subscription}
        ],
        order_line=[{"order_line_id": "1", "subscription_id": "7", **order}] if order else [],
    )
    found = libstats.serial_claims(con, as_of=AS_OF).select("payment, standing").fetchall()
    assert found == [(payment, stands)]


def test_a_form_tells_of_subscriptions_of_a_system_that_exports_none() -> None:
    form = {"source": "own", "subscription_id": "7", "frequency_as_exported": "M", "title": "Tides"}
    con = holding(serial_issue=[issue("1")], subscription=[form])
    # the words of the form are those of the system `own`
    con.execute(
        "insert into role (source, about, field, code, role)"
        " values ('own', 'subscription', 'frequency_as_exported', 'm', 'monthly')"
    )
    found = libstats.serial_claims(con, as_of=AS_OF).select("title, claim_due_on").fetchall()
    assert found == [("Tides", date(2026, 10, 1))]
    # Koha's own list goes first: then the form's line is of another subscription
    con.execute("insert into subscription (source, subscription_id) values ('koha', '8')")
    found = libstats.serial_claims(con, as_of=AS_OF).select("title, claim_due_on").fetchall()
    assert found == [(None, None)]


def test_what_is_not_late_is_left_out_of_the_claims() -> None:
    rows = [issue("1", "2"), issue("2", "41"), issue("3", "99"), issue("4", expected_on=AS_OF)]
    blank = {"status": None, "status_as_exported": None}
    con = holding(serial_issue=[*rows, {**issue("5"), **blank}])
    assert claims_left_out(con, as_of=AS_OF).fetchall() == [
        ("never came", 1),
        ("its status is a word that nobody declared", 1),
        ("not published", 0),
        ("received", 1),
        ("to come, or without an expected day", 1),
    ]
    assert list(standing(con)) == ["5"]


@pytest.mark.parametrize(
    ("enumeration", "place"),
    [
        ("v.12 no.3", (12, 3, 3)),
        ("Vol. 12, No. 3", (12, 3, 3)),
        ("v.12:no.3 (2026:Mar.)", (12, 3, 3)),
        ("Volume 12 Issue 3-4", (12, 3, 4)),
        ("Bd. 7, H. 2", (7, 2, 2)),
        ("Jg. 2026 Nr. 11/12", (2026, 11, 12)),
        ("t. 5 n° 3", (5, 3, 3)),
        ("12:3", (12, 3, 3)),
        ("12(3)", (12, 3, 3)),
        ("2026 no. 3", (2026, 3, 3)),
        ("2026/3", (2026, 3, 3)),
        ("no. 345", (None, 345, 345)),
        ("#7", (None, 7, 7)),
        ("345", (None, 345, 345)),
        ("345 (2026)", (None, 345, 345)),
        ("345 (Oct. 2026)", (None, 345, 345)),
        ("12 (3) [2026]", (12, 3, 3)),
        ("March 2026", None),
        ("Spring/Summer", None),
        ("", None),
        ("Supplement to v.3", None),
        ("v.99999999999999999999999 no.4", None),
        ("no. 99999999999999999999999", None),
    ],
)
def test_volume_and_number_are_read_by_patterns(
    enumeration: str, place: tuple[int | None, int, int] | None
) -> None:
    sql = f"select {read_sql('$1')}"
    ((found,),) = duckdb.execute(sql, [enumeration]).fetchall()
    assert (found and tuple(found.values())) == place


def numbered(*told: tuple[str, str]) -> list[dict[str, Any]]:
    """Issues of one serial in the order of their days: enumeration and status."""
    return [
        issue(str(place), status, enumeration=enumeration, expected_on=f"2026-{place:02d}-01")
        for place, (enumeration, status) in enumerate(told, 1)
    ]


def gaps(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    columns = "volume, missing, issues, to_claim, never_came, without_line"
    return libstats.serial_gaps(con, as_of="2026-12-31").select(columns).fetchall()


def test_a_gap_lies_between_issues_that_came() -> None:
    """Of volume 12: 3 is late, 5 has no line, 6 never came, 8 was not published, 9/10 is one; 12 is
    late at the end, which is no gap. Volume 13 begins at 2."""
    told = [("v.12 no.2", "2"), ("v.12 no.3", "1"), ("v.12 no.4", "2"), ("v.12 no.6", "41")]
    told += [("v.12 no.7", "2"), ("v.12 no.8", "5"), ("v.12 no.9/10", "2"), ("v.12 no.11", "2")]
    told += [("v.12 no.12", "1"), ("v.13 no.2", "2"), ("Spring", "2"), ("Index", "41")]
    con = holding(serial_issue=numbered(*told))
    assert gaps(con) == [
        (12, "no. 3", 1, 1, 0, 0),
        (12, "nos. 5 to 6", 2, 0, 1, 1),
        (None, "Index", 1, 0, 1, 0),
    ]
    assert gaps_left_out(con, as_of=AS_OF).fetchall() == [
        ("no enumeration is told", 0),
        (f"{NO_NUMBER}: subscription 7, Spring; subscription 7, Index", 2),
        ("neither subscription nor title is told", 0),
        ("its enumeration is written otherwise than those around it", 0),
    ]


@pytest.mark.parametrize(
    ("between", "after", "lacks", "unread"),
    [
        # 7-8 fills the place between 6 and 9; so do 7 and 8 alone
        (["no. 7-8"], "v.12 no.9", [], []),
        (["no. 7", "no. 8"], "v.12 no.9", [], []),
        # of 7 alone nobody can tell whether 8 lacks; nor of what has no number, or a year
        (["no. 7"], "v.12 no.9", [], ["no. 7"]),
        (["July 2026"], "v.12 no.8", [], ["July 2026"]),
        (["2026/7"], "v.12 no.8", [], ["2026/7"]),
        # of one form throughout, and another volume between, 7 lacks
        (["v.13 no.1"], "v.12 no.8", ["no. 7"], []),
        ([], "v.12 no.8", ["no. 7"], []),
    ],
)
def test_a_gap_is_told_only_between_issues_of_one_form(
    between: list[str], after: str, lacks: list[str], unread: list[str]
) -> None:
    told = [(name, "2") for name in ("v.12 no.5", "v.12 no.6", *between, after)]
    con = holding(serial_issue=numbered(*told))
    assert [missing for _, missing, *_ in gaps(con)] == lacks
    named = issues_unread(con, as_of=AS_OF).select("enumeration").fetchall()
    assert [name for (name,) in named] == unread


def test_a_line_of_its_own_tells_of_a_gap_whatever_came_beside_it() -> None:
    """7 is late by its own line: a supplement that came between is not it."""
    told = [("v.12 no.6", "2"), ("Supplement", "2"), ("v.12 no.7", "1"), ("v.12 no.8", "2")]
    assert gaps(holding(serial_issue=numbered(*told))) == [(12, "no. 7", 1, 1, 0, 0)]


def test_numbers_that_begin_anew_are_another_run() -> None:
    """11 and 12, then 1 and 3: of the second run 2 lacks."""
    con = holding(serial_issue=numbered(("11", "2"), ("12", "2"), ("1", "2"), ("3", "2")))
    assert gaps(con) == [(None, "no. 2", 1, 0, 0, 1)]


def test_an_issue_that_came_once_is_no_gap_but_at_a_branch_that_lacks_it() -> None:
    """No. 2 came, and a second line of it was given up; at WEST it never came."""
    rows = numbered(("1", "2"), ("2", "2"), ("2", "41"), ("3", "2"))
    west = [{**row, "branch": "WEST", "serial_issue_id": f"w{n}"} for n, row in enumerate(rows)]
    con = holding(serial_issue=[*rows, *west[:1], *west[2:]])
    assert gaps(con) == [(None, "no. 2", 1, 0, 1, 0)]


def test_every_word_of_how_often_a_serial_comes_has_its_days() -> None:
    for system in ("koha", "own"):
        lines = [row for row in roles.of_system(system) if row[0] == "subscription"]
        assert {row[3] for row in lines} <= set(CLAIM_DAYS)
    assert {row[3] for row in lines} == set(CLAIM_DAYS)
