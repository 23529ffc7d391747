"""One library beside others: who is compared, with what, and whose name is told."""

from __future__ import annotations

import html
import json
from pathlib import Path
from typing import Any

import pytest

from libstats.analysis.chart.funnel import Funnel
from libstats.errors import AnalysisError, NothingTold
from libstats.libraries.compare import MEASURES, Compared, Comparison, compared, repeated
from libstats.libraries.parted_analyses import PARTED
from libstats.libraries.question import Question
from libstats.report import compare, compare_words
from tests.support.files import NOTEBOOKS
from tests.support.mailed import FILLED, PARTLY, USED, WAITS, filled, mail, used, waits

NAMES = ("Ash", "Birch", "Cedar", "Dogwood")
MONTH = {"since": "2026-10-01", "until": "2026-11-01"}


def one(place: Path, **given: Any) -> Comparison:
    (only,) = compared(place, "mailed", "Ash", **given).found
    return only


def send(place: Path, shares: dict[str, tuple[int, int]]) -> None:
    for name, (done, lapsed) in shares.items():
        mail(place / "mailed", name, FILLED, filled(done, lapsed))


def test_who_is_below_the_funnel_and_who_is_within(tmp_path: Path) -> None:
    send(tmp_path, {"Ash": (60, 40), "Birch": (90, 10), "Cedar": (9, 3), "Dogwood": (461, 27)})
    found = one(tmp_path)
    # 620 of 700 in all. Of 100 at least 78 come but once in a thousand, of 12 at least 6
    assert found.value == 620 / 700
    assert [(at.is_you, at.of, at.value, at.side) for at in found.places] == [
        (True, 100, 0.6, -1),
        (False, 488, 461 / 488, 1),
        (False, 100, 0.9, 0),
        (False, 12, 0.75, 0),
    ]
    assert compare.verdict(found).startswith(
        "ILL borrowing: the share that came is lower than at 3 of 3 others. Yours: 60%; the 4 "
        "compared together: 89%. That is more than chance does."
    )


def test_waits_are_held_against_the_curve_of_all(tmp_path: Path) -> None:
    for name, days in zip(NAMES, (9, 2, 3, 9), strict=True):
        mail(tmp_path / "mailed", name, WAITS, waits({days: 20, days + 2: 10 + (name == "Cedar")}))
    found = one(tmp_path)
    # of 121 there came 20 by 2 days, 40 by 3, 50 by 4, 61 by 5, 101 by 9
    assert found.value == 5
    # of 30 between 6.2 and 23.8 are on either side: between the times of 21 % and of 79 %
    assert found.you.funnel == Funnel(3, 9)
    assert [(at.value, at.side) for at in found.places] == [(9, 0), (3, 0), (2, -1), (9, 0)]
    assert "your waits are longer than at 2 of 3 others" in compare.verdict(found)
    said = compare.verdict(found)
    shown = html.unescape(compare.section(Compared("Ash", [found], []), "turnaround"))
    # of the 30 of Ash that came 20 came by day 9
    assert "The usual figure" in shown and found.you.usual == 9
    assert "half come within so many days, if none is given up" in shown
    assert "your waits are longer than at 2 of 3 others, the same as at 1." in said
    assert "Yours: half within 9 days; the 4 compared together: half within 5 days." in said
    assert "Chance alone may do that." in compare.verdict(found)


def test_copies_in_use_and_what_no_export_tells_of_them(tmp_path: Path) -> None:
    told = [used(100, 40), used(200, 40), used(100, 10), used(80, 10, unknown=20)]
    for name, rows in zip(NAMES, told, strict=True):
        mail(tmp_path / "mailed", name, USED, rows)
    found = one(tmp_path)
    assert found.value == 310 / 400
    assert [at.value for at in found.others] == [0.8, 0.9]
    assert compare._left_out(found) == ["1 library: of too many of its copies no export tells."]


