"""Reports of COUNTER: their forms, their months, their exceptions, and what a later one replaces."""

from __future__ import annotations

import itertools
import json
import random
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import libstats
from libstats.errors import FileRefused
from libstats.readers.counter.months import month_of
from libstats.readers.counter.part import Counted
from libstats.readers.counter.report import Report
from libstats.readers.place import place_of
from libstats.recognise.recognise import recognise
from libstats.recognise.sniff import parts
from libstats.workspace.workspace import Workspace
from tests.support import counter
from tests.support.counter import Use

TIR, UIR = "Total_Item_Requests", "Unique_Item_Requests"
USES: tuple[Use, ...] = (
    ("Journal of Shelves", "Blue Shelf", TIR, (3, 0, 1)),
    ("Journal of Shelves", "Blue Shelf", UIR, (2, 0, 1)),
    ("Past Shelves", "Blue Shelf", TIR, (0, 4, 0)),
)


def read(path: Path, content: str | bytes) -> Report:
    """The report in a file. FileRefused for one that cannot be believed."""
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    part = next(parts(place_of(path)))
    assert isinstance(part, Counted)
    next(part.headers())
    assert part.report is not None
    return part.report


def told(report: Report) -> dict[tuple[str, str, str], list[str]]:
    """Title, platform and metric of each row, with its counts."""
    return {(r.thing[1], r.thing[4], r.metric): list(r.counts) for r in report.rows()}


@pytest.mark.parametrize(
    ("heading", "month"),
    [
        ("Jan-2026", date(2026, 1, 1)),
        ("jan 2026", date(2026, 1, 1)),
        ("January 2026", date(2026, 1, 1)),
        ("Sept-26", date(2026, 9, 1)),
        ("Mär-2026", date(2026, 3, 1)),
        ("Mrz 2026", date(2026, 3, 1)),
        ("Mai-2026", date(2026, 5, 1)),
        ("Okt 2026", date(2026, 10, 1)),
        ("Dez 2026", date(2026, 12, 1)),
        ("26-Jan", date(2026, 1, 1)),
        ("2026-07-01 00:00:00", date(2026, 7, 1)),
        ("2026-07-01", date(2026, 7, 1)),
        ("2026-07", date(2026, 7, 1)),
        ("46204", date(2026, 7, 1)),
        # a spreadsheet that was opened in 2025 made a day of Jul-26
        ("2025-07-26 00:00:00", date(2026, 7, 1)),
        ("Jal-2026", None),
        ("Reporting_Period_Total", None),
        ("1226", None),
        ("Total", None),
    ],
)
def test_a_heading_names_a_month_or_none(heading: str, month: date | None) -> None:
    assert month_of(heading) == month


def test_each_form_of_a_report_tells_the_same(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    months = [date(2026, month, 1) for month in (1, 2, 3)]
    for row in counter.rows(*USES, months=()):
        sheet.append([int(c) if c.isdigit() else c for c in row])
    heading = next(r for r in range(1, 20) if sheet.cell(r, 1).value == "Title")
    for at, month in enumerate(months):
        sheet.cell(heading, 6 + at).value = month
        for below, use in enumerate(USES, start=1):
            sheet.cell(heading + below, 6 + at).value = use[3][at]  # type: ignore[assignment]
    book.save(tmp_path / "r.xlsx")
    forms = [
        read(tmp_path / "r.tsv", "\ufeff" + counter.text(*USES)),
        read(tmp_path / "r.csv", counter.text(*USES, between=",")),
        read(tmp_path / "r16.tsv", counter.text(*USES).encode("utf-16")),
        read(tmp_path / "r.xlsx", (tmp_path / "r.xlsx").read_bytes()),
        read(tmp_path / "r.json", counter.answer(*USES)),
    ]
    first = forms[0]
    assert told(first) == {(t, p, m): [str(n) for n in counts] for t, p, m, counts in USES}
    for other in forms[1:]:
        assert {r.thing for r in other.rows()} == {r.thing for r in first.rows()}
        assert {k: [c or "0" for c in v] for k, v in told(other).items()} == told(first)
        assert (other.facts.report, other.facts.release) == ("TR", "5")
        scope, months_told = next(iter(first.told.items()))
        assert [other.facts.told_by(scope, m) for m in other.months] == [
            first.facts.told_by(scope, m) for m in first.months
        ]
        assert list(other.told.values()) == [months_told]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"months": ()}, "only the total of its period"),
        ({"months": ("Jan-2026", "Feb-2026", "Mar-2026", "Jal-2026")}, "column 9 is neither"),
        ({"months": ("Jan-2026", "Jan-2026", "Mar-2026")}, "two columns are of 2026-01"),
        ({"months": ("Jan-2026", "Feb-2026", "Apr-2026")}, "2026-04, which is not in its"),
        ({"months": ("Jan-2026", "Feb-2026", "Mar-2026"), "Release": "6"}, "Release says '6'"),
        ({"Report_ID": "JR1"}, "Report_ID says 'JR1'"),
        ({"Report_ID": "DR"}, "DR has no column Database"),
        ({"Report_ID": ""}, "Report_ID says nothing"),
        ({"months": ("26-Jan", "26-Feb", "26-Mar"), "Reporting_Period": ""}, "a spreadsheet"),
    ],
)
def test_a_table_that_cannot_be_believed_is_refused(
    tmp_path: Path, change: dict[str, str], says: str
) -> None:
    with pytest.raises(FileRefused, match=says):
        read(tmp_path / "r.tsv", counter.text(*USES, **change))


