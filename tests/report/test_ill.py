"""The report on interlibrary loan: sections over a handful of requests worked by hand, and the
notebook run whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import libstats
from libstats.errors import AnalysisError, ReportError
from libstats.report import Html, charts, run
from libstats.report.ill import by_lender as ill_lenders
from libstats.report.ill import outcomes as ill_outcomes
from libstats.report.ill import rows as ill
from libstats.report.ill import verdict as ill_answer
from libstats.report.ill import wait_times as ill_waits
from libstats.report.ill.rows import Ill
from libstats.report.verdicts import Verdicts
from libstats.wording import records
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
    return ill.read(libstats.open(workspace), month=month)


# --- the answer ---


def half(p50: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """A wait as `turnaround` gives it."""
    return {"p50": p50, "p50_low": low, "p50_high": high, "coverage": "whole"}


def test_a_year_is_judged_by_the_interval_of_the_difference() -> None:
    # 8 - 10 = -2; up to -2 + sqrt(1 + 1) = -0.6: less, though the intervals touch at 9
    now, then = half(8.0, 7.0, 9.0), half(10.0, 9.0, 11.0)
    assert ill_answer.judged(now, then) == ill_answer.LESS
    assert ill_answer.judged(then, now) == ill_answer.LONGER
    # 8 - 9 = -1; up to 0.4
    assert ill_answer.judged(now, half(9.0, 8.0, 10.0)) == ill_answer.SAME


def test_what_is_told_in_part_or_has_no_end_is_not_judged() -> None:
    then = half(10.0, 9.0, 11.0)
    for other in (None, half(8.0, 7.0, None), {**half(8.0, 7.0, 9.0), "coverage": "partly"}):
        assert ill_answer.judged(then, other) is None
    assert ill_answer.judged(half(8.0, None, 9.0), then) is None


def test_the_answer_counts_the_open_request(workspace: Workspace) -> None:
    html = ill_answer.answer(told(workspace))
    # by day 4 three of the four that were left have it: a quarter waits, so half had it by 4 days
    # and when nine in ten will is not known
    assert "<strong>4.0 days</strong>" in html
    assert "Nine in ten: not known yet. In October 2025 half took 9.0 days." in html
    # closed ones alone look faster; and of all, given up or not, how many have come
    assert "Closed ones alone: " in html and "have come so far." in html
    assert "With 5 requests the half may be 4.0 or more days." in html
    assert "For requests the two years cannot be compared." in html
    assert "Half of the requests were here within 4.0 days, 9.0 the year before." in html
    # of the four that were not given up three had it by day 4, and the fourth has waited for 12
    assert "<strong>75%</strong>" in html
    assert "<strong>75.0%</strong>" in html
    assert "1 older than the goal of 7 days, 0 near it." in html
    assert {key: html.about[key] for key in ("period", "branch", "told")} == {
        "period": "2026-10",
        "branch": "",
        "told": "whole",
    }


def test_the_share_within_the_goal_waits_until_it_can_be_told(workspace: Workspace) -> None:
    rows = [
        "ill_borrowing,a,submitted,2026-10-28",
        "ill_borrowing,a,available,2026-10-30",
        "ill_borrowing,b,submitted,2026-10-28",
    ]
    assert ill_answer.within_goal(told(workspace, rows)) is None
    assert ill_answer.within_goal(told(workspace, rows, exported="2026-11-04")) == 0.5


# --- loans and copies apart ---

REQUESTS = "TransactionNumber,ProcessType,RequestType,TransactionStatus,CreationDate,LendingLibrary"
ENDS = {"Loan": "Customer Notified via E-Mail", "Article": "Delivered to Web"}


def kinds_told(workspace: Workspace) -> Ill:
    """Four loans and four copies of October in each of two years. Loans took 8 days and copies 2,
    of which 1 is the desk's; one was refused on the way and sent again after 3 days."""
    rows, log = [REQUESTS], ["TransactionNumber,DateTime,ChangedTo,ProcessType"]
    for n in range(16):
        year, kind = 2025 + n // 8, ("Loan", "Article")[n % 2]
        rows.append(
            f"{n},Borrowing,{kind},{ENDS[kind]},{year}-10-05 09:00,{'ABC' if n % 4 < 2 else 'XYZ'}"
        )
        steps = [(5, "Submitted by Customer"), (6, "Request Sent")]
        steps += [(9, "Request Sent")] if n == 8 else []
        steps.append((13 if kind == "Loan" else 7, ENDS[kind]))
        log += [f"{n},{year}-10-{day:02} 09:00,{step},Borrowing" for day, step in steps]
    files = {"requests": rows, "tracking": log}
    libstats.load(
        workspace,
        [
            write(workspace.exports / f"{name}-2026-11-01.csv", "\n".join(lines) + "\n")
            for name, lines in files.items()
        ],
    )
    return ill.read(libstats.open(workspace), month="2026-10")


