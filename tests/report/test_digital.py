"""The report on the digital desk: its sections over small rows worked by hand, and what it says
where little is loaded."""

from __future__ import annotations

import dataclasses
import re
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats import schema
from libstats.errors import NothingTold, ReportError
from libstats.report import digital
from libstats.report.digital.lending_rows import Lending
from libstats.report.digital.refusals import HELP
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
    assert (
        "The dearest use cost 2.00 USD: Sea, by Unique Item Requests, in the 12 months from "
        "October 2025."
    ) in html
    euros = {**LICENCE, "licence_id": "L-9", "currency": "EUR", "cost_per_use": Decimal("9.00")}
    html = digital.answer(example(costs=[LICENCE, {**LICENCE, "licence_id": "L-2"}, euros]))
    assert "Of 2 that can be compared, the dearest use cost 2.00 USD: Sea" in html
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
    once = {**shut, "part": "once.example", "asked_not_opened": 1}
    report = example(hosts=[{"part": "db.example", **HOST}, shut, once])
    assert "shut.example (3 times asked for) does not open. Try once.example:" in digital.answer(
        report
    )
    html = digital.hosts(report)
    assert "Asked for and opened by nobody on that day: shut.example, 3 times." in html
    assert "Asked for and opened by nobody on that day: once.example, 1 time." in html


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
    assert "A cost per use is known of 1 of 2 licences." in html
    assert "TR_J1 5; its use: no more than the usual ups and downs" in html
    assert "Not used at all in its term: Pond (L-2)." in html
    assert "Look at licences without use" in digital.to_do(report)


def test_the_advised_metric_goes_before_others() -> None:
    other = {**LICENCE, "metric": "Total_Item_Requests", "is_advised": False}
    html = digital.costs(example(costs=[{**other, "cost_per_use": Decimal("1.00")}, LICENCE]))
    assert "Unique Item Requests" in html and "Total Item Requests" not in html


DENIED = {
    "source": "counter",
    "platform": "Sea",
    "report": "TR_J2",
    "release": "5.1",
    "institution": None,
    "narrowed_to": None,
    "part": "all",
    "times": 14,
    "times_told": 14,
    "times_a_year_before": 9,
    "why_unknown": None,
    "licence_id": "L-1",
    "term_ends_on": date(2026, 12, 31),
}
FULL = {"reason": "too many at once"}
NONE = {"reason": "no licence", "times": None, "times_told": 23, "times_a_year_before": None}
NONE |= {"why_unknown": "no report: 2026-09"}


def test_who_was_turned_away_is_told_by_cause_and_title_and_never_added() -> None:
    titles = [{**DENIED, **FULL, "part": "Gull"}, {**DENIED, **NONE, "part": None}]
    titles[1] |= {"licence_id": None}
    turned_away = {"platform": [DENIED | FULL, DENIED | NONE], "title": titles}
    html = digital.turned_away(example(turned_away=turned_away))._repr_html_()
    said = "Sea, TR_J2 5.1: 14 times, since too many were in at once. A year before: 9."
    assert said in html
    assert "23 times in the months that are told, since there is no licence for it." in html
    assert "Too many at once: ask the vendor what more places cost" in html
    assert "offer interlibrary loan" in html and "no report: 2026-09." in html
    assert ">L-1, December 31, 2026<" in html and ">none of this name in the form licences<" in html
    assert "37" not in html


def test_a_month_in_which_nobody_is_known_to_be_turned_away_is_no_nought() -> None:
    months = [
        {**DENIED, **FULL, "part": "2026-08", "times": 0},
        {**DENIED, **FULL, "part": "2026-09", "times": None, "times_a_year_before": 4},
        {**DENIED, **FULL, "part": "2026-09", "reason": "no licence", "times": 0}
        | {"times_a_year_before": None},
    ]
    turned_away = {"platform": [DENIED | FULL], "month": months}
    page, whole = digital.turned_away(example(turned_away=turned_away)).tables[-2:]
    # nobody ever lacked a licence: that series is in the workbook alone
    assert [[*row.values()][1:] for row in page.rows] == [[None, 4], [0, 9]]
    assert page.columns == ["period", "0", "0 before"]
    assert len(whole.rows) == 3 and not whole._repr_html_()