def test_few_cases_and_parts_are_compared_with_nobody(tmp_path: Path) -> None:
    send(tmp_path, {"Ash": (30, 5), "Birch": (40, 5), "Cedar": (50, 5), "Dogwood": (8, 1)})
    mail(tmp_path / "mailed", "Elm", FILLED, filled(500, 400, PARTLY))
    found = one(tmp_path)
    assert found.value == 120 / 135
    few = next(at for at in found.places if "fewer than 10" in at.why)
    assert (few.of, few.value) == (None, None)
    assert compare._left_out(found) == [
        "1 library: it tells of fewer than 10 cases.",
        "1 library: its exports tell of a part alone.",
    ]
    # why it is a part is said to the library itself
    (elm,) = compared(tmp_path, "mailed", "Elm").found
    assert "its exports tell of a part alone (told of up to 2026-05-01)" in compare.verdict(elm)
    assert [at.more for at in found.places] == [""] * 5


def test_fewer_than_three_that_can_be_compared_have_no_figure(tmp_path: Path) -> None:
    send(tmp_path, {"Ash": (30, 5), "Birch": (40, 5), "Cedar": (8, 1)})
    found = one(tmp_path)
    assert found.value is None
    assert compare.verdict(found) == ("ILL borrowing: fewer than three libraries can be compared.")
    shown = compare.section(Compared("Ash", [found], []), "fill_rate")
    assert "<svg" not in shown
    assert "89%" not in shown  # Birch's
    (tmp_path / "two").mkdir()
    for file in sorted((tmp_path / "mailed").iterdir())[:2]:
        file.rename(tmp_path / "two" / file.name)
    with pytest.raises(AnalysisError, match="2 libraries would tell each the figures"):
        compared(tmp_path, "two", "Ash")


def test_who_is_late_absent_or_asked_otherwise_is_named(tmp_path: Path) -> None:
    send(tmp_path, {"Ash": (30, 5), "Birch": (40, 5), "Cedar": (50, 5)})
    late = {"exports_until": "2026-09-01T00:00:00"}
    file = mail(tmp_path / "mailed", "Dogwood", FILLED, filled(50, 5), **late)
    with pytest.raises(AnalysisError, match="Dogwood: its exports end on 2026-09-01"):
        one(tmp_path)
    assert len(one(tmp_path, without=["Dogwood"]).places) == 3
    file.unlink()
    other = Question.of("fill_rate", {**WAITS.parameters, "until": "2026-09-01"})
    file = mail(tmp_path / "mailed", "Dogwood", other, filled(50, 5))
    with pytest.raises(AnalysisError, match="Dogwood: its sums answer another question: until"):
        one(tmp_path)
    file.write_bytes(b"PAR1 is how it begins")
    with pytest.raises(AnalysisError, match=f"{file.name} is no file that `libstats sums` wrote"):
        one(tmp_path)
    file.unlink()
    with pytest.raises(NothingTold, match="no files of sums in gone"):
        compared(tmp_path, "mailed, gone", "Ash")
    with pytest.raises(AnalysisError, match="no library is called Oak") as error:
        compared(tmp_path, "mailed", "Oak")
    assert "Ash, Birch, Cedar" in str(error.value)


def test_parted_sums_are_no_whole(tmp_path: Path) -> None:
    question = Question.of("fill_rate", {**WAITS.parameters, "by": "month"})
    for name in NAMES:
        mail(tmp_path / "mailed", name, question, filled(20, 2))
    with pytest.raises(AnalysisError, match="the sums of fill_rate are parted by month"):
        one(tmp_path)


def test_each_analysis_that_adds_up_is_compared_or_the_page_says_why_it_is_not() -> None:
    assert {*MEASURES, *compare_words.LEFT} == {*PARTED}
    assert [*MEASURES] == [*compare_words.HEADINGS] == [*compare_words.WORDS]
    cells = json.loads((NOTEBOOKS / "compare.ipynb").read_text(encoding="utf-8"))["cells"]
    shown = [first[3:] for cell in cells if (first := cell["source"][0]).startswith("## ")]
    assert shown[:3] == [*compare_words.HEADINGS.values()]


