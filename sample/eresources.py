"""Use of electronic resources as their publishers count it: reports of COUNTER, the last of which
did not come. And what does not open, as patrons report it."""

import csv
import json
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from sample.oddities import Oddity
from sample.places import SYSTEM

FOLDER = "counter"
BIRDS_2025 = f"{FOLDER}/shorebird_DR_2025.tsv"
BIRDS = f"{FOLDER}/shorebird_DR_2026-09.json"
TURNED_AWAY = f"{FOLDER}/shorebird_DR_D2_2026-09.tsv"
PAPERS_2025 = f"{FOLDER}/fennick_TR_J1_2025.tsv"
PAPERS = f"{FOLDER}/fennick_TR_J1_2026-07.tsv"
UNLICENSED = f"{FOLDER}/fennick_TR_J2_2026-07.tsv"
PONDS = f"{FOLDER}/quiet-ponds_PR_P1_2026-10-20.tsv"
PROBLEMS = "access/access-problems-2026-10-31.csv"
PROBLEM_HEAD = (
    "problem_id", "resource", "cause", "reported_at", "answered_at", "passed_on_at", "resolved_at", "withdrawn_at",
    "status", "entered_at",
)  # fmt: skip
REPORTED = (
    ("A-1", "Shore Birds Online", "proxy", "2026-10-05 09:10", "2026-10-05 11:00", "", "2026-10-06 15:30", "", "closed", "2026-10-06"),
    ("A-2", "Canal Maps", "wrong link", "2026-10-19 16:00", "2026-10-20 09:15", "", "2026-10-20 10:00", "", "closed", "2026-10-20"),
    ("A-3", "Quiet Ponds", "platform down", "2026-10-12 10:30", "2026-10-12 14:00", "2026-10-13 09:00", "", "", "open", "2026-10-13"),
)  # fmt: skip
"""What patrons reported: two that open again, one that does not."""
RESOLVED = "alma/link_resolver_usage_202611010530.csv"
RESOLVED_HEAD = (
    "Request Date", "Source Type", "ISSN", "ISBN", "Number of Requests", "Number of Clicked Requests",
    "Number of Requests Without Services", "Number of Services (total)", "Number of Clicked Services (total)",
)  # fmt: skip
LINKS = (
    ("10/5/2026", "Primo", "1234-5679", "", 14, 11, 1, 26, 12),
    ("10/12/2026", "Primo", "2345-6788", "", 9, 7, 2, 15, 7),
    ("10/12/2026", "Google Scholar", "1234-5679", "", 6, 2, 3, 5, 2),
    ("10/26/2026", "Google Scholar", "", "9781234567897", 4, 0, 4, 0, 0),
)
"""What the link resolver was asked; for ten of 33 requests it had nothing."""
YEAR_2025 = [date(2025, month, 1) for month in range(1, 13)]
TO_SEPTEMBER = [date(2026, month, 1) for month in range(1, 10)]
TO_JULY = [date(2026, month, 1) for month in range(1, 8)]
TWELVE = [date(2025, 10, 1), date(2025, 11, 1), date(2025, 12, 1), *TO_SEPTEMBER]
BIRD_USE = {
    "Searches_Regular": [60, 55, 70, 65, 40, 30, 25, 20, 75, 90, 85, 35],
    "Total_Item_Requests": [120, 110, 130, 125, 80, 60, 55, 40, 150, 180, 170, 80],
    "Unique_Item_Requests": [90, 85, 100, 95, 60, 50, 40, 30, 120, 140, 130, 60],
}
"""The database of birds in 2025, a thousand unique requests; of 2026 the first nine are as many."""
BIRDS_LIMIT = [0, 0, 0, 0, 0, 0, 0, 0, 14]
"""Turned away because too many were in at once."""
PAPERS_USE = {
    "Fennick Newspapers": [20, 18, 15, 16, 14, 12, 10, 11, 17, 19, 18, 18],
    "Northern Marsh Quarterly": [3, 2, 4, 3, 2, 1, 1, 0, 3, 4, 3, 2],
}
MARSH_REFUSED = [2, 1, 4, 3, 5, 2, 6]
"""Turned away from a title that nobody licensed."""