def test_a_master_report_says_nothing_that_all_its_views_say() -> None:
    rows = [DENIED | FULL | {"report": name} for name in ("TR", "TR_J2", "TR_B2")]
    html = digital.turned_away(example(turned_away={"platform": rows}))
    assert "TR_J2 5.1: 14" in html and "TR_B2 5.1: 14" in html and "TR 5.1" not in html
    alone = digital.turned_away(example(turned_away={"platform": rows[:2]}))
    assert "TR 5.1: 14" in alone


def test_the_workbook_has_every_metric_and_all_that_is_told_of_use() -> None:
    other = {**LICENCE, "metric": "Total_Item_Requests", "is_advised": False}
    tables = digital.costs(example(costs=[other, LICENCE])).tables
    assert [(each.sheet, len(each.rows)) for each in tables] == [("", 1), ("Cost per use", 2)]
    assert "Total_Item_Requests" not in tables[1]._repr_html_()
    use = {"platform": "Sea", "report": "TR_J1", "release": "5", "metric": "Unique_Item_Requests"}
    use |= {"uses": None, "uses_told": 7, "months": 12, "months_told": 11}
    used = digital.used(example(uses=[use | {"why_unknown": "no report: 2026-09"}]))
    (row,) = next(each for each in used.tables if each.sheet == "Use of e-resources").rows
    assert (row["uses"], row["uses_told"]) == (None, 7)
    assert row["why_unknown"] == "no report: 2026-09"


def test_times_turned_away_are_of_the_months_that_are_told() -> None:
    """Nine months of twelve are told; told as a whole, they are of the year."""
    row = {"platform": "Sea", "metric": "Limit_Exceeded", "uses_told": 14, "months": 12}
    html = digital.answer(example(uses=[{**row, "months_told": 9}]))
    told = "in the 9 told of the 12 months October 2025 to September 2026."
    assert f"Too many were in at once, {told}" in html
    html = digital.answer(example(uses=[{**row, "months_told": 12}]))
    assert "Too many were in at once, October 2025 to September 2026." in html


def test_reports_that_were_never_loaded_are_to_be_fetched() -> None:
    told = {**dict.fromkeys(TABLES, True), "usage_report": False}
    shown = digital.to_do(example(told=told))
    assert "Fetch reports of use" in shown and "all: none was ever loaded" in shown
    assert "Export it from the platform, or libstats harvest where that is set up" in shown
    assert "Fetch reports of use" not in digital.to_do(example())


# --- digital lending ---


def test_lending_models_stand_apart_and_a_month_not_told_has_its_reason() -> None:
    """310 and 44 of two models, and nowhere their sum; September is not told."""
    row = {"source": "overdrive", "collection": None, "lending_model": "One", "part": "2026-10"}
    row |= {"checkouts": 310, "told_by": "list", "why_unknown": None}
    silent = {"part": "2026-09", "checkouts": None, "told_by": None}
    silent |= {"why_unknown": "2026-09: no report has it"}
    lent = [row | silent, row, {**row, "lending_model": "Metered", "checkouts": 44}]
    months = Period(date(2026, 9, 1), date(2026, 11, 1))
    html = digital.lent(example(lending=Lending(months, lent=lent)))
    assert "overdrive, One: 310 checkouts in October 2026." in html
    assert "overdrive, Metered: 44 checkouts in October 2026." in html
    assert "354" not in html and "unproven on real files" in html
    assert "missing" not in html  # September is the first month: no gap
    shown = html._repr_html_()
    assert ">no report has it<" in shown and "September to October 2026" in shown


def test_a_month_stands_beside_the_same_one_a_year_before_and_gaps_are_named() -> None:
    """330 beside 300 is a tenth more. Of August a year before nothing is told."""
    row = {"source": "hoopla", "collection": None, "lending_model": None, "part": "2026-10"}
    row |= {"checkouts": 330, "told_by": "report", "why_unknown": None}
    silent = {"part": "2026-09", "checkouts": None, "told_by": None}
    silent |= {"why_unknown": "2026-09: no report has it"}
    lent = [row | {"part": "2026-08"}, row | silent, row]
    before = [row | {"part": "2025-10", "checkouts": 300}, row | silent | {"part": "2025-08"}]
    months = Period(date(2026, 8, 1), date(2026, 11, 1))
    html = digital.lent(example(lending=Lending(months, lent=lent, before=before)))
    assert "hoopla: 330 checkouts in October 2026, 10% more than in October 2025." in html
    assert "hoopla: September 2026 is not told as a whole." in html
    figures = [(f"{each['period']:%m}", each["before"]) for each in html.tables[0].rows]
    assert figures == [("10", 300), ("09", None), ("08", None)]