def test_loans_and_copies_are_told_apart(workspace: Workspace) -> None:
    report = kinds_told(workspace)
    assert report.kinds == ["loan", "copy"]
    html = ill_answer.answer(report)
    assert "until half of the loans asked for in October 2026 were here" in html
    assert "Half of the copies were here within 2.0 days, 2.0 the year before." in html
    assert "<strong>Loans 0%, copies 100%</strong>" in html
    assert {
        kind: [(r["part"], r["p50"]) for r in rows] for kind, rows in report.months.items()
    } == {
        "loan": [("2025-10", 8.0), ("2026-10", 8.0)],
        "copy": [("2025-10", 2.0), ("2026-10", 2.0)],
    }
    (loans,) = ill_waits.waits(report, "loan").tables
    assert [(r["cases"], r["p50"]) for r in loans.rows] == [(4, 8.0), (4, 8.0)]


def test_the_control_chart_is_asked_of_each_kind(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = kinds_told(workspace)
    given: dict[str, Any] = {"measure": "wait", "process": "ill_borrowing", "as_of": "2026-11-01"}
    for kind in ("loan", "copy"):
        rows = records(libstats.signals(report.con, kind=kind, **given))
        assert [(row["period"], row["amount"]) for row in rows] == [
            (date(2025, 10, 1), 4),
            (date(2026, 10, 1), 4),
        ]
    with pytest.raises(AnalysisError, match="there is no kind 'film' of ill_borrowing"):
        libstats.signals(report.con, kind="film", **given)

    def judged_here(con: Any, measure: str, process: str, until: date, kind: str) -> Verdicts:
        verdict = {"loan": "worse", "copy": "no more than the usual ups and downs"}[kind]
        newest = {"period": date(2026, 9, 1), "value": 9.5, "verdict": verdict}
        return Verdicts(measure, [newest], newest)

    monkeypatch.setattr(ill_answer, "verdicts", judged_here)
    html = ill_answer.answer(report)
    assert "Loans of September 2026: 9.5 days, longer than the usual ups and downs explain." in html
    assert "Copies of September 2026: 9.5 days, no more than the usual ups and downs." in html


def test_steps_stand_beside_last_year_and_what_nobody_told_is_in_the_next(
    workspace: Workspace,
) -> None:
    html = ill_waits.steps(kinds_told(workspace))
    loans, copies = html.tables
    assert [(r["step"], r["cases"], r["p50"], r["before_p50"]) for r in loans.rows] == [
        ("asked for → sent", 4, 1.0, 1.0),
        ("sent → ready", 4, 7.0, 7.0),
    ]
    assert [r["p50"] for r in copies.rows] == [1.0, 1.0]
    assert "Loans, “shipped”: no export that is loaded tells its day" in html


def test_a_lender_has_its_own_days_only(workspace: Workspace) -> None:
    """The loan that was sent again on the 9th took its last lender 4 days, the others 7."""
    html = ill_lenders.lenders(kinds_told(workspace))
    loans = html.tables[0].rows
    assert [(r["lender"], r["reached"], r["p50"], r["p90"]) for r in loans] == [
        ("ABC", 4, 7.0, 7.0),
        ("XYZ", 4, 7.0, 7.0),
    ]
    with libstats.open(workspace) as con:
        found = libstats.turnaround(
            con,
            "ill_borrowing",
            since="2026-10-01",
            until="2026-11-01",
            start="sent",
            by="kind and lender",
        )
        rows = found.select("part, cases, naive_p50").fetchall()
    # 4 and 7 days: between them 5.5
    assert rows == [
        ("copy, ABC", 2, 1.0),
        ("copy, XYZ", 2, 1.0),
        ("loan, ABC", 2, 5.5),
        ("loan, XYZ", 2, 7.0),
    ]


def lender(name: str, p50: float, reached: int = 30, spread: float = 1.0) -> dict[str, Any]:
    """A lender's row."""
    return {"lender": name, "reached": reached, **half(p50, p50 - spread, p50 + spread)}


def test_a_lender_is_named_where_it_differs_by_more_than_chance() -> None:
    # four are compared, so a difference counts from 2.5 standard errors on. Each half has one of
    # 1 / 1.96 = 0.51, the others' mean one of 0.51 / sqrt(3) = 0.29, both 0.59: 4 days are 6.8 of it
    rows = [lender(name, 5.0) for name in "ABC"] + [lender("S", 9.0)]
    slow, quick = ill_lenders.unlike_others(rows)
    assert [(row["lender"], others) for row, others in slow] == [("S", 5.0)]
    # and each of the others is 1.3 below the mean of its own: 2.2 of 0.59 (and more of their spread)
    assert quick == []
    assert ill_lenders.unlike_others([*rows[:3], lender("S", 9.0, reached=19)]) == ([], [])
    assert ill_lenders.unlike_others(rows[2:]) == ([], [])  # two are no others


# --- what became of them ---


def test_filled_and_reasons(workspace: Workspace) -> None:
    html = ill_outcomes.filled(told(workspace))
    rates, others, reasons = html.tables
    (row,) = rates.rows
    assert (row["cases"], row["filled"], row["unfilled"], row["rate"]) == (5, 3, 1, 0.75)
    assert others.rows[0]["naive_rate"] == 0.75
    assert reasons.rows == [{"reason": "no reason recorded", "counts_as": "unfilled", "cases": 1}]
    assert "1 request is still open and in no rate" in html


def test_to_do_says_what_is_to_be_done_with_which_requests(workspace: Workspace) -> None:
    (made,) = ill_outcomes.to_do(told(workspace)).tables
    assert [(r["group"], r["requests"], r["longest"], r["numbers"]) for r in made.rows] == [
        ("Do now", 1, 12.0, "d")
    ]


def test_the_backlog_ends_with_what_waits(workspace: Workspace) -> None:
    html = ill_outcomes.waiting(told(workspace))
    rows = html.tables[0].rows
    # October ends with a Saturday
    assert (rows[-1]["week"], rows[-1]["waiting"], rows[-2]["week"]) == (
        "October 31, 2026 (6 days only)",
        1,
        date(2026, 10, 25),
    )
    assert (
        "1 request was waiting at the end of the week ending October 31, 2026 (6 days only). "
        "That is 1 more than in the week ending May 3, 2026 (0). The most were 1, in the week ending "
        "October 25, 2026. The oldest has waited for 12 days."
    ) in html


def test_weeks_that_are_not_told_of_are_said_with_their_reason(workspace: Workspace) -> None:
    """The list begins on Monday, October 5: 23 of the 27 weeks end by then, and what was asked for
    before may wait in the others."""
    html = ill_outcomes.weeks_untold(
        told(workspace, [row for row in OCTOBER if ",2025" not in row])
    )
    assert html == (
        "<p>23 weeks, the last of them ending October 4, 2026, are left out of the picture and "
        "its table: the exports tell of it only from 2026-10-05 on. 4 weeks, the last of "
        "them ending October 31, 2026 (6 days only), are shown: told in "
        "part, so there may be more.</p>"
    )


def test_lending_tells_its_speed_its_rate_and_the_reasons(workspace: Workspace) -> None:
    rows = [
        *OCTOBER,
        "ill_lending,f,received,2026-10-06",
        "ill_lending,f,not_found,2026-10-07",
        "ill_lending,g,received,2026-02-01",
    ]
    html = ill_lenders.desk(told(workspace, rows), "ill_lending")
    rates, why = html.tables
    # one of the two that are left was shipped after 2 days, which is not yet more than half
    assert [(r["cases"], r["p50"], r["filled"], r["unfilled"], r["rate"]) for r in rates.rows] == [
        (3, None, 1, 1, 0.5)
    ]
    assert why.rows == [{"reason": "no reason recorded", "counts_as": "unfilled", "cases": 1}]
    assert "The goal is 2 days. 1 request was open on November 1, 2026." in html


def test_a_desk_of_which_nothing_is_told_says_so(workspace: Workspace) -> None:
    html = ill_lenders.desk(told(workspace), "document_delivery")
    assert "nothing that" in html


def test_the_files_are_listed_once(workspace: Workspace) -> None:
    tables = ill.origin(told(workspace)).tables
    assert [table.caption for table in tables if "ill-2026-11-01.csv" in str(table.rows)] == [
        "The files behind these figures"
    ]


# requests of which only the day is known on which the system closed them
CLOSED = [
    f"ill_borrowing,{n},{step}"
    for n in range(5)
    for step in ("submitted,2026-10-05", "finished,2026-10-30")
]


def test_where_no_turnaround_can_be_told_it_says_why(workspace: Workspace) -> None:
    report = told(workspace, CLOSED)
    remedy = "Export the Tracking table (TransactionNumber, DateTime, ChangedTo) and load it too"
    found = ill_waits.waits(report, "loan")
    assert isinstance(found, Html)
    for html in (found, ill_answer.answer(report)):
        assert "othing that is loaded says when any case reached available" in html
        assert remedy in html
    assert "How long patrons waited cannot be told from what is loaded." in html
    assert "requests open on November 1, 2026" in html


def test_what_is_not_told_is_refused_and_a_part_is_said(workspace: Workspace) -> None:
    told(workspace)
    con = libstats.open(workspace)
    with pytest.raises(ReportError, match="nothing that is loaded tells of interlibrary loan in M"):
        ill.read(con, month="2027-05")
    html = ill_answer.answer(ill.read(con, quarter="2026-Q4"))
    assert "The exports tell of a part of October to December 2026 only." in html
    assert "is from November 1, 2026: what happened after that is not in it." in html
    assert "In October to December 2025" not in html
    assert (
        ill.read(con, since="2026-10-05", until="2026-10-12").year.since.isoformat() == "2025-10-12"
    )


def test_the_month_is_the_last_that_is_covered(workspace: Workspace) -> None:
    assert told(workspace, exported="2026-10-31", month="").period.name == "2026-10"
    assert told(workspace, exported="2026-11-01", month="").period.name == "2026-10"
    with pytest.raises(ReportError, match="such as 2026-10"):
        ill.read(libstats.open(workspace), month="October")


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


def test_alt_text_of_the_steps() -> None:
    rows = [
        {"step": "a → b", "p50": 0.5, "before_p50": 2.0},
        {"step": "b → c", "p50": 3.0, "before_p50": 3.5},
        {"step": "c → d", "p50": 1.0, "before_p50": None},
    ]
    figure = charts.steps_beside(rows, "loans", "2026")
    assert figure.alt == (
        "The longest step of the loans is “b → c”: half took up to 3.0 days, 3.5 a year before. "
        "“a → b” changed most: 0.5 days, 2.0 a year before."
    )
    assert "a year before" in figure.svg() and len(figure.svg()) < 15_000
    assert charts.steps_beside([], "loans", "2026").alt == "No step of the loans can be told."


@pytest.mark.parametrize(
    "draw",
    [charts.waits_by_month, lambda rows: charts.reached_by_day(rows, 7), charts.waiting_by_week],
)
def test_pictures_of_nothing_say_so(draw: Any) -> None:
    assert draw([]).alt.endswith("so the picture is empty.")
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
    assert "<title>Interlibrary loan: October 2026</title>" in page
    assert first.read_bytes() == second.read_bytes()
    assert (tmp_path / "first.xlsx").read_bytes() == (tmp_path / "second.xlsx").read_bytes()
    captions = [
        row[1]
        for row in CalamineWorkbook.from_path(tmp_path / "first.xlsx")
        .get_sheet_by_name("Contents")
        .to_python()[2:]
    ]
    assert "Days that requests took, by the month in which they were asked for" in captions
    assert "Receipt of the fill rate" in captions


@pytest.mark.slow
def test_the_sample_library_answers_what_readers_ask(demo: Path) -> None:
    with libstats.open(demo) as con:
        report = ill.read(con, month="2026-10")
        html = ill_answer.answer(report)
        # the routine changed on November 3, 2025
        assert "Patrons waited less for loans and copies in the twelve months up to October" in html
        lenders = ill_lenders.lenders(report)
        assert "Slow for loans: Z9SLO" in lenders
        assert "Quick for loans: Z9ALD" in lenders


@pytest.mark.slow
def test_the_report_of_what_cannot_be_told_runs_too(workspace: Workspace, tmp_path: Path) -> None:
    told(workspace, CLOSED).con.close()
    page = run("ill", workspace.folder, {}, tmp_path / "page.html").read_text(encoding="utf-8")
    assert "This cannot be told from what is loaded." in page
