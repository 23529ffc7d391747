"""Roles of copies: what weeding, age, use and turnover say of a copy that carries a code."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import duckdb
import pytest

import libstats
from libstats.analysis.collection import age, use, weeding
from libstats.definitions.roles import COPY_ROLES, Line
from libstats.sources import roles
from tests.support.tables import Rows, dicts, holding

pytestmark = pytest.mark.slow

AS_OF = "2026-11-01"
YEAR = {"since": "2025-11-01", "until": AS_OF}
OLD: dict[str, Any] = {
    "call_number": "640 BRO",
    "added_on": date(2012, 1, 1),
    "last_borrowed_on": date(2015, 6, 1),
}
# every code of a copy that any system has, but for any other
CODES = [
    (system, line)
    for system in roles.lists()
    for line in map(Line._make, roles.of_system(system))
    if line.about == "item" and line.code != "*"
]
SYSTEMS = sorted({system for system, _ in CODES})
# what a role does to a candidate, in the words of weeding; None: it stays one
KEPT = {
    "withdrawn": "kept: withdrawn already",
    **dict.fromkeys(
        ("never came", "not ours", "no copy"),
        "kept: no copy of the library: never came, borrowed, or a record alone",
    ),
    **dict.fromkeys(
        ("lost", "paid for", "missing", "claimed returned"),
        "kept: lost, missing or claimed returned (its own list)",
    ),
    **dict.fromkeys(("on loan", "lent to a library"), "kept: on loan"),
    "in transit": "kept: in transit",
    **dict.fromkeys(("hold shelf", "requested"), "kept: requested by a patron"),
    **dict.fromkeys(
        ("on order", "in process", "repair", "bindery", "unavailable", "reshelving"),
        "kept: on order, in process or not in its place",
    ),
    "reserve": "kept: on reserve",
    "not for loan": "kept: reference or not for loan",
    **dict.fromkeys(("damaged", "on shelf", "nothing said")),
}
NOT_HELD = {
    "withdrawn", "never came", "not ours", "no copy", "lost", "paid for", "missing", "claimed returned",
    "on order",
}  # fmt: skip


def name(system: str, line: Line) -> str:
    return f"{system} {line.field} {line.code}"


@cache
def shelves() -> duckdb.DuckDBPyConnection:
    """A copy for each code, beyond its limits but for what the code says, at a location of the
    code's own, with a use this year inside the library that no day is told of; beside each, of the
    same title, one that carries no code. A copy out of sight lets records begin early."""
    items: Rows = []
    for system, line in CODES:
        key = name(system, line)
        coded = {"source": system, "item_id": key, "title_id": key, "location": key}
        items.append({**OLD, **coded, line.field or "status": line.code})
        beside = {"source": system, "item_id": f"beside {key}", "title_id": key}
        items.append({**OLD, **beside, "location": "beside", "last_borrowed_on": date(2014, 6, 1)})
    for system in SYSTEMS:
        first = {"source": system, "item_id": "first", "last_borrowed_on": date(2010, 1, 1)}
        items.append({**first, "retained_for": "it begins the records", "location": "first"})
    titles = [
        {"source": system, "title_id": name(system, line), "published_year": 2012}
        for system, line in CODES
    ]
    return holding(item=items, title=titles)


def test_every_role_has_its_consequence() -> None:
    assert KEPT.keys() == COPY_ROLES.keys()
    assert {role for role, said in COPY_ROLES.items() if not said.is_held} == NOT_HELD
    # what cannot be fetched from its shelf is no candidate; damaged copies are for people to judge
    assert {r for r, said in COPY_ROLES.items() if said.is_on_shelf is False} == {
        role for role, kept in KEPT.items() if kept
    } - {"reserve", "not for loan"}


def test_each_code_decides_whether_its_copy_is_a_candidate() -> None:
    found = {
        row["item_key"]
        for row in dicts(
            libstats.weeding_candidates(shelves(), as_of=AS_OF, keep_last_copies=False)
        )
    }
    for system, line in CODES:
        is_candidate = bool(line.role) and KEPT[line.role] is None
        assert (name(system, line) in found) == is_candidate, (system, line)


def test_each_copy_that_is_kept_is_told_under_its_reason() -> None:
    wanted: dict[str, int] = {}
    for _, line in CODES:
        reason = KEPT[line.role] if line.role else ""
        if reason:
            wanted[reason] = wanted.get(reason, 0) + 1
    told = dict(weeding.left_out(shelves(), as_of=AS_OF, keep_last_copies=False).fetchall())
    assert {reason: told[reason] for reason in wanted} == wanted
    for _, line in CODES:
        if not line.role:
            reason = f'cannot judge: no role is known of {line.field or "status"} "{line.code}"'
            assert told[reason] >= 1
    candidates = len(
        libstats.weeding_candidates(shelves(), as_of=AS_OF, keep_last_copies=False).fetchall()
    )
    assert sum(told.values()) + candidates == 2 * len(CODES) + len(SYSTEMS)


def test_only_a_copy_that_is_held_is_the_one_that_stays() -> None:
    """Beside a copy that is lost, on order or never came the other copy is the last, and stays;
    beside one that is out, in repair or on its shelf it may go."""
    rows = dicts(libstats.weeding_candidates(shelves(), as_of=AS_OF))
    found = {row["item_key"]: row["copies_here"] for row in rows}
    for system, line in CODES:
        is_held = bool(line.role) and COPY_ROLES[line.role].is_held
        assert (f"beside {name(system, line)}" in found) == is_held, (system, line)
        if is_held:
            assert found[f"beside {name(system, line)}"] == 2, (system, line)


def test_only_copies_that_are_held_count_in_age_and_turnover() -> None:
    held = {
        name(system, line) for system, line in CODES if line.role and COPY_ROLES[line.role].is_held
    }
    by_age = dicts(libstats.collection_age(shelves(), as_of=AS_OF, by="location"))
    by_use = dicts(libstats.collection_use(shelves(), **YEAR, by="location"))
    for rows in (by_age, by_use):
        assert {row["location"] for row in rows} - {"beside", "first"} == held
        assert {row["items"] for row in rows if row["location"] in held} == {1}


def test_what_is_not_held_is_told() -> None:
    told = dict(age.left_out(shelves(), as_of=AS_OF).fetchall())
    found = {reason: told[reason] for reason in age.NOT_HELD}
    unknown = sum(not line.role for _, line in CODES)
    lost = sum(
        line.role in ("lost", "paid for", "missing", "claimed returned") for _, line in CODES
    )
    withdrawn = sum(line.role == "withdrawn" for _, line in CODES)
    others = sum(line.role in NOT_HELD for _, line in CODES) - lost - withdrawn
    assert list(found.values()) == [withdrawn, lost, others, unknown, 0]
    assert use.use_left_out(shelves(), **YEAR).fetchall()


def test_every_lost_or_missing_copy_is_on_their_list() -> None:
    rows = dicts(libstats.missing_copies(shelves(), as_of=AS_OF))
    lost = sum(
        line.role in ("lost", "paid for", "missing", "claimed returned") for _, line in CODES
    )
    assert len(rows) == lost


# --- several codes, unknown codes, a library's own ---


def state(config: dict[str, Any] | None = None, **copy: Any) -> tuple[Any, ...]:
    """The role of a copy, the three things it says, and what nobody declared."""
    con = holding(config, item=[{"item_id": "1", **copy}])
    row = con.execute(
        "select role, is_held, is_on_shelf, can_fill, unknown_code from copy_state"
    ).fetchall()
    return tuple(row[0])


@pytest.mark.parametrize(
    ("copy", "wanted"),
    [
        ({}, ("nothing said", True, True, True, None)),
        ({"lost_code": "0", "damaged_code": " "}, ("nothing said", True, True, True, None)),
        ({"lost_code": "9"}, ("lost", False, False, False, None)),
        ({"lost_code": "4", "withdrawn_code": "1"}, ("withdrawn", False, False, False, None)),
        ({"due_on": date(2026, 12, 1)}, ("on loan", True, False, True, None)),
        ({"due_on": date(2026, 12, 1), "lost_code": "1"}, ("lost", False, False, False, None)),
        ({"damaged_code": "1"}, ("damaged", True, None, False, None)),
        (
            {"damaged_code": "1", "not_for_loan_code": "1"},
            ("not for loan", True, True, False, None),
        ),
        # one no decides, else one unknown
        (
            {"not_for_loan_code": "7"},
            (None, None, None, None, 'not_for_loan_code "7"'),
        ),
        (
            {"not_for_loan_code": "7", "lost_code": "1"},
            ("lost", False, False, False, 'not_for_loan_code "7"'),
        ),
        (
            {"not_for_loan_code": "7", "due_on": date(2026, 12, 1)},
            ("on loan", None, False, None, 'not_for_loan_code "7"'),
        ),
        # 0 as a spreadsheet writes it is not any other value
        (
            {"lost_code": "0.0", "damaged_code": "0.00", "not_for_loan_code": "00"},
            ("nothing said", True, True, True, None),
        ),
        # whole, whatever its case and spaces, and never a word inside it
        ({"source": "folio", "status": " CHECKED  out "}, ("on loan", True, False, True, None)),
        (
            {"source": "folio", "status": "Lost umbrella"},
            (None, None, None, None, 'status "Lost umbrella"'),
        ),
        # the words of one system are none of another
        (
            {"source": "sierra", "status": "CHECKEDOUT"},
            (None, None, None, None, 'status "CHECKEDOUT"'),
        ),
        # what earlier releases wrote beside the status
        ({"source": "symphony", "lost_code": "LOST"}, ("lost", False, False, False, None)),
        ({"source": "polaris", "withdrawn_code": "11"}, ("withdrawn", False, False, False, None)),
    ],
)
def test_the_state_of_a_copy(copy: dict[str, Any], wanted: tuple[Any, ...]) -> None:
    assert state(**copy) == wanted


def test_a_librarys_own_line_goes_before_the_shipped_one() -> None:
    own = {
        "roles": {
            "folio": {"item": {"status": {"restricted": "repair", "At the pop-up": "on shelf"}}}
        }
    }
    assert state(own, source="folio", status="Restricted")[0] == "repair"
    assert state(own, source="folio", status="at the pop-up")[:2] == ("on shelf", True)
    assert state(own, source="folio", status="Paged")[0] == "requested"


def test_each_code_without_a_role_is_a_reason_of_its_own() -> None:
    con = holding(
        item=[
            {**OLD, "item_id": "1", "not_for_loan_code": "7"},
            {**OLD, "item_id": "2", "not_for_loan_code": "7"},
            {**OLD, "item_id": "3", "not_for_loan_code": "8", "lost_code": "1"},
        ]
    )
    told = dict(weeding.left_out(con, as_of=AS_OF).fetchall())
    assert told['cannot judge: no role is known of not_for_loan_code "7"'] == 2
    assert told["kept: lost, missing or claimed returned (its own list)"] == 1
    assert sum(told.values()) == 3