def test_what_ends_and_where_too_many_wait_are_in_the_answer_and_to_be_done() -> None:
    of = {"source": "overdrive", "collection": "own", "title": "Tide", "isbn": None}
    of |= {"format": "eBook", "price": Decimal("60.00"), "currency": None}
    end = {**of, "lending_model": "Metered", "standing": "few left", "ends_on": None, "holds": 13}
    end |= {"days_left": None, "checkouts_left": 2, "is_held_otherwise": True}
    queue = {**of, "lending_models": "Metered; One", "holds": 13, "copies": 3}
    queue |= {"holds_per_copy": 13 / 3, "to_buy": 1, "standing": "buy", "why": None}
    unsure = {**queue, "title": "Luck", "to_buy": None, "standing": "cannot judge", "why": "why"}
    decide = [{"title": "Tide"}]
    lending = Lending(PERIOD, True, ends=[end], queues=[queue, unsure], decide=decide)
    report = example(lending=lending)
    assert "1 digital title wants a decision." in digital.answer(report)
    assert "Decide digital titles" in digital.to_do(report)
    ends = digital.endings(report)._repr_html_()
    assert (
        "1 digital licence at an end or near it, to renew or let go; somebody waits for 1 of them."
        in ends
    )
    assert "2 checkouts left; another lending model goes on" in ends
    assert "overdrive, own, Metered" in ends
    waits = digital.queues(report)._repr_html_()
    assert "More than 4 wait for one copy of 1 title." in waits
    assert "overdrive, own: 1 more copy of 1 title would end that." in waits
    assert "Holds a copy: who waits, divided by the copies that still lend." in waits
    assert "Where no collection is named" not in waits
    assert "1 title cannot be judged: see why below." in waits and ">4.33<" in waits


def test_copies_to_buy_are_told_by_collection_and_never_added() -> None:
    """2 of the library's own and 3 of the consortium's; of a list without collections it is said."""
    row = {"source": "overdrive", "title": "Tide", "isbn": None, "format": "eBook", "why": None}
    row |= {"lending_models": "One", "holds": 13, "copies": 1, "holds_per_copy": 13.0}
    row |= {"collection": "Advantage", "to_buy": 2, "standing": "buy"}
    other = {**row, "collection": "consortium", "to_buy": 3}
    html = digital.queues(example(lending=Lending(PERIOD, True, queues=[row, other])))
    assert "overdrive, Advantage: 2 more copies of 1 title would end that." in html
    assert "overdrive, consortium: 3 more copies of 1 title would end that." in html
    hidden = {**row, "collection": None}
    html = digital.queues(example(lending=Lending(PERIOD, True, queues=[hidden])))
    assert "Where no collection is named" in html


def test_each_thing_to_do_is_counted_as_often_as_its_list_has_it() -> None:
    """Two licences of one name are two to decide; two metrics of one platform are one platform."""
    licence = {"resource": "Sea", "licence_id": "L-1"}
    uses = [
        {"platform": "Sea", "metric": metric, "uses_told": 2, "months": 12, "months_told": 12}
        for metric in ("Limit_Exceeded", "No_License")
    ]
    decide = [{"title": "Tide"}, {"title": "Tide"}]
    report = example(
        licences=[licence, {**licence, "licence_id": "L-2"}],
        uses=uses,
        lending=Lending(PERIOD, True, decide=decide),
    )
    shown = digital.to_do(report)._repr_html_()
    counts = dict(re.findall(r"<th[^>]*>([^<]+)</th>\s*<td[^>]*>(\d+)</td>", shown))
    assert counts["Decide licences"] == "2"
    assert counts["Decide digital titles"] == "2"
    assert counts["Think of more places, or of a licence"] == "1"
    html = digital.answer(report)
    assert "2 digital titles want a decision." in html


