"""The day that the name of a file tells."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

# scheduled reports of some systems add the time of day, as in loans_202610310415.csv
_DAY_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])"
    r"(?:([01]\d|2[0-3])([0-5]\d)([0-5]\d)?)?(?!\d)"
)
# a day with which what is told begins, in a name
_BEGINS = re.compile(
    r"(?<![a-z])(?:since|after|from|starting|seit|ab|depuis|desde|dal|sinds|sedan)[\W_]*$",
    re.IGNORECASE,
)


def in_name(entry: str) -> datetime | None:
    """The day in the file's name, or in that of the archive it came in; of a period its last."""
    for name in reversed(entry.split("#")):
        if days := list(_days_in(name)):
            return max(days)
    return None


def _days_in(name: str) -> Iterator[datetime]:
    for match in _DAY_IN_NAME.finditer(name):
        year, month, day, hour, minute, second = (int(n or 0) for n in match.groups())
        with suppress(ValueError):
            if not _BEGINS.search(name[: match.start()]):
                yield datetime(year, month, day, hour, minute, second)
