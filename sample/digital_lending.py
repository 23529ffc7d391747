"""Digital lending: what two platforms report of titles, checkouts, orders and months. What is
written down here is the truth."""

import csv
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sample.library import Library
from sample.oddities import Oddity

TITLES = "digital/overdrive-titles-2026-10-31.csv"
CHECKOUTS = "digital/overdrive-checkouts-2026-10-31.csv"
ORDERS = "digital/overdrive-orders-2026-10-31.csv"
MONTHS = "digital/hoopla-summary-2026-10-31.csv"

TITLES_HEAD = (
    *("Title", "Creator", "ISBN", "Format", "Lending Model", "Date Added To Site"),
    *("Latest Checkout", "Last Copy Expires", "CPC End Date", "Owned", "Licenses Owned"),
    *("Licenses Left", "Licenses Used", "Active Checkouts", "All Checkouts", "Holds", "All Holds"),
    "Library Price",
)
ONE, BY_TIME, BY_CHECKOUTS = "One Copy/One User", "MA: by time", "MA: by checkouts"
PER_CIRC, OWN = "Cost Per Circ", "Lucky Day"
KEPT = (
    # title, author, isbn, format, model, last lent, expires, copies, bought, left, now, all, holds, price
    ("Tide tables", "Sand, Mira", "9799000500016", "eBook", ONE, "10/30/2026", "", 2, "", "", 2, 40, 13, "55.00"),
    ("Tide tables", "Sand, Mira", "9799000500016", "eBook", BY_CHECKOUTS, "10/30/2026", "", 1, 26, 2, 1, 24, 13, "60.00"),
    ("The salt road", "Quill, Ann", "9799000500023", "Audiobook", BY_TIME, "10/28/2026", "11/30/2026", 1, "", "", 1, 18, 2, "79.99"),
    ("Old charts", "Sand, Mira", "9799000500030", "eBook", BY_TIME, "1/12/2025", "2/28/2025", 0, "", "", 0, 9, 0, "48.00"),
    ("Harbour lights", "Lund, Per", "9799000500047", "eBook", PER_CIRC, "10/31/2026", "", 0, "", "", 0, 31, 0, "2.99"),
    ("Lucky find", "Lund, Per", "9799000500054", "eBook", OWN, "10/31/2026", "", 1, "", "", 1, 12, 6, "30.00"),
)  # fmt: skip
"""As OverDrive has them: a title in two models, a licence that ends soon and one that ended long
ago, one without a queue, and a model that nobody declared."""
LENT_HEAD = ("Checked Out", "Title", "ISBN", "Format", "Date Added To Site", "Barcode")
FIRST_DAY, DAYS = date(2026, 8, 1), 92
"""A checkout each day: all of August and September, and October to its last evening."""
CARD = "24999000077"
"""A patron's barcode, which the platform was let show."""
BOUGHT_HEAD = ("Order Date", "Standard Units", "Standard Total (USD)", "Preorder Units", "Preorder Total (USD)")  # fmt: skip
BOUGHT = (("8/3/2026", "3", "$170.00", "0", "$0.00"), ("10/5/2026", "2", "$139.99", "1", "$48.00"))
FORMATS = ("Audiobook", "eBook", "Movie", "Binge Pass")
SUMMED = (
    ("8/1/2026", "8/31/2026", (("210", "$420.00"), ("1,104", "$1,656.00"), ("61", "$152.50"), ("", ""))),
    ("10/1/2026", "10/31/2026", (("198", "$396.00"), ("980", "$1,470.00"), ("55", "$137.50"), ("4", "$15.96"))),
)  # fmt: skip
"""hoopla's months: September is not there, and Binge Pass is new in October."""

