"""The cataloguers' own log, in the form that any spreadsheet can write: which copy reached which
step when."""

import csv
from datetime import date
from pathlib import Path

from sample.alma import item_id
from sample.orders import Orders
from sample.places import BY_MONTH, CENTRAL, FIRST, at

FOLDER = "cataloguing"
HEADING = ("process", "case", "milestone", "happened_at", "branch")
NIGHTS = (BY_MONTH, date(2025, 11, 1), date(2026, 5, 1), date(2026, 11, 1))
"""Days on which the log was saved; each file begins where the last one ended."""


def write(folder: Path, orders: Orders) -> dict[str, int]:
    """Write the files below `folder` and return the rows of each, without its heading."""
    (folder / FOLDER).mkdir(exist_ok=True)
    steps = sorted(
        (moment, item_id(copy), milestone)
        for copy in orders.catalogued
        for milestone, moment in (
            ("received", copy.received),
            ("catalogued", copy.catalogued),
            ("available", copy.available),
        )
        if moment
    )
    rows = {}
    for begin, night in zip((FIRST, *NIGHTS), NIGHTS, strict=False):
        held = [
            ("cataloguing", case, milestone, f"{moment:%Y-%m-%d %H:%M}", CENTRAL.code)
            for moment, case, milestone in steps
            if at(begin, 0) <= moment < at(night, 0)
        ]
        name = f"cataloguing-log-{night}.csv"
        with (folder / FOLDER / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([HEADING, *held])
        rows[f"{FOLDER}/{name}"] = len(held)
    return rows