def test_costs_of_lending_models_are_never_added() -> None:
    row = {"source": "hoopla", "collection": None, "lending_model": None, "basis": "period"}
    row |= {"titles": None, "checkouts": 100, "cost": Decimal("150.00"), "currency": "USD"}
    row |= {"cost_per_checkout": Decimal("1.50"), "why_none": None}
    owned = {**row, "source": "overdrive", "lending_model": "One", "basis": "report of titles"}
    none = {**owned, "basis": "list of titles", "cost": None, "cost_per_checkout": None}
    costs = [row, {**owned, "cost": Decimal("37.00")}, {**none, "why_none": "it is in no list"}]
    html = digital.lending_costs(example(lending=Lending(PERIOD, costs=costs)))._repr_html_()
    assert "A cost is known in 2 of 3 rows; each other row says why not." in html
    assert "Checkouts are of the same days;" in html
    assert ">it is in no list<" in html and ">1.50<" in html
    assert "187.00" not in html and "never add them up" in html


def test_digital_and_print_stand_side_by_side_and_what_is_left_out_is_counted() -> None:
    row = {"source": "overdrive", "collection": None, "lending_model": "One", "title": "Violin"}
    row |= {"format": None, "digital_title_id": "1", "digital_copies": 1, "digital_holds": 2}
    row |= {"digital_checkouts": 71, "print_copies": 4, "print_holds": None, "print_checkouts": 93}
    apart = [{"reason": "no ISBN", "rows": 0}, {"reason": "no record has its ISBN", "rows": 6}]
    lending = Lending(PERIOD, True, in_print=[row], apart=apart)
    html = digital.in_print(example(lending=lending))._repr_html_()
    assert "1 digital title is in print too, by an ISBN that both have." in html
    assert "Left out, since no record has its ISBN: 6." in html and "no ISBN:" not in html
    assert "Violin, format not told" in html and ">71<" in html and ">93<" in html


def test_a_list_of_checkouts_alone_makes_a_page(workspace: Workspace, tmp_path: Path) -> None:
    """September is told as a whole, October up to the 15th; the card is nowhere."""
    lines = ["Checked Out,Title,ISBN,Format,Date Added To Site,Barcode"]
    days = [f"09/{day:02}/2026" for day in range(1, 31)] + ["10/15/2026"]
    lines += [f"{day} 09:00:00,Tide,9799000500016,eBook,1/5/2025,2499900" for day in days]
    text = "".join(f"{line}\n" for line in lines)
    path = write(tmp_path / "overdrive-checkouts-2026-10-16.csv", text)
    libstats.load(workspace, [path])
    with libstats.open(workspace) as con:
        assert digital.read(con).period == Period(date(2026, 9, 1), date(2026, 10, 1))
        html = digital.lent(digital.read(con, month="2026-10"))._repr_html_()
        with pytest.raises(NothingTold, match="digital desk in March 2020"):
            digital.read(con, month="2020-03")
    assert "overdrive: 30 checkouts in September 2026." in html
    assert ">told of up to 2026-10-16 00:00<" in html and "2499900" not in html


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


def test_the_hour_of_most_self_service_is_said_and_all_hours_are_below() -> None:
    hours = [share("10:00", 20, 2), share("16:00", 40, 30), share("17:00", 9, None, None)]
    html = digital.by_hour(example(by_hour=hours))._repr_html_()
    assert "in the hour from 16:00: 30 of 40 checkouts, at branches with a machine." in html
    assert ">75%<" in html and "17:00" not in html
    assert not digital.by_hour(example(by_hour=hours[:1]))


def test_what_machines_refuse_is_told_by_machine_and_reason() -> None:
    machines = {
        ("checkout", "machine"): [
            {"part": "self1", "done": 90, "refused": 10, **MACHINE},
            {"part": "self2", "done": 5, "refused": 5, **MACHINE},
        ],
        ("checkin", "branch"): [
            {"part": "East", "done": 20, "refused": 0, **MACHINE, "not_on_loan": 1}
        ],
    }
    why = {"machine": "self1", "refused_for": "money owed", "refused": 10}
    report = example(machines=machines, refusals=[why])
    html = digital.refused(report)
    assert "15 of 110 checkouts were refused." in html
    assert "The largest share: 5 of 10 at self2." in html and "Money owed: let the" in html
    assert "1 more was not on loan" in digital.returned(report)