ODDITIES = (
    Oddity(
        "a digital title in two lending models",
        f"`{TITLES}`: Tide tables, with the same holds in both rows",
        "counts its holds once, and its copies together, since they share a queue",
    ),
    Oddity(
        "a lending model that nobody declared",
        f"`{TITLES}`: {OWN}",
        "judges neither its queue nor its cost, and names the word",
    ),
    Oddity(
        "a digital licence that ended long ago",
        f"`{TITLES}`: Old charts, for which nobody waits",
        "lists it as ended, and not in today's list",
    ),
    Oddity(
        "a digital title that is in print too",
        f"`{TITLES}`: the last row has the ISBN of a record of the catalogue",
        "sets both beside each other, and of the others counts that no record has their ISBN",
    ),
    Oddity(
        "a patron's barcode beside each checkout",
        f"`{CHECKOUTS}`: the column Barcode",
        "never reads it",
    ),
    Oddity(
        "a month that no summary tells",
        f"`{MONTHS}`: September is not there; two lines stand above the headings, a sum below",
        "knows the circulation of August and October, and of September nothing",
    ),
)


def write(folder: Path, library: Library) -> dict[str, int]:
    """Write the files below `folder` and return the rows of each."""
    shared = library.titles[0]
    found = [*map(_kept, KEPT), _in_print(shared.title.rstrip(" /"), _isbn(library))]
    cells = [f"{name} {what}" for name in FORMATS for what in ("Circulations", "Cost")]
    head = ("Start Date", "End Date", *cells, "Total Circulations", "Total Cost")
    months: list[tuple[Any, ...]] = [
        (first, last, *(cell for each in told for cell in each), "", "")
        for first, last, told in SUMMED
    ]
    total = ("Total", *[""] * (len(head) - 1))
    files: dict[str, list[tuple[Any, ...]]] = {
        TITLES: [TITLES_HEAD, *found],
        CHECKOUTS: [LENT_HEAD, *_lent()],
        ORDERS: [BOUGHT_HEAD, *BOUGHT],
        MONTHS: [("hoopla digital",), ("Monthly summary",), head, *months, total],
    }
    for name, rows in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    formats = len(FORMATS) * (len(months) + 1)
    return {name: len(rows) - 1 for name, rows in files.items()} | {MONTHS: formats}


def _kept(told: tuple[Any, ...]) -> tuple[Any, ...]:
    title, author, isbn, kind, model, lent, ends, copies, bought, left, now, ever, holds, price = (
        told
    )
    used = bought - left if bought else ""
    return (
        *(title, author, isbn, kind, model, "1/5/2025", lent, ends, "", copies, bought),
        *(left, used, now, ever, holds, holds, f"${price}"),
    )


def _in_print(title: str, isbn: str) -> tuple[Any, ...]:
    return _kept((title, "", isbn, "eBook", ONE, "10/1/2026", "", 1, "", "", 0, 7, 1, "40.00"))


def _isbn(library: Library) -> str:
    """Return the ISBN of the first record, without what stands behind it."""
    return str(library.titles[0].isbn).split(" ")[0]


def _lent() -> list[tuple[str, ...]]:
    rows = []
    for day in range(DAYS):
        title, _, isbn, kind, *_ = KEPT[(0, 2, 4)[day % 3]]
        at = datetime(2026, 8, 1, 9 + day % 12, day % 60) + timedelta(days=day)
        rows.append((f"{at:%m/%d/%Y %H:%M:%S}", title, isbn, kind, "1/5/2025", CARD))
    return rows


def truth(library: Library) -> dict[str, Any]:
    """Return what the files say."""
    return {
        "endings": {"Tide tables": "few left", "The salt road": "soon", "Old charts": "ended"},
        "holds": {"Tide tables": [13, 3], "The salt road": [2, 1], "Lucky find": [6, None]},
        "to_buy": {"Tide tables": 1},
        "hoopla": {"2026-08": 1375, "2026-10": 1237},
        "hoopla_cost": {"2026-08": "2228.50", "2026-10": "2019.46"},
        "overdrive": {"2026-08": 31, "2026-09": 30},
        "in_print": [_isbn(library)],
        "not_in_print": len(KEPT),
    }
