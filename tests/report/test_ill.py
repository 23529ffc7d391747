"""The report on interlibrary loan: sections over a handful of requests worked by hand, and the
notebook run whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import libstats
from libstats.errors import AnalysisError, ReportError
from libstats.report import Html, charts, ill, ill_outcomes, ill_waits, run
from libstats.report.ill import Ill
from libstats.report.page.table import Table
from libstats.workspace.workspace import Workspace
from tests.support.files import write

pytestmark = pytest.mark.slow

HEAD = "process,case,milestone,happened_at,branch\n"
# made in October 2025: 9 days each; in October 2026: three took 4 days, one was cancelled after 1,
# one is open since the 20th. Sent after 1 day. Lending: one shipped after 2 days
OCTOBER = [
    *(
        f"ill_borrowing,a{n},{step}"
        for n in range(4)
        for step in ("submitted,2025-10-01", "sent,2025-10-02", "available,2025-10-10")
    ),
    *(
        f"ill_borrowing,b{n},{step}"
        for n in range(3)
        for step in ("submitted,2026-10-05", "sent,2026-10-06", "available,2026-10-09")
    ),
    "ill_borrowing,c,submitted,2026-10-05",
    "ill_borrowing,c,cancelled,2026-10-06",
    "ill_borrowing,d,submitted,2026-10-20",
    "ill_borrowing,d,sent,2026-10-21",
    "ill_lending,e,received,2026-10-05",
    "ill_lending,e,shipped,2026-10-07",
]


def told(
    workspace: Workspace,
    rows: list[str] = OCTOBER,
    exported: str = "2026-11-01",
    month: str = "2026-10",
) -> Ill:
    """The report of these steps."""
    text = HEAD + "".join(f"{row},MAIN\n" for row in rows)
    libstats.load(workspace, [write(workspace.exports / f"ill-{exported}.csv", text)])
    return ill.read(libstats.open(workspace), month)


def rows_of(section: Any) -> list[dict[str, Any]]:
    """The rows of a section that is a table."""
    assert isinstance(section, Table), section
    return section.rows


def test_key_figures_count_the_open_request(workspace: Workspace) -> None:
    html = ill.key_figures(told(workspace))
    # by day 4 three of the four that were left have it: a quarter waits, so half had it by 4 days
    # and when nine in ten will is not known
    assert "<strong>4.0 days</strong>" in html
    assert "In October 2025: 9.0 days." in html
    assert "<strong>not known yet</strong>" in html
    assert '<strong>1</strong> <span class="what">requests open on November 1, 2026</span>' in html
    assert "1 older than the goal of 7 days, 0 nearing it." in html
    # of the four that were not given up three had it by day 4, and the fourth has waited for 12
    # days
    assert (
        '<strong>75%</strong> <span class="what">had reached the patron within the goal of 7 '
        "days</span>"
    ) in html
    assert (
        "With so few requests, anything 4.0 or more is possible. In October 2025: 9.0 days." in html
    )


def test_the_share_within_the_goal_waits_until_it_can_be_told(workspace: Workspace) -> None:
    rows = [
        "ill_borrowing,a,submitted,2026-10-28",
        "ill_borrowing,a,available,2026-10-30",
        "ill_borrowing,b,submitted,2026-10-28",
    ]
    assert ill.within_goal(told(workspace, rows)) is None
    assert ill.within_goal(told(workspace, rows, exported="2026-11-04")) == 0.5


def test_loans_and_copies_are_told_apart(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        ill, "within_goal", lambda report, kind=None: {None: 0.77, "loan": 0.61, "copy": None}[kind]
    )
    assert "<strong>77%</strong>" in ill.key_figures(
        told(workspace)
    ) and "Loans 61%. Requests that were given up" in ill.key_figures(
        ill.read(libstats.open(workspace), "2026-10")
    )


def test_the_curve_and_the_waits_are_both_right(workspace: Workspace) -> None:
    # four left after one of five was given up: half of the four within 4 days, and three of all
    # five
    assert (
        "so 60% here and half there, both within 4.0 days, are both right."
        in ill_waits.both_right(told(workspace))
    )


def test_where_none_was_given_up_the_curve_and_the_waits_agree(workspace: Workspace) -> None:
    assert "None of these requests was given up" in ill_waits.both_right(
        told(workspace, [row for row in OCTOBER if ",c," not in row])
    )


def test_estimate_and_naive_stand_side_by_side(workspace: Workspace) -> None:
    rows = rows_of(ill_waits.estimate_and_naive(told(workspace)))
    assert [
        (
            r["period"].isoformat(),
            r["p50"],
            r["naive_p50"],
            r["p90"],
            r["naive_p90"],
            r["still_open"],
        )
        for r in rows
    ] == [
        ("2025-10-01", 9.0, 9.0, 9.0, 9.0, 0),
        ("2026-10-01", 4.0, 4.0, None, 4.0, 1),
    ]


def test_the_month_by_month_table_has_intervals(workspace: Workspace) -> None:
    rows = rows_of(ill_waits.waits(told(workspace)))
    assert [(r["cases"], r["still_open"], r["given_up"], r["p50_interval"]) for r in rows] == [
        (4, 0, 0, "9.0 or more"),
        (5, 1, 1, "4.0 or more"),
    ]


def test_shares_by_day_add_up(workspace: Workspace) -> None:
    # after 1 day one of five is given up; at 4 days three of the four that are left have it: 0.8 *
    # 3/4
    rows = rows_of(ill_waits.by_day(told(workspace)))
    assert [
        (r["days"], round(r["reached"], 9), round(r["given_up"], 9), round(r["waiting"], 9))
        for r in rows
    ] == [(1, 0, 0.2, 0.8), (2, 0, 0.2, 0.8), (3, 0, 0.2, 0.8)]


def test_a_step_that_nobody_recorded_is_said_to_be_unknown(workspace: Workspace) -> None:
    html = ill_waits.stages(told(workspace))
    assert [(r["stage"], r["cases"], r["p50"], r["before_p50"]) for r in html.tables[0].rows][
        :2
    ] == [("submitted to sent", 5, 1.0, 1.0), ("sent to shipped", None, None, None)]
    assert "sent to shipped: nothing that is loaded says when any case reached shipped." in html


def test_other_desks_in_short(workspace: Workspace) -> None:
    html = ill_waits.other_desks(told(workspace))
    assert [
        (r["desk"], r["done"], r["p50"], r["still_open"], r["open_now"])
        for r in html.tables[0].rows
    ] == [("ILL lending", 1, 2.0, 0, 0)]
    assert "Document delivery: nothing that is loaded says when a case reached submitted." in html


def test_filled_and_reasons(workspace: Workspace) -> None:
    report = told(workspace)
    (row,) = rows_of(ill_outcomes.filled(report))
    assert (row["cases"], row["filled"], row["unfilled"], row["still_open"]) == (5, 3, 1, 1)
    (rates,) = rows_of(ill_outcomes.fill_rates(report))
    assert (rates["part"], rates["rate"], rates["naive_rate"]) == ("all", 0.75, 0.75)
    assert rows_of(ill_outcomes.reasons(report)) == [
        {"reason": "no reason recorded", "counts_as": "unfilled", "cases": 1}
    ]


def test_to_do_lists_what_is_late_and_near(workspace: Workspace) -> None:
    html = ill_outcomes.to_do(told(workspace))
    assert "kind" not in html.tables[0].columns  # of none it is known
    assert [
        (r["handle"], r["standing"], r["age"], r["next_step"]) for r in html.tables[0].rows
    ] == [("d", "late", 12.0, "available")]


def test_the_backlog_ends_with_what_waits(workspace: Workspace) -> None:
    report = told(workspace)
    rows = rows_of(ill_outcomes.backlog_by_week(report))
    # October ends with a Saturday
    assert (rows[-1]["week"], rows[-1]["waiting"], rows[-2]["week"]) == (
        "October 31, 2026 (6 days only)",
        1,
        "October 25, 2026",
    )
    assert ill_outcomes.backlog_chart(report).alt.startswith(
        "1 request was waiting at the end of the week ending October 31, 2026 (6 days only)"
    )


def test_weeks_that_are_not_told_of_are_said_with_their_reason(workspace: Workspace) -> None:
    """The list begins on Monday, October 5: 23 of the 27 weeks end by then, and what was asked for
    before may wait in the others."""
    html = ill_outcomes.weeks_untold(
        told(workspace, [row for row in OCTOBER if ",2025" not in row])
    )
    assert html == (
        "<p>23 weeks, the last of them ending October 4, 2026, are left out of the picture and "
        "its table: nothing that is loaded tells of it before 2026-10-05. 4 weeks, the last of "
        "them ending October 31, 2026 (6 days only), are shown, and more may have waited: told in "
        "part, so a count is at most the truth.</p>"
    )


def test_lending_open_requests_of_all_months_stand_beside_those_of_these(
    workspace: Workspace,
) -> None:
    old = [*OCTOBER, "ill_lending,f,received,2026-02-01", "ill_lending,g,received,2026-10-30"]
    (row,) = ill_waits.other_desks(told(workspace, old)).tables[0].rows
    assert (row["still_open"], row["open_now"]) == (1, 2)


def test_lending_is_filled_or_not_and_why(workspace: Workspace) -> None:
    rows = [*OCTOBER, "ill_lending,f,received,2026-10-06", "ill_lending,f,not_found,2026-10-07"]
    rates, why = ill_outcomes.lending(told(workspace, rows)).tables
    assert [(r["cases"], r["filled"], r["unfilled"], r["rate"]) for r in rates.rows] == [
        (2, 1, 1, 0.5)
    ]
    assert why.rows == [{"reason": "no reason recorded", "counts_as": "unfilled", "cases": 1}]


def test_the_files_are_listed_once(workspace: Workspace) -> None:
    tables = ill.proof(told(workspace)).tables
    assert [table.caption for table in tables if "ill-2026-11-01.csv" in str(table.rows)] == [
        "The files behind these figures"
    ]
    assert len(tables[-1].rows) == 1


# requests of which only the day is known on which the system closed them
CLOSED = [
    f"ill_borrowing,{n},{step}"
    for n in range(5)
    for step in ("submitted,2026-10-05", "finished,2026-10-30")
]


@pytest.mark.parametrize(
    "section",
    [
        ill.key_figures,
        ill_waits.waits,
        ill_waits.chart,
        ill_waits.estimate_and_naive,
        ill_waits.curve,
        ill_waits.by_day,
        ill_waits.by_kind,
    ],
)
def test_where_no_turnaround_can_be_told_it_says_why(workspace: Workspace, section: Any) -> None:
    found = section(told(workspace, CLOSED))
    assert isinstance(found, Html)
    assert "nothing that is loaded says when any case reached available" in found
    assert (
        "Export the Tracking table (TransactionNumber, DateTime, ChangedTo) and load it too"
        in found
    )


def test_what_is_stale_is_named_at_the_head(workspace: Workspace) -> None:
    assert "Every export below reaches the end of October 2026" in ill.head(told(workspace))
    con = libstats.open(workspace)
    assert (
        "The newest “own milestones” of own is from November 1, 2026: what happened after "
        "that is not in it."
    ) in ill.head(ill.read(con, "2026-11"))


def test_the_month_is_the_last_that_is_covered(workspace: Workspace) -> None:
    assert told(workspace, exported="2026-10-31", month="").month.isoformat() == "2026-10-01"
    assert told(workspace, exported="2026-11-01", month="").month.isoformat() == "2026-10-01"
    with pytest.raises(ReportError, match="such as 2026-10"):
        ill.read(libstats.open(workspace), "October")


def test_nothing_loaded_is_refused(workspace: Workspace) -> None:
    libstats.load(
        workspace,
        [
            write(
                workspace.exports / "items-2026-10-31.csv",
                "itemnumber;barcode;homebranch\n1;b1;EAST\n",
            )
        ],
    )
    with pytest.raises(AnalysisError, match="nothing that tells of ill_borrowing is loaded"):
        ill.read(libstats.open(workspace))


def test_the_sample_library_filled_what_it_lived(demo: Path) -> None:
    truth = json.loads((demo / "exports" / "truth.json").read_text(encoding="utf-8"))
    told_of, reasons = (
        truth["processes"]["ill_borrowing"]["outcomes"],
        truth["reasons"]["ill_borrowing"],
    )
    with libstats.open(demo) as con:
        found = libstats.fill_rate(con, since="2022-11-01", until="2026-11-01")
        row = dict(zip(found.columns, found.fetchall()[0], strict=True))
    left_out = row["duplicate"] + row["cancelled_by_patron"] + row["other_left_out"]
    assert (row["filled"], row["unfilled"] + left_out, row["still_open"]) == (
        told_of["done"],
        told_of["given_up"],
        told_of["open"],
    )
    assert (row["duplicate"], row["cancelled_by_patron"]) == (
        reasons["duplicate"],
        reasons["cancelled by patron"],
    )


@pytest.mark.parametrize(
    ("analysis", "given"),
    [
        ("turnaround", {"since": "2025-11-01", "until": "2026-11-01"}),
        ("worklist", {}),
        ("fill_rate", {"since": "2025-11-01", "until": "2026-11-01"}),
    ],
)
def test_receipts_of_the_sample_library_add_up(
    demo: Path, analysis: str, given: dict[str, str]
) -> None:
    requests = sum(
        json.loads((demo / "exports" / "truth.json").read_text(encoding="utf-8"))["processes"][
            "ill_borrowing"
        ]["outcomes"].values()
    )
    with libstats.open(demo) as con:
        rows = libstats.receipt(con, analysis, process="ill_borrowing", **given).fetchall()
    counted = [
        int(value.replace(",", ""))
        for part, what, value in rows
        if part == "cases used" or (part == "left out" and not what.startswith("counted"))
    ]
    assert sum(counted) == requests
    assert all(value.startswith("illiad") for part, _, value in rows if part == "load")


# --- pictures ---


def waited(part: str, p50: float | None, p90: float | None, still_open: int = 0) -> dict[str, Any]:
    """A month as `turnaround` gives it."""
    return {
        "part": part,
        "p50": p50,
        "p50_low": p50,
        "p50_high": p50 and p50 + 1,
        "p90": p90,
        "p90_low": None,
        "p90_high": None,
        "naive_p50": 3.0,
        "naive_p90": 7.5,
        "still_open": still_open,
    }


def test_alt_text_of_the_waits() -> None:
    figure = charts.waits_by_month([waited("2025-10", 9.0, 20.0), waited("2026-10", 4.5, None, 10)])
    assert figure.alt == (
        "Of the requests made in October 2026, half took up to 4.5 days (95% interval 4.5 to "
        "5.5), against 9.0 in October 2025. "
        "Nine in ten: not known yet, since too few have been reached, against 20.0 in "
        "October 2025. "
        "Counting closed ones alone would say 3.0 and 7.5 days, because 10 of them are still open."
    )
    assert "closed ones alone" in figure.svg()
    assert charts.waits_by_month([waited("2026-10", 4.5, 8.0)]).alt.endswith(
        "None of them is still open."
    )


def test_alt_text_of_the_shares() -> None:
    steps = [
        {"waited": 2.0, "share_reached": 0.5, "share_given_up": 0.1},
        {"waited": 10.0, "share_reached": 0.8, "share_given_up": 0.1},
    ]
    assert charts.reached_by_day(steps, 7).alt == (
        "After 7 days 50% of the requests had reached the patron and 10% had been given up. "
        "The last of those that ended did so after 10.0 days; by then 80% had reached the "
        "patron."
    )


def test_alt_text_of_the_backlog(workspace: Workspace) -> None:
    found = ill_outcomes.backlog_chart(told(workspace))
    assert isinstance(found, charts.Figure)
    assert found.alt == (
        "1 request was waiting at the end of the week ending October 31, 2026 (6 days only), "
        "1 more than in the week ending May 3, 2026 (0). The most were 1, in the week ending "
        "October 25, 2026. The oldest has waited for 12 days."
    )


@pytest.mark.parametrize(
    "draw",
    [charts.waits_by_month, lambda rows: charts.reached_by_day(rows, 7), charts.waiting_by_week],
)
def test_pictures_of_nothing_say_so(draw: Any) -> None:
    assert draw([]).alt.endswith("so there is nothing to show.")
    assert draw([])._repr_html_() == draw([])._repr_html_()


# --- the notebook ---


@pytest.mark.slow
def test_the_report_runs_whole_and_repeats_to_the_byte(
    workspace: Workspace, tmp_path: Path
) -> None:
    told(workspace).con.close()
    first = run(
        "ill",
        workspace.folder,
        {"month": "2026-10"},
        tmp_path / "first.html",
        ["html", "xlsx"],
    )
    second = run("ill", workspace.folder, {}, tmp_path / "second.html", ["html", "xlsx"])
    page = first.read_text(encoding="utf-8")
    assert "<title>Interlibrary loan: how long patrons wait: October 2026</title>" in page
    assert page.count("<img ") == 3
    assert first.read_bytes() == second.read_bytes()
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    captions = [
        row[1]
        for row in CalamineWorkbook.from_path(tmp_path / "first.xlsx")
        .get_sheet_by_name("Contents")
        .to_python()[2:]
    ]
    assert "Days taken: the estimate and the figure of closed requests alone" in captions
    assert "Receipt of the fill rate" in captions


@pytest.mark.slow
def test_the_report_of_what_cannot_be_told_runs_too(workspace: Workspace, tmp_path: Path) -> None:
    told(workspace, CLOSED).con.close()
    page = run("ill", workspace.folder, {}, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "This cannot be told from what is loaded." in page
