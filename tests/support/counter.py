"""Reports of COUNTER as tests write them: as a table and as JSON."""

from __future__ import annotations

import calendar
import json
from collections.abc import Sequence

TITLE = ("Title", "Platform", "Print_ISSN")
Use = tuple[str, str, str, Sequence[object]]  # title, platform, metric, a count a month


def header(**told: str) -> dict[str, str]:
    """What a report says of itself, with what is told in place of the usual."""
    usual = {
        "Report_Name": "Title Master Report",
        "Report_ID": "TR",
        "Release": "5",
        "Institution_Name": "Nordstadt College",
        "Metric_Types": "",
        "Report_Filters": "",
        "Exceptions": "",
        "Reporting_Period": "Begin_Date=2026-01-01; End_Date=2026-03-31",
        "Created": "2026-05-02T08:00:00Z",
        "Created_By": "Blue Shelf Services",
    }
    return usual | told


def rows(
    *uses: Use,
    months: Sequence[str] = ("Jan-2026", "Feb-2026", "Mar-2026"),
    headings: Sequence[str] = TITLE,
    **told: str,
) -> list[list[str]]:
    """A report as rows."""
    above = [[name, value] if value else [name] for name, value in header(**told).items()]
    below = [
        [title, platform, "", metric, "0", *map(str, counts)]
        for title, platform, metric, counts in uses
    ]
    return [*above, [], [*headings, "Metric_Type", "Reporting_Period_Total", *months], *below]


def text(*uses: Use, between: str = "\t", **told: object) -> str:
    """A report as text."""
    found = rows(*uses, **told)  # type: ignore[arg-type]
    return "".join(between.join(row) + "\n" for row in found)


def answer(*uses: Use, months: Sequence[int] = (1, 2, 3), **told: str) -> str:
    """A report of release 5 as JSON, of some months of 2026; what is 0 is left out."""
    given = header(**told)
    items = [
        {
            "Title": title,
            "Platform": platform,
            "Performance": [
                {
                    "Period": {
                        "Begin_Date": f"2026-{month:02}-01",
                        "End_Date": f"2026-{month:02}-{calendar.monthrange(2026, month)[1]}",
                    },
                    "Instance": [{"Metric_Type": metric, "Count": count}],
                }
                for month, count in zip(months, counts, strict=True)
                if count
            ],
        }
        for title, platform, metric, counts in uses
    ]
    codes = [c.strip() for c in given.pop("Exceptions").split(";") if c.strip()]
    begins, ends = (part.partition("=")[2] for part in given.pop("Reporting_Period").split("; "))
    own = {
        **{k: v for k, v in given.items() if k not in ("Metric_Types", "Report_Filters")},
        "Report_Filters": [
            {"Name": "Begin_Date", "Value": begins},
            {"Name": "End_Date", "Value": ends},
        ],
        "Exceptions": [{"Code": int(c[:4]), "Message": "m", "Severity": "Error"} for c in codes],
    }
    return json.dumps({"Report_Header": own, "Report_Items": items})
