"""How often serials come, and after how many days an issue that has not come is claimed: so long
after the expected day, or after the claim before. [claims] in libstats.toml has a library's own."""

from __future__ import annotations

import csv
from importlib import resources

__all__ = ["CLAIM_DAYS"]


def _days() -> dict[str, int]:
    table = resources.files("libstats.definitions").joinpath("claim_days.csv")
    rows = csv.DictReader(table.read_text(encoding="utf-8").splitlines())
    return {row["frequency"]: int(row["days"]) for row in rows}


CLAIM_DAYS = _days()
