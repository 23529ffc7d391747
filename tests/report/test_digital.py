"""The report on the digital desk: its sections over small rows worked by hand, and what it says
where little is loaded."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.errors import NothingTold, ReportError
from libstats.report import digital
from libstats.report.digital.rows import TABLES, Digital
from libstats.report.page.period import Period
from libstats.workspace.workspace import Workspace
from tests.support.files import write

PERIOD = Period(date(2026, 10, 1), date(2026, 11, 1))
YEAR = Period(date(2025, 10, 1), date(2026, 10, 1))
WHOLE = {"coverage": "whole", "reason": None}
LOGINS = {"part": "Login.Failure", "troubles": 12, "let_in": 8, "locked_out": 1, "not_let_in": 3}
HOST = {"visits": 40, "asked_not_opened": 0, "refused": 0, "failed": 0, "days_told": 31}
MACHINE = {"not_on_loan": 0, "sent_on": 0, "offline": 0}
LICENCE = {
    "resource": "Sea",
    "licence_id": "L-1",
    "source": "own",
    "price": Decimal(100),
    "currency": "USD",
    "first_month": date(2025, 10, 1),
    "months": 12,
    "months_told": 12,
    "metric": "Unique_Item_Requests",
    "report": "TR_J1",
    "release": "5",
    "is_advised": True,
    "uses": 50,
    "uses_told": 50,
    "cost_per_use": Decimal("2.00"),
    "why_none": None,
    "trend": "no more than the usual ups and downs",
}


def example(**other: Any) -> Digital:
    found = Digital(
        PERIOD,
        dict.fromkeys(TABLES, True),
        YEAR,
        logins=[LOGINS],
        hours=[{**LOGINS, "part": "17:00"}],
        hosts=[{"part": "db.example", **HOST}],
        costs=[LICENCE],
        standing=dict.fromkeys(("access_session", "access_event", "machine_event"), WHOLE),
    )
    return dataclasses.replace(found, **other)


def share(part: str, checkouts: int, own: int | None, told_by: str | None = "own log") -> Any:
    known = None if own is None else own / checkouts
    return {
        "part": part,
        "checkouts": checkouts,
        "self_checkouts": own,
        "share": known,
        "told_by": told_by,
    }


# --- does access work? ---


def test_the_answer_says_how_many_got_in_and_what_use_costs() -> None:
    html = digital.answer(example())
    assert "Access works: no day stands out." in html
    assert "Of 12 troubles with logins at the proxy 8 ended well." in html
    assert "The dearest use cost 2.00 USD (Sea)." in html
    assert "Nothing tells what share of checkouts patrons did themselves." in html
    assert "Before you use these figures" not in html


def test_a_day_that_stands_out_is_the_answer() -> None:
    day = {"place": "the proxy", "what": "logins", "day": date(2026, 10, 30), "refused": 9}
    report = example(beyond=[{**day, "usual_most": 1.5}])
    assert "Access did not work as usual on October 30, 2026." in digital.answer(report)
    said = "9 times somebody did not get in at the proxy on October 30, 2026; on a usual day it is"
    assert f"{said} at most 1." in digital.logins(report)
    assert "See why so much was refused" in digital.to_do(report)


def test_a_host_that_opens_to_nobody_is_named() -> None:
    shut = {"part": "shut.example", **HOST, "visits": 0, "asked_not_opened": 3}
    report = example(hosts=[{"part": "db.example", **HOST}, shut])
    assert "shut.example does not open." in digital.answer(report)
    assert "Asked for and opened by nobody on that day: shut.example." in digital.hosts(report)


def test_a_log_of_a_part_of_the_month_is_said_before_its_figures() -> None:
    part = {"coverage": "partly", "reason": "told of up to 2026-10-20"}
    none = {"coverage": "outside", "reason": "nothing tells of it so late"}
    html = digital.answer(example(standing={"access_session": part, "machine_event": none}))
    assert "The proxy’s log: October 2026 is only told of up to 2026-10-20." in html
    assert "The log of machines: October 2026 is not known: nothing tells of it so late." in html


# --- what does use cost? ---


def test_a_licence_without_use_has_no_cost_and_is_to_be_looked_at() -> None:
    """Its platform's report has no advised metric, and says that there was no use."""
    idle = {**LICENCE, "resource": "Pond", "licence_id": "L-2", "is_advised": False}
    idle |= {"uses": 0, "uses_told": 0, "cost_per_use": None, "why_none": "no use"}
    report = example(costs=[LICENCE, idle])
    assert "Nobody used Pond." in digital.answer(report)
    html = digital.costs(report)
    assert "1 licence of 2 can be told a cost per use." in html
    assert "TR_J1 5; its use: no more than the usual ups and downs" in html
    assert "Not used at all in its term: Pond (L-2)." in html
    assert "Look at licences without use" in digital.to_do(report)


def test_the_advised_metric_goes_before_others() -> None:
    other = {**LICENCE, "metric": "Total_Item_Requests", "is_advised": False}
    html = digital.costs(example(costs=[{**other, "cost_per_use": Decimal("1.00")}, LICENCE]))
    assert "Unique Item Requests" in html and "Total Item Requests" not in html


def test_who_was_turned_away_is_told_by_cause_and_never_added() -> None:
    row = {"platform": "Sea", "report": "TR_J2", "release": "5.1", "why_unknown": None}
    uses = [
        {**row, "metric": "Limit_Exceeded", "uses_told": 14},
        {**row, "metric": "No_License", "uses_told": 23},
    ]
    html = digital.turned_away(example(uses=uses))
    assert "Sea: 14 times, since too many were in at once." in html
    assert "Sea: 23 times, since there is no licence for it." in html
    assert "37" not in html