ODDITIES = (
    Oddity(
        "a licence that nobody used",
        f"`{PONDS}`: no rows, and exception 3030 for twelve months",
        "knows that there was no use, and gives it no cost per use",
    ),
    Oddity(
        "patrons who were turned away",
        f"`{TURNED_AWAY}`, `{UNLICENSED}`: too many at once in September; a title without a licence",
        "tells both apart",
    ),
    Oddity(
        "a report that did not come",
        f"`{PAPERS}`: ends in July, others in September",
        "names the months of August and September in today's list",
    ),
    Oddity(
        "something that does not open",
        f"`{PROBLEMS}`: one is reported, passed on to the vendor, and not mended",
        "names it in today's list",
    ),
    Oddity(
        "a year by other rules",
        f"`{BIRDS_2025}`, `{BIRDS}`: release 5, then 5.1",
        "never adds the two up",
    ),
)


def write(folder: Path) -> dict[str, int]:
    """Write the reports below `folder` and return the rows of each, below its headings."""
    (folder / FOLDER).mkdir(exist_ok=True)
    files = {
        BIRDS_2025: _table("DR", "5", YEAR_2025, BIRD_ROWS, _bird_rows(12)),
        TURNED_AWAY: _table("DR_D2", "5.1", TO_SEPTEMBER, DENIED_ROWS, _bird_denials()),
        PAPERS_2025: _table("TR_J1", "5", YEAR_2025, TITLE_ROWS, _paper_rows(12)),
        PAPERS: _table("TR_J1", "5.1", TO_JULY, TITLE_ROWS, _paper_rows(7)),
        UNLICENSED: _table("TR_J2", "5.1", TO_JULY, TITLE_ROWS, _paper_denials()),
        PONDS: _table(
            "PR_P1", "5", TWELVE, ("Platform", "Metric_Type"), [], "3030: No Usage Available"
        ),
    }
    for name, lines in files.items():
        text = "".join("\t".join(map(str, line)) + "\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8-sig", newline="\n")
    (folder / PROBLEMS).parent.mkdir(exist_ok=True)
    with (folder / PROBLEMS).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([PROBLEM_HEAD, *REPORTED])
    (folder / RESOLVED).parent.mkdir(exist_ok=True)
    with (folder / RESOLVED).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\r\n").writerows([RESOLVED_HEAD, *LINKS])
    (folder / BIRDS).write_text(_birds_json(), encoding="utf-8", newline="\n")
    rows = {name: _rows_below(lines) for name, lines in files.items()}
    return rows | {BIRDS: len(BIRD_USE), PROBLEMS: len(REPORTED), RESOLVED: len(LINKS)}


BIRD_ROWS = (
    "Database", "Publisher", "Publisher_ID", "Platform", "Proprietary_ID", "Data_Type", "Access_Method",
    "Metric_Type",
)  # fmt: skip
DENIED_ROWS = ("Database", "Publisher", "Publisher_ID", "Platform", "Proprietary_ID", "Metric_Type")
TITLE_ROWS = (
    "Title", "Publisher", "Publisher_ID", "Platform", "DOI", "Proprietary_ID", "Print_ISSN", "Online_ISSN",
    "URI", "Metric_Type",
)  # fmt: skip
NAMES = {
    "DR": ("Database Master Report", "Shorebird"),
    "DR_D2": ("Database Access Denied", "Shorebird"),
    "TR_J1": ("Journal Requests (Controlled)", "Fennick"),
    "TR_J2": ("Journal Access Denied", "Fennick"),
    "PR_P1": ("Platform Usage", "Quiet Ponds"),
}
"""What each report is called, and whose it is."""
Line = Sequence[Any]