def test_small_counts_of_a_machine_and_reason_are_withheld_and_so_is_what_would_tell_them() -> None:
    """3 of 15 at self1: 12 goes too, since 15 less 12 is 3. How many each refused stays."""
    refusals = [
        {"machine": "self1", "refused_for": "money owed", "refused": 12},
        {"machine": "self1", "refused_for": "card expired", "refused": 3},
        {"machine": "self2", "refused_for": "money owed", "refused": 20},
    ]
    machines = [
        {"part": "self1", "done": 9, "refused": 15, **MACHINE},
        {"part": "self2", "done": 9, "refused": 20, **MACHINE},
    ]
    report = example(machines={("checkout", "machine"): machines}, refusals=refusals)
    found = digital.refused(report)
    (why,) = [each for each in found.tables if each.sheet == "Why machines refused"]
    assert [[*row.values()] for row in why.rows] == [
        ["self1", "withheld", "withheld"],
        ["self2", 20, 0],
    ]
    assert "The commonest reason: money owed." in found
    assert [row["refused"] for row in found.tables[0].rows] == [20, 15]


def test_counts_too_small_to_be_shown_leave_the_order_of_reasons() -> None:
    """All of 4, 1 and 2 would be withheld."""
    refusals = [
        {"machine": "self1", "refused_for": "card expired", "refused": 1},
        {"machine": "self1", "refused_for": "money owed", "refused": 4},
        {"machine": "self2", "refused_for": None, "refused": 2},
    ]
    machines = [{"part": "self1", "done": 9, "refused": 5, **MACHINE}]
    found = digital.refused(
        example(machines={("checkout", "machine"): machines}, refusals=refusals)
    )
    assert "self1: money owed and card expired." in found and len(found.tables) == 1
    assert "self2: the machine said none." in found


def test_every_reason_has_what_helps_against_it() -> None:
    check = schema.tables()["machine_event"].column("reason").check or ""
    assert set(HELP) == set(re.findall("'([^']+)'", check))


def test_a_bin_holds_what_was_not_lent_and_what_goes_on_too() -> None:
    row = {"part": "3", "done": 4, "refused": 1, **MACHINE, "not_on_loan": 2, "sent_on": 5}
    machines = {("checkin", "branch"): [row | {"part": "EAST"}], ("checkin", "bin"): [row]}
    html = str(digital.returned(example(machines=machines)))
    assert "Bin 3" in html and ">11<" in html
    none = row | {"not_on_loan": 0}
    assert "not on loan:" not in digital.returned(example(machines={("checkin", "branch"): [none]}))


def test_cards_at_machines_that_lend_are_none_of_a_vendors_page() -> None:
    looks = [
        {"part": "self1", "done": 60, "refused": 3},
        {"part": "vendor", "done": 8, "refused": 2},
    ]
    lent = [{"part": "self1", "done": 1, "refused": 0}]
    html = digital.vendors(
        example(machines={("patron check", "machine"): looks, ("checkout", "machine"): lent})
    )
    assert "2 of 10 looks at a card were refused" in html
    assert "63 looks at cards of machines that lend or take back: left out." in html
    assert "self1" not in html


# --- what is not told ---


def test_each_section_says_why_it_is_empty() -> None:
    report = Digital(PERIOD, dict.fromkeys(TABLES, False))
    assert "Whether access works is not known: no log of a proxy is loaded." in digital.answer(
        report
    )
    sections = (
        *(digital.logins, digital.hosts, digital.vendors, digital.problems, digital.costs),
        *(digital.used, digital.turned_away, digital.licences, digital.shares, digital.refused),
        *(digital.lent, digital.endings, digital.queues, digital.lending_costs, digital.in_print),
        *(digital.returned, digital.resolver, digital.house, digital.to_do),
    )
    for section in sections:
        assert section(report)._repr_html_().startswith("<p>N"), section
    assert digital.not_told(report).count("<li>") == 8 + 3


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


def test_a_time_of_which_exports_are_missing_is_said_in_a_sentence() -> None:
    row = {"coverage": "partly", "reason": "exports that tell of it are missing"}
    html = digital.answer(example(standing={"machine_event": row}))
    assert "October 2026: exports that tell of it are missing." in html
    assert "is only exports" not in html


def test_uses_so_far_are_of_a_metric_that_is_named() -> None:
    """Of a package of journals and books one report lacks: what is told is another metric."""
    row = {**LICENCE, "metric": "Total_Item_Requests", "cost_per_use": None, "is_advised": False}
    row |= {"why_none": "its term is not over", "uses_told": 320, "trend": None}
    html = digital.costs(example(costs=[row]))
    assert "320 Total Item Requests so far" in html