# --- does self-service take load off the desk? ---


def test_shares_are_of_branches_with_a_machine_and_differ_by_more_than_chance_or_not() -> None:
    """80 of 100 beside 20 of 100 is no chance; 42 of 100 beside 40 of 100 may be."""
    report = example(
        shares=[share("EAST", 100, 80), share("WEST", 100, 42), share("NORTH", 50, 0)],
        before=[share("EAST", 100, 20), share("WEST", 100, 40)],
        names={"EAST": "East", "WEST": "West", "NORTH": "North"},
    )
    html = digital.shares(report)
    assert "Patrons did 122 of 200 checkouts themselves (61%)" in html
    assert "yes, a larger share" in html and ">no<" in html
    assert "No checkout was done at a machine at North." in html


def test_a_branch_of_which_nothing_is_told_is_named_and_counted_in_no_share() -> None:
    html = digital.shares(example(shares=[share("A", 10, 5), share("B", 90, None, None)]))
    assert "Patrons did 5 of 10 checkouts" in html
    assert "Of these branches no export tells how checkouts were done: B." in html


def test_what_machines_refuse_is_told_by_machine_and_reason() -> None:
    machines = {
        ("checkout", "machine"): [
            {"part": "self1", "done": 90, "refused": 10, **MACHINE},
            {"part": "self2", "done": 5, "refused": 5, **MACHINE},
        ],
        ("checkout", "reason"): [{"part": "money owed", "refused": 15}],
        ("checkin", "branch"): [
            {"part": "East", "done": 20, "refused": 0, **MACHINE, "not_on_loan": 1}
        ],
    }
    report = example(machines=machines)
    html = digital.refused(report)
    assert "15 of 110 checkouts were refused." in html
    assert "The largest share of them is at self2." in html and "money owed" in html
    assert "1 more was not on loan" in digital.returned(report)


# --- what is not told ---


def test_each_section_says_why_it_is_empty() -> None:
    report = Digital(PERIOD, dict.fromkeys(TABLES, False))
    assert "Whether access works is not known: no log of a proxy is loaded." in digital.answer(
        report
    )
    sections = (
        *(digital.logins, digital.hosts, digital.vendors, digital.problems, digital.costs),
        *(digital.used, digital.turned_away, digital.licences, digital.shares, digital.refused),
        *(digital.returned, digital.resolver, digital.house, digital.to_do),
    )
    for section in sections:
        assert section(report)._repr_html_().startswith("<p>N"), section
    assert digital.not_told(report).count("<li>") == 7 + 4


def test_a_store_of_other_things_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    head = "measure,kind,branch,starts_on,ends_on,value,is_estimate,entered_at\n"
    row = "visits,all,EAST,2026-10-01,2026-10-31,5,,2026-11-01\n"
    libstats.load(workspace, [write(tmp_path / "counts.csv", head + row)])
    with (
        libstats.open(workspace) as con,
        pytest.raises(ReportError, match="nothing that is loaded tells of electronic resources"),
    ):
        digital.read(con)


def test_audit_files_alone_make_a_page(workspace: Workspace, tmp_path: Path) -> None:
    lines = ["Date/Time\tEvent\tIP\tUsername\tSession\tOther"]
    lines += [
        f"2026-10-{day:02} 09:00:00\tLogin.Success\t198.51.100.7\tavery\ts{day}\t"
        for day in range(1, 32)
    ]
    lines += ["2026-10-31 10:00:00\tLogin.Failure\t198.51.100.7\tblake\t\t"]
    text = "".join(f"{line}\n" for line in lines)
    libstats.load(workspace, [write(tmp_path / "audit-2026-10-31.txt", text)])
    with libstats.open(workspace) as con:
        report = digital.read(con)
        assert report.period == PERIOD
        html = digital.answer(report)
        assert "Of 1 trouble with logins at the proxy 0 ended well." in html
        assert "198.51" not in html and "blake" not in str(digital.origin(report))
        with pytest.raises(NothingTold, match="digital desk in March 2020"):
            digital.read(con, month="2020-03")


def test_uses_in_the_house_are_whole_numbers() -> None:
    row = {"measure": "wifi sessions", "part": "all", "uses": Decimal("1260.00")}
    html = digital.house(example(house=[{**row, "estimated": Decimal(0), "days_counted": 31}]))
    assert ">1,260<" in html._repr_html_()


def test_problems_say_how_they_stand() -> None:
    problem = {"problem_id": "1", "resource": "Sea", "cause": "proxy", "days": None}
    problem |= {"reported_at": datetime(2026, 10, 5), "passed_on_at": None, "is_open": True}
    html = digital.problems(example(problems=[problem, {**problem, "days": 1.5, "is_open": False}]))
    assert "2 problems, of which 1 is open." in html
    assert "open; vendor not told" in html and "opens again after 1.5 days" in html


def test_a_log_that_tells_nothing_of_the_period_is_no_quiet_month() -> None:
    none = {"coverage": "outside", "reason": "nothing tells of it so late"}
    report = example(logins=[], hosts=[], standing=dict.fromkeys(TABLES, none))
    for section in (digital.logins, digital.hosts, digital.vendors, digital.refused):
        assert section(report) == (
            "<p>Not known of October 2026: nothing tells of it so late.</p>"
        ), section
