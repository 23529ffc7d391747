"""The month in one page: its sentences from small literal rows, and what a director asks of the sample library."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

import libstats
from libstats.cli import main
from libstats.definitions import calendar, changes
from libstats.definitions.processes import processes
from libstats.errors import ReportError
from libstats.report.page.period import Period
from libstats.report.summary import page as summary
from libstats.report.summary import rows as summary_rows
from libstats.report.summary import services as summary_services
from libstats.report.summary import work as summary_work
from libstats.report.summary.rows import Asked, Change, Count, Line, Service
from libstats.report.summary.work import Done, Waits, Work, work
from libstats.report.verdicts import Verdicts, stands_out
from libstats.workspace.workspace import Workspace
from tests.report.test_circulation_report import example as circulated
from tests.support.cases import opened
from tests.support.files import SAMPLE
from tests.support.tables import holding

OCTOBER = Period(date(2026, 10, 1), date(2026, 11, 1))
TRUTH: dict[str, Any] = json.loads((SAMPLE / "truth.json").read_text(encoding="utf-8"))


def asked(period: Period = OCTOBER, fiscal_month: int = 1, **config: Any) -> Asked:
    """A period of a library with these settings, of which nothing is loaded."""
    con = holding()
    calendar.register(con, config)
    changes.register(con, config)
    return Asked(con, period, datetime(2026, 11, 1), fiscal_month)


# --- the library's year ---


@pytest.mark.parametrize(
    ("fiscal_month", "since", "words"),
    [
        (1, date(2026, 1, 1), "January 1"),
        (7, date(2026, 7, 1), "July 1"),
        (10, date(2026, 10, 1), "October 1"),
        (11, date(2025, 11, 1), "November 1, 2025"),
    ],
)
def test_the_year_so_far_begins_where_the_library_says(
    fiscal_month: int, since: date, words: str
) -> None:
    of = asked(fiscal_month=fiscal_month)
    assert (of.year, of.first_day) == (Period(since, OCTOBER.until), words)
    assert of.year.last_year == Period(since.replace(year=since.year - 1), date(2025, 11, 1))


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (
            Count(120, True),
            Count(100, True),
            "120 loans, 20% more than in the same part of the year before (100).",
        ),
        (
            Count(100, True),
            Count(100, True),
            "100 loans, the same as in the same part of the year before.",
        ),
        (Count(120, False), Count(100, True), "at least 120 loans; told in part, so not compared."),
        (Count(120, True), Count(100, False), "120 loans. The year before is not told as a whole."),
        (
            Count(120, True),
            Count(None, False),
            "120 loans. The year before is not told as a whole.",
        ),
    ],
)
def test_the_year_so_far_is_compared_only_where_both_are_told(
    now: Count, then: Count, said: str
) -> None:
    assert (
        summary_rows.year_to_date(asked(), now, then, "loans")
        == f"Fiscal year, since January 1: {said}"
    )


def test_of_what_nothing_is_told_there_is_no_sentence() -> None:
    nothing = Count(None, False)
    assert summary_rows.year_to_date(asked(), nothing, Count(3, True), "loans") == ""


# --- what was done ---


def done(*rows: tuple[int, int | None, str], until: datetime = datetime(2026, 11, 1)) -> Done:
    return Done(
        [
            {"period": date(2026, month, 1), "cases": cases, "coverage": state}
            for month, cases, state in rows
        ],
        until,
    )


def months(first: int, last: int) -> Period:
    return Period(date(2026, first, 1), date(2026, last + 1, 1))


def test_a_month_without_a_row_had_none_and_one_before_all_is_not_told() -> None:
    found = done((3, 5, "whole"), (5, 7, "whole"))
    assert found.of(months(3, 5)) == Count(12, True)
    assert found.of(months(4, 4)) == Count(0, True)
    assert found.of(months(1, 5)) == Count(12, False)
    assert found.of(months(1, 2)) == Count(None, False)


def test_behind_the_newest_export_there_is_no_zero() -> None:
    """The exports end within September: of it a part is told, of October nothing."""
    found = done((7, 5, "whole"), (9, 7, "whole"), until=datetime(2026, 9, 12))
    assert found.of(months(9, 9)) == Count(7, False)
    assert found.of(months(10, 10)) == Count(None, False)
    assert found.of(months(7, 8)) == Count(5, True)
    assert found.trend([date(2026, month, 1) for month in (7, 8, 9, 10)]) == [5, 0, None, None]


def test_what_is_told_in_part_is_at_least_so_much_and_its_course_is_drawn() -> None:
    found = done((8, 5, "partly"), (9, None, "outside"), (10, 7, "partly"))
    assert found.of(OCTOBER) == Count(7, False)
    assert found.of(months(9, 9)) == Count(None, False)
    shown = [date(2026, month, 1) for month in (8, 9, 10)]
    assert found.trend(shown) == [5, None, 7]
    assert done((8, 5, "partly"), (10, 7, "whole")).trend(shown) == [None, 0, 7]


# --- how long they waited ---


def half(p50: float | None, low: float, high: float, coverage: str = "whole") -> dict[str, Any]:
    return {"p50": p50, "p50_low": low, "p50_high": high, "coverage": coverage}


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (
            half(5, 4, 6),
            half(9, 8, 10),
            "Loans came faster: half within 5.0 days, 9.0 the year before.",
        ),
        (
            half(9, 8, 10),
            half(5, 4, 6),
            "Loans came slower: half within 9.0 days, 5.0 the year before.",
        ),
        (
            half(5, 3, 7),
            half(6, 4, 8),
            "Half of the loans came within 5.0 days, 6.0 the year before: no more than the usual ups and downs.",
        ),
        (
            half(5, 4, 6),
            half(9, 8, 10, "partly"),
            "Half of the loans came within 5.0 days; the year before cannot be compared.",
        ),
        (half(5, 4, 6, "partly"), None, "How long loans waited cannot be told."),
        (half(None, 4, 6), None, "How long loans waited cannot be told."),
    ],
)
def test_a_year_is_better_only_where_the_interval_says_so(
    now: dict[str, Any], then: dict[str, Any] | None, said: str
) -> None:
    assert summary_work.waited("loans", now, then) == said


def chart(measure: str, verdict: str, value: float = 5.0, **row: Any) -> Verdicts:
    newest = {"period": OCTOBER.since, "verdict": verdict, "value": value, "assurance": None, **row}
    return Verdicts(measure, [newest], newest)


def test_a_verdict_is_said_in_plain_words() -> None:
    longer, usual = chart("wait", "worse"), chart("wait", "no more than the usual ups and downs")
    assert longer.phrase == "longer than the usual ups and downs explain"
    assert chart("wait", "better").phrase == "less than the usual ups and downs explain"
    assert chart("done", "lower").phrase == "fewer than the usual ups and downs explain"
    assert usual.phrase == "no more than the usual ups and downs"
    assert stands_out([("waits for loans", longer), ("waits for copies", usual)]) == [
        "longer waits for loans"
    ]
    assert (longer.of(OCTOBER.since), longer.of(date(2026, 9, 1))) == (longer.phrase, "")


def test_the_newest_months_of_each_kind_are_told_apart() -> None:
    usual = chart("wait", "no more than the usual ups and downs", period=date(2026, 9, 1))
    waits = Waits(
        {"loans": (None, None), "copies": (None, None)},
        {"loans": chart("wait", "worse"), "copies": usual},
    )
    assert summary_work.newest_of(waits) == [
        "Loans asked for in October 2026 waited longer than the usual ups and downs explain: 5.0 days.",
        "The copies of September 2026 show no more than the usual ups and downs.",
    ]


@pytest.mark.parametrize(
    ("assurance", "said", "is_missed"),
    [
        ("passes", "is met as things go", False),
        ("fails", "is missed as things go", True),
        ("comes and goes", "is met in some months and missed in others", False),
        (None, "cannot be judged yet", False),
    ],
)
def test_a_goal_is_told_where_the_library_set_one(
    assurance: str | None, said: str, is_missed: bool
) -> None:
    shipped = processes()["ill_borrowing"]
    judgements = {"loans": chart("wait", "better", assurance=assurance)}
    assert summary_work.goal_of(shipped, judgements) == ("", False)
    own = processes({"goals": {"ill_borrowing": 5}})["ill_borrowing"]
    assert summary_work.goal_of(own, judgements) == (
        f"The goal of 5 days {said} for loans.",
        is_missed,
    )


def test_a_quarter_says_its_sum_and_its_newest_month_alone() -> None:
    """240 in October after 200 in September; of August nothing is told."""
    quarter = Period(date(2026, 8, 1), OCTOBER.until)
    found = dataclasses.replace(circulated(), period=quarter)
    assert summary_services.lent(found, chart("checkouts", "better", 9.3, days=27)) == [
        "There were 440 checkouts in August to October 2026 at least: the exports tell of a part of it.",
        "October 2026 alone: 9.3 on an open day, more than the usual ups and downs explain.",
    ]


def test_kinds_with_one_answer_share_it_and_what_is_not_told_is_not_judged() -> None:
    own = processes({"goals": {"ill_borrowing": 5}})["ill_borrowing"]
    now = {name: chart("wait", "better", assurance="fails") for name in ("loans", "copies")}
    assert summary_work.goal_of(own, now) == (
        "The goal of 5 days is missed as things go for loans and copies.",
        True,
    )
    assert summary_work.goal_of(own, {}) == ("The goal of 5 days cannot be judged.", False)


# --- what was closed and changed ---

WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-17:00")


def test_a_week_of_closed_days_is_a_closure_and_a_holiday_is_none() -> None:
    """Thursday 5 to Wednesday 11 February is a week from first to last; 24 and 25 December are two days."""
    shut = [f"2026-02-{day:02}" for day in (5, 6, 9, 10, 11)]
    of = asked(calendar={"default": {"open": WEEK, "closed": [*shut, "2025-12-24", "2025-12-25"]}})
    assert summary_rows.changes(of) == [
        Change(date(2026, 2, 5), "The library was closed from February 5 to 11, 2026")
    ]


def test_branches_with_calendars_go_by_their_names() -> None:
    shut = ["2026-01-29", "2026-01-30", "2026-02-02", "2026-02-03", "2026-02-04"]
    branch = {"open": WEEK, "closed": shut}
    of = asked(calendar={"EAST": branch, "WEST": branch, "staff": branch, "default": branch})
    of.con.execute(
        "insert into code (list, code, name) values ('branch', 'EAST', 'Saltmere'), ('branch', 'WEST', '')"
    )
    of.con.execute("insert into coverage (branch) values ('EAST'), ('WEST')")
    assert [each.words for each in summary_rows.changes(of)] == [
        "Saltmere and WEST were closed from January 29, 2026 to February 4, 2026"
    ]


def test_changes_of_thirteen_months_are_named() -> None:
    on = [date(2025, 9, 30), date(2025, 10, 1), date(2026, 10, 31), date(2026, 11, 1)]
    of = asked(
        change=[{"on": day, "what": f"New desk {n}", "branch": "EAST"} for n, day in enumerate(on)]
    )
    assert [each.words for each in summary_rows.changes(of)] == [
        "October 1, 2025: New desk 1 (EAST)",
        "October 31, 2026: New desk 2 (EAST)",
    ]


# --- the page ---


def line(**other: Any) -> Line:
    told = Line(
        ["12 came."],
        "12",
        "loans",
        12,
        [1.0, 2.0, 3.0] * 4 + [4.0],
        "Loans by month",
        "Fiscal year, since January 1: 99.",
        is_judged=True,
    )
    return dataclasses.replace(told, **other)


def page(**lines: Line) -> summary.Summary:
    return summary.Summary(asked(), lines)


def test_the_answer_says_what_stands_out_how_the_year_compares_and_goals() -> None:
    usual = page(Circulation=line())
    assert (
        "Nothing stands out in October 2026. The library has set no goals of its own.</p>"
        in summary.answer(usual)
    )
    out = page(
        Circulation=line(
            out=["more checkouts", "fewer checkouts at East"], goal="G.", is_goal_missed=True
        ),
        ILL=line(moved="loans came faster", goal="H."),
    )
    assert (
        "Beyond the usual ups and downs: more checkouts and fewer checkouts at East. "
        "Over twelve months loans came faster than the year before. Outside its goal: Circulation.</p>"
    ) in summary.answer(out)
    moved = page(Circulation=line(moved="East lent 12% more"), ILL=line(moved="loans came faster"))
    assert (
        "Over twelve months East lent 12% more; loans came faster than the year before."
    ) in summary.answer(moved)
    met = summary.answer(page(ILL=line(goal="H.", is_judged=False)))
    assert "What stands out cannot be said yet" in met
    assert "No goal is missed (ILL)." in met


def test_the_answer_says_what_files_are_named_by_and_what_a_closed_month_keeps() -> None:
    about = summary.answer(page(Circulation=line())).about
    assert (about["period"], about["told"]) == ("2026-10", "whole")
    assert about["figures"]["Circulation"] == {"what": "loans", "shown": "12", "value": 12}
    early = dataclasses.replace(
        page(Circulation=line()), asked=dataclasses.replace(asked(), as_of=datetime(2026, 10, 30))
    )
    assert summary.answer(early).about["told"] == "partly"
    assert "Nothing stands out so far." in summary.answer(early)
    assert "The exports end on October 30, 2026, before the period does." in summary.answer(early)


def test_what_was_changed_stands_with_its_service_and_the_rest_with_the_first() -> None:
    told = dataclasses.replace(
        page(Circulation=line(), ILL=line(processes=("ill_borrowing",))),
        changes=[
            Change(date(2026, 2, 3), "East closed"),
            Change(date(2026, 3, 1), "Daily", "ill_borrowing"),
        ],
    )
    lending, ill = str(summary.answer(told)).split("<li>")[1:]
    assert "Closed or changed: East closed." in lending and "Daily" not in lending
    assert "Closed or changed: Daily." in ill
    assert lending.count("stroke-dasharray") == ill.count("stroke-dasharray") == 1


def test_the_trends_stand_as_a_table_and_what_is_not_judged_says_why() -> None:
    told = page(
        Circulation=line(),
        Holds=line(
            is_judged=False, unjudged="trial limits: 8 of the 12 months that a verdict needs"
        ),
    )
    (shown,) = summary.trends(told).tables
    assert (len(shown.rows), len(shown.columns)) == (13, 3)
    assert "<li>Holds: 8 of the 12 months that a verdict needs.</li>" in summary.unjudged(told)


def test_services_that_no_export_tells_of_are_one_line() -> None:
    told = dataclasses.replace(page(Circulation=line()), silent=["Holds", "Technical services"])
    said = summary.untold(told)
    assert "No export that is loaded tells of holds and technical services in October 2026." in said
    assert "neither of single patrons nor of single members of staff" in said


# --- as a whole ---


MENDING = Work("mending", "book", "books", "were mended", {})


@pytest.mark.slow
def test_a_service_more_is_one_declaration_and_those_without_exports_are_no_zero(
    workspace: Workspace,
) -> None:
    """A library that tells of nothing but its bench: one book a month, mended after three days."""
    months = [date(2025 + n // 12, n % 12 + 1, 1) for n in range(22)]
    rows = [
        f"{month:%y%m},{step},{month.replace(day=day)},EAST"
        for month in months
        for step, day in (("brought", 2), ("mended", 5))
    ]
    more = (
        *summary_services.SERVICES[:1],
        Service("Bench", partial(work, of=MENDING), 1),
    )
    with opened(workspace, rows, exported="2026-11-01") as con:
        found = summary.read(con, more, month="2026-10")
        with pytest.raises(ReportError, match="nothing that is loaded tells of December 2026"):
            summary.read(con, more, month="2026-12")
        with pytest.raises(ReportError, match="more than 5 series"):
            summary.read(con, [Service("Bench", lambda _: None, 6)])
    assert (found.silent, list(found.lines)) == (["Circulation"], ["Bench"])
    assert "Half of the books" in str(summary.answer(found)) or "books" in str(
        summary.answer(found)
    )
    assert found.lines["Bench"].year.startswith("Fiscal year, since January 1: ")


def test_a_library_without_exports_is_told_so(workspace: Workspace) -> None:
    con = holding()
    con.execute("delete from loaded_file")
    with pytest.raises(ReportError, match="nothing that is loaded is active"):
        summary.read(con)


def told(path: Path) -> str:
    """The words of a page, in one line."""
    text = re.sub(r"<(style|svg)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture(scope="module")
def words(demo: Path, published: Callable[[str], Path]) -> str:
    return told(published("summary"))


def test_what_a_director_asks_of_the_sample_library_is_on_the_page(words: str) -> None:
    """The ten questions of tests/questions/questions.toml in their order, by the sample's truth."""
    library = TRUTH["planted"]["library"]
    own = [
        row["checkouts"]
        for row in TRUTH["months"]
        if "2026-01" <= row["month"] <= "2026-10" and row["branch"] in ("QBC", "SLT", "TRN")
    ]
    assert library["lending"]["verdict"].partition(":")[0] in words.partition("Holds")[0]
    assert "Over twelve months loans came faster" in words and "Copies came faster" in words
    assert (
        library["goals"]["set_by_the_library"] == []
        and "The library has set no goals of its own." in words
    )
    assert library["signals"]["new_in_october_2026"] == []
    assert "Nothing stands out in October 2026." in words
    assert "Saltmere was closed from February 3 to 21, 2026" in words
    assert "Building works at Saltmere" in words and "go out every day" in words
    assert f"{sum(own):,} checkouts" in words
    assert "“libstats close 2026-10” keeps a month as it was published" in words
    assert "neither of single patrons nor of single members of staff" in words
    assert re.search(r"In twelve months 1\d\d copies reached the desk and 1\d\d the shelf", words)
    assert f"{TRUTH['by_hand']['visits']:,}" in words and "No export that is loaded" not in words
    assert f"{TRUTH['proxy']['sessions']} visits through the proxy." in words


def test_no_sentence_of_the_page_is_longer_than_a_reader_likes(words: str) -> None:
    top = words.partition("The trends as a table")[0].partition("The month in one page")[2]
    sentences = re.split(r"(?<=[.;:])\s", top)
    assert [text for text in sentences if len(text.split()) > 25] == []


def test_each_figure_has_a_command_that_gives_its_receipt(
    demo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with libstats.open(demo) as con:
        lines = summary.read(con).lines
    for line in lines.values():
        program, *command = line.asks.split()
        assert (program, main.main(["-w", str(demo), *command])) == ("libstats", 0)
        said = capsys.readouterr().out.replace("\n", " ")
        assert line.shown.removesuffix(" days") in said


def test_the_truth_of_the_settings_is_that_of_the_sample(demo: Path) -> None:
    con: duckdb.DuckDBPyConnection
    with libstats.open(demo) as con:
        named = con.execute("select changed_on, process from change order by all").fetchall()
    since = [each["since"] for each in TRUTH["planted"]["closures"]]
    assert [(str(day), of) for day, of in named] == [(since[2], "ill_borrowing"), (since[1], None)]
