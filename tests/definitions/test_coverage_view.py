"""What the loaded exports cover: each rule with a literal example, and what must not be taken for a
gap."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

import pytest

import libstats
from libstats.workspace.workspace import CONFIG, Workspace, find
from tests.support.files import write

pytestmark = pytest.mark.slow

LOG = (
    "datetime;branch;value;type;itemnumber;itemtype;location;borrowernumber;ccode;categorycode;"
    "interface\n"
)
LOANS = "issue_id;borrowernumber;itemnumber;date_due;branchcode;returndate;issuedate\n"
LENT = (
    "Circ ID,Checkout / Renewal Library,Checkout Date/Time,Due Date/Time,Check In Date/Time,"
    "Desk Renewal,OPAC Renewal,Phone Renewal,Auto Renewal,Parent Circulation\n"
)
SUNDAY = 7


def days(first: str, last: str, without: Iterable[str] = ()) -> list[date]:
    """The days of a stretch on which a library is open: no Sundays, nor those named."""
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    every = (start + timedelta(n) for n in range((end - start).days + 1))
    return [d for d in every if d.isoweekday() != SUNDAY and str(d) not in set(without)]


def log(path: Path, held: dict[str, list[date]]) -> Path:
    """A log with a checkout at ten and at four on each day of a branch."""
    rows = "".join(
        f"{day} {hour}:00:00;{branch};0;issue;{n};BK;GEN;1;FIC;AD;intranet\n"
        for branch, open_days in held.items()
        for n, day in enumerate(open_days)
        for hour in (10, 16)
    )
    return write(path, LOG + rows)


def covered(workspace: Workspace, table: str, event: str, branch: str | None) -> list[str]:
    """The stretches, each as text; what is partly covered in brackets."""
    with libstats.open(workspace) as con:
        rows = con.execute(
            """
            select since, until, is_partial
            from coverage
            where table_name = $1 and event = $2 and branch is not distinct from $3
            order by since
            """,
            [table, event, branch],
        ).fetchall()
    texts = [f"{a:%m-%d %H} to {b:%m-%d %H}".replace(" 00", "") for a, b, _ in rows]
    return [f"({t})" if p else t for t, (_, _, p) in zip(texts, rows, strict=True)]


def checkouts(workspace: Workspace, branch: str | None = "EAST") -> list[str]:
    return covered(workspace, "circulation_event", "checkout", branch)


def month(workspace: Workspace, number: int, **held: list[date]) -> Path:
    last = {1: 31, 2: 28, 3: 31, 4: 30, 5: 31}[number]
    return log(workspace.exports / f"statistics-2026-{number:02}-{last}.csv", held)


MONTHS = {1: ("2026-01-01", "2026-01-31"), 2: ("2026-02-01", "2026-02-28")}
MONTHS |= {3: ("2026-03-01", "2026-03-31"), 4: ("2026-04-01", "2026-04-30")}


def test_files_of_months_are_one_span_over_nights_and_sundays(workspace: Workspace) -> None:
    libstats.load(workspace, [month(workspace, n, EAST=days(*MONTHS[n])) for n in (1, 2, 3)])
    # the last day up to the newest time in it, its rest in part
    assert checkouts(workspace) == ["01-01 to 03-31 16", "(03-31 16 to 04-01)"]
    assert checkouts(workspace, None) == checkouts(workspace)


def test_whole_days_as_the_library_says(workspace: Workspace) -> None:
    libstats.load(workspace, month(workspace, 1, EAST=days(*MONTHS[1])))
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write('\n[coverage."koha statistics"]\nwhole_days = true\n')
    assert checkouts(find(workspace.folder)) == ["01-01 to 02-01"]


def test_a_month_that_lacks_is_a_gap(workspace: Workspace) -> None:
    libstats.load(workspace, [month(workspace, n, EAST=days(*MONTHS[n])) for n in (1, 3)])
    assert checkouts(workspace)[0] == "01-01 to 01-31 16"
    assert checkouts(workspace)[2] == "03-01 to 03-31 16"


def test_undoing_the_load_uncovers(workspace: Workspace) -> None:
    libstats.load(workspace, [month(workspace, n, EAST=days(*MONTHS[n])) for n in (1, 2, 3)])
    libstats.undo(workspace, 2)
    assert checkouts(workspace)[0] == "01-01 to 01-31 16"


def test_a_branch_left_out_of_a_month_is_not_covered_then(workspace: Workspace) -> None:
    east, west = ({n: days(*MONTHS[n]) for n in MONTHS} for _ in range(2))
    files = [
        month(workspace, n, EAST=east[n], **({"WEST": west[n]} if n != 2 else {}))
        for n in (1, 2, 3)
    ]
    libstats.load(workspace, files)
    assert checkouts(workspace, "WEST")[:2] == ["01-01 to 02-01", "03-01 to 03-31 16"]
    assert checkouts(workspace, "EAST")[0] == "01-01 to 03-31 16"


def test_a_small_branch_without_an_event_in_a_month_was_quiet(workspace: Workspace) -> None:
    """A stop of the van with one loan in January and one in March."""
    van = {1: [date(2026, 1, 12)], 2: [], 3: [date(2026, 3, 9)]}
    files = [month(workspace, n, EAST=days(*MONTHS[n]), VAN=van[n]) for n in (1, 2, 3)]
    libstats.load(workspace, files)
    assert checkouts(workspace, "VAN")[0] == "01-01 to 03-31 16"


def test_a_branch_that_opens_and_one_that_closes(workspace: Workspace) -> None:
    """They are covered in the files that hold them; before and after is not known."""
    files = [
        month(workspace, 1, EAST=days(*MONTHS[1]), OLD=days("2026-01-01", "2026-01-20")),
        month(workspace, 2, EAST=days(*MONTHS[2])),
        month(workspace, 3, EAST=days(*MONTHS[3]), NEW=days("2026-03-10", "2026-03-31")),
    ]
    libstats.load(workspace, files)
    assert checkouts(workspace, "OLD")[0] == "01-01 to 02-01"
    assert checkouts(workspace, "NEW")[0] == "03-01 to 03-31 16"


def test_a_closing_in_the_middle_of_a_file_is_quiet(workspace: Workspace) -> None:
    closed = [str(d) for d in days("2026-02-09", "2026-02-18")]
    libstats.load(workspace, month(workspace, 2, EAST=days(*MONTHS[2], closed)))
    assert checkouts(workspace)[0] == "02-01 to 02-28 16"


def test_a_month_that_lacks_within_a_file_is_a_gap(workspace: Workspace) -> None:
    held = [*days(*MONTHS[1]), *days(*MONTHS[3])]
    libstats.load(workspace, log(workspace.exports / "statistics-2026-03-31.csv", {"EAST": held}))
    assert checkouts(workspace)[:2] == ["01-01 to 02-01", "03-01 to 03-31 16"]


def test_days_that_the_calendar_closes_are_no_gap(workspace: Workspace) -> None:
    closed = [str(d) for d in days("2026-01-19", "2026-02-14")]
    files = [month(workspace, n, EAST=days(*MONTHS[n], closed)) for n in (1, 2, 3)]
    libstats.load(workspace, files)
    assert len(checkouts(workspace)) > 2
    week = ", ".join(f'{d} = "09:00-18:00"' for d in ("mon", "tue", "wed", "thu", "fri", "sat"))
    with (workspace.folder / CONFIG).open("a", encoding="utf-8") as file:
        file.write(f"\n[calendar.default]\nopen = {{{week}}}\nclosed = {closed}\n")
    assert checkouts(find(workspace.folder))[0] == "01-01 to 03-31 16"


def loans(path: Path, began: list[date], keep: str) -> Path:
    """Loans of 5 to 34 days, five each open day; `keep` is Python over start and end."""
    rows, until = [], date(2026, 3, 31)
    for n, start in enumerate(began):
        for hour in range(10, 15):
            end: date | None = start + timedelta(5 + (n * 7 + hour * 11) % 30)
            if end and end >= until:
                end = None
            if eval(keep, {"start": start, "end": end, "date": date}):
                back = f"{end} 11:00:00" if end else ""
                rows.append(f"{n}-{hour};1;{n};2026-12-31;EAST;{back};{start} {hour}:00:00\n")
    return write(path, LOANS + "".join(rows))


BEGAN = days("2026-01-01", "2026-03-30")


@pytest.mark.parametrize(
    ("keep", "event", "expected"),
    [
        # all that began: no begin is lacking; ends are whole once none of before can be left
        ("True", "checked_out", "01-01 to 03-31"),
        ("True", "ended", "02-05 to 03-31"),
        ("True", "open", "02-05 to 03-31"),
        # all that ended since a day: ends alone
        ("end is not None and end >= date(2026, 2, 20)", "ended", "02-20 to 03-31"),
        ("end is not None and end >= date(2026, 2, 20)", "checked_out", None),
        # what is open: no begin, no end
        ("end is None", "checked_out", None),
        ("end is None", "ended", None),
        # both: all that began since, and what was open when
        ("end is None or end >= date(2026, 2, 20)", "checked_out", "02-20 to 03-31"),
        ("end is None or end >= date(2026, 2, 20)", "open", "02-20 to 03-31"),
    ],
)
def test_loans_by_what_they_were_selected_for(
    workspace: Workspace, keep: str, event: str, expected: str | None
) -> None:
    libstats.load(workspace, loans(workspace.exports / "issues-2026-03-31.csv", BEGAN, keep))
    found = [text for text in covered(workspace, "loan", event, "EAST") if text[0] != "("]
    assert found[:1] == ([expected] if expected else [])


def test_the_two_tables_of_koha_together(workspace: Workspace) -> None:
    """issues has what is open, old_issues what came back in a period."""
    closed = loans(workspace.exports / "old_issues-2026-03-31.csv", BEGAN, "end is not None")
    still = loans(workspace.exports / "issues-2026-03-31.csv", BEGAN, "end is None")
    libstats.load(workspace, [closed])
    assert covered(workspace, "loan", "checked_out", "EAST")[0].startswith("(")
    libstats.load(workspace, [still])
    assert covered(workspace, "loan", "checked_out", "EAST")[:2] == [
        "(01-01 to 01-07)",
        "01-07 to 03-31",
    ]


def test_ends_that_no_file_tells_of(workspace: Workspace) -> None:
    """Loans of each month in a file of its end: what was lent in January and came back in February
    is in none. Files of a month later tell of all ends but of those of before January, which took
    32 days at most."""
    for late, expected in ((0, []), (40, ["02-03 to 04-01"])):
        place = libstats.init(workspace.folder / f"late-{late}")
        for number, (first, last) in {n: MONTHS[n] for n in (1, 2, 3)}.items():
            at = date.fromisoformat(last) + timedelta(1 + late)
            rows = "".join(
                f"{start}-{n},EAST,{start} 10:00,2026-12-31,"
                f"{end if (end := start + timedelta(5 + n * 9)) < at else ''},0,0,0,0,\n"
                for start in days(first, last)
                for n in range(4)
            )
            libstats.load(
                place, write(place.exports / f"circulations-{number}-{at}.csv", LENT + rows)
            )
        found = covered(place, "loan", "ended", "EAST")
        assert [text for text in found if text[0] != "("] == expected


def test_what_is_open_is_not_whole_where_one_is_open_for_longer_than_any_took(
    workspace: Workspace,
) -> None:
    """All that was lent since January: a loan of January 2 is out still, though none took longer
    than 34 days. So may be others of December, of which nothing is told."""
    path = loans(workspace.exports / "issues-2026-03-31.csv", BEGAN, "True")
    text = path.read_text(encoding="utf-8")
    back = next(line for line in text.splitlines() if ";2026-01-02" in line).split(";")
    out = [*back[:5], "", back[6]]
    libstats.load(workspace, write(path, text.replace(";".join(back), ";".join(out))))
    assert [t for t in covered(workspace, "loan", "open", "EAST") if t[0] != "("] == []
    assert [t for t in covered(workspace, "loan", "ended", "EAST") if t[0] != "("] != []