def test_without_the_rows_above_only_columns_that_one_release_has_tell_it(tmp_path: Path) -> None:
    bare = "".join(counter.text(*USES).partition("Title\t")[1:])
    with pytest.raises(FileRefused, match="the rows above the headings are missing"):
        read(tmp_path / "r.tsv", bare)
    wide = bare.replace("Title\tPlatform\tPrint_ISSN", "Title\tPlatform\tSection_Type")
    wide = wide.replace("Metric_Type\t", "Metric_Type\tAccess_Method\t")
    report = read(tmp_path / "s.tsv", wide.replace("Requests\t0", "Requests\tRegular\t0"))
    assert (report.facts.report, report.facts.release, len(report.months)) == ("TR", "5", 3)


ERROR = {"Code": 3030, "Message": "No Usage", "Severity": "Error"}
EMPTY = json.loads(counter.answer())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (json.dumps(ERROR), "no report: exception 3030"),
        (json.dumps({k.lower(): v for k, v in ERROR.items()}), "no report: exception 3030"),
        (json.dumps([ERROR]), "no report: exception 3030"),
        (json.dumps({"Exception": {"Message": "m", "Severity": 3, "Code": "1020"}}), "1020"),
        (json.dumps({"Message": "m", "Data": None, "Code": 0}), "exception 0"),
        (json.dumps(EMPTY)[:-30], "cut or damaged"),
        (json.dumps(EMPTY).replace('"TR"', '"TR",}'), "cut or damaged"),
        ("Warning: x\n" + json.dumps(EMPTY), "a text stands before the report"),
        (json.dumps({"Report_Items": []}), "no Report_Header"),
        (counter.answer(*USES, months=(1, 2, 4)), "counts 2026-04, for which it was not asked"),
        (counter.answer(*USES).replace("2026-01-31", "2026-03-31"), "totals of a period"),
        (counter.answer(*USES, Release="4"), "Release says '4'"),
    ],
)
def test_an_answer_that_is_no_report_is_refused(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(FileRefused, match=says):
        read(tmp_path / "r.json", content)


def test_an_answer_is_read_in_every_spelling(tmp_path: Path) -> None:
    plain = json.loads(counter.answer(*USES, Exceptions="3031"))
    header = {k.lower(): v for k, v in plain["Report_Header"].items()}
    header |= {"release": 5, "report_id": "tr"}
    at_root = {**plain, "Report_Header": {**plain["Report_Header"], "Exceptions": None}}
    at_root["Exception"] = {"code": "3031"}
    numbers = json.dumps(plain).replace('"Title"', '"Item_ID": null, "Title"')
    spelled = (
        json.dumps(plain),
        json.dumps({"report_header": header, "report_items": plain["Report_Items"]}),
        json.dumps(dict(reversed(plain.items()))),
        json.dumps([plain]),
        json.dumps(json.dumps(plain)),
        json.dumps(at_root),
        numbers,
    )
    found = [read(tmp_path / f"{at}.json", each) for at, each in enumerate(spelled)]
    for each in found:
        assert told(each) == told(found[0])
        assert each.facts.exceptions == ("3031",)
        assert (each.facts.report, each.facts.release, each.cells()) == ("TR", "5", 5)


def test_release_5_1_parts_an_item_by_attributes_and_lays_it_in_its_parent(tmp_path: Path) -> None:
    header = {
        "Report_ID": "IR",
        "Release": "5.1",
        "Created": "2026-05-02",
        "Report_Filters": {"Begin_Date": "2026-01-01", "End_Date": "2026-02-28"},
    }
    part = {"Data_Type": "Article", "YOP": 1, "Performance": {TIR: {"2026-01": 2}}}
    item = {
        "Item": "On Shelves",
        "Platform": "Blue Shelf",
        "Item_ID": {"DOI": "10.1/x", "Proprietary": ["bs:9"]},
        "Attribute_Performance": [part, {**part, "YOP": "2026", "Performance": {UIR: {}}}],
    }
    items = [{"Title": "Journal of Shelves", "Items": [item]}]
    report = read(tmp_path / "r.json", json.dumps({"Report_Header": header, "Report_Items": items}))
    (row, other) = report.rows()
    assert row.thing[:7] == (
        "item",
        "On Shelves",
        "Journal of Shelves",
        "",
        "Blue Shelf",
        "10.1/x",
        "bs:9",
    )
    assert (row.thing[11], row.thing[13], list(row.counts)) == ("Article", "0001", ["2", ""])
    assert (other.metric, list(other.counts), report.cells()) == (UIR, ["", ""], 1)


@pytest.mark.parametrize(
    ("codes", "uses", "states"),
    [
        ("3030: No Usage (2022)", (), ["no use"] * 3),
        ("3031", (), ["not ready"] * 3),
        ("3032", (), ["no longer there"] * 3),
        ("3040", (), ["refused"] * 3),
        ("3030; 3040", (), ["refused"] * 3),
        ("3030; 3031", (), ["not ready"] * 3),
        ("2010", (), ["refused"] * 3),
        ("", (), ["empty"] * 3),
        ("", USES[:1], ["told"] * 3),
        ("3060; 3050", USES[:1], ["told"] * 3),
        ("3040", USES[:1], ["partial"] * 3),
        ("3031", USES[:1], ["told", "not ready", "told"]),
        ("3032", USES[2:], ["no longer there", "told", "no longer there"]),
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "no headings"])
def test_exceptions_say_how_months_stand(
    tmp_path: Path, codes: str, uses: tuple[Use, ...], states: list[str], form: str
) -> None:
    content = (counter.answer if form == "json" else counter.text)(*uses, Exceptions=codes)
    if form == "no headings" and not uses:
        content = content.partition("Title\t")[0]
    report = read(tmp_path / "r.txt", content)
    (stands,) = report.told.values()
    assert [report.state(stands, at) for at in range(3)] == states


@pytest.mark.parametrize(
    ("uses", "created", "states"),
    [
        ((("A", "P", TIR, (1, "", "")),), "2026-05-02", ["told", "not told", "not told"]),
        ((("A", "P", TIR, (1, "", 1)), ("B", "P", TIR, ("", 2, ""))), "2026-05-02", ["told"] * 3),
        ((("A", "P", TIR, (1, "n/a", 0)),), "2026-05-02", ["told", "partial", "told"]),
        ((("A", "P", TIR, (1, 2, 0)),), "2026-03-31", ["told", "told", "under way"]),
        ((("A", "P", TIR, (1, 2)),), "2026-05-02", ["partial"] * 3),
    ],
    ids=["blank months", "blank for none", "a word", "not over", "cut"],
)
def test_a_month_is_told_where_all_its_counts_are(
    tmp_path: Path, uses: tuple[Use, ...], created: str, states: list[str]
) -> None:
    good = [("Z", "P", TIR, (0, 0, 0))] if len(uses[0][3]) == 2 else []
    report = read(tmp_path / "r.tsv", counter.text(*good, *uses, Created=created))
    (stands,) = report.told.values()
    assert [report.state(stands, at) for at in range(3)] == states


def test_filters_that_leave_something_out_make_another_report(tmp_path: Path) -> None:
    narrowed = {
        filters: read(tmp_path / "r.tsv", counter.text(*USES, **told)).facts.narrowed
        for filters, told in {
            "none": {},
            "platform": {"Report_Filters": "Platform=Blue Shelf"},
            "all": {"Report_Filters": "Access_Method=Regular|TDM; Data_Type:All"},
            "books": {"Report_Filters": "YOP=2026; Data_Type:Book|Article"},
            "metrics": {"Metric_Types": "total_item_requests"},
            "view": {"Report_ID": "TR_J1", "Report_Filters": "Data_Type=Journal"},
        }.items()
    }
    assert {k: v for k, v in narrowed.items() if v} == {
        "books": "Data_Type=Article|Book; YOP=2026",
        "metrics": "Metric_Type=Total_Item_Requests",
    }


def release_4(kind: str, headings: str, *below: str, months: str = "Jan-2012,Feb-2012") -> str:
    """A report of release 4 as its publishers write it."""
    above = (kind, "Nordstadt College", "cust-9", "Period covered by Report:")
    return "\n".join(
        (
            *(*above, "2012-01-01 to 2012-02-29", "Date run:", "2012-03-05"),
            f"{headings},{months}",
            *(*below, ""),
        )
    )


JOURNAL = "Journal,Publisher,Platform,Journal DOI,Proprietary Identifier,Print ISSN,Online ISSN"


@pytest.mark.parametrize(
    ("kind", "content", "thing", "metric", "counts"),
    [
        (
            "JR1",
            release_4(
                "Journal Report 1 (R4),Number of Successful Full-Text Article Requests",
                f"{JOURNAL},Reporting Period Total,Reporting Period HTML,Reporting Period PDF",
                'Total for all journals,,P,,,,,"1,209",9,0,"1,204",5',
                'J of Shelves,Press,P,,,0000-0019,0000-0027,"1,209",9,0,"1,204",5',
            ),
            ("title", "J of Shelves", "0000-0019", "0000-0027"),
            "Successful Full-Text Article Requests",
            ["1204", "5"],
        ),
        (
            "JR1 GOA",
            release_4(
                "Journal Report 1 GOA (R4)",
                f"{JOURNAL},Reporting Period Total,Reporting Period HTML,Reporting Period PDF",
                "J of Shelves,Press,P,,,0000-0019,,3,2,1,1,2",
                months="12-Jan,12-Feb",
            ),
            ("title", "J of Shelves", "0000-0019", ""),
            "Successful Gold Open Access Full-Text Article Requests",
            ["1", "2"],
        ),
        (
            "BR2",
            release_4(
                "Book Report 2 (R4)",
                " ,Publisher,Platform,Book DOI,Proprietary Identifier,ISBN,ISSN"
                ",Reporting Period Total",
                "Blue Book,Press,P,,,978-0-00-000000-2,0000-0019,4,=0,4",
            ),
            ("title", "Blue Book", "0000-0019", ""),
            "Successful Section Requests",
            ["0", "4"],
        ),
        (
            "DB1",
            release_4(
                "Database Report 1 (R4)",
                "Database,Publisher,Platform,User Activity,Reporting Period Total",
                "Abstracts,Press,P,result clicks,3,1,2",
            ),
            ("database", "Abstracts", "", ""),
            "Result Clicks",
            ["1", "2"],
        ),
        (
            "PR1",
            release_4(
                "Platform Report 1 (R4)",
                "Platform,Publisher,User Activity,Reporting Period Total",
                "P,Press,Regular Searches,3,1,2",
            ),
            ("platform", "", "", ""),
            "Regular Searches",
            ["1", "2"],
        ),
        (
            "MR1",
            release_4(
                "Multimedia Report 1 (R4)",
                "Collection,Content Provider,Platform,Reporting Period Total",
                "Films,Press,P,3,1,2",
            ),
            ("database", "Films", "", ""),
            "Successful Full Multimedia Content Unit Requests",
            ["1", "2"],
        ),
    ],
)
def test_release_4_is_read_under_its_own_headings(
    tmp_path: Path,
    kind: str,
    content: str,
    thing: tuple[str, ...],
    metric: str,
    counts: list[str],
) -> None:
    report = read(tmp_path / "r.csv", content)
    facts = report.facts
    assert (facts.report, facts.release, facts.created) == (kind, "4", "2012-03-05")
    assert report.months == (date(2012, 1, 1), date(2012, 2, 1))
    (row,) = (row for row in report.rows() if not row.aside)
    assert (row.thing[0], row.thing[1], row.thing[8], row.thing[9]) == thing
    assert (row.thing[3], row.thing[4], row.institution) == ("Press", "P", "Nordstadt College")
    assert (row.metric, row.counts) == (metric, counts)


@pytest.mark.parametrize(
    ("kind", "headings", "says"),
    [
        (
            "Journal Report 1 (R4)",
            f"{JOURNAL},Articles in Press,Reporting Period Total",
            "column 8 is neither",
        ),
        ("Book Report 3 (R4)", "Title,Platform,Reporting Period Total", "of what is counted"),
        ("Database Report 1 (R4)", "Platform,User Activity,Reporting Period Total", "Database"),
    ],
)
def test_a_report_of_release_4_that_cannot_be_believed_is_refused(
    tmp_path: Path, kind: str, headings: str, says: str
) -> None:
    with pytest.raises(FileRefused, match=says):
        read(tmp_path / "r.csv", release_4(kind, headings, months="Jan-2012"))


def test_a_sheet_that_is_refused_stops_no_other(workspace: Workspace, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name, months in (("a", ()), ("b", ("Jan-2026", "Feb-2026", "Mar-2026"))):
        sheet = book.create_sheet(name)
        for row in counter.rows(*USES, months=months):
            sheet.append(row)
    book.save(tmp_path / "reports.xlsx")
    files = libstats.load(workspace, [tmp_path / "reports.xlsx"]).files
    assert [f.outcome for f in files].count("loaded") == 3
    assert any("only the total of its period" in f.reason for f in files)
    source, part = recognise(tmp_path / "reports.xlsx", files[-1].recorded)
    assert (source.label, part.form) == (
        "counter usage",
        "COUNTER report TR, release 5, its usage",
    )


def state(workspace: Workspace) -> list[list[str]]:
    """Everything that the store holds of reports."""
    with libstats.open(workspace) as con:
        tables = ("usage", "usage_report", "usage_item")
        return [sorted(map(repr, con.sql(f"from {table}").fetchall())) for table in tables]


# Of one platform: a quarter; the year to April, in which a title has gone and a count is another; a
# month of no use; an answer that nothing is there any longer; another release; another platform.
HISTORY = {
    "quarter.tsv": counter.text(*USES),
    "later.json": counter.answer(
        ("Journal of Shelves", "Blue Shelf", TIR, (5, 0, 1, 2)),
        months=(1, 2, 3, 4),
        Reporting_Period="Begin_Date=2026-01-01; End_Date=2026-04-30",
        Created="2026-06-01T08:00:00Z",
    ),
    "none.tsv": counter.text(
        months=("Apr-2026",),
        Exceptions="3030",
        Report_Filters="Platform=Blue Shelf",
        Reporting_Period="Begin_Date=2026-04-01; End_Date=2026-04-30",
        Created="2026-07-01T08:00:00Z",
    ),
    "gone.json": counter.answer(Exceptions="3032", Created="2026-08-01T08:00:00Z"),
    "next.tsv": counter.text(*USES, Release="5.1", Created="2026-08-02T08:00:00Z"),
    "other.tsv": counter.text(
        ("Journal of Shelves", "Green Shelf", TIR, (9, 9, 9)), Created="2026-08-02T09:00:00Z"
    ),
}


@pytest.mark.slow
def test_a_later_report_replaces_its_months_in_any_order(tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in HISTORY}
    for name, content in HISTORY.items():
        files[name].write_text(content, encoding="utf-8")
    expected: list[list[str]] = []
    for seed in (0, 2):
        place = libstats.init(tmp_path / f"library{seed}")
        order = list(files.values())
        dice = random.Random(seed)
        dice.shuffle(order)
        cut = dice.randrange(1, len(order))
        for some in (order[:cut], order[cut - 1 :]):
            libstats.load(place, some)
        expected = expected or state(place)
        assert state(place) == expected, [path.name for path in order]
    with libstats.open(place) as con:
        counts = con.sql(
            """
            select r.release, r.platform, month(u.month), sum(uses)::int
            from usage u join usage_report r using (usage_report_id)
            where metric = 'Total_Item_Requests' and r.platform = 'Blue Shelf'
            group by all
            order by all
            """
        ).fetchall()
    assert counts == [
        # the quarter's February (4) and January (3) are replaced, and so is April (2) by no use
        ("5", "Blue Shelf", 1, 5),
        ("5", "Blue Shelf", 3, 1),
        ("5.1", "Blue Shelf", 1, 3),
        ("5.1", "Blue Shelf", 2, 4),
        ("5.1", "Blue Shelf", 3, 1),
    ]


# Of one platform and quarter: the whole of it; later a part (3040) that lacks a title; later still
# what is not ready but for one month (3031); a part of the next year's month alone.
PARTS = {
    "whole.tsv": counter.text(*USES),
    "part.tsv": counter.text(
        ("Journal of Shelves", "Blue Shelf", TIR, (1, 1, 1)),
        Exceptions="3040",
        Created="2026-07-01T08:00:00Z",
    ),
    "late.json": counter.answer(
        ("Journal of Shelves", "Blue Shelf", TIR, (0, 6, 0)),
        Exceptions="3031",
        Created="2026-08-01T08:00:00Z",
    ),
    "begun.tsv": counter.text(
        ("Journal of Shelves", "Blue Shelf", TIR, (8,)),
        months=("Apr-2026",),
        Reporting_Period="Begin_Date=2026-04-01; End_Date=2026-04-30",
        Created="2026-04-12T08:00:00Z",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("order", list(itertools.permutations(PARTS))[::5])
def test_a_part_never_replaces_a_whole_in_any_order(
    order: tuple[str, ...], workspace: Workspace, tmp_path: Path
) -> None:
    for name in order:
        (tmp_path / name).write_text(PARTS[name], encoding="utf-8")
    receipts = [libstats.load(workspace, [tmp_path / name]).files for name in order]
    with libstats.open(workspace) as con:
        uses = con.sql(
            """
            select month(u.month), name, sum(uses)::int
            from usage u join usage_item i using (source, usage_item_id)
            where metric = 'Total_Item_Requests'
            group by all
            order by all
            """
        ).fetchall()
        months = con.sql(
            "select month(month), state, answer from usage_report where report = 'TR' order by all"
        ).fetchall()
    # January and March as the whole told them, February as the newest, which tells all of it
    assert uses == [
        (1, "Journal of Shelves", 3),
        (2, "Journal of Shelves", 6),
        (3, "Journal of Shelves", 1),
    ]
    assert months == [
        (1, "told", "not ready"),
        (2, "told", "told"),
        (3, "told", "not ready"),
        (4, None, "under way"),
    ]
    # the counts of a part are told of as set aside
    assert [
        receipts[order.index(n)][2].dispositions["set aside"] for n in ("part.tsv", "begun.tsv")
    ] == [3, 1]


@pytest.mark.slow
def test_undoing_a_report_brings_back_what_it_replaced(
    workspace: Workspace, tmp_path: Path
) -> None:
    for name in ("quarter.tsv", "later.json", "gone.json"):
        (tmp_path / name).write_text(HISTORY[name], encoding="utf-8")
    libstats.load(workspace, [tmp_path / "quarter.tsv"])
    before = state(workspace)
    later = libstats.load(workspace, [tmp_path / "later.json"]).files
    assert state(workspace) != before
    for file in later:
        assert file.seq is not None
        libstats.undo(workspace, file.seq)
    assert state(workspace) == before
    # what is no longer there was told once, and stays
    libstats.load(workspace, [tmp_path / "gone.json"])
    with libstats.open(workspace) as con:
        assert con.sql(
            "select distinct platform, state, answer from usage_report order by all"
        ).fetchall() == [("Blue Shelf", "told", "told"), (None, None, "no longer there")]
    assert state(workspace)[0] == before[0]