def test_the_command_of_a_question_asks_it_again() -> None:
    assert repeated(WAITS) == (
        "libstats sums turnaround ill_borrowing --since 2026-01-01 --until 2026-10-01"
        " --set as_of=2026-11-01 --out FILE.parquet"
    )


def test_no_other_library_is_named_on_the_page_or_in_its_tables(tmp_path: Path) -> None:
    send(tmp_path, {"Ash": (60, 40), "Birch": (90, 10), "Cedar": (46, 4), "Dogwood": (400, 30)})
    for name in NAMES[1:]:
        mail(tmp_path / "mailed", name, WAITS, waits({5: 20}))
    mail(tmp_path / "mailed", "Ash", Question.of("circulation", MONTH), ["select 1 as checkouts"])
    report = compare.read(str(tmp_path), stores="mailed", you="Ash")
    # who sent no waits sees none
    assert [each.question.analysis for each in report.found] == ["fill_rate"]
    assert "Sums were mailed of circulation, and are not used." in compare.not_compared(report)
    pieces = [
        compare.answer(report),
        *(compare.section(report, analysis) for analysis in MEASURES),
        compare.not_compared(report),
        compare.origin(report),
    ]
    told = " ".join([*pieces, *(str(t.data()) for piece in pieces for t in piece.tables)])
    assert "Ash" in told
    for name in (*NAMES[1:], "fill_rate-"):
        assert name not in told


def test_who_is_left_out_or_sent_nothing_is_told_without_a_name(tmp_path: Path) -> None:
    """Dogwood sent waits alone; Elm, which sent a share alone, is left out by name."""
    send(tmp_path, dict.fromkeys(("Ash", "Birch", "Cedar", "Elm"), (60, 40)))
    for name in ("Ash", "Birch", "Cedar", "Dogwood"):
        mail(tmp_path / "mailed", name, WAITS, waits({5: 20}))
    given = {"stores": "mailed, mailed", "you": "Ash", "without": "Elm", "expected": "Birch, Elm"}
    report = compare.read(str(tmp_path), **given)
    filled = compare.section(report, "fill_rate")
    assert "1 library: it mailed other sums, and none of this." in filled
    assert "it mailed other sums" not in compare.section(report, "turnaround")
    told = compare.answer(report) + filled + compare.origin(report)
    assert "Left out by name: 1 library." in told
    assert '--set stores="…" --set you="Ash" --set without="…"' in html.unescape(told)
    assert not any(name in told for name in ("Elm", "Birch", "Dogwood", "mailed, mailed"))
    with pytest.raises(AnalysisError, match="nothing came of Fir"):
        compare.read(str(tmp_path), **{**given, "expected": "Fir, Ash"})
    with pytest.raises(AnalysisError, match="no library is called Gum"):
        compare.read(str(tmp_path), **{**given, "without": "Gum"})


def test_a_file_that_is_left_out_leaves_its_library_where_another_stands(tmp_path: Path) -> None:
    """Cedar sent two files, Dogwood one that is left out by its name."""
    send(tmp_path, {"Ash": (60, 40), "Birch": (60, 40), "Cedar": (60, 40), "Elm": (60, 40)})
    file = mail(tmp_path / "mailed", "Dogwood", FILLED, filled(60, 40))
    second = mail(tmp_path / "later", "Cedar", FILLED, filled(61, 40), loads="b" * 16)
    second = second.rename(tmp_path / "mailed" / "cedar-old.parquet")
    without = f"{second.name}, {file.name}"
    report = compare.read(str(tmp_path), stores="mailed", you="Ash", without=without)
    told = compare.answer(report) + compare.section(report, "fill_rate")
    assert "Left out by name: 1 library." in told
    assert "Left out by name: 1 file of libraries that have another." in told
    assert "it mailed other sums" not in told
    assert len(report.found[0].places) == 4
