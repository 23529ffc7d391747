"""Files of libraries that are known by their first bytes and that libstats does not read yet."""

from __future__ import annotations

import re

from libstats.errors import NotLoadedYet
from libstats.readers.place import Place

_KNOWN = {
    "MARC records": rb"\d{5}.{5}22\d{5}.{3}45",
    "EDIFACT messages of a vendor": rb"(UNA.{6}\s*)?UNB.UNO[A-Z]",
    "the log of EZproxy or another web server": (
        rb"\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \""
    ),
    "a COUNTER report": rb'\s*[{\[].{0,400}?"Report_Header"\s*:\s*\{',
}


def refuse_known(place: Place, head: bytes) -> None:
    """NotLoadedYet for a file of a kind that a later libstats is to read."""
    text = head.removeprefix(b"\xef\xbb\xbf")
    for what, begins in _KNOWN.items():
        if re.match(begins, text, re.DOTALL):
            raise NotLoadedYet(f"{place.name}: {what}: known, not loaded yet")
