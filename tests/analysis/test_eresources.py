"""Use of electronic resources, and what a use costs."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

import libstats
from libstats.analysis import cost_per_use, eresources
from libstats.errors import AnalysisError
from tests.support.tables import Rows, holding

UIR, TIR, UII, UTR = (
    "Unique_Item_Requests",
    "Total_Item_Requests",
    "Unique_Item_Investigations",
    "Unique_Title_Requests",
)
YEAR = range(1, 13)


def told(
    report: str,
    platform: str | None,
    months: Iterable[int],
    state: str | None = "told",
    **more: Any,
) -> Rows:
    """Months of 2025 of a report."""
    release = more.get("release", "5")
    return [
        {
            "usage_report_id": f"{report} {release} {month} {platform}",
            "report": report,
            "release": release,
            "month": f"2025-{month:02}-01",
            "platform": platform,
            "state": state if state in ("told", "no use") else None,
            "answer": state or "not ready",
            **more,
        }
        for month in months
    ]


def use(report: str, item: str, metric: str, month: int, uses: int, release: str = "5") -> Any:
    """Uses of an item of the platform Sea."""
    return {
        "usage_report_id": f"{report} {release} {month} Sea",
        "usage_item_id": item,
        "metric": metric,
        "month": f"2025-{month:02}-01",
        "uses": uses,
    }


def used(reports: Rows, uses: Rows, months: int = 3) -> list[tuple[Any, ...]]:
    """Release, metric, uses, uses told and why they are unknown, of the first months of 2025."""
    con = holding(usage_report=reports, usage=uses)
    found = libstats.eresource_use(con, since="2025-01-01", until=f"2025-{months + 1:02}-01")
    return found.select("release, metric, uses, uses_told, why_unknown").fetchall()


def test_uses_are_by_report_release_and_metric_and_never_added_up() -> None:
    reports = [
        *told("TR_J1", "Sea", YEAR),
        *told("TR_J1", "SEA", [1], usage_report_id="TR_J1 5 1 Sea"),
        *told("TR_J1", "Sea", YEAR, release="5.1"),
    ]
    uses = [
        use("TR_J1", "a", UIR, 1, 3),
        use("TR_J1", "b", UIR, 3, 4),
        use("TR_J1", "a", TIR, 1, 9),
        use("TR_J1", "a", UIR, 1, 5, release="5.1"),
        use("TR_J1", "a", UIR, 4, 100),
    ]
    assert used(reports[:12] + reports[13:], uses) == [
        ("5", TIR, 9, 9, None),
        ("5", UIR, 7, 7, None),
        ("5.1", UIR, 5, 5, None),
    ]


@pytest.mark.parametrize(
    ("months", "uses", "uses_told", "why"),
    [
        (told("TR_J1", "Sea", [1, 2, 3]), 3, 3, None),
        (told("TR_J1", "Sea", [1, 2]), None, 3, "no report: 2025-03"),
        (
            told("TR_J1", "Sea", [1]) + told("TR_J1", "Sea", [2, 3], None),
            None,
            3,
            "not ready: 2025-02, 2025-03",
        ),
        (
            told("TR_J1", "Sea", [1, 2]) + told("TR_J1", "Sea", [3], "partial"),
            None,
            3,
            "partial: 2025-03",
        ),
        (told("TR_J1", "Sea", [1, 2]) + told("TR_J1", "Sea", [3], "no use"), 3, 3, None),
        # a report that names no platform is that of the one of which who made it tells
        (
            told("TR_J1", "Sea", [1, 2], provider="Blue")
            + told("TR_J1", None, [3], "no use", provider="Blue"),
            3,
            3,
            None,
        ),
        (
            told("TR_J1", "Sea", [1, 2], provider="Blue")
            + told("TR_J1", None, [3], "no use", provider="Green"),
            None,
            3,
            "no report: 2025-03",
        ),
    ],
    ids=["all", "none", "not ready", "partial", "no use", "nameless", "of another"],
)
def test_what_is_not_told_is_not_0(
    months: Rows, uses: int | None, uses_told: int, why: str | None
) -> None:
    of_sea = used(months, [use("TR_J1", "a", UIR, 1, 3)])[0]
    assert of_sea == ("5", UIR, uses, uses_told, why)


def test_a_nameless_report_of_who_names_no_platform_at_all_stands_for_itself() -> None:
    reports = [
        *told("TR_J1", None, [1, 2, 3], "no use", provider="Blue"),
        *told("TR_J1", "Sea", [1, 2, 3], provider="Green"),
    ]
    con = holding(usage_report=reports, usage=[use("TR_J1", "a", UIR, 1, 3)])
    found = libstats.eresource_use(con, since="2025-01-01", until="2025-04-01")
    assert found.select("platform, provider, metric, uses").fetchall() == [
        ("Sea", "Green", UIR, 3),
        (None, "Blue", None, 0),
    ]


def test_a_nameless_report_of_who_makes_several_is_of_none_of_them() -> None:
    reports = [
        *told("TR_J1", "Sea", [1, 2], provider="Blue"),
        *told("TR_J1", "Lake", [1, 2, 3], provider="Blue"),
        *told("TR_J1", None, [3], "no use", provider="Blue"),
    ]
    found = used(reports, [use("TR_J1", "a", UIR, 1, 3)])
    assert found == [("5", None, 0, 0, None), ("5", UIR, None, 3, "no report: 2025-03")]


def test_what_surveys_ask_for_is_marked() -> None:
    pairs = (("TR_B1", UTR), ("TR_J1", UIR), ("IR_M1", TIR), ("TR_J1", TIR))
    con = holding(
        usage_report=[
            r for report in ("TR_B1", "TR_J1", "IR_M1") for r in told(report, "Sea", [1])
        ],
        usage=[use(report, "a", metric, 1, 1) for report, metric in pairs],
    )
    found = libstats.eresource_use(con, since="2025-01-01", until="2025-02-01")
    assert found.select("report, metric, survey").fetchall() == [
        ("IR_M1", TIR, "e-media"),
        ("TR_B1", UTR, "e-books"),
        ("TR_J1", TIR, None),
        ("TR_J1", UIR, "e-serials"),
    ]


def test_a_period_that_cuts_a_month_is_refused() -> None:
    with pytest.raises(AnalysisError, match="until is 2025-02-15, which is within a month"):
        libstats.eresource_use(holding(), since="2025-01-01", until="2025-02-15")


def test_each_count_is_told_or_left_out() -> None:
    con = holding(
        usage_report=told("TR_J1", "Sea", [1, 2]) + told("TR_J1", "Sea", [3], "under way"),
        usage=[use("TR_J1", "a", UIR, month, 1) for month in (1, 2, 3, 4)],
    )
    found = eresources.left_out(con, since="2025-01-01", until="2025-04-01").fetchall()
    assert found == [("of another month", 1), ("of a month that is not whole", 1)]


def licence(resource: str, **more: Any) -> dict[str, Any]:
    """A licence of 1,200.00 for 2025."""
    return {
        "licence_id": resource,
        "resource": resource,
        "starts_on": "2025-01-01",
        "ends_on": "2025-12-31",
        "price": "1200.00",
        "currency": "EUR",
        **more,
    }


ITEMS: Rows = [
    {"usage_item_id": "d", "kind": "database", "name": "Sea Abstracts"},
    {"usage_item_id": "f", "kind": "database", "name": "Sea Texts"},
    {"usage_item_id": "j", "kind": "title", "name": "Sea Journal"},
    {
        "usage_item_id": "m",
        "kind": "title",
        "name": "Sea Master",
        "data_type": "Journal",
        "access_type": "Controlled",
        "access_method": "Regular",
    },
    {
        "usage_item_id": "o",
        "kind": "title",
        "name": "Sea Master",
        "data_type": "Journal",
        "access_type": "OA_Gold",
        "access_method": "Regular",
    },
]
REPORTS = [
    row
    for report in ("DR", "DR_D2", "TR", "TR_J1", "TR_J2", "TR_B1")
    for row in told(report, "Sea", YEAR)
]
USES = [
    use("DR", "d", UII, 1, 300),
    use("DR", "f", UII, 1, 300),
    use("DR", "f", UIR, 12, 150),
    use("DR_D2", "d", "Limit_Exceeded", 2, 7),
    use("TR_J1", "j", UIR, 5, 48),
    use("TR_J1", "j", TIR, 5, 60),
    use("TR_J2", "j", "No_License", 5, 2),
    use("TR", "m", UIR, 5, 40),
    use("TR", "o", UIR, 5, 400),
]


def costs(*licences: Any, reports: Rows = REPORTS, as_of: str = "2026-03-01") -> list[Any]:
    """Report, content, metric, whether it is advised, uses, cost of one, and why there is none."""
    con = holding(licence=list(licences), usage_item=ITEMS, usage_report=reports, usage=USES)
    found = libstats.cost_per_use(con, as_of=as_of)
    columns = "report, content, metric, is_advised, uses, cost_per_use, why_none"
    return found.select(columns).fetchall()


COSTS = {
    # 1,200.00 by 300, by 150
    "sea abstracts": [("DR", "abstracts", UII, True, 300, Decimal("4.00"), None)],
    "Sea Texts": [("DR", "all", UIR, True, 150, Decimal("8.00"), None)],
    "Sea Journal": [
        ("TR_J1", "journals", UIR, True, 48, Decimal("25.00"), None),
        ("TR_J1", "journals", TIR, False, 60, Decimal("20.00"), None),
    ],
    # open access is no part of it
    "Sea Master": [("TR", "journals", UIR, True, 40, Decimal("30.00"), None)],
    "Sea": [
        ("TR", "journals", UIR, True, 40, Decimal("30.00"), None),
        ("TR_B1", "books", TIR, False, 0, None, "no use"),
        ("TR_B1", "books", UTR, False, 0, None, "no use"),
        ("TR_J1", "journals", UIR, True, 48, Decimal("25.00"), None),
        ("TR_J1", "journals", TIR, False, 60, Decimal("20.00"), None),
    ],
    "Nowhere": [(None, None, None, None, None, None, "no report of its use names it")],
}


def test_a_price_is_parted_by_the_uses_in_the_metric_that_is_advised() -> None:
    in_order = sorted(COSTS, key=str.lower)
    assert costs(*map(licence, COSTS)) == [row for name in in_order for row in COSTS[name]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"price": None}, "no price is told"),
        ({"ends_on": None}, "its first or last day is missing"),
        ({"ends_on": "2026-06-30"}, "its term is not over"),
        ({"starts_on": "2024-11-16"}, "1 of its months are not told"),
        ({"starts_on": "2025-06-01"}, "no use"),
    ],
)
def test_where_there_is_no_cost_it_is_said_why(change: dict[str, Any], why: str) -> None:
    (row,) = costs(licence("Sea Abstracts", **change))
    assert row[-2:] == (None, why)


def test_two_licences_of_one_name_share_no_use() -> None:
    rows = costs(licence("Sea Abstracts"), licence("SEA ABSTRACTS", licence_id="2"))
    assert {row[-1] for row in rows} == {"another licence of this name has the same months"}
    # one after the other they do not meet: of the second no month is told
    rows = costs(
        licence("Sea Abstracts"),
        licence("Sea Abstracts", licence_id="2", starts_on="2026-01-01", ends_on="2026-01-31"),
    )
    assert [row[-1] for row in rows] == [None, "1 of its months are not told"]


def test_several_institutions_have_no_price_of_their_own() -> None:
    reports = [*REPORTS, *told("DR", "Sea", [1], institution="Branch College")]
    for row in reports[-1:]:
        row["usage_report_id"] = "DR 5 1 other"
    con = holding(
        licence=[licence("Sea Abstracts")],
        usage_item=ITEMS,
        usage_report=reports,
        usage=[*USES, {**USES[0], "usage_report_id": "DR 5 1 other"}],
    )
    found = libstats.cost_per_use(con, as_of="2026-03-01")
    assert {row[0] for row in found.select("why_none").fetchall()} == {
        "several institutions use it"
    }


def test_who_was_turned_away_stands_beside_it() -> None:
    con = holding(
        licence=[licence("Sea Abstracts"), licence("Sea Journal")],
        usage_item=ITEMS,
        usage_report=REPORTS,
        usage=USES,
    )
    found = libstats.cost_per_use(con, as_of="2026-03-01").filter("is_advised")
    assert found.select("resource, limit_exceeded, no_license").fetchall() == [
        ("Sea Abstracts", 7, 0),
        ("Sea Journal", 0, 2),
    ]
    assert cost_per_use.left_out(con, as_of="2026-03-01").fetchall() == []


def package(months: Iterable[int], books: Iterable[int] = YEAR) -> Any:
    """A connection on a package of journals and books, 10 and 5 uses a month."""
    return holding(
        licence=[licence("Sea")],
        usage_item=[*ITEMS, {"usage_item_id": "b", "kind": "title", "name": "Sea Book"}],
        usage_report=[
            *told("TR_J1", "Sea", months),
            *told("TR_B1", "Sea", books),
            *told("TR_J2", "Sea", months),
            *told("TR_B2", "Sea", books),
        ],
        usage=[
            *(use("TR_J1", "j", UIR, month, 10) for month in months),
            *(use("TR_B1", "b", UIR, month, 5) for month in books),
            use("TR_J2", "j", "No_License", 1, 2),
            use("TR_B2", "b", "No_License", 1, 3),
        ],
    )


def test_a_package_has_its_price_once_by_journals_and_books_together() -> None:
    found = libstats.cost_per_use(package(YEAR), as_of="2026-03-01").filter(f"metric = '{UIR}'")
    columns = "report, content, is_advised, uses, cost_per_use, no_license"
    # 1,200.00 by 120, by 60, by both
    assert found.select(columns).fetchall() == [
        ("TR_B1", "books", False, 60, Decimal("20.00"), 3),
        ("TR_B1 and TR_J1", "journals and books", True, 180, Decimal("6.67"), 5),
        ("TR_J1", "journals", False, 120, Decimal("10.00"), 2),
    ]


def test_a_month_that_one_of_both_does_not_tell_is_not_told() -> None:
    found = libstats.cost_per_use(package(YEAR, range(1, 12)), as_of="2026-03-01")
    (row,) = found.filter("is_advised").select("months_told, uses, why_none").fetchall()
    assert row == (11, None, "1 of its months are not told")


@pytest.mark.parametrize(
    ("uses", "trend", "why"),
    [
        ([20, 22] * 6, "no more than the usual ups and downs", None),
        ([20, 22] * 5 + [20, 90], "better", None),
        ([60, 62] * 5 + [60, 1], "worse", None),
        ([20, 22, 0], None, "trial limits: 3 of the 12 months that a verdict needs"),
    ],
)
def test_a_trend_is_said_by_the_control_chart(
    uses: list[int], trend: str | None, why: str | None
) -> None:
    months = range(1, len(uses) + 1)
    con = holding(
        licence=[licence("Sea Journal", ends_on=f"2025-{len(uses):02}-28")],
        usage_item=ITEMS,
        usage_report=told("TR_J1", "Sea", months),
        usage=[use("TR_J1", "j", UIR, m, n) for m, n in zip(months, uses, strict=True) if n],
    )
    found = libstats.cost_per_use(con, as_of="2026-03-01").filter("is_advised")
    assert found.select("trend, why_no_trend").fetchall() == [(trend, why)]


def test_months_before_the_term_are_part_of_the_chart_and_none_of_the_cost() -> None:
    con = holding(
        licence=[licence("Sea Journal", starts_on="2025-10-01")],
        usage_item=ITEMS,
        usage_report=told("TR_J1", "Sea", YEAR),
        usage=[use("TR_J1", "j", UIR, m, 20 + m % 2) for m in YEAR],
    )
    found = libstats.cost_per_use(con, as_of="2026-03-01").filter("is_advised")
    assert found.select("months, uses, trend").fetchall() == [
        (3, 61, "no more than the usual ups and downs")
    ]