def _table(
    report: str,
    release: str,
    months: Sequence[date],
    heading: Line,
    rows: Iterable[Line],
    exceptions: str = "",
) -> list[Line]:
    """Return a report as COUNTER has its tables: what it is, then headings, then rows."""
    name, maker = NAMES[report]
    last = months[-1]
    made = date(last.year + last.month // 12, last.month % 12 + 1, 20)
    period = f"Begin_Date={months[0]}; End_Date={_last_day(last)}"
    told: list[Line] = [
        ("Report_Name", name),
        ("Report_ID", report),
        ("Release", release),
        ("Institution_Name", SYSTEM),
        ("Institution_ID", ""),
        ("Metric_Types", ""),
        ("Report_Filters", f"Platform={maker}" if not rows else ""),
        ("Report_Attributes", ""),
        ("Exceptions", exceptions),
        ("Reporting_Period", period),
        ("Created", f"{made}T06:00:00Z"),
        ("Created_By", f"{maker} Press"),
        *([("Registry_Record", "")] if release == "5.1" else []),
        (),
        (*heading, "Reporting_Period_Total", *(f"{month:%b-%Y}" for month in months)),
    ]
    return [*told, *((*row, sum(counts), *counts) for *row, counts in rows)]


def _last_day(month: date) -> date:
    return date.fromordinal(
        date(month.year + month.month // 12, month.month % 12 + 1, 1).toordinal() - 1
    )


def _rows_below(lines: Sequence[Line]) -> int:
    return len(lines) - next(place for place, line in enumerate(lines) if not line) - 2


def _bird_rows(months: int) -> list[Line]:
    return [
        ("Shore Birds Online", "Shorebird Press", "", "Shorebird", "sb:1", "Database", "Regular", metric, use[:months])
        for metric, use in BIRD_USE.items()
    ]  # fmt: skip


def _bird_denials() -> list[Line]:
    of = ("Shore Birds Online", "Shorebird Press", "", "Shorebird", "sb:1")
    return [(*of, "Limit_Exceeded", BIRDS_LIMIT)]


def _paper_rows(months: int) -> list[Line]:
    return [
        (*_title(title), metric, [factor * count for count in use[:months]])
        for title, use in PAPERS_USE.items()
        for metric, factor in (("Total_Item_Requests", 2), ("Unique_Item_Requests", 1))
    ]


def _paper_denials() -> list[Line]:
    return [(*_title("Northern Marsh Quarterly"), "No_License", MARSH_REFUSED)]


def _title(title: str) -> Line:
    number = 1 + list(PAPERS_USE).index(title)
    return (title, "Fennick Press", "", "Fennick", "", f"fp:{number}", "", "", "")


def _birds_json() -> str:
    """Return the database's report of 2026 as COUNTER's API gives it by release 5.1."""
    counts = {
        metric: {f"{month:%Y-%m}": use[place] for place, month in enumerate(TO_SEPTEMBER)}
        for metric, use in BIRD_USE.items()
    }
    report = {
        "Report_Header": {
            "Report_Name": "Database Report",
            "Report_ID": "DR",
            "Release": "5.1",
            "Institution_Name": SYSTEM,
            "Institution_ID": {},
            "Report_Filters": {"Begin_Date": "2026-01-01", "End_Date": "2026-09-30"},
            "Report_Attributes": {"Attributes_To_Show": ["Data_Type", "Access_Method"]},
            "Exceptions": [],
            "Created": "2026-10-20T06:00:00Z",
            "Created_By": "Shorebird Press",
            "Registry_Record": "",
        },
        "Report_Items": [
            {
                "Database": "Shore Birds Online",
                "Item_ID": {"Proprietary": ["sb:1"]},
                "Platform": "Shorebird",
                "Publisher": "Shorebird Press",
                "Attribute_Performance": [
                    {
                        "Data_Type": "Database_Full",
                        "Access_Method": "Regular",
                        "Performance": counts,
                    }
                ],
            }
        ],
    }
    return json.dumps(report, indent=1) + "\n"


def truth() -> dict[str, Any]:
    """Return what the reports tell."""
    return {
        "unique_requests": {
            "Shorebird 2025": sum(BIRD_USE["Unique_Item_Requests"]),
            "Shorebird 2026": sum(BIRD_USE["Unique_Item_Requests"][:9]),
            "Fennick 2025": sum(map(sum, PAPERS_USE.values())),
            "Fennick 2026": sum(sum(use[:7]) for use in PAPERS_USE.values()),
        },
        # 4,000.00 by 1,000 and 940.00 by 188 unique requests
        "cost_per_use": {"L-5": "4.00", "L-6": "5.00"},
        "problems": {"resolved": 2, "open": ["A-3"]},
        "resolver": {"requests": 33, "without_services": 10},
        "no_use": ["L-7"],
        "turned_away": {"Limit_Exceeded": sum(BIRDS_LIMIT), "No_License": sum(MARSH_REFUSED)},
        "missing": {"Fennick": ["2026-08", "2026-09"]},
    }
