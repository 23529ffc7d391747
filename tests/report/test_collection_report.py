"""The report on the collection and on weeding: its pictures and sections from small literal rows,
then the whole of it from the sample library."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import libstats
from libstats.errors import ReportError
from libstats.report import run
from libstats.report.charts import collection as charts_collection
from libstats.report.collection import parts as collection
from libstats.report.collection import shelf_list, weeding
from libstats.report.collection.rows import LAST, Collection
from libstats.report.collection.scans import Scans
from libstats.workspace.workspace import Workspace
from tests.support.files import NOTEBOOKS, write

NOTEBOOK = NOTEBOOKS / "collection.ipynb"
AGE: dict[str, Any] = {
    "items": 10,
    "items_dated": 8,
    "items_without_year": 1,
    "items_year_suspect": 1,
    "items_serial": 0,
    "median_year": 2011.0,
    "share_older_5_years": 0.75,
    "share_older_10_years": 0.5,
    "share_older_15_years": 0.25,
}
USE: dict[str, Any] = {
    "items": 10,
    "items_unrecorded": 0,
    "checkouts": 20,
    "in_house_uses": 5,
    "turnover": 2.5,
    "share_of_items": 1.0,
    "share_of_use": 1.0,
    "relative_use": 1.0,
    "items_held_long": 8,
    "items_dusty": 2,
    "share_dusty": 0.25,
    "items_dusty_unknown": 0,
}


def candidate(**row: Any) -> dict[str, Any]:
    """A line of the list."""
    return {
        "branch": "East",
        "location": "GEN",
        "call_number": "640 BRO",
        "class": "600 Technology",
        "barcode": "31234500000001",
        "title": "Bread and butter /",
        "author": "Brown, A.",
        "published_year": 2001,
        "lifetime_uses": 7,
        "copies_here": 2,
        "holds_waiting": 0,
        "last_use_on": date(2020, 3, 5),
        "unused_since": date(2020, 3, 5),
        "unused_from": "last use",
        "limits_passed": "age and use",
        "is_still_used": False,
        **row,
    }


def example(**changes: Any) -> Collection:
    """Ten copies of two classes, two of them to look at."""
    ages = [
        {"class": "600 Technology", **AGE, "items": 6, "share_older_10_years": 0.6},
        {"class": "Fiction", **AGE, "items": 4, "share_older_10_years": 0.1},
    ]
    uses = [
        {"class": "600 Technology", **USE, "relative_use": 0.5},
        {"class": "Fiction", **USE, "relative_use": 1.75},
    ]
    lines = [
        {
            "scheme": "ddc",
            "class_from": "640",
            "class_to": "649",
            "age_years": "5",
            "no_use_years": "",
            "note": "seen in a published handout",
            "source": "a manual",
        }
    ]
    report = Collection(
        date(2026, 10, 31),
        "",
        {"profile": "crew", "combine": "and", "thresholds": None},
        500,
        {"all": "all", **AGE},
        ages,
        decades=[
            {"all": "all", "decade": 1990, "items": 2},
            {"all": "all", "decade": 2010, "items": 6},
            {"all": "all", "decade": None, "items": 2},
        ],
        use=uses,
        use_of_all={"all": "all", **USE},
        resting=[
            {
                "previous_use_year": 2026,
                "years_since": 0,
                "loans": 90,
                "cumulative_loans": 90,
                "is_core": True,
            },
            {
                "previous_use_year": 2025,
                "years_since": 1,
                "loans": 7,
                "cumulative_loans": 97,
                "is_core": True,
            },
            {
                "previous_use_year": 2019,
                "years_since": 7,
                "loans": 3,
                "cumulative_loans": 100,
                "is_core": False,
            },
            {
                "previous_use_year": None,
                "years_since": None,
                "loans": 11,
                "cumulative_loans": None,
                "is_core": None,
            },
        ],
        candidates=[
            candidate(),
            candidate(
                branch="West",
                location=None,
                last_use_on=None,
                unused_since=date(2022, 9, 14),
                unused_from="records",
                title=None,
                barcode="b2",
            ),
        ],
        last=[],
        fates=[
            {"reason": "kept: on loan", "rows": 3},
            {"reason": LAST, "rows": 4},
            {"reason": "kept: in transit", "rows": 0},
            {"reason": "within the limits of its class", "rows": 1},
        ],
        missing=[
            {
                "branch": "East",
                "location": "GEN",
                "call_number": "FIC A",
                "barcode": "b3",
                "title": "Salt /",
                "lost_on": date(2025, 1, 1),
                "scanned_on": None,
                "days_lost": 668,
            }
        ],
        horizons=[{"source": "koha", "records_since": date(2022, 9, 14), "years_recorded": 4.1}],
        migrations=[{"source": "koha", "added_on": date(2024, 10, 21), "items": 661}],
        system_days=[
            {"source": "alma", "kind": "last loan", "day": date(2016, 5, 9), "copies": 35}
        ],
        sources=[
            {
                "source": "koha",
                "export": "koha items",
                "newest_export_at": datetime(2026, 10, 31),
                "loads": 2,
                "rows_rejected": 1,
            }
        ],
        limits=lines,
        receipts={
            "collection_age": [
                {"part": "definition", "what": "collection_age", "value": "age is years."},
                {"part": "left out", "what": "withdrawn", "value": "4"},
            ]
        },
    )
    return replace(report, **changes)


# --- pictures ---


def test_the_picture_of_decades_says_what_it_shows() -> None:
    figure = collection.decades(example())
    assert figure.alt == (
        "Of 8 copies with a usable year, 75% are from the 2010s, more than from any other "
        "decade; the oldest are from the 1990s. 2 copies have no usable year and are left out of "
        "the picture."
    )
    assert figure.svg() == collection.decades(example()).svg()


def test_very_old_decades_share_a_bar() -> None:
    svg = charts_collection.decades(
        [{"decade": decade, "items": 1} for decade in (1470, 1900, 2020)], 2026
    ).svg()
    assert ">1910s<" in svg and ">and earlier<" in svg and "1470" not in svg


def test_a_collection_without_years_is_said_to_have_none() -> None:
    figure = charts_collection.decades([{"decade": None, "items": 3}], 2026)
    assert figure.alt == "No copy has a usable year of publication, so the picture is empty."
    assert figure.svg()


def test_the_picture_of_classes_names_the_old_and_little_used() -> None:
    assert collection.age_and_use(example()).alt == (
        "The oldest class is 600 Technology: 60% of its copies are more than ten years old. "
        "For its size Fiction is used most: 1.8 times what its share of copies would give. "
        "600 Technology is used least (0.5 times). In the older half of the classes these are little "
        "used: 600 Technology."
    )


def test_classes_of_no_use_no_year_and_no_name_are_drawn_in_words() -> None:
    ages = [
        {"class": None, **AGE},
        {"class": "Fiction", **AGE, "share_older_10_years": None},
        {"class": "$x$ & <y>", **AGE},
    ]
    figure = charts_collection.age_and_use(ages, [])
    assert (
        "no usable year" in figure.svg()
        and "no use recorded" in figure.svg()
        and "class not known" in figure.svg()
    )
    assert (
        charts_collection.age_and_use([], []).alt
        == "Too few copies of each class have a usable year to say more."
    )


def test_a_class_mostly_without_years_is_not_called_the_oldest() -> None:
    """Of ten maps one has a year, and is old; of ten magazines, nine serials and one of 1990, that
    one is enough for the rest."""
    ages = [
        {"class": "Maps", **AGE, "items_dated": 1, "share_older_10_years": 1.0},
        {"class": "Fiction", **AGE},
    ]
    assert "The oldest class is Fiction: 50%" in charts_collection.age_and_use(ages, []).alt
    ages[0].update({"items_serial": 9})
    assert "The oldest class is Maps: 100%" in charts_collection.age_and_use(ages, []).alt
    serials = {
        "class": "Magazines",
        **AGE,
        "items_serial": 10,
        "items_dated": 0,
        "share_older_10_years": None,
    }
    assert "serials, of no single year" in charts_collection.age_and_use([serials], []).svg()


def test_at_most_twenty_classes_are_drawn() -> None:
    ages = [{"class": f"class {i:02}", **AGE, "items": i} for i in range(1, 31)]
    svg = charts_collection.age_and_use(ages, []).svg()
    assert "class 11" in svg and "class 10" not in svg


# --- sections ---


def test_the_answer_comes_first_with_five_figures() -> None:
    """2 of 10 copies to look at, the most of them at the first shelf; 4 last copies."""
    found = collection.answer(example(last=[candidate()] * 4))
    html = str(found)
    assert "October 31, 2026, all branches" in html
    assert (
        "Half of the copies were published in 2011 or later; 50% are more than ten years old. "
        "Each was used 2.5 times in the last year on average. 2 copies want a look: begin at "
        "East, GEN, where 1 of them stands."
    ) in html
    assert html.count('<span class="what">') == 5
    for text in ("2011", "2.5", "25%", "2", "4"):
        assert f"<strong>{text}</strong>" in html
    assert "2 are old and long unused, beyond the limits of their class." in html
    assert "Before you use" not in html and "could not be read" not in html
    assert found.about["period"] == "2026-10-31" and found.about["branch"] == ""


def test_what_is_not_known_is_said_in_the_answer() -> None:
    unknown = collection.answer(
        example(
            whole={**AGE, "items_dated": 0, "median_year": None},
            use_of_all={**USE, "share_dusty": None, "turnover": None},
            horizons=[],
            candidates=[],
        )
    )
    assert unknown.count("<strong>not known</strong>") == 3
    assert "How old the copies are is not known. No copy is on the list to look at." in unknown
    assert "No use is recorded at all." in unknown


def test_a_warning_stands_beside_the_figure_that_it_changes() -> None:
    report = example(use_of_all={**USE, "items_unrecorded": 4})
    use = collection.heed_use(report)
    assert "Use recorded by koha is known since September 14, 2022 (4.1 years)." in use
    assert "35 copies of alma carry the same last loan, May 9, 2016." in use
    assert "Neither loans nor a log of koha is loaded. So 4 copies are in neither" in use
    assert "Neither loans nor a log" not in collection.heed_use(example())
    assert "661 copies seem to have been added to koha on October 21, 2024." in weeding.why_not(
        report
    )
    assert "Of the 1 lines of limits “crew” 1 were seen in published guides" in weeding.limits(
        report
    )
    assert "1 row of “koha items” of koha could not be read." in collection.origin(report)
    old = {**report.sources[0], "newest_export_at": datetime(2026, 9, 29), "rows_rejected": 0}
    assert "is from September 29, 2026" in collection.origin(example(sources=[old]))


def test_the_figure_tells_how_many_are_listed_by_what() -> None:
    listed = [
        candidate(),
        candidate(limits_passed="use"),
        candidate(limits_passed="use"),
        candidate(limits_passed="age"),
        candidate(limits_passed="age", is_still_used=True),
    ]
    assert collection._why(example(candidates=listed)) == (
        "1 is old and long unused, beyond the limits of their class. 2 are long unused; their "
        "classes have no limit of age. 2 are old; their classes have no limit of use. 1 of these "
        "is still used."
    )
    assert collection._why(example(candidates=[])) == ""


def test_a_workbook_has_every_table_of_the_report() -> None:
    report = example()
    pieces = (
        collection.origin,
        weeding.summary,
        shelf_list.pick_list,
        shelf_list.missing,
        weeding.limits,
    )
    assert [[one.caption for one in piece(report).tables] for piece in pieces] == [
        ["The exports behind these figures", "Receipt of collection age"],
        ["Copies to look at by shelf, the most first", "Copies to look at, by class"],
        ["East: 1 copy", "West: 1 copy"],
        ["Lost, missing or claimed returned, the longest first"],
        ["Limits of the profile crew"],
    ]


def test_tables_of_age_and_use_end_with_the_whole() -> None:
    (age,), (use,) = (
        piece(example()).tables for piece in (collection.by_class, collection.use_by_class)
    )
    assert max(len(age.columns), len(use.columns)) <= 7
    assert [row["items_without_year"] for row in age.rows] == [2, 2]  # none, and not credible
    assert [row["class"] for row in age.rows] == ["600 Technology", "Fiction"]
    assert age.foot is not None and age.foot["items"] == 10
    assert ">2011<" in age._repr_html_() and ">60%<" in age._repr_html_()
    assert use.caption == "Use by class, November 1, 2025 to October 31, 2026"
    assert ">0.50<" in use._repr_html_()


@pytest.mark.parametrize(
    ("day", "since"),
    [
        (date(2026, 10, 31), date(2025, 11, 1)),
        (date(2024, 2, 28), date(2023, 2, 28)),
        (date(2026, 12, 31), date(2026, 1, 1)),
    ],
)
def test_the_year_that_ends_with_a_day(day: date, since: date) -> None:
    assert example(as_of=day).year[0] == since


def test_how_long_copies_rest() -> None:
    html = collection.rest(example())
    assert (
        "In the last year 100 loans were of a copy that had been lent before. Of these, 97% were of "
        "copies lent last in 2025 or later: in that year or the one before."
    ) in html
    assert "11 loans are the first of their copy on record" in html
    assert "here there are too few" in html
    assert "Records of use begin" not in html  # the only system has neither loans nor log
    assert "Records of use begin on September 14, 2022" in collection.rest(
        example(exports_of_use=frozenset(["koha items"]))
    )
    assert "How long copies rest cannot be told" in collection.rest(example(resting=[]))


def test_where_to_begin() -> None:
    html = weeding.summary(
        example(
            candidates=[candidate(), candidate(), candidate(location="AV", **{"class": "Fiction"})]
        )
    )
    assert (
        "Begin at East, GEN, where 2 of them stand. The class with most of them is 600 Technology "
        "(2). The list for the shelves follows the walk along them: it begins at East, GEN, with "
        "640 BRO."
    ) in html
    assert [
        (row["class"], row["copies"], row["of_class"], row["share"])
        for row in weeding._of_classes(example()).tables[0].rows
    ] == [("600 Technology", 2, 6, 2 / 6)]
    assert (
        "No copy is beyond its limits, but for 4 that are the last of their title."
        in weeding.summary(example(candidates=[], last=[candidate()] * 4))
    )


def test_at_most_twelve_shelves_stand_on_the_page() -> None:
    """Twelve fit; of thirteen the eleven with the most, and the other two in one line."""
    shelves = [candidate(location=f"L{n:02}") for n in range(13) for _ in range(20 - n)]
    rows = weeding.summary(example(candidates=shelves)).tables[0].rows
    assert rows[0] == {"branch": "East", "location": "L00", "copies": 20}
    assert rows[-1] == {"branch": "2 more shelves", "location": "", "copies": 9 + 8}
    assert len(rows) == 12
    shelves = [row for row in shelves if row["location"] != "L12"]
    assert len(weeding.summary(example(candidates=shelves)).tables[0].rows) == 12


def test_every_copy_has_one_place_and_they_add_up() -> None:
    html = weeding.why_not(example())
    assert (
        "Of 10 copies in the catalogue 2 are on the list. 7 are kept whatever their age, and 1 are "
        "within the limits of their class. 0 cannot be judged. Copies that came, or were "
        "published, within 2 years are never listed."
    ) in html
    (found,) = html.tables
    assert [(row["reason"], row["copies"]) for row in found.rows] == [
        ("on the list", 2),
        ("kept: on loan", 3),
        (LAST, 4),
        ("within the limits of its class", 1),
    ]
    assert found.foot == {"reason": "all copies in the catalogue", "copies": 10}


def test_the_list_has_a_sheet_a_branch_and_never_calls_a_silent_record_unknown() -> None:
    html = shelf_list.pick_list(example())
    assert html.count('<div class="libstats-walk">') == 2
    assert "<p>2 copies are on this list.</p>" in html
    assert "East: 1 copy" in html and "West: 1 copy" in html
    assert ">Bread and butter<" in html
    assert (
        "Mar\N{NO-BREAK SPACE}2020" in html
        and "none since records begin, Sep\N{NO-BREAK SPACE}2022" in html
    )
    assert ">2001<" in html


@pytest.mark.parametrize(
    ("row", "last_use", "because"),
    [
        (
            {"unused_from": "arrival", "unused_since": date(2023, 3, 1), "limits_passed": "use"},
            "none since it came, Mar\N{NO-BREAK SPACE}2023",
            "unused",
        ),
        (
            {"unused_from": "publication", "unused_since": date(2023, 1, 1)},
            "none since it was published, 2023",
            "old and unused",
        ),
        ({"unused_from": None, "unused_since": None, "limits_passed": "age"}, None, "old"),
        (
            {"unused_since": date(2026, 8, 1), "limits_passed": "age", "is_still_used": True},
            date(2026, 8, 1),
            "old, still used",
        ),
    ],
)
def test_the_list_says_why_in_words(
    row: dict[str, Any], last_use: date | str | None, because: str
) -> None:
    found = shelf_list._pick(candidate(**row))
    assert (found["unused_since"], found["limits_passed"]) == (last_use, because)


def test_a_line_has_what_a_decision_needs() -> None:
    """Who wrote it, how often it was used, how many copies stay, who waits; room to decide."""
    assert shelf_list._pick(candidate()) == {
        "call_number": "640 BRO",
        "location": "GEN",
        "author": "Brown, A.",
        "title": "Bread and butter",
        "published_year": 2001,
        "barcode": "31234500000001",
        "uses": 7,
        "unused_since": candidate()["unused_since"],
        "copies_here": 2,
        "holds_waiting": 0,
        "limits_passed": "old and unused",
        "decision": "☐ keep ☐ go",
    }
    html = shelf_list.pick_list(example(candidates=[candidate()]))
    assert ">2001<" in html and ">Mar\N{NO-BREAK SPACE}2020<" in html


def test_last_copies_have_a_list_of_their_own() -> None:
    report = example(last=[candidate(barcode="b9")])
    html = shelf_list.last_list(report)
    assert "East: 1 copy, last of their title" in html and ">b9<" in html
    assert ">b9<" not in shelf_list.pick_list(report)
    report.settings["keep_last_copies"] = False
    assert "asked to list last copies among the others" in shelf_list.last_list(report)


def test_a_cut_list_says_so() -> None:
    assert "These are the first 1 of 2 copies." in shelf_list.pick_list(example(rows=1))
    assert shelf_list.pick_list(example(candidates=[])) == "<p>No copy is on the list.</p>"


def test_a_long_title_is_cut() -> None:
    assert shelf_list.short("a" * 70) == "a" * 59 + "…"
    assert shelf_list.short("Salt : a history /") == "Salt : a history"


def test_missing_copies_are_another_task() -> None:
    assert "1 copies are marked" not in shelf_list.missing(example())
    assert (
        "1 copy is marked lost, missing or claimed returned, 1 of them for more than a year."
        in shelf_list.missing(example())
    )
    assert "No copy is marked" in shelf_list.missing(example(missing=[]))


def test_limits_and_proof() -> None:
    html = weeding.limits(example())
    assert (
        "A copy is listed if it is both older and longer unused than the limits of its class."
        in html
        and "Source: a manual." in html
    )
    assert ">640 to 649<" in html and ">any<" in html
    assert (
        "<summary>How these figures were counted</summary><p>Age is years.</p>"
        in collection.origin(example())
    )


def test_what_cannot_be_asked_is_refused(demo: Path) -> None:
    with libstats.open(demo) as con:
        with pytest.raises(ReportError, match="'yesterday' is not a day"):
            collection.read(con, as_of="yesterday")
        with pytest.raises(ReportError, match="no export tells of copies as late as May 1, 2027"):
            collection.read(con, as_of="2027-05-01")
        with pytest.raises(ReportError, match="no copy belongs to a branch 'XX'"):
            collection.read(con, branch="XX")
        for rows in (0, 501):
            with pytest.raises(ReportError, match=f"cannot have {rows} rows"):
                collection.read(con, rows=rows)


def test_a_library_that_holds_nothing_is_told_so(workspace: Workspace, tmp_path: Path) -> None:
    libstats.load(
        workspace,
        [
            write(
                tmp_path / "items-2026-10-31.csv",
                "itemnumber;barcode;homebranch;withdrawn\n1;b1;EAST;1\n",
            )
        ],
    )
    with libstats.open(workspace) as con, pytest.raises(ReportError, match="no copy is held"):
        collection.read(con)


# --- the shipped notebook ---


@pytest.mark.slow
def test_the_report_lists_what_the_analysis_lists_and_repeats_to_the_byte(
    demo: Path, tmp_path: Path
) -> None:
    chosen = {"branch": "QBC", "keep_last_copies": False}
    first = run("collection", demo, chosen, tmp_path / "first.html")
    second = run("collection", demo, {**chosen, "as_of": "2026-11-01"}, tmp_path / "second.html")
    page = first.read_text(encoding="utf-8")
    with libstats.open(demo) as con:
        barcodes = [
            row[0]
            for row in libstats.weeding_candidates(
                con, as_of="2026-11-01", branch="QBC", keep_last_copies=False
            )
            .select("barcode")
            .fetchall()
        ]
    assert len(barcodes) > 50
    assert [code for code in barcodes if f">{code}<" not in page] == []
    assert (
        "<title>Collection and weeding: November 1, 2026, branch Quillbrook Central</title>" in page
    )
    assert first.read_bytes() == second.read_bytes()


def test_codes_without_a_role_stand_beside_what_was_not_judged() -> None:
    """Five with the line to add, and how many more there are."""
    codes = [
        {
            "source": "koha",
            "field": "not_for_loan_code",
            "code": str(code),
            "rows": 1200 - code,
            "line": f'[roles.koha.item.not_for_loan_code] "{code}" = "..."',
        }
        for code in range(7)
    ]
    head = str(weeding.why_not(replace(example(), undeclared=codes)))
    assert "1,200 copies of koha carry the not_for_loan_code “0”, of which no role is known" in head
    assert "[roles.koha.item.not_for_loan_code]" in head
    assert "not_for_loan_code “4”" in head and "not_for_loan_code “5”" not in head
    assert "2 more codes have no role" in head
    assert "no role" not in str(weeding.why_not(example()))


def test_what_was_accepted_as_an_alarm_is_folded_away_and_says_so() -> None:
    code = {
        "source": "koha",
        "field": "not_for_loan_code",
        "code": "7",
        "rows": 3,
        "line": '[roles.koha.item.not_for_loan_code] "7" = "..."',
    }
    told = replace(example(), undeclared=[code])
    assert "Accepted" not in str(weeding.why_not(told))
    accepted = {
        ("koha", "item added on 2024-10-21"): "happened once",
        ("koha", code["line"]): "being mended",
    }
    found = str(weeding.why_not(replace(told, accepted=accepted)))
    assert "Read these figures with care" not in found
    assert "<summary>Accepted: 2</summary>" in found
    assert "their true day is not known. Accepted: happened once." in found
    assert "of which no role is known. Accepted: being mended." in found


def test_how_call_numbers_were_read_is_told() -> None:
    """8 of 10 could be read; the exports name the scheme of 5."""
    counts = [("ddc", "exported", 5), ("ddc", "shelf", 1), ("local", "guessed", 2)]
    rows = [
        {"source": "koha", "branch": "EAST", "location": "A", "scheme": s, "scheme_from": told, "copies": n}
        for s, told, n in [*counts, (None, "shelf", 2)]
    ]  # fmt: skip
    page = str(weeding.schemes(replace(example(), schemes=rows)))
    assert "Of 10 call numbers 8 could be read. 2 are in no scheme that is known here" in page
    assert "The exports name the scheme of 5" in page
    assert "Dewey" in page and "Superintendent" not in page
    assert "No copy has a call number" in str(weeding.schemes(example()))


def test_a_missing_copy_that_a_scan_saw_is_marked() -> None:
    """Else it would be taken out of the catalogue."""
    report = example()
    assert "Seen by a scan" not in shelf_list.missing(report)
    seen = [{**report.missing[0], "scanned_on": date(2026, 10, 28)}]
    html = shelf_list.missing(replace(report, missing=seen))
    assert "But 1 of them was seen by a scan of the shelves since" in html
    assert "seen October 28, 2026" in re.sub("<[^>]+>", "", html).replace("\N{NO-BREAK SPACE}", " ")


def test_the_head_tells_of_scans_and_links_to_them() -> None:
    names = ("scanned", "in_place", "out_of_order", "strayed", "found", "recorded_elsewhere")
    session = dict.fromkeys((*names, "not_judged", "unknown"), 2)
    report = replace(example(), scans=Scans([session], [{}], barcodes=2))
    link = f'<a href="#{collection.SCANS}">what scans of the shelves found</a>'
    assert f"1 scan saw 2 barcodes; 1 copy is to be seen to: {link}" in collection.answer(report)
    assert link not in collection.answer(example())
